// Axon: a circle of pass-throughs was found by a RecursionError, deep in the postoffice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkCycleError } from "offshoot/component";
import { thrown } from "../support/caught.ts";
import { checkAll, Idle } from "../support/components.ts";

for (const [name, box] of [
  ["inward", "inbox"],
  ["outward", "outbox"],
] as const)
  test(`a circle of boxes passed ${name} is refused by name, and nothing has changed`, () => {
    const parts = Array.from({ length: 4 }, () => new Idle());
    const [w, a, b, c] = parts as [Idle, Idle, Idle, Idle];
    w.link([a, box], [b, box]);
    w.link([b, box], [c, box]);
    const error = thrown(LinkCycleError, () => w.link([c, box], [a, box]));
    assert.equal(error.code, "OFFSHOOT_ERR_LINK_CYCLE");
    assert.equal(error.message.match(/Idle#\d+\.(in|out)box/g)?.length, 5);
    checkAll(...parts);
    w.link([c, box], [w, box]);
  });
