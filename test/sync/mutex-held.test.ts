// What lock() returns, withLock, unlocking from elsewhere, and locks that are awaited.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  Mutex,
  never,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { check } from "../support/sync.ts";

test("disposing unlocks once: not again, not after unlock(), and not what somebody else has locked since", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const first = yield* mutex.lock();
    first[Symbol.dispose]();
    assert.equal(mutex.locked, false);
    first[Symbol.dispose]();
    const second = yield* mutex.lock();
    first[Symbol.dispose]();
    assert.equal(mutex.locked, true);
    mutex.unlock();
    second[Symbol.dispose]();
    const third = mutex.tryLock();
    for (const old of [first, second]) old[Symbol.dispose]();
    assert.equal(mutex.locked, true);
    const waiter = go(() => mutex.lock());
    yield* yieldNow();
    third?.[Symbol.dispose]();
    third?.[Symbol.dispose]();
    assert.equal(mutex.locked, true);
    (yield* waiter)[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});

test("any task may unlock, and so may code outside tasks", async () => {
  const mutex = new Mutex();
  await simulate(function* () {
    yield* mutex.lock();
    yield* go(() => mutex.unlock());
    assert.equal(mutex.locked, false);
    yield* mutex.lock();
  });
  mutex.unlock();
  const lock = mutex.tryLock();
  await simulate(function* () {
    lock?.[Symbol.dispose]();
    yield* mutex.lock();
  });
});

test("withLock holds the lock while its body runs, whatever kind of body, and returns its value", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const ch = channel<string>(1);
    yield* ch.send("leaf");
    const held = <T>(value: T): T => {
      assert.equal(mutex.locked, true);
      return value;
    };
    assert.equal(yield* mutex.withLock(() => held("plain")), "plain");
    assert.equal(yield* mutex.withLock(() => ch.receive().map(held)), "leaf");
    const generator = function* () {
      yield* sleep(5);
      return held("generator");
    };
    assert.equal(yield* mutex.withLock(generator), "generator");
    assert.equal(
      yield* mutex.withLock(async () => {
        await null;
        return held("async");
      }),
      "async",
    );
    const other = new Mutex();
    assert.equal(yield* mutex.withLock(() => other.withLock(() => held("nested"))), "nested");
    assert.equal(mutex.locked, false);
    const again = mutex.withLock(() => held("again"));
    assert.deepEqual([yield* again, yield* again], ["again", "again"]);
  });
});

test("withLock unlocks however its body ends, and throws what it throws", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const boom = new RangeError("boom");
    const bodies = [
      (): void => {
        throw boom;
      },
      function* () {
        yield* sleep(1);
        throw boom;
      },
      async () => {
        throw boom;
      },
    ];
    for (const body of bodies) {
      assert.equal(yield* caught(RangeError, mutex.withLock(body as () => void)), boom);
      assert.equal(mutex.locked, false);
    }
    const careless = function* () {
      yield* sleep(1);
      return mutex.lock();
    };
    const misused = yield* caught(MisuseError, mutex.withLock(careless));
    assert.match(misused.message, /^Mutex\.withLock: the body returned an operation that never ran \(mutex\.lock\)\./);
    assert.equal(mutex.locked, false);
  });
});

test("withLock that is cancelled while its body runs holds the lock until cleanup has ended", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const log: string[] = [];
    const task = go(() =>
      mutex.withLock(function* () {
        try {
          yield* never;
        } finally {
          yield* shield(sleep(10));
          log.push(`cleanup, ${mutex.locked}`);
        }
      }),
    );
    yield* yieldNow();
    task.cancel();
    const next = go(() => mutex.withLock(() => log.push("next")));
    yield* caught(TaskCancelledError, task);
    yield* next;
    assert.deepEqual(log, ["cleanup, true", "next"]);
  });
});

test("a body that unlocks by itself does not unlock what others have locked", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const other = go(function* () {
      yield* yieldNow();
      yield* mutex.lock();
    });
    yield* mutex.withLock(function* () {
      yield* yieldNow();
      yield* yieldNow();
      mutex.unlock();
      yield* yieldNow();
    });
    yield* other;
    assert.equal(mutex.locked, true);
    check(mutex);
  });
});

test("children that a withLock body starts belong to the extent around it, and may outlive the lock", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const log: string[] = [];
    yield* group(function* () {
      yield* mutex.withLock(() => {
        go(function* () {
          yield* sleep(10);
          log.push(`child, ${mutex.locked}`);
        });
      });
      log.push(`body, ${mutex.locked}`);
    });
    assert.deepEqual(log, ["body, false", "child, false"]);
  });
});

test("a lock can be awaited in async bodies and outside tasks, in the same line", async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  await simulate(function* () {
    const held = yield* mutex.lock();
    const inside = go(async () => {
      const lock = await mutex.lock();
      log.push("async");
      await null;
      lock[Symbol.dispose]();
    });
    yield* sleep(1);
    const outside = Promise.resolve(mutex.lock()).then((lock) => {
      log.push("outside");
      lock[Symbol.dispose]();
    });
    const generator = go(function* () {
      yield* sleep(1);
      yield* mutex.withLock(() => log.push("generator"));
    });
    yield* sleep(5);
    held[Symbol.dispose]();
    yield* inside;
    yield* go(() => outside);
    yield* generator;
    assert.equal(mutex.locked, false);
  });
  assert.deepEqual(log, ["async", "outside", "generator"]);
});

test("an awaited lock of a cancelled async body is given up", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    yield* mutex.lock();
    const task = go(async () => {
      const me = currentTask();
      const error = await rejected(Cancelled, Promise.resolve(mutex.lock()));
      await rejected(Cancelled, me.run(mutex.lock()));
      throw error;
    });
    yield* sleep(1);
    task.cancel();
    yield* caught(TaskCancelledError, task);
    check(mutex);
    mutex.unlock();
    assert.equal(mutex.locked, false);
  });
});

test("a lock yielded outside tasks is misuse, and nothing is held", () => {
  const mutex = new Mutex();
  const error = thrown(MisuseError, () => mutex.lock()[Symbol.iterator]().next());
  assert.match(error.message, /^mutex\.lock: yield\* works only inside a task\. Use await here/);
  assert.equal(mutex.locked, false);
});
