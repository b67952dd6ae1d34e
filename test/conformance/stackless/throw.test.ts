// tasklet.throw and friends: an error is not put into another task in offshoot. A task is told to end, with any reason, which it meets as Cancelled; an
// error it fails with goes to its owner. What Stackless lets out of run() while the queue stays intact ends the run here, with everything in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  run,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected } from "../../support/caught.ts";

test("throwing into a task is cancelling it with a reason: the body meets Cancelled, which carries the very object", async () => {
  const reason = new RangeError("thrown into");
  const met: unknown[] = [];
  await simulate(function* () {
    const task = go(function* () {
      const cancelled = yield* caught(Cancelled, channel().receive());
      met.push(cancelled.reason);
      throw cancelled;
    });
    yield* yieldNow();
    task.cancel(reason);
    const error = yield* caught(TaskCancelledError, task);
    met.push(error.reason, error.cause);
  });
  assert.deepEqual(met, [reason, reason, reason]);
});

test("a reason is no failure: the owner goes on, unlike with an error thrown into a tasklet", async () => {
  const value = await simulate(function* () {
    const task = go(() => never);
    yield* yieldNow();
    task.cancel(new Error("only a reason"));
    yield* yieldNow();
    return "owner returned";
  });
  assert.equal(value, "owner returned");
});

test("a body may turn the reason into its failure by throwing it", async () => {
  const reason = new RangeError("serious");
  const error = await rejected(
    RangeError,
    simulate(function* () {
      const task = go(function* () {
        try {
          yield* never;
        } catch (error) {
          throw (error as Cancelled).reason;
        }
      });
      yield* yieldNow();
      task.cancel(reason);
      yield* never;
    }),
  );
  assert.equal(error, reason);
});

test("a body may answer the reason and return: then it has succeeded, and its value is delivered", async () => {
  const value = await simulate(function* () {
    const task = go(function* (): Operation<string> {
      try {
        return yield* never;
      } catch (error) {
        return `stopped: ${(error as Cancelled).reason}`;
      }
    });
    yield* yieldNow();
    task.cancel("lunch");
    return yield* task;
  });
  assert.equal(value, "stopped: lunch");
});

test("throwing into a task that has not started ends it without an error of its own", async () => {
  await simulate(function* () {
    const task = go(function* () {
      assert.fail("it ran");
    });
    task.cancel(new Error("early"));
    const error = yield* caught(TaskCancelledError, task);
    assert.match(error.message, /early/);
  });
});

test("an uncaught error comes out of run, and ends the run: what Stackless would keep in its queue is cleaned up", async () => {
  const log: string[] = [];
  await rejected(
    RangeError,
    simulate(function* () {
      for (const name of ["a", "b"]) {
        go(function* () {
          try {
            yield* sleep(10);
            log.push(`${name} went on`);
          } finally {
            log.push(`${name} cleaned`);
          }
        });
      }
      go(function* () {
        yield* yieldNow();
        throw new RangeError();
      });
    }),
  );
  assert.deepEqual(log, ["a cleaned", "b cleaned"]);
});

test("a failed run leaves the next one untouched", async () => {
  const c = channel<number>(1);
  await rejected(
    RangeError,
    run(function* () {
      go(() => c.receive());
      yield* yieldNow();
      throw new RangeError();
    }),
  );
  assert.equal(c.stats().waitingReceivers, 0);
  const value = await run(function* () {
    yield* c.send(5);
    return yield* c.receive();
  });
  assert.equal(value, 5);
});

test("runs side by side share the queue, and an error of one is none of the other's", async () => {
  const log: string[] = [];
  function* talk(name: string, fails: boolean): Operation<void> {
    for (let i = 0; i < 3; i++) {
      log.push(`${name}${i}`);
      yield* yieldNow();
      if (fails && i === 1) throw new RangeError(name);
    }
  }
  const [x, y] = await Promise.allSettled([run(() => talk("x", true)), run(() => talk("y", false))]);
  assert.equal(x.status, "rejected");
  assert.equal(y.status, "fulfilled");
  assert.deepEqual(log, ["x0", "y0", "x1", "y1", "y2"]);
});

test("two runs may talk through one channel", async () => {
  const c = channel<number>();
  const [sent, got] = await Promise.all([
    run(function* () {
      for (let n = 0; n < 5; n++) yield* c.send(n);
      c.close();
      return "sent";
    }),
    run(function* () {
      const got: number[] = [];
      for (let next = yield* c.next(); next.done !== true; next = yield* c.next()) got.push(next.value);
      return got;
    }),
  ]);
  assert.deepEqual([sent, got], ["sent", [0, 1, 2, 3, 4]]);
});

test("a kill of a group is thrown to whoever waits for the group, not to the group's owner at large", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const error = yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.go(function* () {
          yield* yieldNow();
          g.cancel("enough");
        });
        yield* never;
      }),
    );
    log.push(error.reason);
    yield* yieldNow(); // the owner is as alive as ever
    log.push("alive");
  });
  assert.deepEqual(log, ["enough", "alive"]);
});

test("a task that waits for its own end is told that this is misuse, and goes on", async () => {
  const value = await simulate(function* () {
    const task = go(function* selfish(): Operation<string> {
      const error = yield* caught(MisuseError, currentTask());
      assert.match(error.message, /"selfish" waits for its own end/);
      yield* yieldNow();
      yield* sleep(1);
      return "went on";
    });
    return yield* task;
  });
  assert.equal(value, "went on");
});
