// A race that a leaf had won was failed by a branch that failed in the same turn, and what the leaf had taken was gone: a lock stayed locked for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, Mutex, type Operation, race, sleep } from "offshoot";
import { explored } from "../support/explored.ts";

function* failsAt(ms: number): Operation<never> {
  yield* sleep(ms);
  throw new Error("too late");
}

test("a lock that was taken in a race is held by the winner, or by nobody", async () => {
  const outcomes = await explored(1_000, (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      yield* mutex.lock();
      go(function* () {
        yield* sleep(5);
        mutex.unlock();
      });
      let won = false;
      try {
        const lock = (yield* race([mutex.lock(), failsAt(5)])) as Disposable;
        won = true;
        lock[Symbol.dispose]();
      } catch (error) {
        assert.equal((error as Error).message, "too late");
      }
      yield* sleep(1);
      assert.equal(mutex.locked, false);
      return won;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["false", "true"]);
});

test("a message that was received in a race is its result", async () => {
  await explored(1_000, (watch) => {
    const ch = watch(channel<string>());
    const dead = watch(channel<never>());
    return function* () {
      const sender = go(function* () {
        yield* ch.send("last");
        dead.close(new Error("disconnected"));
      });
      const waitsForEnd = function* (): Operation<never> {
        return yield* dead.receive();
      };
      assert.equal(yield* race([ch.receive(), waitsForEnd()]), "last");
      yield* sender;
    };
  });
});

test("of two branches that end at once the one that ended first has won", async () => {
  await explored(500, () => {
    return function* () {
      let first = "";
      const ok = function* (): Operation<string> {
        yield* sleep(5);
        first ||= "ok";
        return "ok";
      };
      const fails = function* (): Operation<string> {
        yield* sleep(5);
        first ||= "failed";
        throw new Error("failed");
      };
      let result: unknown;
      try {
        result = yield* race([ok(), fails()]);
      } catch (error) {
        result = (error as Error).message;
      }
      assert.equal(result, first);
    };
  });
});
