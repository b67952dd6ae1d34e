// RwLock in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, named, RwLock, select, sleep, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { comesTo, ending, Line } from "../support/outcomes.ts";

test("readers may be inside together, a writer is there alone", async () => {
  await comesTo([1, 2], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      let [readers, writers, most] = [0, 0, 0];
      const read = function* () {
        most = Math.max(most, ++readers);
        assert.equal(writers, 0);
        yield* yieldNow();
        readers--;
      };
      yield* group((g) => {
        g.go(() => lock.withReadLock(read));
        g.go(() => lock.withReadLock(read));
        g.go(() =>
          lock.withLock(function* () {
            assert.deepEqual([readers, ++writers], [0, 1]);
            yield* yieldNow();
            writers--;
          }),
        );
      });
      return most;
    };
  });
});

test("a waiting writer stops readers that come after it", async () => {
  await comesTo(["reads writes", "writes reads"], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      const log: string[] = [];
      yield* lock.readLock();
      const writes = go(() => lock.withLock(() => void log.push("writes")));
      const reads = go(() => lock.withReadLock(() => void log.push("reads")));
      yield* sleep(1); // until each has gone as far as it can
      const mayRead = log.length === 1; // it came before the writer
      assert.deepEqual([writes.status, reads.status], ["waiting", mayRead ? "succeeded" : "waiting"]);
      lock.readUnlock();
      yield* writes;
      yield* reads;
      return log.join(" ");
    };
  });
});

test("a writer that unlocks lets in all readers in line, and then the writers in the order they came", async () => {
  await comesTo(["reads a b", "reads b a"], (watch) => {
    const lock = watch(new RwLock());
    const line = new Line(watch);
    return function* () {
      const log: string[] = [];
      yield* lock.lock();
      yield* group(function* (g) {
        for (const name of ["a", "b"]) line.add(g.go(named(name, () => lock.withLock(() => void log.push(name)))));
        g.go(() => lock.withReadLock(() => void log.push("reads")));
        yield* sleep(1); // until all of them wait
        lock.unlock();
        assert.ok(lock.tryReadLock() === undefined && lock.tryLock() === undefined);
      });
      assert.deepEqual(log, ["reads", ...line.came]);
      return log.join(" ");
    };
  });
});

test("readers behind a writer that gives up go in while another one still reads", async () => {
  await comesTo(["in"], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      yield* lock.readLock();
      const writes = go(() => lock.lock());
      const reads = go(() => lock.withReadLock(() => "in"));
      go(() => writes.cancel());
      assert.equal(yield* ending(writes), "cancelled");
      const how = yield* reads; // would wait for ever behind a writer that is gone
      lock.readUnlock();
      assert.ok(lock.tryLock());
      return how;
    };
  });
});

test("a writer cancelled while the last reader leaves either writes or leaves the lock to the next one", async () => {
  await comesTo(["writes next", "cancelled next"], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      yield* lock.readLock();
      const writes = go(() => lock.withLock(() => "writes"));
      yield* sleep(1); // until it waits
      const next = go(() => lock.withReadLock(() => "next"));
      go(() => lock.readUnlock());
      go(() => writes.cancel());
      const how = `${yield* ending(writes)} ${yield* next}`;
      yield* sleep(1);
      assert.ok(lock.tryLock());
      return how;
    };
  });
});

test("a reader cancelled while a writer leaves either reads or leaves the lock to the next one", async () => {
  await comesTo(["reads next", "cancelled next"], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      yield* lock.lock();
      const reads = go(() => lock.withReadLock(() => "reads"));
      const next = go(() => lock.withLock(() => "next"));
      yield* sleep(1); // until both wait
      go(() => lock.unlock());
      go(() => reads.cancel());
      const how = `${yield* ending(reads)} ${yield* next}`;
      assert.ok(lock.tryLock());
      return how;
    };
  });
});

test("a select that waits to read and to write the same lock gets one of them, or when told to stop, none", async () => {
  await comesTo(["write", "read", "stop"], (watch) => {
    const lock = watch(new RwLock());
    const stop = watch(channel<void>());
    return function* () {
      yield* lock.readLock();
      const writes = go(() => lock.withLock(() => {}));
      yield* sleep(1); // until it waits
      const chooses = go(() => select({ write: lock.lock(), read: lock.readLock(), stop: stop.receive() }));
      yield* sleep(1);
      const stops = choose(2) === 1;
      go(() => writes.cancel());
      go(() => void (stops ? stop.trySend() : lock.readUnlock()));
      const { key, value } = yield* chooses;
      yield* ending(writes);
      yield* sleep(1); // until the lock has been given back
      if (stops) lock.readUnlock();
      assert.equal(lock.tryReadLock() === undefined, key === "write");
      assert.equal(value === undefined, key === "stop");
      return key;
    };
  });
});

test("two selects over the two sides of a lock: both read, or one has written", async () => {
  await comesTo(["read read", "write read", "read write", "write write"], (watch) => {
    const lock = watch(new RwLock());
    const either = function* () {
      const got = yield* select({ write: lock.lock(), read: lock.readLock() });
      yield* yieldNow();
      got.value[Symbol.dispose]();
      return got.key;
    };
    return function* () {
      yield* lock.lock();
      const [one, other] = [go(either), go(either)];
      go(() => lock.unlock());
      const keys = [yield* one, yield* other];
      assert.ok(lock.tryLock());
      return keys.join(" ");
    };
  });
});

test("trying to read or write never gets past those in line", async () => {
  await comesTo(["tried", "waited"], (watch) => {
    const lock = watch(new RwLock());
    return function* () {
      const log: string[] = [];
      yield* lock.readLock();
      const writes = go(() => lock.withLock(() => void log.push("waited")));
      const tries = go(function* () {
        yield* yieldNow();
        const inLine = writes.status === "waiting";
        const got = lock.tryReadLock();
        assert.ok(!inLine || got === undefined);
        if (got !== undefined) log.push("tried");
        assert.ok(lock.tryLock() === undefined); // somebody reads
        got?.[Symbol.dispose]();
      });
      yield* tries;
      lock.readUnlock();
      yield* writes;
      return log[0];
    };
  });
});
