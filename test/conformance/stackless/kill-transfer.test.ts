// Kills around a meeting: before it nothing was given and nothing taken, after it the value is delivered all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, go, never, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("a killed sender has given nothing, and the next in line is served in its place", async () => {
  await simulate(function* () {
    const c = channel<string>();
    const senders = ["a", "b", "c"].map((value) => go(() => c.send(value)));
    yield* yieldNow();
    senders[0]!.cancel();
    senders[1]!.cancel();
    assert.equal(c.stats().waitingSenders, 1);
    assert.equal(yield* c.receive(), "c");
    assert.deepEqual(c.tryReceive(), { ok: false, closed: false });
  });
});

test("a killed receiver in the middle of a line leaves the others in order", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    const tasks = ["a", "b", "c", "d"].map((name) =>
      go(function* () {
        log.push(`${name}${yield* c.receive()}`);
      }),
    );
    yield* yieldNow();
    tasks[1]!.cancel();
    for (let n = 0; n < 3; n++) yield* c.send(n);
  });
  assert.deepEqual(log, ["a0", "c1", "d2"]);
});

test("a kill after the meeting comes too late for it: the value is delivered, and the next operation throws", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const c = channel<string>();
    const task = go(function* () {
      log.push(yield* c.receive());
      log.push((yield* caught(Cancelled, c.receive())).reason);
      yield* never;
    });
    yield* yieldNow();
    yield* c.send("value");
    task.cancel("reason");
  });
  assert.deepEqual(log, ["value", "reason"]);
});

test("a sender killed after the meeting has sent: nothing is taken back", async () => {
  let sent = false;
  await simulate(function* () {
    const c = channel<number>();
    const task = go(function* () {
      yield* c.send(5);
      sent = true;
    });
    yield* yieldNow();
    assert.equal(yield* c.receive(), 5);
    task.cancel();
    yield* task; // it returned by itself
    assert.equal(task.status, "succeeded");
  });
  assert.equal(sent, true);
});

test("in every order, kills in mid transfer keep the balance: what was sent was received, or never given", async () => {
  await orders(80, function* () {
    const c = channel<number>();
    let sent = 0;
    let received = 0;
    const senders = [0, 1, 2].map(() =>
      go(function* () {
        yield* c.send(1);
        sent++;
      }),
    );
    const receivers = [0, 1, 2].map(() =>
      go(function* () {
        yield* c.receive();
        received++;
      }),
    );
    senders[0]!.cancel();
    yield* yieldNow();
    receivers[1]!.cancel();
    yield* yieldNow();
    for (let n = 0; n < 10; n++) yield* yieldNow();
    for (const task of [...senders, ...receivers]) task.cancel();
    while ([...senders, ...receivers].some((task) => task.status !== "cancelled" && task.status !== "succeeded"))
      yield* yieldNow();
    assert.equal(sent, received);
    assert.deepEqual(c.stats(), { sent, received, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  });
});
