// A group begun in a cancelled scope ran its body, but none of its children, and returned the value of the body as if all had been done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, go, group, type Operation, shield, sleep, TaskCancelledError } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

/** Cancels a task while it sleeps, and lets it go on with `then` in spite of that. */
function* cancelledThen<T>(then: () => Operation<T>): Operation<T> {
  const task = go(function* () {
    try {
      yield* sleep(1_000);
    } catch (error) {
      assert.ok(error instanceof Cancelled);
    }
    return yield* then();
  });
  yield* sleep(1);
  task.cancel("stop");
  return yield* task;
}

test("a group in a cancelled scope throws, and runs neither its body nor children", async () => {
  await simulate(function* () {
    const ran: string[] = [];
    const error = yield* caught(
      TaskCancelledError,
      cancelledThen(() =>
        group((g) => {
          ran.push("body");
          g.go(() => void ran.push("child"));
          return "saved";
        }),
      ),
    );
    assert.equal(error.reason, "stop");
    assert.deepEqual(ran, []);
  });
});

test("a group in a cancelled scope throws Cancelled each time", async () => {
  await simulate(function* () {
    const saved = yield* cancelledThen(function* () {
      for (let i = 0; i < 3; i++) {
        yield* caught(
          Cancelled,
          group(() => "saved"),
        );
      }
      return "all three threw";
    });
    assert.equal(saved, "all three threw");
  });
});

test("a group inside a shield runs its children in a cancelled scope", async () => {
  await simulate(function* () {
    const ran: string[] = [];
    const saved = yield* cancelledThen(() =>
      shield(
        group((g) => {
          g.go(function* () {
            yield* sleep(1);
            ran.push("child");
          });
          return "saved";
        }),
      ),
    );
    assert.equal(saved, "saved");
    assert.deepEqual(ran, ["child"]);
  });
});
