// Condition in thousands of orders: no signal is lost, stolen or doubled, and the lock is held whenever a wait ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  Condition,
  go,
  Mutex,
  type Operation,
  RwLock,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

function* outcome(task: Task<unknown>): Operation<boolean> {
  try {
    yield* task;
    return true;
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
    return false;
  }
}

test("a queue of a mutex and two conditions passes each value once, in any order", async () => {
  await explored(1_500, (watch) => {
    const mutex = watch(new Mutex());
    const [filled, emptied] = [watch(new Condition(mutex)), watch(new Condition(mutex))];
    return function* () {
      const queue: number[] = [];
      const got: number[] = [];
      const put = (n: number): Operation<void> =>
        mutex.withLock(function* () {
          while (queue.length === 1) yield* emptied.wait();
          queue.push(n);
          filled.signal();
        });
      const take = (): Operation<void> =>
        mutex.withLock(function* () {
          while (queue.length === 0) yield* filled.wait();
          got.push(queue.shift() as number);
          emptied.signal();
        });
      const tasks = [
        go(function* () {
          for (const n of [1, 2, 3]) yield* put(n);
        }),
        go(function* () {
          for (const n of [4, 5, 6]) yield* put(n);
        }),
        ...[0, 1].map(() =>
          go(function* () {
            for (let i = 0; i < 3; i++) yield* take();
          }),
        ),
      ];
      for (const task of tasks) yield* task;
      assert.deepEqual(
        got.slice().sort((a, b) => a - b),
        [1, 2, 3, 4, 5, 6],
      );
      for (const half of [got.filter((n) => n < 4), got.filter((n) => n > 3)])
        assert.deepEqual(
          half,
          half.slice().sort((a, b) => a - b),
        );
      assert.equal(mutex.locked, false);
    };
  });
});

test("of two waiters and one signal one goes on, or the cancelled one passes it on, in any order", async () => {
  for (const make of [() => new Mutex(), () => new RwLock()]) {
    const outcomes = await explored(1_500, (watch) => {
      const lock = watch(make());
      const changed = watch(new Condition(lock));
      return function* () {
        let signals = 0;
        const waiting = (): Task<string> =>
          go(() =>
            lock.withLock(function* () {
              try {
                while (signals === 0) yield* changed.wait();
                signals--;
                return "woken";
              } catch (error) {
                assert.ok(error instanceof Cancelled);
                throw error;
              } finally {
                assert.equal(lock.tryLock(), undefined);
              }
            }),
          );
        const [one, two] = [waiting(), waiting()];
        const signaller = go(() =>
          lock.withLock(() => {
            signals++;
            changed.signal();
          }),
        );
        yield* yieldNow();
        one.cancel();
        const first = yield* outcome(one);
        yield* signaller;
        if (first) {
          yield* lock.withLock(() => {
            signals++;
            changed.signal();
          });
        }
        assert.equal(yield* two, "woken"); // else the signal was lost, which is a deadlock
        assert.equal(signals, 0);
        assert.ok(lock.tryLock());
        return first;
      };
    });
    assert.deepEqual([...outcomes.keys()].sort(), ["false", "true"]);
  }
});

test("as many go on as were signalled for, with a cancellation at any place", async () => {
  await explored(2_000, (watch) => {
    const mutex = watch(new Mutex());
    const changed = watch(new Condition(mutex));
    return function* () {
      const log: string[] = [];
      const tasks = [0, 1, 2].map(() =>
        go(() =>
          mutex.withLock(function* () {
            log.push("waits");
            yield* changed.wait();
            assert.equal(mutex.locked, true);
            log.push("woken");
          }),
        ),
      );
      while (log.length < 3 || mutex.locked) yield* yieldNow();
      go(function* () {
        yield* mutex.lock();
        yield* yieldNow();
        mutex.unlock();
      });
      const signaller = go(function* () {
        changed.signal();
        yield* yieldNow();
        changed.signal();
      });
      yield* yieldNow();
      tasks[0]?.cancel();
      yield* signaller;
      yield* sleep(1);
      assert.deepEqual(
        log.filter((what) => what === "woken"),
        ["woken", "woken"],
      );
      changed.signal();
      for (const task of tasks) yield* outcome(task);
      assert.equal(mutex.locked, false);
    };
  });
});

test("a broadcast wakes all who wait, with a cancellation at any place", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const mutex = watch(new Mutex());
    const changed = watch(new Condition(mutex));
    return function* () {
      let open = false;
      let through = 0;
      const tasks = [0, 1, 2].map(() =>
        go(() =>
          mutex.withLock(function* () {
            while (!open) yield* changed.wait();
            through++;
          }),
        ),
      );
      const opener = go(() =>
        mutex.withLock(() => {
          open = true;
          changed.broadcast();
        }),
      );
      yield* yieldNow();
      tasks[1]?.cancel();
      yield* opener;
      for (const [n, task] of tasks.entries()) assert.ok((yield* outcome(task)) || n === 1);
      assert.equal(mutex.locked, false);
      return through;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["2", "3"]);
});
