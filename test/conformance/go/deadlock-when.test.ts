// When all tasks are asleep, and when not: sleeps hold the verdict up, sleeps that were withdrawn do not. Where Go ends the process, here the root is
// cancelled first, so that cleanup runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, channel, DeadlockError, go, never, type Operation, sleep, type Task, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected } from "../../support/caught.ts";

test("main returning does not end the program, unlike Go: its value comes when the children are done", async () => {
  let finished = 0;
  const value = await simulate(function* () {
    for (let i = 0; i < 3; i++) {
      go(function* () {
        yield* sleep(100 * i);
        finished++;
      });
    }
    return "main's";
  });
  assert.equal(value, "main's");
  assert.equal(finished, 3);
});

test("a pending sleep suppresses the verdict: somebody may still come", async () => {
  const value = await simulate(function* () {
    const c = channel<string>();
    go(function* () {
      yield* sleep(86_400_000);
      yield* c.send("late");
    });
    return yield* c.receive();
  });
  assert.equal(value, "late");
});

test("a sleep that was withdrawn, as a stopped timer, does not suppress it", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const sleeper: Task<void> = go(function* () {
        yield* sleep(86_400_000);
      });
      yield* yieldNow();
      sleeper.cancel();
      yield* never;
    }),
  );
  assert.match(error.message, /1 of 1 tasks/);
});

test("the verdict comes after the last sleep, not before", async () => {
  const log: string[] = [];
  await rejected(
    DeadlockError,
    simulate(function* () {
      go(function* () {
        for (let i = 0; i < 3; i++) {
          yield* sleep(1_000);
          log.push(`tick ${i}`);
        }
      });
      try {
        yield* never;
      } finally {
        log.push("verdict");
      }
    }),
  );
  assert.deepEqual(log, ["tick 0", "tick 1", "tick 2", "verdict"]);
});

test("under the verdict every task is cancelled with the DeadlockError, and cleanup runs", async () => {
  const reasons: unknown[] = [];
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const c = channel<number>();
      function* waiter(): Operation<void> {
        try {
          yield* c.receive();
        } catch (thrown) {
          assert.ok(thrown instanceof Cancelled);
          reasons.push(thrown.reason);
          throw thrown;
        }
      }
      go(waiter);
      go(waiter);
      yield* waiter();
    }),
  );
  assert.deepEqual(reasons, [error, error, error]);
});

test("a verdict cannot be swallowed: the run rejects though main catches everything and returns", async () => {
  await rejected(
    DeadlockError,
    simulate(function* (): Operation<string> {
      try {
        return yield* never;
      } catch {
        return "all is well";
      }
    }),
  );
});

test("a program that has just enough partners is no deadlock, in production's order or any other", async () => {
  for (let seed = 0; seed < 50; seed++) {
    await simulate(
      function* () {
        const c = channel<number>();
        for (let n = 0; n < 5; n++) go(() => c.send(n));
        for (let n = 0; n < 5; n++) go(() => c.receive());
      },
      { seed },
    );
  }
});
