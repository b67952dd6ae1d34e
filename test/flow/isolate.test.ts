// Groups that isolate failures: a failed child harms nobody, and what nobody joined is thrown at the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, never, type Operation, sleep, type Task, TaskCancelledError, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

function* failing(ms: number, error: unknown): Operation<never> {
  yield* sleep(ms);
  throw error;
}

test("an isolated failure harms neither siblings nor the body, and reaches who joins it", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const value = yield* group(
      function* (g) {
        const bad = g.go(failing, 1, boom);
        const good = g.go(() => sleep(10).map(() => "good"));
        assert.equal(yield* caught(RangeError, bad), boom);
        assert.equal(yield* caught(RangeError, bad), boom);
        return yield* good;
      },
      { failures: "isolate" },
    );
    assert.equal(value, "good");
  });
});

test("a failure that was joined before it happened counts as joined", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const bad = g.go(failing, 5, new RangeError("boom"));
        g.go(function* () {
          yield* caught(RangeError, bad);
        });
      },
      { failures: "isolate" },
    );
  });
});

test("failures that nobody joined are thrown at the end as one AggregateError, in order of time", async () => {
  await simulate(function* () {
    const errors = [new Error("at 1"), new Error("at 2"), new Error("at 3")] as const;
    const error = yield* caught(
      AggregateError,
      group(
        function* (g) {
          g.go(failing, 3, errors[2]);
          g.go(failing, 1, errors[0]);
          const joined = g.go(failing, 2, errors[1]);
          yield* caught(Error, joined);
        },
        { failures: "isolate", name: "isolated" },
      ),
    );
    assert.deepEqual(error.errors, [errors[0], errors[2]]);
    assert.match(error.message, /^isolated: 2 of 2 failures were isolated/);
  });
});

test("a single failure that nobody joined is an AggregateError too", async () => {
  await simulate(function* () {
    const error = yield* caught(
      AggregateError,
      group((g) => void g.go(failing, 1, "text"), { failures: "isolate" }),
    );
    assert.deepEqual(error.errors, ["text"]);
  });
});

test("a failure of the body cancels the group, and comes first", async () => {
  await simulate(function* () {
    const own = new Error("own");
    const unseen = new Error("unseen");
    let sibling: Task<never> | undefined;
    const error = yield* caught(
      AggregateError,
      group(
        function* (g) {
          g.go(failing, 1, unseen);
          sibling = g.go(() => never);
          yield* sleep(5);
          throw own;
        },
        { failures: "isolate" },
      ),
    );
    assert.deepEqual(error.errors, [own, unseen]);
    assert.equal(sibling?.status, "cancelled");
  });
});

test("a cancelled child is no failure", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const child = g.go(() => never);
        yield* yieldNow();
        child.cancel();
        yield* caught(TaskCancelledError, child);
        g.go(() => never).cancel();
      },
      { failures: "isolate" },
    );
  });
});

test("isolated failures inside a limited group give their place to the next", async () => {
  await simulate(function* () {
    const ran: number[] = [];
    yield* group(
      function* (g) {
        const tasks = [0, 1, 2, 3].map((n) =>
          g.go(function* () {
            ran.push(n);
            yield* sleep(1);
            throw new RangeError(`${n}`);
          }),
        );
        for (const task of tasks) yield* caught(RangeError, task);
      },
      { failures: "isolate", limit: 1 },
    );
    assert.deepEqual(ran, [0, 1, 2, 3]);
  });
});
