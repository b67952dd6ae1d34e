// AbortSignal both ways: run(body, { signal }) is cancelled by one; tasks and groups have one of their own.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import {
  aborted,
  Cancelled,
  currentTask,
  go,
  group,
  MisuseError,
  named,
  never,
  run,
  select,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
  TimeoutError,
  timeout,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

const handlers = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;
const outcome = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error) => error,
  );

test("a run rejects with the reason of its signal, after cleanup", async () => {
  for (const reason of [new Error("boom"), "text", null, 0]) {
    const controller = new AbortController();
    const log: string[] = [];
    const running = run(
      function* () {
        const child = go(function* () {
          try {
            queueMicrotask(() => controller.abort(reason));
            yield* never;
          } finally {
            log.push("child");
          }
        });
        try {
          yield* child;
        } finally {
          yield* shield(yieldNow());
          log.push("cleanup");
        }
      },
      { signal: controller.signal },
    );
    assert.equal(await outcome(running), reason);
    assert.deepEqual(log, ["child", "cleanup"]);
  }
});

test("a run with a signal that is aborted already never calls its body", async () => {
  let called = false;
  const signal = AbortSignal.abort("before");
  const running = run(
    () => {
      called = true;
    },
    { signal },
  );
  assert.equal(await outcome(running), "before");
  assert.equal(called, false);
  assert.equal(handlers(signal), 0);
});

test("aborting after a run has ended does nothing, and no handler is left", async () => {
  const controller = new AbortController();
  assert.equal(await run(() => 5, { signal: controller.signal }), 5);
  await rejected(
    RangeError,
    run(
      () => {
        throw new RangeError("boom");
      },
      { signal: controller.signal },
    ),
  );
  assert.equal(handlers(controller.signal), 0);
  controller.abort();
});

test("a body that returns although its signal was aborted has succeeded, one that fails has failed", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const running = (end: () => unknown) =>
    run(
      function* () {
        try {
          yield* never;
        } catch {}
        return end();
      },
      { signal },
    );
  const both = [
    running(() => "value"),
    running(() => {
      throw new RangeError("boom");
    }),
    running(() => void currentTask().cancel("another reason")),
  ];
  await run(() => yieldNow()); // behind the three
  controller.abort("why");
  assert.deepEqual(await outcome(both[0] as Promise<unknown>), { value: "value" });
  await rejected(RangeError, both[1] as Promise<unknown>);
  assert.deepEqual(await outcome(both[2] as Promise<unknown>), { value: undefined });
});

test("a run that was cancelled from within before its signal was aborted says so", async () => {
  const controller = new AbortController();
  const running = run(
    named("main", function* () {
      currentTask().cancel("from within");
      controller.abort("too late");
      yield* never;
    }),
    { signal: controller.signal },
  );
  const error = await rejected(TaskCancelledError, running);
  assert.equal(error.reason, "from within");
});

test("many runs share one handler of their signal, with aborted too", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const runs = Array.from({ length: 20 }, () => outcome(run(() => select([aborted(signal), never]), { signal })));
  await run(() => yieldNow());
  assert.equal(handlers(signal), 1);
  controller.abort("why");
  for (const one of await Promise.all(runs))
    assert.ok(one === "why" || (one as { value: unknown }).value !== undefined);
  assert.equal(handlers(signal), 0);
});

test("what is no signal is misuse", async () => {
  for (const signal of [null, 5, {}, new AbortController()])
    assert.throws(() => run(() => {}, { signal: signal as AbortSignal }), MisuseError);
});

test("the signal of a task is aborted before cancel() returns, with the reason, and once", async () => {
  await simulate(function* () {
    for (const reason of ["why", null, undefined]) {
      const signals: AbortSignal[] = [];
      let heard = 0;
      const task = go(function* () {
        const { signal } = currentTask();
        assert.equal(signal, currentTask().signal);
        signals.push(signal);
        go(() => {
          signals.push(currentTask().signal);
          return never;
        });
        yield* never;
      });
      yield* yieldNow();
      yield* yieldNow();
      for (const signal of signals) signal.addEventListener("abort", () => heard++);
      task.cancel(reason);
      task.cancel("again");
      assert.deepEqual([signals.length, heard], [2, 2]);
      for (const signal of signals) {
        if (reason === undefined) assert.ok(signal.reason instanceof Cancelled);
        else assert.equal(signal.reason, reason);
      }
    }
  });
});

test("the signal of a task that ended well, or failed, is not aborted", async () => {
  await simulate(function* () {
    const done = go(() => currentTask().signal);
    assert.equal((yield* done).aborted, false);
    done.cancel();
    assert.equal(done.signal.aborted, false);
    const task = go(() => never);
    task.cancel("why");
    yield* caught(TaskCancelledError, task);
    assert.deepEqual([task.signal.aborted, task.signal.reason], [true, "why"]);
  });
});

test("the signal of a group is aborted by cancellation and by failure, not by its end", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    yield* group(function* (g) {
      signals.push(g.signal);
      g.go(() => sleep(1));
    });
    assert.equal(signals[0]?.aborted, false);
    const failing = group(function* (g) {
      signals.push(g.signal);
      g.go(function* () {
        yield* sleep(1);
        throw new RangeError("boom");
      });
      yield* never;
    });
    yield* caught(RangeError, failing);
    assert.ok(signals[1]?.reason instanceof RangeError);
    yield* group(function* (g) {
      const { signal } = g;
      g.cancel("enough");
      assert.deepEqual([signal.aborted, signal.reason], [true, "enough"]);
    });
  });
});

test("a handler of a signal may cancel tasks, also the one that is running", async () => {
  await simulate(function* () {
    const doomed: Task<unknown>[] = [];
    let went = false;
    const outer = go(() => never);
    outer.signal.addEventListener("abort", () => {
      for (const task of doomed) task.cancel("by the handler");
    });
    doomed.push(
      go(() => never),
      go(function* () {
        yield* yieldNow();
        outer.cancel();
        yield* sleep(0);
        went = true;
      }),
    );
    for (const task of doomed) assert.equal((yield* caught(TaskCancelledError, task)).reason, "by the handler");
    assert.equal(went, false);
  });
});

test("a time limit aborts what is called within it", async () => {
  await simulate(function* () {
    const signals: AbortSignal[] = [];
    const call = until((signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    yield* caught(TimeoutError, timeout(5, call));
    yield* caught(
      TimeoutError,
      timeout(
        5,
        group(function* () {
          yield* call;
        }),
      ),
    );
    assert.deepEqual(
      signals.map((signal) => signal.aborted),
      [true, true],
    );
  });
});
