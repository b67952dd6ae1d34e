// Closed channels in a select: they are ready. A receive case that wins throws EndOfChannel (Go: the zero value), a next case answers done, a send case
// throws ClosedError (Go: a panic).

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, ClosedError, channel, EndOfChannel, go, select, selectNow, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

test("a receive on a closed channel wins over silent ones, and throws EndOfChannel", async () => {
  await simulate(function* () {
    const closed = channel<number>();
    const silent = channel<number>();
    closed.close();
    for (let n = 0; n < 100; n++)
      yield* caught(EndOfChannel, select({ silent: silent.receive(), closed: closed.receive() }));
    assert.equal(silent.stats().waitingReceivers, 0);
  });
});

test("a next on a closed channel wins over silent ones, and answers done", async () => {
  await simulate(function* () {
    const closed = channel<number>();
    const silent = channel<number>();
    closed.close();
    const got = yield* select({ silent: silent.next(), closed: closed.next() });
    assert.deepEqual(got, { key: "closed", value: { done: true, value: undefined } });
  });
});

test("a send on a closed channel wins over silent ones, and throws ClosedError", async () => {
  await simulate(function* () {
    const closed = channel<number>(5);
    const silent = channel<number>();
    closed.close();
    const error = yield* caught(ClosedError, select({ silent: silent.receive(), closed: closed.send(1) }));
    assert.equal(error.by, "sender");
    assert.equal(silent.stats().waitingReceivers, 0);
  });
});

test("a closed channel is one ready case among others: chosen about half the time, and harmless otherwise", async () => {
  const counts = await simulate(function* () {
    const closed = channel<number>();
    closed.close();
    const counts = { ended: 0, value: 0 };
    for (let n = 0; n < 2_000; n++) {
      try {
        yield* select({ closed: closed.receive(), open: always(1) });
        counts.value++;
      } catch (error) {
        assert.ok(error instanceof EndOfChannel);
        counts.ended++;
      }
    }
    return counts;
  });
  assert.equal(counts.ended + counts.value, 2_000);
  assert.ok(counts.ended > 850 && counts.ended < 1_150, `${counts.ended}`);
});

test("values left in a closed channel come before its end", async () => {
  await simulate(function* () {
    const c = channel<number>(3);
    for (let n = 0; n < 3; n++) yield* c.send(n);
    c.close();
    for (let n = 0; n < 3; n++) assert.deepEqual(yield* select({ c: c.receive() }), { key: "c", value: n });
    yield* caught(EndOfChannel, select({ c: c.receive() }));
  });
});

for (const [what, failure] of [
  ["close", undefined],
  ["close with an error", new Error("broke")],
] as const) {
  test(`${what} wakes a select that waits to receive, and takes it out of its other lines`, async () => {
    await simulate(function* () {
      const c = channel<number>();
      const silent = channel<number>();
      const task = go(function* () {
        return yield* caught(Error, select({ silent: silent.send(1), c: c.receive() }));
      });
      yield* yieldNow();
      assert.equal(silent.stats().waitingSenders, 1);
      c.close(failure);
      assert.equal(silent.stats().waitingSenders, 0);
      const error = yield* task;
      if (failure === undefined) assert.ok(error instanceof EndOfChannel);
      else assert.equal(error, failure);
    });
  });
}

test("close wakes a select that waits to send with ClosedError, and takes it out of its other lines", async () => {
  await simulate(function* () {
    const c = channel<number>(0, { name: "c" });
    const silent = channel<number>();
    const task = go(function* () {
      return yield* caught(ClosedError, select({ silent: silent.receive(), c: c.send(1) }));
    });
    yield* yieldNow();
    c.close();
    assert.equal(silent.stats().waitingReceivers, 0);
    const error = yield* task;
    assert.equal(error.by, "sender");
    assert.match(error.message, /"c" was closed/);
  });
});

test("cancel by the receiver wakes a select that waits to send", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const silent = channel<number>();
    const task = go(function* () {
      return yield* caught(ClosedError, select({ silent: silent.receive(), c: c.send(1) }));
    });
    yield* yieldNow();
    c.cancel();
    assert.equal(silent.stats().waitingReceivers, 0);
    assert.equal((yield* task).by, "receiver");
  });
});

test("close of a channel that one select waits on at both ends wakes it once", async () => {
  await simulate(function* () {
    const c = channel<number>();
    let woken = 0;
    const task = go(function* () {
      try {
        yield* select({ give: c.send(1), take: c.next(), again: c.send(2), more: c.next() });
      } catch (error) {
        assert.ok(error instanceof ClosedError);
      }
      woken++;
      yield* yieldNow();
      yield* yieldNow();
    });
    yield* yieldNow();
    c.close();
    assert.deepEqual([c.stats().waitingSenders, c.stats().waitingReceivers], [0, 0]);
    yield* task;
    assert.equal(woken, 1);
  });
});

test("a merge of channels that end one by one, with next, sees every value and every end", async () => {
  await simulate(function* () {
    const sources = Array.from({ length: 8 }, () => channel<number>(2));
    for (const [i, source] of sources.entries()) {
      go(function* () {
        for (let n = 0; n < 10 * i; n++) yield* source.send(n);
        source.close();
      });
    }
    const open = new Set(sources);
    let values = 0;
    while (open.size > 0) {
      const list = [...open];
      const { key, value } = yield* select(list.map((source) => source.next()));
      if (value.done === true) open.delete(list[key]!);
      else values++;
    }
    assert.equal(values, 10 * (0 + 1 + 2 + 3 + 4 + 5 + 6 + 7));
  });
});

test("after a failed select the channels are as they were, and the task goes on", async () => {
  await simulate(function* () {
    const closed = channel<number>();
    const other = channel<number>(1);
    closed.close();
    yield* caught(ClosedError, select({ a: closed.send(1), b: other.receive() }));
    yield* other.send(5);
    assert.deepEqual(selectNow({ b: other.receive() }), { key: "b", value: 5 });
    assert.deepEqual(other.stats(), { sent: 1, received: 1, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
  });
});
