// Single calls of shared objects from several threads at once: each is one step, so nothing is lost, doubled, torn or out of order.
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { all, go, run } from "offshoot";
import {
  InterlockedList,
  Pool,
  remote,
  SharedBarrier,
  SharedCounter,
  SharedList,
  SharedMap,
  sharedChannel,
} from "offshoot/parallel";
import { growNow, keyFor, valueFor } from "./single-jobs.ts";

const jobs = remote<typeof import("./single-jobs.ts")>(new URL("./single-jobs.ts", import.meta.url));
const THREADS = 3;
const pool = new Pool({ threads: THREADS });
after(() => pool.close());

const threads = Array.from({ length: THREADS }, (_, i) => i);
/** All threads, and this one. */
const everybody = (): SharedBarrier => new SharedBarrier(THREADS + 1);

test("a map that all threads fill at once has every key of 100 000, and each is there as soon as it is set", async () => {
  const map = new SharedMap<unknown>();
  const start = everybody();
  const keys = 100_000;
  await run(function* () {
    const growing = threads.map((me) => pool.go(jobs.grow, start, map, me, THREADS + 1, keys));
    yield* start.wait();
    assert.equal(growNow(map, THREADS, THREADS + 1, keys), 0);
    assert.deepEqual(yield* all(growing), [0, 0, 0]);
  });
  assert.equal(map.size, keys);
  const found = new Map(map.entries());
  assert.equal(found.size, keys);
  for (let i = 0; i < keys; i++) {
    if (i % 70 === 0) assert.deepEqual(found.get(keyFor(i)), valueFor(i));
    else assert.equal(found.get(keyFor(i)), i);
  }
  map.check();
});

test("a key that several threads set is there once, with the value of one of them", async () => {
  const map = new SharedMap<number>();
  const start = everybody();
  const keys = 5_000;
  await run(function* () {
    const setting = threads.map((me) => pool.go(jobs.overwrite, start, map, me, keys));
    yield* start.wait();
    assert.deepEqual(yield* all(setting), [0, 0, 0]);
  });
  const entries = [...map.entries()];
  assert.equal(entries.length, keys);
  assert.equal(new Set(entries.map(([key]) => key)).size, keys);
  for (const [, value] of entries) assert.ok(threads.includes(value));
  assert.equal(map.size, keys);
  map.check();
});

test("of several threads that delete a key exactly one is told that it was there", async () => {
  const map = new SharedMap<number>();
  const start = everybody();
  const keys = 10_000;
  for (let i = 0; i < keys; i++) map.set(`key ${i}`, i);
  await run(function* () {
    const removing = threads.map(() => pool.go(jobs.remove, start, map, keys));
    yield* start.wait();
    const removed = yield* all(removing);
    assert.equal(removed.reduce((sum, n) => sum + n), keys); // biome-ignore format: one line
  });
  assert.deepEqual([map.size, [...map.entries()]], [0, []]);
  map.check();
});

test("several threads go through a map that others fill: what is there throughout comes exactly once to each", async () => {
  const map = new SharedMap<unknown>();
  const stop = new SharedMap<boolean>();
  const start = everybody();
  const stays = 500;
  for (let i = 0; i < stays; i++) map.set(`stays ${i}`, i);
  await run(function* () {
    const iterating = [0, 1].map(() => pool.go(jobs.iterate, start, map, stays, stop));
    const growing = pool.go(jobs.grow, start, map, 0, 2, 40_000);
    yield* start.wait();
    assert.equal(growNow(map, 1, 2, 40_000), 0);
    assert.equal(yield* growing, 0);
    stop.set("stop", true);
    for (const { rounds, wrong } of yield* all(iterating)) assert.deepEqual([rounds > 0, wrong], [true, 0]);
  });
  assert.equal(map.size, stays + 40_000);
  map.check();
});

test("a map that several threads clear and fill is whole, and has what was set after the last clear", async () => {
  const map = new SharedMap<unknown>({ maxBytes: 2 ** 24 });
  const start = everybody();
  await run(function* () {
    const working = threads.map((me) => pool.go(jobs.clearing, start, map, me, 60));
    yield* start.wait();
    yield* all(working);
  });
  map.check();
  const before = [...map.entries()].length;
  assert.equal(map.size, before);
  map.set("old", 1);
  map.clear();
  assert.deepEqual([map.size, [...map.entries()], map.has("old")], [0, [], false]);
  for (let i = 0; i < 1_000; i++) map.set(`new ${i}`, i);
  assert.equal(map.size, 1_000);
  map.check();
});

test("who waits for a key that was cleared gets what is set after that", async () => {
  const map = new SharedMap<number>();
  await run(function* () {
    map.set("a", 1);
    map.clear();
    const waiting = go(() => map.wait("a"));
    const setting = pool.go(jobs.growNow, map as SharedMap<unknown>, 0, 1, 10);
    assert.equal(yield* map.wait("key 9"), 9);
    yield* setting;
    assert.deepEqual([map.has("a"), waiting.status], [false, "waiting"]);
    map.set("a", 2);
    assert.equal(yield* waiting, 2);
  });
});

test("counts of all threads at once are all there, and each sum is answered once", async () => {
  const map = new SharedMap<number>();
  const [added, compared] = [new SharedCounter(), new SharedCounter()];
  const start = everybody();
  const times = 4_000;
  await run(function* () {
    const counting = threads.map(() => pool.go(jobs.countAll, start, map, added, compared, times));
    yield* start.wait();
    const here: number[] = [];
    for (let i = 0; i < times; i++) here.push(added.add(1));
    const sums = [...here, ...(yield* all(counting)).flat()];
    const expected = Array.from({ length: (THREADS + 1) * times }, (_, i) => i + 1);
    assert.deepEqual(sums.sort((a, b) => a - b), expected); // biome-ignore format: one line
  });
  assert.deepEqual([added.get(), compared.get()], [(THREADS + 1) * times, THREADS * times]);
  const counted = [0, 1, 2].map((i) => map.get(`n ${i}`) ?? 0);
  assert.equal(counted.reduce((sum, n) => sum + n), THREADS * times); // biome-ignore format: one line
});

test("of several threads that compare and set exactly one is told that it did", async () => {
  const counter = new SharedCounter();
  const start = everybody();
  const most = 20_000;
  await run(function* () {
    const winning = threads.map(() => pool.go(jobs.win, start, counter, most));
    yield* start.wait();
    const won = (yield* all(winning)).flat();
    assert.deepEqual(
      won.sort((a, b) => a - b),
      Array.from({ length: counter.get() }, (_, i) => i),
    );
  });
});

test("a number is never read half", async () => {
  const values = [Math.PI, -1e300, 2 ** 53 - 1];
  const counter = new SharedCounter(values[0]);
  const stop = new SharedCounter();
  const start = everybody();
  await run(function* () {
    const setting = threads.map(() => pool.go(jobs.flicker, start, counter, values, stop));
    yield* start.wait();
    const seen = new Set<number>();
    for (let i = 0; i < 300_000; i++) seen.add(counter.get());
    stop.set(1);
    yield* all(setting);
    assert.deepEqual([...seen].filter((value) => !values.includes(value)), []); // biome-ignore format: one line
  });
});

test("what several threads push in turns is flushed in that order", async () => {
  const list = new InterlockedList<number>();
  const turn = new SharedCounter();
  const start = everybody();
  const count = 2_000;
  await run(function* () {
    const pushing = threads.map((me) => pool.go(jobs.takeTurns, start, list, turn, me, THREADS, count));
    yield* start.wait();
    const got: number[] = [];
    while (got.length < count) got.push(...(yield* list.wait()));
    assert.deepEqual(got, Array.from({ length: count }, (_, i) => i)); // biome-ignore format: one line
    yield* all(pushing);
  });
  assert.deepEqual(list.flush(), []);
  list.check();
});

test("of what several threads push each value is flushed once, whoever flushes", async () => {
  const list = new InterlockedList<{ me: number; i: number; pad: string }>();
  const done = sharedChannel<number>(THREADS);
  const start = everybody();
  const count = 5_000;
  await run(function* () {
    const pushing = threads.map((me) => pool.go(jobs.fillTogether, start, list, me, count, done));
    yield* start.wait();
    const got: { me: number; i: number; pad: string }[] = [];
    while (done.length < THREADS) got.push(...list.flush());
    got.push(...list.flush());
    yield* all(pushing);
    assert.equal(got.length, THREADS * count);
    for (const me of threads) {
      const own = got.filter((value) => value.me === me);
      assert.deepEqual(own.map(({ i }) => i), Array.from({ length: count }, (_, i) => i)); // biome-ignore format: one line
      assert.ok(own.every(({ i, pad }) => pad.length === i % 40));
    }
  });
  list.check();
});

test("a list that is read while others push has all that its length says, in the order of the pushes", async () => {
  const list = new SharedList<number>();
  const turn = new SharedCounter();
  const start = everybody();
  const count = 3_000;
  await run(function* () {
    const pushing = [0, 1].map((me) => pool.go(jobs.takeTurns, start, list, turn, me, 2, count));
    const reading = pool.go(jobs.readAll, start, list, count);
    yield* start.wait();
    assert.equal(yield* reading, "all there");
    yield* all(pushing);
  });
  assert.equal(list.length, count);
  list.check();
});

test("values that are replaced are seen in the order of the changes, one by one", async () => {
  const list = new SharedList<number>();
  for (let i = 0; i < 2; i++) list.push(0);
  const start = new SharedBarrier(2);
  const times = 30_000;
  await run(function* () {
    const marching = pool.go(jobs.march, start, list, times);
    yield* start.wait();
    for (let last = [0, 0]; (last[1] as number) < times; ) {
      // The later one first: the earlier had been set before it.
      const [second, first] = [list.get(1) as number, list.get(0) as number];
      assert.ok(first >= second && first >= (last[0] as number) && second >= (last[1] as number), `${first} ${second}`);
      last = [first, second];
    }
    yield* marching;
  });
  list.check();
});
