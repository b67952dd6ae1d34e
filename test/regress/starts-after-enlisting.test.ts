// A select that waited for callback, until(f) or a source called users in the midst of enlisting its cases: what the call did to a channel or a signal of
// a case behind was missed, and so was a cancellation of the task itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aborted,
  callback,
  channel,
  currentTask,
  fromIterable,
  go,
  select,
  type Task,
  TaskCancelledError,
  until,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { orders } from "../support/orders.ts";

const forever = new Promise<never>(() => {});

test("a select finds the value that the start of its first case puts into the buffer of its second", async () => {
  await orders(50, function* () {
    const ch = channel<number>(1);
    const starts = [callback(() => void ch.trySend(1)), until(() => (ch.trySend(1) ? forever : forever))];
    for (const start of starts) {
      assert.deepEqual(yield* select([start, ch.receive()]), { key: 1, value: 1 });
      assert.deepEqual(yield* select([ch.receive(), start]), { key: 0, value: 1 });
      const nested = yield* select([select([start, select([start])]), select([ch.receive()])]);
      assert.deepEqual(nested, { key: 1, value: { key: 0, value: 1 } });
      while (ch.tryReceive().ok) {} // the second start was called too if the first did not decide
    }
  });
});

test("a select hears of the signal that the start of its first case aborts", async () => {
  await orders(50, function* () {
    const controller = new AbortController();
    const got = yield* select({ start: callback(() => controller.abort("now")), end: aborted(controller.signal) });
    assert.deepEqual(got, { key: "end", value: "now" });
  });
});

test("a start that cancels its own task is given up, with every case of the select", async () => {
  await orders(50, function* () {
    const ch = channel<number>();
    let cleaned = 0;
    const task: Task<unknown> = go(function* () {
      const me = currentTask();
      const start = callback(() => {
        me.cancel();
        return () => cleaned++;
      });
      yield* select([ch.receive(), start, ch.receive()]);
    });
    yield* caught(TaskCancelledError, task);
    assert.deepEqual([ch.stats().waitingReceivers, cleaned], [0, 1]);
  });
});

test("a source whose next() cancels the task that receives does not keep it waiting", async () => {
  await simulate(function* () {
    let reader: Task<unknown> | undefined;
    const source = fromIterable({
      [Symbol.asyncIterator]: () => ({
        next() {
          reader?.cancel();
          return forever;
        },
      }),
    });
    reader = go(() => source.receive());
    yield* caught(TaskCancelledError, reader);
  });
});

test("a source whose start takes the value of another case leaves the select waiting for it", async () => {
  await simulate(function* () {
    const ch = channel<string>(1);
    ch.trySend("value");
    const source = fromIterable(
      (async function* () {
        ch.tryReceive();
        yield "other";
      })(),
    );
    const got = yield* select([ch.receive(), source.receive()], { priority: true });
    assert.deepEqual(got, { key: 0, value: "value" });
  });
});
