// pool.map: order, chunks, back-pressure, sources of all kinds, failures, and consumers that leave.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { channel, go, never, type Operation, type Receiver, run, sleep, TaskCancelledError } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2, name: "mapping" });
after(() => pool.close());

function* drained<T>(results: Receiver<T>): Operation<T[]> {
  const all: T[] = [];
  for (let got = yield* results.next(); !got.done; got = yield* results.next()) all.push(got.value);
  return all;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const doubled = (count: number): number[] => numbers(count).map((n) => 2 * n);

test("results come in the order of the items, whatever the chunk", async () => {
  await run(function* () {
    for (const chunk of [1, 2, 7, 50, 1_000])
      assert.deepEqual(yield* drained(pool.map(jobs.twice, numbers(50), { chunk })), doubled(50));
    assert.deepEqual(yield* drained(pool.map(jobs.twice, new Set([1, 2, 3]))), [2, 4, 6]);
  });
});

test("with ordered: false all results come, in some order", async () => {
  await run(function* () {
    for (const chunk of [1, 7, 100]) {
      const results = yield* drained(pool.map(jobs.twice, numbers(50), { chunk, ordered: false }));
      assert.deepEqual(
        results.sort((a, b) => a - b),
        doubled(50),
      );
    }
  });
});

test("a result that is ready is not kept waiting by one before it if they need no order", async () => {
  const gates = [sharedChannel<number>(1), sharedChannel<number>(1)];
  await run(function* () {
    const results = pool.map(jobs.receives, gates, { ordered: false });
    yield* gates[1]?.send(5) as Operation<void>;
    assert.equal(yield* results.receive(), 5);
    yield* gates[0]?.send(3) as Operation<void>;
    assert.deepEqual(yield* drained(results), [3]);
  });
});

test("bodies of all kinds are mapped, in chunks too", async () => {
  const gate = sharedChannel<number>(64);
  for (let i = 0; i < 12; i++) gate.trySend(i);
  await run(function* () {
    const gates = Array.from({ length: 12 }, () => gate);
    const got = yield* drained(pool.map(jobs.receives, gates, { chunk: 5 }));
    assert.deepEqual(
      got.sort((a, b) => a - b),
      numbers(12),
    );
    assert.deepEqual(yield* drained(pool.map(jobs.promised, numbers(9), { chunk: 4 })), numbers(9));
  });
});

test("no items, no results", async () => {
  await run(function* () {
    const empty = channel<number>();
    empty.close();
    for (const source of [[], new Set<number>(), empty, (async function* () {})()])
      for (const ordered of [true, false])
        assert.deepEqual(yield* drained(pool.map(jobs.twice, source as number[], { ordered })), []);
  });
});

test("items come from a channel, a shared one, an async iterable, and an endless one", async () => {
  await run(function* () {
    for (const source of [channel<number>(), sharedChannel<number>(2)]) {
      const results = pool.map(jobs.twice, source, { chunk: 3 });
      go(function* () {
        for (let i = 0; i < 10; i++) yield* source.send(i);
        source.close();
      });
      assert.deepEqual(yield* drained(results), doubled(10));
    }
    const stream = async function* (): AsyncGenerator<number> {
      for (let i = 0; i < 10; i++) {
        await null;
        yield i;
      }
    };
    assert.deepEqual(yield* drained(pool.map(jobs.twice, stream())), doubled(10));
  });
});

test("the source is asked only as fast as results are taken, and told when its consumer leaves", async () => {
  await run(function* () {
    for (const ordered of [true, false]) {
      let asked = 0;
      let left = 0;
      const endless = {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: asked++ }),
          return() {
            left++;
            return { done: true as const, value: undefined };
          },
        }),
      };
      const results = pool.map(jobs.twice, endless, { chunk: 2, ordered });
      for (let taken = 0; taken < 20; taken++) {
        yield* results.receive();
        assert.ok(asked - taken <= 2 * (2 * 2 + 3), `${asked} asked, ${taken} taken`);
      }
      for (let before = -1; before !== asked; yield* sleep(5)) before = asked;
      assert.ok(asked <= 20 + 2 * (2 * 2 + 3), `${asked}`);
      results.cancel();
      yield* sleep(0);
      for (let i = 0; i < 100 && left === 0; i++) yield* sleep(1);
      assert.equal(left, 1);
    }
  });
});

test("a consumer that leaves ends calls that are under way, and a wait for a silent source", async () => {
  const started = sharedChannel<number>(4);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const silent = channel<number>();
    for (const ordered of [true, false]) {
      const waiting = pool.map(jobs.twice, silent, { ordered });
      yield* sleep(1);
      waiting.cancel();
      const running = pool.map(jobs.waitsAt, [{ started, gate }], { ordered });
      yield* started.receive();
      running.cancel();
    }
  }); // and the run ends
});

test("a failing item fails the map; the rest is given up and the source told", async () => {
  await run(function* () {
    for (const ordered of [true, false])
      for (const chunk of [1, 4]) {
        let left = 0;
        const items = (function* () {
          try {
            for (let i = 0; ; i++) yield i;
          } finally {
            left++;
          }
        })();
        const results = pool.map(jobs.twiceButSeven, items, { ordered, chunk });
        const error = yield* caught(Object, drained(results));
        assert.match(String((error as Error).message), /no seven/);
        assert.equal(left, 1);
      }
  });
});

test("a source that fails fails the map, and is not asked again", async () => {
  await run(function* () {
    let asked = 0;
    const items = {
      [Symbol.iterator]: () => ({
        next() {
          if (asked++ === 3) throw new RangeError("no more");
          return { done: false as const, value: asked };
        },
      }),
    };
    yield* caught(RangeError, drained(pool.map(jobs.twice, items)));
    assert.equal(asked, 4);
    const failing = channel<number>();
    const results = pool.map(jobs.twice, failing);
    failing.close(new RangeError("closed with this"));
    yield* caught(RangeError, drained(results));
  });
});

test("a source that has ended is not asked again", async () => {
  await run(function* () {
    for (const ordered of [true, false]) {
      let asked = 0;
      const items = {
        [Symbol.iterator]: () => ({
          next: () => (asked++ < 5 ? { done: false as const, value: asked } : { done: true as const, value: 0 }),
        }),
      };
      yield* drained(pool.map(jobs.twice, items, { ordered, chunk: 3 }));
      assert.equal(asked, 6);
    }
  });
});

test("the end of the owner ends the map", async () => {
  const started = sharedChannel<number>(4);
  const gate = sharedChannel<number>(1);
  let results: Receiver<number> | null = null;
  await run(function* () {
    const owner = go(function* () {
      results = pool.map(jobs.waitsAt, [{ started, gate }]);
      yield* never;
    });
    yield* started.receive();
    owner.cancel();
  });
  await assert.rejects(async () => await (results as unknown as Receiver<number>).receive(), TaskCancelledError);
  assert.equal(pool.stats().running, 0);
});

test("a map is used outside any run", async () => {
  const got: number[] = [];
  for await (const n of pool.map(jobs.twice, numbers(10), { chunk: 3 })) got.push(n);
  assert.deepEqual(got, doubled(10));
  await assert.rejects(
    async () => {
      for await (const _ of pool.map(jobs.twiceButSeven, numbers(10))) void _;
    },
    { message: "no seven" },
  );
});

test("options and items are checked at the call", () => {
  const misuse = { code: "OFFSHOOT_ERR_MISUSE" };
  for (const chunk of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])
    assert.throws(() => pool.map(jobs.twice, [1], { chunk }), misuse);
  assert.throws(() => pool.map(jobs.twice, [1], { ordered: 1 as never }), misuse);
  assert.throws(() => pool.map(jobs.twice, [1], null as never), misuse);
  for (const items of [null, undefined, 5, {}, () => [1]])
    assert.throws(() => pool.map(jobs.twice, items as never), misuse);
});
