// The default case: selectNow looks at all cases at one moment, takes one that is ready, and answers undefined only if none is. It never waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ClosedError,
  channel,
  DeadlockError,
  EndOfChannel,
  go,
  never,
  select,
  selectNow,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("a case that is ready is taken every one of 10 000 times, never the default", () => {
  const c = channel<number>(1);
  const silent = channel<number>();
  for (let n = 0; n < 10_000; n++) {
    c.trySend(n);
    assert.deepEqual(selectNow({ silent: silent.receive(), c: c.receive(), never }), { key: "c", value: n });
    assert.deepEqual(selectNow({ never, c: c.send(n), silent: silent.send(1) }), { key: "c", value: undefined });
    c.tryReceive();
  }
});

test("with no case ready the default is taken, and nothing has changed", () => {
  const empty = channel<number>(1);
  const full = channel<number>(1);
  full.trySend(1);
  for (let n = 0; n < 1_000; n++) assert.equal(selectNow({ a: empty.receive(), b: full.send(2), c: never }), undefined);
  assert.deepEqual(empty.stats(), { sent: 0, received: 0, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  assert.deepEqual(full.stats(), { sent: 1, received: 0, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
});

test("selectNow({}) is undefined, and so is selectNow([])", () => {
  assert.equal(selectNow({}), undefined);
  assert.equal(selectNow([]), undefined);
});

test("selectNow belongs to the step it is made in: no other task runs", async () => {
  let others = 0;
  await simulate(function* () {
    const c = channel<number>(1);
    go(function* () {
      for (let i = 0; i < 10; i++) {
        others++;
        yield* yieldNow();
      }
    });
    yield* yieldNow();
    const before = others;
    for (let n = 0; n < 1_000; n++) {
      selectNow({ c: c.send(n) });
      selectNow({ c: c.receive() });
    }
    assert.equal(others, before);
  });
  assert.equal(others, 10);
});

test("of two channels that take turns in being ready, one is ready at every moment, so the default is never taken", async () => {
  await orders(30, function* () {
    const a = channel<number>(1);
    const b = channel<number>(1);
    let defaults = 0;
    let taken = 0;
    yield* a.send(1);
    const mover = go(function* () {
      for (let n = 0; n < 20; n++) {
        // the token is put into the other channel in the step it was taken from this one
        const [from, to] = n % 2 === 0 ? [a, b] : [b, a];
        assert.equal(from.tryReceive().ok, true);
        assert.equal(to.trySend(1), true);
        yield* yieldNow();
      }
    });
    for (let n = 0; n < 20; n++) {
      const got = selectNow({ a: a.receive(), b: b.receive() });
      if (got === undefined) defaults++;
      else {
        taken++;
        (got.key === "a" ? a : b).trySend(1);
      }
      yield* yieldNow();
    }
    yield* mover;
    assert.deepEqual([defaults, taken], [0, 20]);
  });
});

test("a waiting receiver or sender makes a case ready", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const receiver = go(function* () {
      return yield* c.receive();
    });
    yield* yieldNow();
    assert.deepEqual(selectNow({ c: c.send(1) }), { key: "c", value: undefined });
    assert.equal(yield* receiver, 1);
    go(function* () {
      yield* c.send(2);
    });
    yield* yieldNow();
    assert.deepEqual(selectNow({ c: c.receive() }), { key: "c", value: 2 });
  });
});

test("selectNow meets a select that waits, and that one's other cases are gone", async () => {
  await simulate(function* () {
    const a = channel<number>();
    const b = channel<number>();
    const waiting = go(function* () {
      return yield* select({ a: a.receive(), b: b.receive() });
    });
    yield* yieldNow();
    assert.deepEqual(selectNow({ b: b.send(7) }), { key: "b", value: undefined });
    assert.equal(selectNow({ a: a.send(8) }), undefined);
    assert.deepEqual(yield* waiting, { key: "b", value: 7 });
  });
});

test("a closed channel is ready: the default is not taken", () => {
  const c = channel<number>();
  c.close();
  thrown(EndOfChannel, () => selectNow({ c: c.receive() }));
  thrown(ClosedError, () => selectNow({ c: c.send(1) }));
  assert.deepEqual(selectNow({ c: c.next() }), { key: "c", value: { done: true, value: undefined } });
});

test("a sleep is not ready at the moment it is made, not even one of 0 ms", () => {
  assert.equal(selectNow({ late: sleep(0) }), undefined);
  assert.equal(selectNow({ late: sleep(1_000) }), undefined);
});

test("a task that has ended is ready, one that has not is not", async () => {
  await simulate(function* () {
    const task = go(function* () {
      yield* yieldNow();
      return 5;
    });
    assert.equal(selectNow({ task }), undefined);
    yield* task;
    assert.deepEqual(selectNow({ task }), { key: "task", value: 5 });
  });
});

test("select({}) waits for ever: a deadlock if nobody else can go on", async () => {
  let others = 0;
  const error = await rejected(
    DeadlockError,
    simulate(function* selecting() {
      go(function* () {
        for (let i = 0; i < 5; i++) yield* yieldNow();
        others++;
      });
      yield* select({});
    }),
  );
  assert.equal(others, 1);
  assert.equal(error.kind, "deadlock");
  assert.match(error.report, /"selecting" waits for select \{/);
});

test("a select of nothing but never waits for ever too", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      yield* select({ a: never, b: never });
    }),
  );
  assert.match(error.report, /a: never/);
});

test("select([]) can be cancelled", async () => {
  const status = await simulate(function* () {
    const task = go(function* () {
      yield* select([]);
    });
    yield* yieldNow();
    task.cancel();
    yield* yieldNow();
    return task.status;
  });
  assert.equal(status, "cancelled");
});
