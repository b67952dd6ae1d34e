// The limit of a group: children above it stay ready and start in turn; those cancelled meanwhile never run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, MisuseError, type Operation, sleep, type Task, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

test("a limited group starts children in turn: those above it stay ready, and size counts all", async () => {
  await simulate(function* () {
    const started: number[] = [];
    let running = 0;
    let most = 0;
    yield* group(
      function* (g) {
        const tasks = Array.from({ length: 7 }, (_, n) =>
          g.go(function* () {
            started.push(n);
            most = Math.max(most, ++running);
            yield* sleep(10 - n);
            running--;
          }),
        );
        assert.equal(g.size, 7);
        assert.equal(
          g.tryGo(() => {}),
          undefined,
        );
        yield* yieldNow();
        assert.deepEqual(
          tasks.map(({ status }) => status),
          ["waiting", "waiting", ...Array<string>(5).fill("ready")],
        );
        yield* tasks[6] as Task<void>;
        yield* sleep(20);
        assert.equal(g.size, 0);
        const late = g.tryGo(() => "late");
        assert.equal(yield* late as Task<string>, "late");
      },
      { limit: 2 },
    );
    assert.equal(most, 2);
    assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6]);
  });
});

test("queued children that are cancelled never run, and give their turn to the next", async () => {
  await simulate(function* () {
    const ran: number[] = [];
    yield* group(
      function* (g) {
        const tasks = [0, 1, 2, 3].map((n) =>
          g.go(function* () {
            ran.push(n);
            yield* sleep(5);
          }),
        );
        yield* yieldNow();
        tasks[1]?.cancel("not you");
        tasks[3]?.cancel();
        assert.equal((yield* caught(TaskCancelledError, tasks[1] as Task<void>)).reason, "not you");
        assert.equal(g.size, 2);
      },
      { limit: 1 },
    );
    assert.deepEqual(ran, [0, 2]);
  });
});

test("a group of a limit that cannot be is misuse at the call", () => {
  for (const limit of [0, -1, 1.5, Number.NaN, "2", null])
    thrown(MisuseError, () => group(() => {}, { limit: limit as number }));
  thrown(MisuseError, () => group(() => {}, { failures: "ignore" as "isolate" }));
  const fine: Operation<void> = group(() => {}, { limit: Number.POSITIVE_INFINITY });
  assert.ok(fine);
});
