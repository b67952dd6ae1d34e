// Mutex, RwLock and Semaphore in thousands of orders, with cancellation, selects and timeouts at every place: nobody is where another one is, nothing is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  channel,
  go,
  type Lock,
  Mutex,
  type Operation,
  RwLock,
  type Selectable,
  Semaphore,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { explored } from "../support/explored.ts";

/** Waits for a task that may have been cancelled, and says whether it was. */
function* outcome(task: Task<unknown>): Operation<boolean> {
  try {
    yield* task;
    return true;
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
    return false;
  }
}

/** What several may be in at once, or one alone. */
class Room {
  inside = 0;
  most = 0;

  *visit(): Operation<void> {
    this.most = Math.max(this.most, ++this.inside);
    try {
      yield* yieldNow();
      yield* yieldNow();
    } finally {
      this.inside--;
    }
  }
}

test("three tasks behind a mutex are never inside together, in any order, whoever is cancelled", async () => {
  const outcomes = await explored(2_000, (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      const room = new Room();
      let visits = 0;
      const tasks = [0, 1, 2].map((n) =>
        go(function* () {
          for (let i = 0; i < 2; i++) {
            if (n === 0) yield* mutex.withLock(() => room.visit());
            else {
              const lock = yield* mutex.lock();
              try {
                yield* room.visit();
              } finally {
                if (n === 1) lock[Symbol.dispose]();
                else mutex.unlock();
              }
            }
            visits++;
          }
        }),
      );
      yield* yieldNow();
      tasks[0]?.cancel();
      for (const task of tasks.slice(1)) assert.equal(yield* outcome(task), true);
      yield* outcome(tasks[0] as Task<void>);
      assert.deepEqual([room.most, room.inside, mutex.locked], [1, 0, false]);
      return visits;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["4", "5", "6"]);
});

test("a mutex is handed over in the order in which its waiters came, in any order of tasks", async () => {
  const outcomes = await explored(1_500, (watch) => {
    const mutex = watch(new Mutex());
    const tasks: Task<void>[] = [];
    const came: number[] = [];
    watch({
      check() {
        for (const [n, { status }] of tasks.entries()) if (status === "waiting" && !came.includes(n)) came.push(n);
      },
    });
    return function* () {
      const served: number[] = [];
      yield* mutex.lock();
      for (const n of [0, 1, 2]) tasks.push(go(() => mutex.withLock(() => void served.push(n))));
      while (tasks.some(({ status }) => status !== "waiting")) yield* yieldNow();
      mutex.unlock();
      for (const task of tasks) yield* task;
      assert.deepEqual(served, came);
      return came;
    };
  });
  assert.equal(outcomes.size, 6);
});

test("a mutex that is waited for in selects with timeouts and messages is never lost, in any order", async () => {
  const outcomes = await explored(2_500, (watch) => {
    const mutex = watch(new Mutex());
    const ch = watch(channel<number>());
    return function* () {
      const room = new Room();
      const held = yield* mutex.lock();
      const use = function* (lock: Lock): Operation<void> {
        try {
          yield* room.visit();
        } finally {
          lock[Symbol.dispose]();
        }
      };
      const selecting = (ms: number): Task<string> =>
        go(function* () {
          const got = yield* select({ lock: mutex.lock(), again: mutex.lock(), value: ch.receive(), late: sleep(ms) });
          if (got.key === "lock" || got.key === "again") yield* use(got.value);
          return got.key === "again" ? "lock" : got.key;
        });
      const tasks = [selecting(1), selecting(2)];
      const plain = go(() => mutex.withLock(() => room.visit()));
      go(function* () {
        yield* select([ch.send(1), sleep(3)]);
      });
      if (yield* go(() => sleep(1).map(() => true))) held[Symbol.dispose]();
      const keys: string[] = [];
      for (const task of tasks) keys.push(yield* task);
      yield* plain;
      assert.deepEqual([room.most, room.inside, mutex.locked], [1, 0, false]);
      return keys;
    };
  });
  const seen = new Set([...outcomes.keys()].flatMap((text) => JSON.parse(text) as string[]));
  assert.deepEqual([...seen].sort(), ["late", "lock", "value"]);
});

test("readers share a rwlock, a writer has it alone, and nobody is forgotten, in any order, whoever is cancelled", async () => {
  for (const victim of [0, 1, 2, 3]) {
    const outcomes = await explored(800, (watch) => {
      const lock = watch(new RwLock());
      return function* () {
        const [reading, writing] = [new Room(), new Room()];
        const read = (): Operation<void> =>
          lock.withReadLock(function* () {
            assert.equal(writing.inside, 0);
            yield* reading.visit();
          });
        const write = (): Operation<void> =>
          lock.withLock(function* () {
            assert.equal(reading.inside, 0);
            yield* writing.visit();
          });
        const tasks = [read, write, write, read].map((body) => go(body));
        yield* yieldNow();
        tasks[victim]?.cancel();
        const ended: boolean[] = [];
        for (const task of tasks) ended.push(yield* outcome(task));
        assert.ok(ended.every((fine, n) => fine || n === victim));
        assert.deepEqual([reading.inside, writing.inside], [0, 0]);
        assert.ok(writing.most <= 1);
        assert.ok(lock.tryLock());
        return reading.most;
      };
    });
    const most = [...outcomes.keys()].map(Number);
    assert.ok(most.includes(1) && Math.max(...most) <= 2, most.join());
  }
});

test("a select of both sides of a rwlock, and one that times out, leave it whole in any order", async () => {
  const outcomes = await explored(2_500, (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      const first = yield* lock.readLock();
      const both = go(function* () {
        const got = yield* select({ read: lock.readLock(), write: lock.lock(), late: sleep(2) });
        if (got.key !== "late") got.value[Symbol.dispose]();
        return got.key;
      });
      const writer = go(function* () {
        const got = yield* select({ write: lock.lock(), late: sleep(1) });
        if (got.key === "write") lock.unlock();
      });
      const reader = go(() => lock.withReadLock(() => sleep(1)));
      yield* yieldNow();
      if (reader.status === "waiting") both.cancel();
      yield* sleep(1);
      first[Symbol.dispose]();
      const key = (yield* outcome(both)) ? yield* both : "cancelled";
      yield* writer;
      yield* reader;
      assert.ok(lock.tryLock());
      return key;
    };
  });
  for (const key of ['"read"', '"write"', '"cancelled"']) assert.ok(outcomes.has(key), [...outcomes.keys()].join());
});

test("permits are neither lost nor doubled, in any order, whoever is cancelled, times out or selects", async () => {
  for (const victim of [0, 1, 2]) {
    await explored(900, (watch) => {
      const permits = watch(new Semaphore(3));
      return function* () {
        let out = 0;
        const holding = function* (n: number, acquire: Selectable<Lock>): Operation<void> {
          const permit = yield* acquire;
          out += n;
          assert.ok(out <= 3);
          try {
            yield* yieldNow();
            yield* sleep(1);
          } finally {
            out -= n;
            permit[Symbol.dispose]();
          }
        };
        const tasks = [
          go(() => holding(3, permits.acquire(3))),
          go(() => holding(2, permits.acquire(2))),
          go(function* () {
            const got = yield* select({ two: permits.acquire(2), one: permits.acquire(1), late: sleep(1) });
            if (got.key !== "late") got.value[Symbol.dispose]();
          }),
          go(() => holding(1, permits.acquire())),
        ];
        yield* yieldNow();
        tasks[victim]?.cancel();
        for (const [n, task] of tasks.entries()) assert.ok((yield* outcome(task)) || n === victim);
        assert.deepEqual([out, permits.available], [0, 3]);
      };
    });
  }
});

test("a large request is served before any small one that came after it, in any order of tasks", async () => {
  await explored(1_500, (watch) => {
    const permits = watch(new Semaphore(2));
    return function* () {
      const order: string[] = [];
      const held = yield* permits.acquire();
      const large = go(() =>
        permits.acquire(2).map((lock) => {
          order.push("large");
          return lock;
        }),
      );
      while (large.status !== "waiting") yield* yieldNow();
      const small = [0, 1].map(() => go(() => permits.acquire().map(() => order.push("small"))));
      yield* yieldNow();
      held[Symbol.dispose]();
      (yield* large)[Symbol.dispose]();
      for (const task of small) yield* task;
      assert.deepEqual(order, ["large", "small", "small"]);
      permits.release(2);
    };
  });
});
