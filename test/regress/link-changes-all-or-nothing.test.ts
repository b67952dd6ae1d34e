// A link that was refused had set the size of the box before: those who waited for room there had put their messages into it. And a backlog that was to go on to a
// component that had ended was lost without a word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, yieldNow } from "offshoot";
import { BoxAlreadyLinkedError, NoSpaceInBoxError } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Idle } from "../support/components.ts";

test("a link that is refused gives the box no size", async () => {
  await simulate(function* () {
    const [wirer, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([a, "outbox"], [b, "inbox"], { size: 1 });
    a.send(0);
    const put = go(() => a.put(1));
    yield* yieldNow();
    wirer.link([c, "outbox"], [new Idle(), "inbox"]);
    thrown(BoxAlreadyLinkedError, () => wirer.link([c, "outbox"], [b, "inbox"], { size: 5 }));
    assert.deepEqual([b.inboxSize(), b.dataReady(), put.status], [1, 1, "waiting"]);
    b.recv();
    yield* put;
  });
});

test("the size that a link gives counts for the backlog, and then for those who wait", async () => {
  await simulate(function* () {
    const [wirer, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([c, "outbox"], [b, "inbox"], { size: 0 });
    const put = go(() => c.put("waited"));
    yield* yieldNow();
    wirer.link([c, "signal"], [a, "inbox"]);
    for (const n of [1, 2]) insert(a, n);
    const error = thrown(NoSpaceInBoxError, () => wirer.link([a, "inbox"], [b, "inbox"], { size: 1 }));
    assert.deepEqual([error.length, error.limit], [0, 1]);
    assert.deepEqual([a.dataReady(), b.dataReady(), b.inboxSize()], [2, 0, 0]);
    wirer.link([a, "inbox"], [b, "inbox"], { size: 3 });
    yield* put;
    assert.deepEqual([...b.drain()], [1, 2, "waited"]);
  });
});

test("a box is not linked on to a chain that ends at a component that has ended", async () => {
  await simulate(function* () {
    const [wirer, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([b, "inbox"], [c, "inbox"]);
    insert(a, "kept");
    yield* c;
    const error = thrown(MisuseError, () => wirer.link([a, "inbox"], [b, "inbox"]));
    assert.match(error.message, /"Idle#\d+" has ended, so that nobody would collect what comes to "Idle#\d+\.inbox"/);
    assert.deepEqual([...a.drain()], ["kept"]);
  });
});

/** Lays a message into an inbox. */
function insert(target: Idle, message: unknown): void {
  const feeder = new Idle();
  const link = feeder.link([feeder, "outbox"], [target, "inbox"]);
  feeder.send(message);
  feeder.unlink(link);
}
