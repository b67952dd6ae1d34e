// SharedMap in several real threads at once.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { run } from "offshoot";
import { Pool, remote, SharedMap } from "offshoot/parallel";

const jobs = remote<typeof import("./map-jobs.ts")>(new URL("./map-jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2 });
after(() => pool.close());

test("each of two threads puts 250 000 keys into an empty map, and all are there", async () => {
  const map = new SharedMap<number>();
  const half = 250_000;
  await Promise.all([pool.run(jobs.fill, map, 0, half), pool.run(jobs.fill, map, half, 2 * half)]);
  assert.equal(map.size, 2 * half);
  let wrong = 0;
  for (let i = 0; i < 2 * half; i++) if (map.get(`key ${i}`) !== i) wrong++;
  assert.equal(wrong, 0);
  map.check();
});

test("three threads count with update, and no count is lost", async () => {
  const map = new SharedMap<number>();
  const times = 20_000;
  const counting = [pool.run(jobs.count, map, "n", times), pool.run(jobs.count, map, "n", times)].map((call) =>
    call.then((x) => x),
  );
  await map.wait("n");
  for (let i = 0; i < times; i++) map.update("n", (n = 0) => n + 1);
  await Promise.all(counting);
  assert.equal(map.get("n"), 3 * times);
  map.check();
});

test("the same with values in boxes", async () => {
  const map = new SharedMap<{ n: number; pad: string }>();
  const times = 5000;
  await Promise.all([pool.run(jobs.countBoxed, map, "n", times), pool.run(jobs.countBoxed, map, "n", times)]);
  assert.equal(map.get("n")?.n, 2 * times);
  map.check();
});

test("of several threads exactly one sets a key once", async () => {
  const map = new SharedMap<number>();
  const won = await Promise.all([pool.run(jobs.win, map, 20_000, 1), pool.run(jobs.win, map, 20_000, 2)]);
  assert.equal((won[0] as number) + (won[1] as number), 20_000);
  const counts = [0, 0, 0];
  for (const [, winner] of map.entries()) (counts[winner] as number)++;
  assert.deepEqual(counts, [0, ...won]);
  map.check();
});

test("nobody reads a value that is half another", async () => {
  const map = new SharedMap<string>({ maxBytes: 2 ** 22 });
  const torn = await Promise.all([
    pool.run(jobs.scribble, map, 20, 40_000, 1),
    pool.run(jobs.scribble, map, 20, 40_000, 2),
  ]);
  assert.deepEqual(torn, [0, 0]);
  map.check();
});

test("entries gives what stays exactly once while another thread puts in and takes out", async () => {
  const map = new SharedMap<number>();
  const stop = new SharedMap<boolean>();
  for (let i = 0; i < 300; i++) map.set(`stays ${i}`, i);
  const churning = pool.run(jobs.churn, map, stop, 3000).then((rounds) => rounds);
  await map.wait("passing 0 0");
  for (let round = 0; round < 20; round++) {
    const seen = [...map.entries()].map(([key]) => key);
    assert.equal(new Set(seen).size, seen.length);
    assert.equal(seen.filter((key) => key.startsWith("stays")).length, 300);
  }
  stop.set("stop", true);
  assert.ok((await churning) > 0);
  assert.equal(map.size, 300);
  map.check();
});

test("a thread that waits for a key is woken by the thread that sets it", async () => {
  const map = new SharedMap<string>();
  const there = pool.run(jobs.meet, map, "from here").then((x) => x);
  map.set("other", "no");
  map.set("from here", "hello");
  assert.equal(await there, "hello");
  await run(function* () {
    const filling = pool.go(jobs.fill, map as never, 0, 10);
    assert.equal(yield* (map as unknown as SharedMap<number>).wait("key 9"), 9);
    yield* filling;
  });
});

test("a shared object in a map is the same object in another thread", async () => {
  const outer = new SharedMap<SharedMap<number>>();
  const inner = new SharedMap<number>();
  inner.set("n", 42);
  outer.set("inner", inner);
  assert.equal(await pool.run(jobs.receiveFrom, outer, "inner"), 42);
  assert.equal(inner.get("seen"), 1);
  // Also in a thread that begins after it was put there.
  const later = new Pool({ threads: 1 });
  assert.equal(await later.run(jobs.receiveFrom, outer, "inner"), 42);
  await later.close();
});
