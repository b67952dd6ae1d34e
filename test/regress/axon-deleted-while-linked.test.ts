// Axon: a box could be deleted while it was linked; undoing the link was a KeyError then, for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BoxInUseError } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Idle } from "../support/components.ts";

test("a box is not deleted while a link touches it, and is when its maker has undone that or has ended", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Idle()];
    const name = b.addInbox("extra");
    w.link([a, "outbox"], [b, name as "inbox"]);
    const error = thrown(BoxInUseError, () => b.deleteInbox(name));
    assert.match(
      error.message,
      /^Component\.deleteInbox: "Idle#\d+\.extra" is linked with "Idle#\d+\.outbox"\. Unlink it/,
    );
    yield* w;
    b.deleteInbox(name);
    a.send("discarded");
  });
});
