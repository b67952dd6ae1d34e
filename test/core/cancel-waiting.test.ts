// A cancelled waiter has done nothing: its place in line is free, the value is where it was, and no timer is left.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, currentTask, go, never, select, sleep, type Task, yieldNow } from "offshoot";
import type { Tasklet } from "../../src/core/task.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

const hasTimers = (task: Task<unknown>): boolean =>
  ((task as unknown as Tasklet<unknown>).program.scheduler as unknown as { hasTimers: boolean }).hasTimers;

test("a receiver cancelled while waiting leaves the next one in line", async () => {
  await simulate(function* () {
    const ch = channel<string>();
    const got: string[] = [];
    const waiters = ["a", "b", "c"].map((name) =>
      go(function* () {
        try {
          got.push(`${name} ${yield* ch.receive()}`);
        } catch (error) {
          assert.ok(error instanceof Cancelled);
        }
      }),
    );
    yield* yieldNow();
    waiters[0]?.cancel();
    assert.equal(ch.stats().waitingReceivers, 2);
    yield* ch.send("one");
    waiters[1]?.cancel(); // it has been served
    yield* ch.send("two");
    for (const waiter of waiters) yield* waiter;
    assert.deepEqual(got, ["b one", "c two"]);
  });
});

test("a cancelled sender has given nothing, and the value behind it moves up", async () => {
  await simulate(function* () {
    for (const capacity of [0, 1]) {
      const ch = channel<string>(capacity);
      if (capacity === 1) ch.trySend("first");
      const senders = ["a", "b"].map((name) =>
        go(function* () {
          try {
            yield* ch.send(name);
          } catch (error) {
            assert.ok(error instanceof Cancelled);
          }
        }),
      );
      yield* yieldNow();
      senders[0]?.cancel();
      assert.equal(ch.stats().waitingSenders, 1);
      if (capacity === 1) assert.equal(yield* ch.receive(), "first");
      assert.equal(yield* ch.receive(), "b");
      assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
      for (const sender of senders) yield* sender;
    }
  });
});

test("a cancelled joiner leaves the others that join the same task", async () => {
  await simulate(function* () {
    const target = go(() => sleep(10).map(() => "value"));
    const joiners = [0, 1, 2].map(() =>
      go(function* () {
        try {
          return yield* target;
        } catch (error) {
          assert.ok(error instanceof Cancelled);
          return "cancelled";
        }
      }),
    );
    yield* yieldNow();
    joiners[1]?.cancel();
    const outcomes: string[] = [];
    for (const joiner of joiners) outcomes.push(yield* joiner);
    assert.deepEqual(outcomes, ["value", "cancelled", "value"]);
  });
});

test("a cancelled sleep takes its timer back at once", async () => {
  await simulate(function* () {
    const me = currentTask();
    const sleeper = go(function* () {
      yield* caught(Cancelled, sleep(1_000));
    });
    yield* yieldNow();
    assert.equal(hasTimers(me), true);
    sleeper.cancel();
    assert.equal(hasTimers(me), false);
    yield* sleeper;
  });
});

test("a cancelled select leaves nothing on any of its cases, nested ones included", async () => {
  await simulate(function* () {
    const me = currentTask();
    const [a, b, c] = [channel<number>(), channel<number>(), channel<number>()];
    const target = go(() => never);
    const selector = go(function* () {
      yield* caught(
        Cancelled,
        select({
          receive: a.receive(),
          send: b.send(1),
          inner: select([c.next(), select({ deep: a.receive(), late: sleep(50) })]),
          late: sleep(100),
          joined: target,
          mapped: c.receive().map((n) => n + 1),
        }),
      );
    });
    yield* yieldNow();
    assert.equal(a.stats().waitingReceivers, 2);
    assert.equal(c.stats().waitingReceivers, 2);
    selector.cancel();
    for (const ch of [a, b, c]) {
      assert.equal(ch.stats().waitingReceivers, 0);
      assert.equal(ch.stats().waitingSenders, 0);
    }
    assert.equal(hasTimers(me), false);
    yield* selector;
    target.cancel();
  });
});

test("a task that is cancelled and waits again, for something else, waits no more", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const task = go(function* () {
      for (const op of [ch.receive(), ch.send(1), sleep(5), select({ a: ch.receive() }), never])
        yield* caught(Cancelled, op);
      assert.deepEqual(ch.stats(), { sent: 0, received: 0, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
    });
    yield* yieldNow();
    task.cancel();
    yield* task;
  });
});
