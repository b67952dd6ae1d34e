// A search by traces did not know that cancelling a task, or asking for its status, depends on its end where that came in the step of a child: outcomes were
// missed, and the search said that it had seen every trace.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Group, go, group, type Operation, yieldNow } from "offshoot";
import { explore, type Strategy } from "offshoot/testing";

async function outcomesOf(body: () => Operation<string>, strategy: Strategy): Promise<string> {
  const { outcomes, traces, ok } = await explore(body, { strategy, recheck: 0, time: "idle", keep: false });
  assert.equal(ok, true);
  return `${traces}: ${[...outcomes.keys()].sort().join(" ")}`;
}

async function same(body: () => Operation<string>, least: number): Promise<void> {
  const { outcomes } = await explore(body, { strategy: "dfs", time: "idle", keep: false });
  assert.equal(outcomes.size, least);
  assert.equal(await outcomesOf(body, "dpor"), await outcomesOf(body, "dfs"));
}

test("a task that ends with its child may have been cancelled before that", () =>
  same(function* (): Operation<string> {
    let ran = "no";
    yield* group((g: Group) => {
      const parent = { cancel: (): void => {} };
      g.go(function* canceller(): Operation<void> {
        go(function* (): Operation<void> {
          yield* yieldNow();
          parent.cancel();
        });
      });
      const task = g.go(function* owner(): Operation<void> {
        go(() => {
          ran = "yes";
        });
      });
      parent.cancel = () => task.cancel();
    });
    return ran;
  }, 2));

test("a task that ends with its child may be seen before and after that", () =>
  same(function* (): Operation<string> {
    return yield* group(function* (g: Group) {
      const task = g.go(function* owner(): Operation<void> {
        go(() => {});
      });
      const seen = g.go(() => (task.status === "succeeded" ? "ended" : "under way"));
      return yield* seen;
    });
  }, 2));
