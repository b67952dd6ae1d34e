// shield: what lies inside is not reached by cancellation, what comes after it is.

import assert from "node:assert/strict";
import { test } from "node:test";
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
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

test("a task cancelled inside a shield goes on to the end of it, and throws at the next operation", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      const value = yield* shield(
        (function* (): Operation<string> {
          yield* sleep(10);
          yield* always(1);
          log.push("inside");
          return "value";
        })(),
      );
      log.push(value);
      yield* caught(Cancelled, always(1));
      log.push("cancelled");
    });
    yield* sleep(5);
    task.cancel();
    assert.equal(task.status, "waiting");
    yield* task;
    assert.deepEqual(log, ["inside", "value", "cancelled"]);
  });
});

test("a shield in a task that is cancelled already lifts the cancellation for its duration", async () => {
  await simulate(function* () {
    const task = go(function* () {
      currentTask().cancel();
      for (let i = 0; i < 3; i++) {
        yield* caught(Cancelled, always(1));
        assert.equal(yield* shield(always(i)), i);
        yield* shield(sleep(1));
      }
      yield* caught(Cancelled, always(1));
    });
    yield* task;
  });
});

test("a task that cancels itself inside a shield learns of it after the shield", async () => {
  await simulate(function* () {
    const task = go(function* () {
      yield* shield(
        (function* (): Operation<void> {
          currentTask().cancel();
          yield* sleep(1);
        })(),
      );
      yield* caught(Cancelled, always(1));
      yield* shield(shield(sleep(1)));
      yield* caught(Cancelled, always(1));
    });
    yield* task;
  });
});

test("a group inside a shield is shielded with its children; go inside a shield is not", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      yield* shield(
        group(function* (g) {
          g.go(function* () {
            yield* sleep(10);
            log.push("child of the group");
          });
          go(function* () {
            yield* sleep(10);
            log.push("go in the group");
          });
        }),
      );
      yield* shield(
        (function* (): Operation<void> {
          go(function* () {
            log.push("never runs");
          });
          yield* sleep(1);
        })(),
      );
    });
    yield* sleep(5);
    task.cancel();
    yield* caught(
      TaskCancelledError,
      (function* (): Operation<void> {
        yield* task;
        yield* yieldNow();
        throw new TaskCancelledError("it returned normally");
      })(),
    );
    assert.deepEqual(log, ["child of the group", "go in the group"]);
  });
});

test("a group inside a shield can still be cancelled by its own handle", async () => {
  await simulate(function* () {
    yield* shield(
      (function* (): Operation<void> {
        const error = yield* caught(
          TaskCancelledError,
          group(function* (g) {
            g.cancel("by hand");
            yield* never;
          }),
        );
        assert.equal(error.reason, "by hand");
      })(),
    );
  });
});

test("an error leaves a shield as it is, and the scope is in order after it", async () => {
  await simulate(function* () {
    yield* caught(
      RangeError,
      shield(
        (function* (): Operation<void> {
          yield* sleep(1);
          throw new RangeError("inside");
        })(),
      ),
    );
    const child = go(() => sleep(1));
    yield* child;
  });
});

test("a shielded leaf can be used again, a shielded generator only once", async () => {
  await simulate(function* () {
    const ch = channel<number>(4);
    for (let i = 0; i < 3; i++) ch.trySend(i);
    const receive = shield(ch.receive());
    assert.deepEqual([yield* receive, yield* receive, yield* receive], [0, 1, 2]);
    const once = shield(
      (function* (): Operation<number> {
        return 5;
      })(),
    );
    assert.equal(yield* once, 5);
    const error = yield* caught(MisuseError, once);
    assert.match(error.message, /used before/);
  });
});

test("shield refuses what is no operation at the call", () => {
  for (const value of [undefined, null, 5, "text", [], {}, () => {}])
    thrown(MisuseError, () => shield(value as unknown as Operation<void>));
});
