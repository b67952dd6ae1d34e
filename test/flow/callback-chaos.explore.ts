// Timers, tickers, promises, calls, callbacks, signals and sources mixed in nested selects, in random programs and random orders: every start is cleaned up
// once, every call that did not win is aborted, no value of a source or channel is lost or doubled, and nothing is left behind.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import {
  aborted,
  callback,
  channel,
  fromIterable,
  go,
  type Selectable,
  select,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
  ticker,
  timer,
  until,
  yieldNow,
} from "offshoot";
import { Random } from "../../src/base/random.ts";
import { scheduler } from "../support/clock.ts";
import { explored } from "../support/explored.ts";

async function* counting(): AsyncGenerator<number> {
  for (let n = 1; ; n++) {
    if (n % 3 === 0) await null;
    yield n;
  }
}

test("random selects over everything that waits keep every promise made", async () => {
  let runs = 0;
  const outcomes = await explored(4_000, (watch) => {
    const random = new Random(++runs);
    const draw = (n: number): number => random.below(n);
    const ch = watch(channel<number>(draw(2)));
    return function* () {
      const source = watch(fromIterable(counting()));
      const beats = watch(ticker(2));
      const clock = watch(timer(3));
      const controller = new AbortController();
      const promise = new Promise<string>((resolve) => setImmediate(resolve, "promise"));
      const tasks: Task<unknown>[] = [];
      const received: number[] = [];
      const sourced: number[] = [];
      let sent = 0;
      let starts = 0;
      let cleanups = 0;
      let calls = 0;
      let abortions = 0;
      let answered = 0;

      const mischief = (): void => {
        const what = draw(9);
        if (what === 0) tasks[draw(tasks.length)]?.cancel();
        else if (what === 1) clock.reset(draw(3));
        else if (what === 2) clock.stop();
        else if (what === 3) beats.reset(1 + draw(3));
        else if (what === 4 && draw(8) === 0) controller.abort("over");
        else if (what === 5 && ch.trySend(sent + 1)) sent++;
      };
      const start = callback<"callback">((resolve) => {
        starts++;
        mischief();
        const when = draw(3);
        if (when === 0) resolve("callback");
        else if (when === 1) queueMicrotask(() => resolve("callback"));
        return () => {
          cleanups++;
          mischief();
        };
      });
      const call = until((signal) => {
        calls++;
        signal.addEventListener("abort", () => {
          abortions++;
          mischief();
        });
        mischief();
        return draw(3) === 0 ? Promise.resolve("call" as const) : new Promise<"call">(() => {});
      });
      const leaf = (depth: number): Selectable<unknown> => {
        switch (draw(depth > 0 ? 10 : 9)) {
          case 0:
            return start;
          case 1:
            return call.map((value) => {
              answered++;
              return value;
            });
          case 2:
            return clock.fired;
          case 3:
            return beats.receive();
          case 4:
            return aborted(controller.signal);
          case 5:
            return until(promise);
          case 6:
            return source.receive().map((n) => sourced.push(n));
          case 7:
            return ch.receive().map((n) => received.push(n));
          case 8:
            return sleep(draw(4));
          default:
            return select(Array.from({ length: draw(3) }, () => leaf(depth - 1)));
        }
      };
      for (let i = 0; i < 3; i++) {
        tasks.push(
          go(function* () {
            for (let n = 0; n < 4; n++) {
              yield* select([leaf(2), leaf(2), sleep(5)]);
              if (draw(2) === 0) yield* yieldNow();
              if (draw(4) === 0 && ch.trySend(sent + 1)) sent++;
            }
          }),
        );
      }
      let cancelled = 0;
      for (const task of tasks) {
        try {
          yield* task;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
          cancelled++;
        }
      }
      yield* shield(sleep(1));
      for (let got = ch.tryReceive(); got.ok; got = ch.tryReceive()) received.push(got.value);
      assert.equal(cleanups, starts);
      assert.ok(
        calls - abortions >= answered && calls - abortions <= answered + cancelled,
        "calls that neither won nor were aborted",
      );
      assert.deepEqual(
        received.sort((a, b) => a - b), // the tasks that got them run in any order
        Array.from({ length: sent }, (_, n) => n + 1),
      );
      assert.deepEqual(
        sourced.sort((a, b) => a - b),
        sourced.map((_, n) => n + 1),
      );
      assert.equal(getEventListeners(controller.signal, "abort").length, 0);
      assert.equal(scheduler().hasTimers, false);
      return cancelled;
    };
  });
  assert.ok(outcomes.size >= 3, [...outcomes.keys()].join());
});
