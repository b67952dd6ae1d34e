// callback: starts, answers and cleanups that call back into the library, in the worst places.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  callback,
  channel,
  go,
  type Operation,
  run,
  select,
  selectNow,
  sleep,
  type Task,
  TaskCancelledError,
  timer,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { explored } from "../support/explored.ts";

/** Waits for what comes from outside the simulation, which would be dry otherwise. */
function* turns(signal: Channel<void>): Operation<void> {
  while (!signal.tryReceive().ok) yield* sleep(1);
}

test("a start may answer by way of another case of its select", async () => {
  await explored(200, (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const start = callback<string>((resolve) => {
        ch.trySend("sent by start");
        resolve("too late");
        return () => void ch.trySend("sent by cleanup");
      });
      for (const cases of [
        [start, ch.receive()],
        [ch.receive(), start],
      ]) {
        const got = yield* select(cases);
        assert.equal(got.value, "sent by start");
        assert.deepEqual(ch.tryReceive(), { ok: false, closed: false });
      }
    };
  });
});

for (const { first, winners } of [
  { first: "close the channel", winners: 3 },
  { first: "cancel the tasks", winners: 1 },
]) {
  test(`a cleanup may ${first} of the same select, and what it does first counts`, async () => {
    await explored(500, (watch) => {
      const ch = watch(channel<string>());
      const other = watch(channel<string>());
      return function* () {
        const tasks: Task<unknown>[] = [];
        let cleaned = 0;
        const cleanup = () => {
          cleaned++;
          if (cleaned === 1 && winners === 3) ch.close();
          for (const task of tasks) task.cancel("cleanup");
          if (cleaned === 1 && winners === 1) ch.close();
        };
        const op = callback(() => cleanup);
        for (let i = 0; i < 3; i++) tasks.push(go(() => select([ch.next(), op, select([op, other.next()])])));
        yield* yieldNow();
        yield* yieldNow();
        while (tasks.some((task) => task.status !== "waiting")) yield* yieldNow();
        yield* other.send("go");
        let values = 0;
        for (const task of tasks) {
          try {
            yield* task;
            values++;
          } catch (error) {
            assert.ok(error instanceof TaskCancelledError);
          }
        }
        assert.deepEqual([cleaned, values], [6, winners]);
      };
    });
  });
}

test("a cleanup that cancels the task that is running takes effect at its next operation", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    let went = 0;
    const tasks: Task<unknown>[] = [];
    const waiting = go(() => select([ch.receive(), callback(() => () => tasks[0]?.cancel())]));
    yield* yieldNow();
    tasks.push(
      go(function* () {
        yield* ch.send(1);
        went++; // in the same step: the cleanup comes after it
        yield* sleep(0);
        went++;
      }),
    );
    yield* waiting;
    yield* caught(TaskCancelledError, tasks[0] as Task<unknown>);
    assert.equal(went, 1);
  });
});

test("a start, an answer and a cleanup may cancel their own task", async () => {
  await simulate(function* () {
    for (const where of ["start", "start and answer", "cleanup"]) {
      const tasks: Task<unknown>[] = [];
      let cleaned = 0;
      const op = callback<number>((resolve) => {
        if (where !== "cleanup") tasks[0]?.cancel();
        if (where === "start and answer") resolve(1);
        if (where === "cleanup") setImmediate(resolve, 1);
        return () => {
          cleaned++;
          tasks[0]?.cancel();
        };
      });
      tasks.push(
        go(function* () {
          yield* select([op, sleep(100)]);
          yield* sleep(0);
        }),
      );
      yield* caught(TaskCancelledError, tasks[0] as Task<unknown>);
      assert.equal(cleaned, 1, where);
    }
  });
});

test("a cleanup may answer others, start runs, set timers, and make cleanups run within cleanups", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const t = timer(1_000);
    const answers: ((text: string) => void)[] = [];
    const inner = go(() => callback<string>((resolve) => void answers.push(resolve)));
    const deep = go(() => callback(() => () => log.push("deep")));
    const outer = go(() =>
      callback(() => () => {
        log.push("outer");
        answers[0]?.("from cleanup");
        t.reset(1);
        deep.cancel();
        selectNow([t.fired]);
        void run(() => {});
        log.push("outer done");
      }),
    );
    yield* yieldNow();
    outer.cancel();
    assert.deepEqual(log, ["outer", "deep", "outer done"]);
    assert.equal(yield* inner, "from cleanup");
    assert.equal(yield* t.fired, 1);
  });
});

test("a callback inside a call inside a callback is cleaned up to the bottom", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const begun = channel<void>(1);
    const ended = channel<void>(1);
    const task = go(() =>
      callback<void>((resolve) => {
        const stop = new AbortController();
        const inner = run(
          () =>
            until((signal) => {
              signal.addEventListener("abort", () => log.push("call aborted"));
              begun.trySend();
              return new Promise(() => {});
            }),
          { signal: stop.signal },
        );
        inner.then(
          () => resolve(),
          (reason) => {
            log.push(`run ended: ${reason}`);
            ended.trySend();
          },
        );
        return () => stop.abort("given up");
      }),
    );
    yield* turns(begun);
    task.cancel();
    assert.deepEqual(log, ["call aborted"]);
    yield* turns(ended);
    assert.deepEqual(log, ["call aborted", "run ended: given up"]);
  });
});
