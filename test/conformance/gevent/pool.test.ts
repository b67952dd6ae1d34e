// gevent's Group and Pool are a group with a limit, and map: spawn, how many are free, join, kill, and the ways to map.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  channel,
  type Group,
  go,
  group,
  MisuseError,
  map,
  never,
  now,
  type Operation,
  race,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";

function* square(n: number): Operation<number> {
  yield* sleep(10);
  return n * n;
}

test("a pool of one or two runs as many, and starts the others in turn", async () => {
  await simulate(function* () {
    for (const limit of [1, 2]) {
      const start = now();
      const log: string[] = [];
      yield* group(
        (g) => {
          for (const name of ["a", "b", "c", "d"]) {
            g.go(function* () {
              log.push(`${name} at ${now() - start}`);
              yield* sleep(10);
            });
          }
        },
        { limit },
      );
      assert.deepEqual(
        log,
        ["a", "b", "c", "d"].map((name, i) => `${name} at ${10 * Math.floor(i / limit)}`),
      );
    }
  });
});

test("a full pool refuses who does not want to wait, and has a place again when one has ended", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const first = g.tryGo(square, 2);
        assert.equal(g.tryGo(square, 3), undefined);
        assert.equal(g.size, 1);
        assert.equal(yield* first as Task<number>, 4);
        assert.equal(g.size, 0);
        assert.ok(g.tryGo(square, 3));
      },
      { limit: 1 },
    );
  });
});

test("a place is waited for with a channel of places, where the spawner itself has to wait", async () => {
  await simulate(function* () {
    const places = channel<null>(2);
    const begun: number[] = [];
    yield* group(function* (g) {
      for (let n = 0; n < 4; n++) {
        yield* places.send(null);
        g.go(function* () {
          begun.push(now());
          yield* sleep(10);
          yield* places.receive();
        });
      }
    });
    assert.deepEqual(begun, [0, 0, 10, 10]);
  });
});

test("apply: one call in the pool, its value or its error for the caller", async () => {
  await simulate(function* () {
    const fails = function* (): Operation<never> {
      yield* sleep(1);
      throw new RangeError("boom");
    };
    yield* group(
      function* (g) {
        assert.equal(yield* g.go(square, 5), 25);
        yield* caught(RangeError, g.go(fails));
        assert.equal(yield* g.go(square, 6), 36);
      },
      { limit: 2, failures: "isolate" },
    );
  });
});

test("map keeps the order of the items; its time is that of the places", async () => {
  await simulate(function* () {
    const items = [...Array(10).keys()];
    for (const [concurrency, ms] of [
      [1, 100],
      [3, 40],
      [10, 10],
      [20, 10],
    ] as const) {
      const start = now();
      assert.deepEqual(
        yield* map(items, square, { concurrency }),
        items.map((n) => n * n),
      );
      assert.equal(now() - start, ms);
    }
    assert.deepEqual(yield* map([], square, { concurrency: 2 }), []);
  });
});

/** Results as they come, through a channel: what gevent calls imap_unordered. */
function* unordered<T, R>(items: Iterable<T>, f: (item: T) => Operation<R>, size: number): Operation<R[]> {
  const results = channel<R>(size);
  const got: R[] = [];
  go(function* () {
    yield* map(
      items,
      function* (item) {
        yield* results.send(yield* f(item));
      },
      { concurrency: size },
    );
    results.close();
  });
  for (let next = yield* results.next(); !next.done; next = yield* results.next()) got.push(next.value);
  return got;
}

test("results as they come, with a bound on how many wait for the reader", async () => {
  await simulate(function* () {
    const wait = (ms: number): Operation<number> => sleep(ms).map(() => ms);
    assert.deepEqual(yield* unordered([30, 10, 20], wait, 3), [10, 20, 30]);
    assert.deepEqual(yield* unordered([30, 10, 20], wait, 1), [30, 10, 20]);
    assert.deepEqual(yield* unordered([], wait, 2), []);
  });
});

test("an item that fails ends the map with its error; to go on, failures are made results", async () => {
  await simulate(function* () {
    const odd = function* (n: number): Operation<number> {
      yield* sleep(1);
      if (n % 2 === 1) throw new RangeError(`${n}`);
      return n;
    };
    assert.equal((yield* caught(RangeError, map([0, 1, 2, 3], odd, { concurrency: 1 }))).message, "1");
    const safe = function* (n: number): Operation<string> {
      try {
        return `${yield* odd(n)}`;
      } catch (error) {
        return String(error);
      }
    };
    assert.deepEqual(yield* map([0, 1, 2], safe, { concurrency: 3 }), ["0", "RangeError: 1", "2"]);
  });
});

test("items that raise from their iterator end the map with that error", async () => {
  await simulate(function* () {
    const items = (function* () {
      yield 1;
      throw new SyntaxError("items");
    })();
    yield* caught(SyntaxError, map(items, square, { concurrency: 2 }));
  });
});

test("killing a pool stops those that run and those that wait for a place, and waits for their cleanup", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const job = function* (name: string): Operation<void> {
      log.push(`${name} begins`);
      try {
        yield* never;
      } finally {
        yield* shield(sleep(5));
        log.push(`${name} gone at ${now()}`);
      }
    };
    const error = yield* caught(
      TaskCancelledError,
      group(
        function* (g) {
          for (const name of ["a", "b", "c"]) g.go(job, name);
          yield* sleep(10);
          g.cancel("killed");
          assert.equal(g.size, 3);
          yield* never;
        },
        { limit: 2 },
      ),
    );
    assert.equal(error.reason, "killed");
    assert.deepEqual(log, ["a begins", "b begins", "a gone at 15", "b gone at 15"]);
  });
});

test("one of a pool is killed alone, and its place goes to the next", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const [stuck, next] = [g.go(() => never), g.go(square, 3)];
        yield* sleep(5);
        assert.equal(next.status, "ready");
        stuck.cancel();
        assert.equal(yield* next, 9);
        assert.equal(now(), 15);
      },
      { limit: 1 },
    );
  });
});

test("waiting for the first of several, and for all, leaves the others as they are", async () => {
  await simulate(function* () {
    yield* group(function* (g) {
      const tasks = [30, 10, 20].map((ms) => g.go(() => sleep(ms).map(() => ms)));
      assert.equal(yield* race(tasks), 10);
      assert.equal(now(), 10);
      assert.deepEqual(yield* all(tasks), [30, 10, 20]);
      assert.equal(now(), 30);
    });
  });
});

test("a pool that has ended takes no more", async () => {
  await simulate(function* () {
    let kept: Group | undefined;
    yield* group((g) => {
      kept = g;
    });
    thrown(MisuseError, () => kept?.go(square, 1));
  });
});
