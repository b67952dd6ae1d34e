// Condition in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  Condition,
  go,
  group,
  type Lockable,
  MisuseError,
  Mutex,
  RwLock,
  sleep,
  type Task,
  yieldNow,
} from "offshoot";
import { choose } from "offshoot/testing";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

for (const Kind of [Mutex, RwLock])
  test(`what is changed and signalled under a ${Kind.name} is never missed`, async () => {
    await comesTo(["one two"], (watch) => {
      const lock = watch(new Kind());
      const filled = watch(new Condition(lock));
      return function* () {
        const items: string[] = [];
        const takes = go(() =>
          lock.withLock(function* () {
            while (items.length < 2) yield* filled.wait();
            return items.join(" ");
          }),
        );
        go(function* () {
          for (const item of ["one", "two"])
            yield* lock.withLock(() => {
              items.push(item);
              filled.signal();
            });
        });
        const got = yield* takes;
        assert.ok(lock.tryLock());
        return got;
      };
    });
  });

test("each signal wakes the one who has waited longest, and nobody else", async () => {
  await comesTo(["ab", "ba"], (watch) => {
    const lock = watch(new Mutex());
    const changed = watch(new Condition(lock));
    return function* () {
      let [came, woken] = ["", ""];
      yield* group(function* (g) {
        for (const name of ["a", "b"])
          g.go(() =>
            lock.withLock(function* () {
              came += name;
              yield* changed.wait();
              assert.ok(lock.locked);
              woken += name;
            }),
          );
        yield* sleep(1); // until both wait
        assert.equal(lock.locked, false);
        for (const n of [1, 2]) {
          changed.signal();
          yield* sleep(1);
          assert.equal(woken, came.slice(0, n));
        }
        changed.signal(); // nobody is there, and nobody will be woken by it
      });
      return woken;
    };
  });
});

test("a broadcast wakes all who wait, and each holds the lock alone when it goes on", async () => {
  await comesTo(["ab", "ba"], (watch) => {
    const lock = watch(new Mutex());
    const changed = watch(new Condition(lock));
    return function* () {
      let [inside, log] = [0, ""];
      yield* group(function* (g) {
        for (const name of ["a", "b"])
          g.go(() =>
            lock.withLock(function* () {
              yield* changed.wait();
              assert.equal(++inside, 1);
              yield* yieldNow();
              inside--;
              log += name;
            }),
          );
        yield* sleep(1); // until both wait
        changed.broadcast();
      });
      return log;
    };
  });
});

test("a signal that races with a cancellation wakes one of the two who wait, and is never lost", async () => {
  await comesTo(["first", "second"], (watch) => {
    const lock = watch(new Mutex());
    const changed = watch(new Condition(lock));
    return function* () {
      const woken: string[] = [];
      const wait = function* (name: string) {
        const held = yield* lock.lock();
        try {
          yield* changed.wait();
          woken.push(name);
        } finally {
          assert.ok(lock.locked); // also when cancelled
          held[Symbol.dispose]();
        }
      };
      const first = go(wait, "first");
      yield* sleep(1); // until it waits
      const second = go(wait, "second");
      yield* sleep(1);
      go(() => changed.signal());
      go(() => first.cancel());
      yield* ending(first);
      yield* sleep(1);
      assert.equal(woken.length, 1);
      changed.broadcast();
      yield* second;
      assert.equal(lock.locked, false);
      return woken[0];
    };
  });
});

test("a waiter that is cancelled while another holds the lock throws only when it has the lock again", async () => {
  await comesTo(["cancelled"], (watch) => {
    const lock = watch(new Mutex());
    const changed = watch(new Condition(lock));
    return function* () {
      let holds = false;
      const waits = go(function* () {
        yield* lock.lock();
        try {
          yield* caught(Cancelled, changed.wait());
          assert.equal(holds, false);
        } finally {
          lock.unlock();
        }
        yield* yieldNow();
      });
      yield* sleep(1); // until it waits
      const other = go(() =>
        lock.withLock(function* () {
          holds = true;
          yield* yieldNow();
          yield* yieldNow();
          holds = false;
        }),
      );
      go(() => waits.cancel());
      const how = yield* ending(waits);
      yield* other;
      assert.equal(lock.locked, false);
      return how;
    };
  });
});

test("waiting without the lock is misuse, in whatever order it is locked by others", async () => {
  await comesTo(["refused", "waited"], (watch) => {
    const lock = watch(new Mutex());
    const changed = watch(new Condition(lock));
    return function* () {
      const waits = go(function* () {
        yield* yieldNow();
        const locked = lock.locked; // by whom does not matter
        if (!locked) yield* caught(MisuseError, changed.wait());
        else yield* changed.wait();
        return locked ? "waited" : "refused";
      });
      yield* lock.lock();
      yield* yieldNow();
      if (lock.locked) lock.unlock();
      yield* sleep(1);
      changed.broadcast();
      return yield* waits;
    };
  });
});

/** A lock of somebody else, which does something when it is unlocked. */
function foreign(mutex: Mutex, unlocked: () => void): Lockable {
  return {
    lock: () => mutex.lock(),
    unlock: () => {
      mutex.unlock();
      unlocked();
    },
  };
}

test("a lock that is no Mutex is released and taken again like one", async () => {
  await comesTo(["woken"], (watch) => {
    const mutex = watch(new Mutex());
    const lock = foreign(mutex, () => {});
    const changed = watch(new Condition(lock, { name: "changed" }));
    return function* () {
      let ready = false;
      const waits = go(function* () {
        yield* lock.lock();
        while (!ready) yield* changed.wait();
        assert.ok(mutex.locked);
        lock.unlock();
        return "woken";
      });
      go(function* () {
        yield* lock.lock();
        ready = true;
        changed.signal();
        lock.unlock();
      });
      return yield* waits;
    };
  });
});

test("a task that its lock cancels, or fails, when it is released waits for nothing, and has the lock again", async () => {
  await comesTo(["cancelled", "broken"], (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      const fails = choose(2) === 1;
      let waits: Task<string> | null = null;
      const lock = foreign(mutex, () => {
        if (!fails) waits?.cancel();
        else throw new RangeError("broken");
      });
      const changed = watch(new Condition(lock));
      waits = go(function* () {
        yield* lock.lock();
        if (!fails) yield* changed.wait();
        else return (yield* caught(RangeError, changed.wait())).message;
        return "?";
      });
      const other = go(() => mutex.tryLock()?.[Symbol.dispose]());
      yield* other;
      const how = yield* ending(waits);
      assert.equal(mutex.locked, !fails);
      return how;
    };
  });
});
