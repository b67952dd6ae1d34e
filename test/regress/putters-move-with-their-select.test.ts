// Those who waited for room at a box whose link changed were taken out of its line before they were completed. Whoever waited for something else in the same
// select was then taken back from a line in which it did not stand: others were lost from it, or completed twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, select, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { checkAll, Idle, lostAt } from "../support/components.ts";

test("a select of two puts is served once by an unlinking", async () => {
  await simulate(function* () {
    const [wirer, a, b] = [new Idle(), new Idle(), new Idle()];
    const link = wirer.link([a, "outbox"], [b, "inbox"], { size: 1 });
    a.send(0);
    const both = go(() => select({ one: a.put(1), other: a.put(2) }));
    const late = go(() => a.put(3));
    yield* yieldNow();
    wirer.unlink(link);
    checkAll(a, b);
    assert.equal((yield* both).key, "one");
    yield* late;
    assert.equal(lostAt(a, "outbox"), 2);
    assert.deepEqual([...b.drain()], [0]);
  });
});

test("a select that puts and receives is served once when both meet in one box", async () => {
  await simulate(function* () {
    const [wirer, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([a, "outbox"], [b, "inbox"]);
    const onward = wirer.link([b, "inbox"], [c, "inbox"], { size: 1 });
    a.send(0);
    const both = go(() => select({ received: b.receive(), put: a.put(1) }));
    const late = go(() => a.put(2));
    yield* yieldNow();
    wirer.unlink(onward);
    checkAll(a, b, c);
    assert.equal((yield* both).key, "put");
    yield* late;
    assert.deepEqual([...b.drain()], [1, 2]);
  });
});

test("a select that puts and receives is served once when its box gets room", async () => {
  await simulate(function* () {
    const [wirer, a, b] = [new Idle(), new Idle(), new Idle()];
    wirer.link([a, "outbox"], [b, "inbox"], { size: 0 });
    const both = go(() => select({ received: b.receive(), put: a.put(1) }));
    const [second, third] = [go(() => a.put(2)), go(() => a.put(3))];
    yield* yieldNow();
    b.setInboxSize("inbox", 2);
    checkAll(a, b);
    assert.equal((yield* both).key, "put");
    yield* second;
    assert.equal(third.status, "waiting");
    assert.deepEqual([...b.drain()], [1, 2, 3]);
    yield* third;
  });
});

test("a backlog that completes a select takes its put back from the line it has moved to", async () => {
  await simulate(function* () {
    const [wirer, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    wirer.link([a, "outbox"], [b, "inbox"], { size: 1 });
    a.send(0);
    const both = go(() => select({ received: c.receive(), put: a.put(1) }));
    const late = go(() => a.put(2));
    yield* yieldNow();
    wirer.link([b, "inbox"], [c, "inbox"]);
    checkAll(a, b, c);
    assert.deepEqual(yield* both, { key: "received", value: 0 });
    yield* late;
    assert.deepEqual([...c.drain()], [2]);
  });
});
