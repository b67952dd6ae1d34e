// Semaphore in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, MisuseError, named, Semaphore, select, sleep, yieldNow } from "offshoot";
import { thrown } from "../support/caught.ts";
import { comesTo, ending, Line } from "../support/outcomes.ts";

test("no more than there are permits are inside together", async () => {
  await comesTo([1, 2], (watch) => {
    const permits = watch(new Semaphore(2));
    return function* () {
      let [inside, most] = [0, 0];
      yield* group((g) => {
        for (const _ of [1, 2, 3])
          g.go(() =>
            permits.withPermit(function* () {
              most = Math.max(most, ++inside);
              yield* yieldNow();
              inside--;
            }),
          );
      });
      assert.equal(permits.available, 2);
      return most;
    };
  });
});

test("permits go to the one who has waited longest, also when a later request is smaller", async () => {
  await comesTo(["large small", "small large"], (watch) => {
    const permits = watch(new Semaphore(3));
    const line = new Line(watch);
    return function* () {
      const log: string[] = [];
      yield* permits.acquire(3);
      yield* group(function* (g) {
        for (const [name, n] of [
          ["large", 3],
          ["small", 1],
        ] as const)
          line.add(g.go(named(name, () => permits.withPermit(() => void log.push(name), n))));
        yield* sleep(1); // until both wait
        permits.release(2);
        assert.ok(permits.tryAcquire(0) === undefined, "it got past those in line");
        yield* sleep(2);
        assert.deepEqual(log, line.came[0] === "large" ? [] : ["small"]);
        permits.release();
      });
      assert.deepEqual(log, line.came);
      return log.join(" ");
    };
  });
});

test("when the first in line gives up, those behind it that fit are served", async () => {
  await comesTo(["a b"], (watch) => {
    const permits = watch(new Semaphore(3));
    return function* () {
      yield* permits.acquire();
      const large = go(() => permits.acquire(3));
      yield* sleep(1); // until it waits
      const small = ["a", "b"].map((name) => go(() => permits.acquire().map(() => name)));
      go(() => large.cancel());
      assert.equal(yield* ending(large), "cancelled");
      const got = [yield* small[0]!, yield* small[1]!];
      assert.equal(permits.available, 0);
      return got.join(" ");
    };
  });
});

test("a cancellation that races with a release finds the permits given, or none taken", async () => {
  await comesTo(["given next", "cancelled next"], (watch) => {
    const permits = watch(new Semaphore(2));
    return function* () {
      yield* permits.acquire(2);
      const waits = go(() => permits.withPermit(() => "given", 2));
      const next = go(() => permits.withPermit(() => "next"));
      yield* sleep(1); // until both wait
      go(() => permits.release(2));
      go(() => waits.cancel());
      const how = `${yield* ending(waits)} ${yield* next}`;
      assert.equal(permits.available, 2);
      return how;
    };
  });
});

test("two releases serve a large request only when both have come", async () => {
  await comesTo(["done"], (watch) => {
    const permits = watch(new Semaphore(2));
    return function* () {
      yield* permits.acquire();
      yield* permits.acquire();
      let released = 0;
      const waits = go(function* () {
        yield* permits.acquire(2);
        assert.equal(released, 2);
      });
      for (const _ of [1, 2])
        go(() => {
          released++;
          permits.release();
        });
      yield* waits;
      return "done";
    };
  });
});

test("a select that leaves the line lets those behind it have what they fit into, and keeps none itself", async () => {
  await comesTo(["large", "stop"], (watch) => {
    const permits = watch(new Semaphore(2));
    const stop = watch(channel<void>());
    return function* () {
      yield* permits.acquire(2);
      const chooses = go(() => select({ large: permits.acquire(2), small: permits.acquire(), stop: stop.receive() }));
      yield* sleep(1); // until it waits, its small request behind the large one
      const behind = go(() => permits.acquire());
      go(() => permits.release(2));
      go(() => stop.trySend());
      const { key, value } = yield* chooses;
      if (key === "large") value[Symbol.dispose]();
      yield* behind;
      yield* sleep(1); // until all has been released
      assert.equal(permits.available, 1);
      return key;
    };
  });
});

test("two selects over two semaphores get one permit each", async () => {
  await comesTo(["a b", "b a"], (watch) => {
    const [a, b] = [watch(new Semaphore(1)), watch(new Semaphore(1))];
    return function* () {
      yield* a.acquire();
      yield* b.acquire();
      const one = go(() => select({ a: a.acquire(), b: b.acquire() }).map(({ key }) => key));
      const other = go(() => select({ b: b.acquire(), a: a.acquire() }).map(({ key }) => key));
      go(() => a.release());
      go(() => b.release());
      const keys = [yield* one, yield* other];
      assert.deepEqual([a.available, b.available], [0, 0]);
      return keys.join(" ");
    };
  });
});

test("trying to acquire takes what is free, and never what somebody in line waits for", async () => {
  await comesTo(["taken", "refused"], (watch) => {
    const permits = watch(new Semaphore(2));
    return function* () {
      yield* permits.acquire();
      const waits = go(() => permits.withPermit(() => {}, 2));
      const tries = go(function* () {
        yield* yieldNow();
        const inLine = waits.status === "waiting";
        const got = permits.tryAcquire();
        assert.ok(!inLine || got === undefined);
        const how = got === undefined ? "refused" : "taken";
        got?.[Symbol.dispose]();
        return how;
      });
      const how = yield* tries;
      permits.release();
      yield* waits;
      return how;
    };
  });
});

test("permits without a limit never keep anybody waiting, and what is released was held", async () => {
  await comesTo([2], (watch) => {
    const permits = watch(new Semaphore(Number.POSITIVE_INFINITY, { name: "endless" }));
    return function* () {
      let most = 0;
      yield* group((g) => {
        for (const n of [1, 2])
          g.go(function* () {
            yield* permits.acquire(n);
            most = Math.max(most, n);
            yield* yieldNow();
            permits.release(n);
          });
      });
      thrown(MisuseError, () => permits.release());
      return most;
    };
  });
});
