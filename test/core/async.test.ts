// Async bodies: tasks that await. What works before the first await, what works after it, and what cancellation does to them.
// own process: listens for rejections to its end

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  select,
  sleep,
  TaskCancelledError,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

/** Lets every microtask run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an async body is a task: its value, its error and its children are", async () => {
  const value = await simulate(async () => {
    const child = go(async () => {
      await null;
      return 2;
    });
    return 40 + (await child);
  });
  assert.equal(value, 42);
  await rejected(
    RangeError,
    simulate(function* () {
      yield* go(async () => {
        throw new RangeError("boom");
      });
    }),
  );
});

test("go and currentTask work before the first await, and are misuse after it", async () => {
  await simulate(async () => {
    const me = currentTask();
    assert.equal(me.status, "running");
    go(() => {});
    await settled();
    assert.equal(me.status, "waiting");
    thrown(MisuseError, () => currentTask());
    assert.match(thrown(MisuseError, () => go(() => {})).message, /async body before its first await/);
  });
});

test("a cancelled async task aborts its signal and waits for the body", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(async () => {
      const { signal } = currentTask();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      log.push(`aborted: ${signal.reason}`);
      await settled();
      log.push("cleaned up");
      signal.throwIfAborted();
    });
    yield* sleep(1);
    task.cancel("stop");
    assert.equal(task.status, "waiting");
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(log, ["aborted: stop", "cleaned up"]);
    assert.equal(task.status, "cancelled");
  });
});

test("a cancelled async task that returns normally has succeeded, one that throws something else has failed", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const ending = (end: () => string) =>
          g.go(async () => {
            const { signal } = currentTask();
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            return end();
          });
        const good = ending(() => "value");
        const bad = ending(() => {
          throw new RangeError("cleanup");
        });
        const aborted = ending(() => {
          throw new DOMException("the call was aborted", "AbortError");
        });
        yield* sleep(1);
        for (const task of [good, bad, aborted]) task.cancel("why");
        assert.equal(yield* good, "value");
        yield* caught(RangeError, bad);
        yield* caught(TaskCancelledError, aborted);
      },
      { failures: "isolate" },
    );
  });
});

test("me.run performs an operation as a child, and its error goes to the promise alone", async () => {
  await simulate(async () => {
    const me = currentTask();
    await settled();
    const ch = channel<number>(1);
    await me.run(ch.send(5));
    assert.equal(await me.run(ch.receive()), 5);
    assert.equal(await me.run(always(1).map((n) => n + 1)), 2);
    const composite = function* (): Operation<number> {
      yield* sleep(10);
      return 7;
    };
    assert.equal(await me.run(composite()), 7);
    assert.equal(await me.run(group(composite)), 7);
    const failing = function* (): Operation<void> {
      go(() => {
        throw new RangeError("boom");
      });
      yield* never;
    };
    await rejected(RangeError, me.run(failing()));
    assert.equal(me.status, "waiting");
    return "goes on";
  });
});

test("what me.run performs is cancelled with the task, and its promise rejects with Cancelled", async () => {
  await simulate(function* () {
    const seen: unknown[] = [];
    const operations: (() => Operation<unknown>)[] = [
      () => sleep(1_000),
      () => group(() => never),
      function* () {
        yield* group(() => sleep(1_000));
      },
      () => select({ a: sleep(1_000) }),
    ];
    for (const op of operations) {
      const task = go(async () => {
        const me = currentTask();
        await settled();
        try {
          await me.run(op());
        } catch (error) {
          seen.push(error instanceof Cancelled ? error.reason : error);
          throw error;
        }
      });
      yield* sleep(10);
      task.cancel("why");
      yield* caught(TaskCancelledError, task);
    }
    assert.deepEqual(seen, ["why", "why", "why", "why"]);
  });
});

test("me.run in a cancelled task never starts the operation", async () => {
  await simulate(function* () {
    let started = false;
    const task = go(async () => {
      const me = currentTask();
      me.cancel("over");
      await rejected(
        Cancelled,
        me.run(
          (function* (): Operation<void> {
            started = true;
            yield* always(1);
          })(),
        ),
      );
    });
    yield* task;
    assert.equal(started, false);
  });
});

test("me.run after the end of the task is misuse, and so is what is no operation", async () => {
  await simulate(function* () {
    const task = go(function* () {});
    yield* task;
    thrown(MisuseError, () => task.run(sleep(1)));
    const me = currentTask();
    for (const value of [undefined, 5, [], {}, () => {}])
      thrown(MisuseError, () => me.run(value as unknown as Operation<void>));
  });
});

test("a leaf made in the first step and awaited then is reached by cancellation", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const task = go(async () => {
      await ch.receive();
    });
    yield* sleep(1);
    assert.equal(ch.stats().waitingReceivers, 1);
    task.cancel("why");
    assert.equal(ch.stats().waitingReceivers, 0);
    const error = yield* caught(TaskCancelledError, task);
    assert.equal(error.reason, "why");
  });
});

test("the failure of an awaited leaf goes to its promise alone", async () => {
  const value = await simulate(async () => {
    const ch = channel<number>();
    go(function* () {
      yield* sleep(1);
      ch.close(new RangeError("closed with this"));
    });
    await rejected(RangeError, Promise.resolve(ch.receive()));
    return "goes on";
  });
  assert.equal(value, "goes on");
});

test("a task that ends while its me.run goes on waits for it", async () => {
  await simulate(function* () {
    let done = false;
    yield* go(async () => {
      void currentTask().run(
        (function* (): Operation<void> {
          yield* sleep(10);
          done = true;
        })(),
      );
    });
    assert.equal(done, true);
  });
});
