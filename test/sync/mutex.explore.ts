// Mutex in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, type Lock, Mutex, named, select, sleep, yieldNow } from "offshoot";
import { comesTo, ending, Line } from "../support/outcomes.ts";

test("tasks that lock a mutex are never inside together, and either may be first", async () => {
  await comesTo(["ab", "ba"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      let [inside, log] = [0, ""];
      const visit = function* (name: string) {
        yield* mutex.withLock(function* () {
          assert.equal(++inside, 1);
          yield* yieldNow();
          log += name;
          inside--;
        });
      };
      yield* group((g) => {
        g.go(visit, "a");
        g.go(visit, "b");
      });
      assert.equal(mutex.locked, false);
      return log;
    };
  });
});

test("a mutex is handed to the one who has waited longest, whoever came in which order", async () => {
  await comesTo(["abc", "acb", "bac", "bca", "cab", "cba"], (watch) => {
    const mutex = watch(new Mutex());
    const line = new Line(watch);
    return function* () {
      let log = "";
      yield* mutex.lock();
      yield* group(function* (g) {
        for (const name of ["a", "b", "c"]) line.add(g.go(named(name, () => mutex.withLock(() => void (log += name)))));
        yield* sleep(1); // until all of them wait
        mutex.unlock();
        assert.equal(mutex.locked, true); // nobody can barge in
        assert.ok(mutex.tryLock() === undefined);
      });
      assert.equal(log, line.came.join(""));
      return log;
    };
  });
});

test("whoever is cancelled while it waits for a mutex leaves it to the next in line", async () => {
  await comesTo(["cancelled b", "a b"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      yield* mutex.lock();
      const first = go(() => mutex.withLock(() => "a"));
      const second = go(() => mutex.withLock(() => "b"));
      yield* sleep(1); // until both wait
      go(() => mutex.unlock());
      go(() => first.cancel());
      const how = `${yield* ending(first)} ${yield* ending(second)}`;
      assert.equal(mutex.locked, false);
      return how;
    };
  });
});

test("a cancellation that races with an unlock finds the mutex handed over, or nothing taken", async () => {
  await comesTo(["handed over", "nothing taken"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      let held: Lock | null = null;
      yield* mutex.lock();
      const waits = go(function* () {
        held = yield* mutex.lock();
      });
      go(() => mutex.unlock());
      go(() => waits.cancel());
      yield* ending(waits);
      yield* sleep(1); // until the mutex has been unlocked
      assert.equal(mutex.locked, held !== null);
      return held === null ? "nothing taken" : "handed over";
    };
  });
});

test("trying to lock a mutex never takes it from those in line", async () => {
  await comesTo(["first", "refused", "last"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      const log: string[] = [];
      yield* mutex.lock();
      const waits = go(() => mutex.withLock(() => void log.push("waits")));
      const tries = go(function* () {
        yield* yieldNow();
        const lock = mutex.tryLock();
        log.push(lock === undefined ? "refused" : "tries");
        yield* yieldNow();
        lock?.[Symbol.dispose]();
      });
      yield* yieldNow();
      const inLine = waits.status === "waiting";
      mutex.unlock();
      if (inLine) assert.ok(mutex.tryLock() === undefined);
      yield* tries;
      yield* waits;
      if (log.includes("refused")) return "refused";
      return log[0] === "tries" ? "first" : "last";
    };
  });
});

test("a lock that was given back does nothing to the next holder when it is disposed of", async () => {
  await comesTo(["done"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      yield* group((g) => {
        for (const _ of [1, 2])
          g.go(function* () {
            const lock = yield* mutex.lock();
            mutex.unlock();
            const before = mutex.locked;
            lock[Symbol.dispose]();
            assert.equal(mutex.locked, before);
            yield* yieldNow();
            lock[Symbol.dispose]();
          });
      });
      assert.equal(mutex.locked, false);
      return "done";
    };
  });
});

test("a select takes the mutex or the message, and leaves the other one alone", async () => {
  await comesTo(["lock", "message"], (watch) => {
    const mutex = watch(new Mutex());
    const ch = watch(channel<string>());
    return function* () {
      yield* mutex.lock();
      const chooses = go(() => select({ lock: mutex.lock(), message: ch.receive() }));
      const sends = go(() => ch.send("hello"));
      go(() => mutex.unlock());
      const { key } = yield* chooses;
      yield* sleep(1); // until the mutex has been unlocked
      assert.equal(mutex.locked, key === "lock");
      if (key === "lock") assert.equal(yield* ch.receive(), "hello");
      yield* sends;
      return key;
    };
  });
});

test("two selects over the same two mutexes get one each", async () => {
  await comesTo(["a b", "b a"], (watch) => {
    const [a, b] = [watch(new Mutex()), watch(new Mutex())];
    return function* () {
      yield* a.lock();
      yield* b.lock();
      const one = go(() => select({ a: a.lock(), b: b.lock() }).map(({ key }) => key));
      const other = go(() => select({ b: b.lock(), a: a.lock() }).map(({ key }) => key));
      go(() => a.unlock());
      go(() => b.unlock());
      const keys = [yield* one, yield* other];
      assert.deepEqual([a.locked, b.locked], [true, true]);
      return keys.join(" ");
    };
  });
});
