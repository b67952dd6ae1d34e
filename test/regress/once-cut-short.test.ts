// Whether a body had been cut short by the end of its run was asked of the innermost scope of the main task, and later only whether the run was over. So a
// main task inside a shield hid it, one inside a cancelled group pretended it, and a body that had cancelled itself was run again by the next run.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currentTask,
  go,
  group,
  Latch,
  never,
  Once,
  type Operation,
  run,
  SingleFlight,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

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

test("a body that cancels itself while its run is being cancelled is not started again and again", async () => {
  let ran = 0;
  const once = new Once(function* () {
    assert.ok(++ran < 5);
    currentTask().cancel("not today");
    yield* never;
  });
  const controller = new AbortController();
  await run(
    function* () {
      const cleanup = go(() =>
        shield(
          caught(
            TaskCancelledError,
            group(() => yieldThen(once)),
          ),
        ),
      );
      yield* yieldNow();
      controller.abort("enough");
      yield* shield(cleanup);
    },
    { signal: controller.signal },
  );
  assert.equal(ran, 1);
});

function* yieldThen(once: Once<void>): Operation<void> {
  yield* yieldNow();
  yield* once.do();
}

for (const name of ["Once", "SingleFlight"])
  test(`a caller of a ${name} that is cancelled as its body is cut short ends cancelled, and starts nothing`, async () => {
    let ran = 0;
    const body = function* (): Operation<void> {
      ran++;
      yield* never;
    };
    const once = new Once(body);
    const flights = new SingleFlight<string, void>();
    const ask = (): Operation<unknown> => (name === "Once" ? once.do() : flights.do("key", body));
    let caller: Task<unknown> | undefined;
    const shut = new Latch();
    const first = run(function* () {
      go(ask);
      yield* yieldNow();
      yield* yieldNow();
      go(function* () {
        try {
          yield* never;
        } finally {
          caller?.cancel(); // the body has just ended, and the caller has been woken
        }
      });
      yield* shut.wait();
      throw new RangeError("boom");
    });
    const second = run(function* () {
      yield* yieldNow();
      yield* yieldNow();
      caller = go(ask);
      for (let i = 0; i < 3; i++) yield* yieldNow();
      assert.equal(caller.status, "waiting");
      shut.open();
      yield* caught(TaskCancelledError, caller);
      assert.equal(caller.status, "cancelled");
    });
    await rejected(RangeError, first);
    await second;
    assert.equal(ran, 1);
  });
