// A broadcast that was made outside a run was refused by the name of a subscription, and not at all where it had none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcast, MisuseError } from "offshoot";
import { explore, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

for (const [what, use] of [
  ["a send", (hub: ReturnType<typeof broadcast<number>>) => void hub.trySend(1)],
  ["a subscription", (hub: ReturnType<typeof broadcast<number>>) => void hub.subscribe()],
] as const)
  test(`${what} at a broadcast that was made outside is misuse, told by the name of the broadcast`, async () => {
    const hub = broadcast<number>({ name: "prices" });
    const body = (): void => use(hub);
    const { message } = await rejected(MisuseError, simulate(body));
    assert.match(message, /"prices" was made outside the run/);
    const { failure } = await explore(body, { keep: false });
    assert.equal(failure?.kind, "misuse");
    assert.match(failure.report, /"prices" was made outside the run/);
  });
