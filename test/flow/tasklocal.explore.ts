// TaskLocal in all orders of two tasks, and in some thousand of more: every task sees the value it was started with, whoever runs in between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, type Group, go, group, type Operation, TaskCancelledError, TaskLocal, yieldNow } from "offshoot";
import { explored } from "../support/explored.ts";
import { comesTo } from "../support/outcomes.ts";

test("tasks, groups and branches that run in between each other keep their values, cancelled or not", async () => {
  await explored(2_000, () => {
    const [a, b] = [new TaskLocal("a", ""), new TaskLocal("b", "")];
    /** Sees that the values are these, after every turn, at every depth. */
    const holds = function* (g: Group, path: string, other: string, depth: number): Operation<void> {
      const look = (): void => assert.deepEqual([a.get(), b.get()], [path, other]);
      look();
      yield* yieldNow();
      look();
      if (depth === 0) return;
      try {
        yield* a.with(
          `${path}x`,
          all([holds(g, `${path}x`, other, depth - 1), b.with(path, holds(g, `${path}x`, path, depth - 1))]),
        );
      } finally {
        look();
        g.go(holds, g, path, other, 0);
      }
    };
    return function* () {
      yield* group(function* (g) {
        const task = go(holds, g, "", "", 2);
        go(() => a.with("other", holds(g, "other", "", 1)));
        yield* yieldNow();
        task.cancel();
        try {
          yield* task;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
      });
    };
  });
});

test("each task sees the value that was in force where it was started, whatever runs in between", async () => {
  await comesTo(["done"], () => {
    const user = new TaskLocal("user", "nobody");
    return function* () {
      const work = function* (name: string) {
        assert.equal(user.get(), "nobody");
        yield* user.with(
          name,
          group(function* (g) {
            g.go(function* () {
              yield* yieldNow();
              assert.equal(user.get(), name);
            });
            assert.equal(user.get(), name);
          }),
        );
        assert.equal(user.get(), "nobody");
      };
      yield* group((g) => {
        g.go(work, "a");
        g.go(work, "b");
      });
      return "done";
    };
  });
});
