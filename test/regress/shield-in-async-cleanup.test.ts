// In the cleanup of a cancelled async body me.run(shield(op)) was refused like any other operation, so that such cleanup could wait for nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, currentTask, go, group, never, type Operation, shield, sleep, TaskCancelledError } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

/** Cancels an async body while it waits, and gives its cleanup the means to go on. */
function* cleanup(work: (perform: (op: Operation<unknown>) => Promise<unknown>) => Promise<void>): Operation<void> {
  const task = go(async () => {
    const me = currentTask();
    try {
      await me.run(never);
    } finally {
      await work((op) => me.run(op));
    }
  });
  yield* sleep(1);
  task.cancel("stop");
  yield* caught(TaskCancelledError, task);
}

test("a shield runs in the cleanup of a cancelled async body, to its end", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    yield* cleanup(async (perform) => {
      await perform(shield(sleep(1)));
      log.push("slept");
      log.push(
        await perform(
          shield(
            group(function* (g) {
              const child = g.go(function* () {
                yield* sleep(1);
                return "child";
              });
              return yield* child;
            }),
          ),
        ),
      );
    });
    assert.deepEqual(log, ["slept", "child"]);
  });
});

test("what is not shielded is refused in the cleanup of a cancelled async body", async () => {
  await simulate(function* () {
    let started = false;
    yield* cleanup(async (perform) => {
      await rejected(
        Cancelled,
        perform(
          group(() => {
            started = true;
          }),
        ),
      );
    });
    assert.equal(started, false);
  });
});

test("the failure of a shield in the cleanup of an async body goes to its promise", async () => {
  await simulate(function* () {
    const messages: string[] = [];
    yield* cleanup(async (perform) => {
      const failing = shield(
        group(() => {
          throw new Error("in the shield");
        }),
      );
      messages.push((await rejected(Error, perform(failing))).message);
    });
    assert.deepEqual(messages, ["in the shield"]);
  });
});
