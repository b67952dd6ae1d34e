// Joining, ending and awaiting, in all orders of two or three tasks and in some thousand of more: each joiner is told once, and the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, currentTask, go, group, select, sleep, type Task, TaskCancelledError, yieldNow } from "offshoot";
import { caught } from "../support/caught.ts";
import { explored } from "../support/explored.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("joiners that come before, during and after the end get the same value", async () => {
  await explored(1_000, () => {
    return function* () {
      const target = go(function* () {
        yield* yieldNow();
        return 5;
      });
      const joiners = [0, 1, 2].map((n) =>
        go(function* () {
          for (let i = 0; i < n; i++) yield* yieldNow();
          return n === 1 ? (yield* select({ target, late: sleep(9) })).value : yield* target;
        }),
      );
      for (const joiner of joiners) assert.equal(yield* joiner, 5);
    };
  });
});

test("a joiner and its target cancelled in any order: the joiner tells its own end from the other's", async () => {
  const outcomes = await explored(2_000, () => {
    return function* () {
      const target = go(() => sleep(5).map(() => "value"));
      const joiner = go(function* () {
        try {
          return yield* target;
        } catch (error) {
          if (error instanceof TaskCancelledError) return "target cancelled";
          throw error;
        }
      });
      yield* yieldNow();
      for (const task of [target, joiner]) go(() => task.cancel());
      try {
        return yield* joiner;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
        return "joiner cancelled";
      }
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"joiner cancelled"', '"target cancelled"']);
});

test("an async body awaiting beside tasks that yield takes each value once, and is reached by cancellation", async () => {
  await explored(600, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const got: number[] = [];
      const asyncs = [0, 1].map(() =>
        go(async () => {
          const me = currentTask();
          await null;
          for (;;) got.push(await me.run(ch.receive()));
        }),
      );
      const task = go(function* () {
        for (;;) got.push(yield* ch.receive());
      });
      for (let n = 0; n < 6; n++) yield* ch.send(n);
      yield* sleep(1);
      for (const receiver of [...asyncs, task]) {
        receiver.cancel();
        try {
          yield* receiver;
          assert.fail("it was not cancelled");
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError, String(error));
        }
      }
      assert.deepEqual(got.sort(), [0, 1, 2, 3, 4, 5]);
      assert.equal(ch.stats().waitingReceivers, 0);
    };
  });
});

test("whoever joins before or after the end gets the same value", async () => {
  await comesTo(["5 5 5"], () => {
    return function* () {
      const target = go(function* () {
        yield* yieldNow();
        return 5;
      });
      const joiners = [1, 2].map(() => go(() => target));
      return `${yield* target} ${yield* joiners[0]!} ${yield* joiners[1]!}`;
    };
  });
});

test("a joiner that is cancelled leaves the task and the other joiner alone", async () => {
  await comesTo(["5", "cancelled"], () => {
    return function* () {
      const target = go(function* () {
        yield* yieldNow();
        return 5;
      });
      const joiner = go(() => target);
      go(() => joiner.cancel());
      assert.equal(yield* target, 5);
      return yield* ending(joiner);
    };
  });
});

test("a joiner is told that its target was cancelled, and is not cancelled by that", async () => {
  await comesTo(["done", "target cancelled", "joiner cancelled"], () => {
    return function* () {
      const target = go(function* () {
        yield* yieldNow();
        return "done";
      });
      const joiner = go(function* () {
        try {
          return yield* target;
        } catch (error) {
          if (error instanceof TaskCancelledError) return "target cancelled";
          throw error;
        }
      });
      go(() => target.cancel());
      go(() => joiner.cancel());
      const how = yield* ending(joiner);
      return how === "cancelled" ? "joiner cancelled" : how;
    };
  });
});

test("a failure reaches the joiner, and the owner although the joiner has caught it", async () => {
  await comesTo(["joined", "too late to join"], () => {
    return function* () {
      let joined = false;
      const error = yield* caught(
        RangeError,
        group(function* (g) {
          const target = g.go(function* () {
            yield* yieldNow();
            throw new RangeError("target");
          });
          g.go(function* () {
            assert.equal((yield* caught(RangeError, target)).message, "target");
            joined = true;
          });
        }),
      );
      assert.equal(error.message, "target");
      return joined ? "joined" : "too late to join";
    };
  });
});

test("a select joins the task that ends, or takes a message, and leaves the rest alone", async () => {
  await comesTo(["task", "message"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      const task = go(() => yieldNow());
      go(() => ch.trySend("hello"));
      const { key } = yield* select({ task, message: ch.receive() });
      yield* task;
      yield* sleep(1); // until it has been sent
      assert.equal(ch.length, key === "message" ? 0 : 1);
      return key;
    };
  });
});

test("two that join each other in selects wait until one of them has something else", async () => {
  await comesTo(["message task", "task message"], (watch) => {
    const ch = watch(channel<void>(1));
    return function* () {
      const tasks: Task<string>[] = [];
      const choose = (other: number) =>
        function* () {
          yield* sleep(1); // until both are there
          const { key } = yield* select({ task: tasks[other] as Task<string>, message: ch.receive() });
          return key as string;
        };
      tasks.push(go(choose(1)), go(choose(0)));
      go(() => ch.send());
      return `${yield* tasks[0]!} ${yield* tasks[1]!}`;
    };
  });
});
