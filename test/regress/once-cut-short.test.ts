// Whether a body had been cut short by the end of its run was asked of the innermost scope of the main task, and later only whether the run was over. So a
// main task inside a shield hid it, one inside a cancelled group pretended it, and a body that had cancelled itself was run again by the next run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, group, never, Once, run, shield, sleep, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a body that cancelled itself counts as done, in this run and in the next", async () => {
  let ran = 0;
  const once = new Once(function* () {
    ran++;
    currentTask().cancel("not today");
    yield* never;
  });
  for (let i = 0; i < 2; i++) {
    await simulate(function* () {
      const error = yield* caught(TaskCancelledError, once.do());
      assert.equal(error.reason, "not today");
    });
  }
  assert.equal(ran, 1);
});

test("a body that cancelled itself counts as done although the main task stands in a cancelled group", async () => {
  let ran = 0;
  const once = new Once(function* () {
    assert.ok(++ran < 5);
    currentTask().cancel("not today");
    yield* never;
  });
  await simulate(function* () {
    const asker = go(function* () {
      yield* sleep(10);
      yield* caught(TaskCancelledError, once.do());
    });
    yield* caught(
      TaskCancelledError,
      group(function* (g) {
        g.go(function* () {
          yield* shield(sleep(100));
        });
        yield* sleep(1);
        g.cancel();
        yield* never;
      }),
    );
    yield* asker;
  });
  assert.equal(ran, 1);
});

test("a body cut short by its run does not count as done although the main task stands in a shield", async () => {
  let ran = 0;
  const once = new Once(function* () {
    ran++;
    yield* yieldNow();
    if (ran === 1) yield* never;
    return ran;
  });
  const controller = new AbortController();
  const ended = run(
    function* () {
      go(() => shield(once.do()));
      yield* yieldNow();
      yield* shield(
        group(function* () {
          yield* yieldNow();
          controller.abort("enough");
          assert.equal(yield* once.do(), 2);
        }),
      );
    },
    { signal: controller.signal },
  );
  await ended; // the main task came to its end by itself
  assert.equal(ran, 2);
});
