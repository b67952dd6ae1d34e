// SharedList: indices, replacing, slices, growth and use of memory again, many threads, deaths, misuse.
// own process: its workers die, and the pool is closed after the last test

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Channel, go, MisuseError, run, until } from "offshoot";
import { Pool, remote, SharedList, sharedChannel, WorkerError } from "../../../src/parallel/index.ts";
import { caught, thrown } from "../../support/caught.ts";

const jobs = remote<typeof import("./list-jobs.ts")>(new URL("./list-jobs.ts", import.meta.url));
let pool: Pool;
before(() => {
  pool = new Pool({ threads: 2, name: "listers" });
});
after(() => pool.close());

const long = (letter: string, n = 1_000): string => letter.repeat(n);

test("push answers the next index, and get gives a copy of what is there", () => {
  const list = new SharedList<unknown>();
  const values = [0, -0, 1.5, Number.NaN, "", "é", "€", long("x", 64), long("x", 65), true, false, null, undefined];
  const more = [{ a: [1, { b: "c" }] }, [1, 2], long("y", 100_000)];
  const all = [...values, ...more];
  assert.deepEqual(
    all.map((value) => list.push(value)),
    [...all.keys()],
  );
  assert.equal(list.length, all.length);
  assert.deepEqual(
    all.map((_, i) => list.get(i)),
    all,
  );
  assert.notEqual(list.get(13), list.get(13));
  assert.equal(list.get(all.length), undefined);
  assert.equal(list.get(-1), undefined);
  list.check();
});

test("set replaces a value by one of any size", () => {
  const list = new SharedList<unknown>();
  for (let i = 0; i < 10; i++) list.push(i);
  list.set(3, long("a"));
  list.set(3, { large: long("b", 5_000) });
  assert.deepEqual(list.get(3), { large: long("b", 5_000) });
  list.set(3, 4);
  assert.deepEqual(list.slice(), [0, 1, 2, 4, 4, 5, 6, 7, 8, 9]);
  list.check();
});

test("slice takes what an array's does", () => {
  const list = new SharedList<number>();
  const array = [0, 1, 2, 3, 4];
  for (const n of array) list.push(n);
  const bounds = [undefined, 0, 1, 4, 5, 9, -1, -5, -9, 1.7, -1.7, Number.NaN, Infinity, -Infinity];
  for (const from of bounds) for (const to of bounds) assert.deepEqual(list.slice(from, to), array.slice(from, to));
});

test("random calls are those on an array", () => {
  const list = new SharedList<string | number>();
  const model: (string | number)[] = [];
  let seed = 7;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % n;
  };
  for (let round = 0; round < 20_000; round++) {
    const value = random(2) === 0 ? round : "ab".repeat(random(random(100) === 0 ? 5_000 : 30));
    if (model.length === 0 || random(4) === 0) {
      assert.equal(list.push(value), model.length);
      model.push(value);
    } else {
      const index = random(model.length);
      list.set(index, value);
      model[index] = value;
      const other = random(model.length);
      assert.equal(list.get(other), model[other]);
    }
  }
  assert.deepEqual(list.slice(), model);
  list.check();
});

test("memory of values that were replaced is used again", () => {
  const list = new SharedList<string>();
  for (let i = 0; i < 10; i++) list.push(long("a", 100 * i));
  for (let i = 0; i < 700; i++) list.set(i % 10, long("b", 100 * (i % 7)));
  const { bytes } = list;
  for (let i = 0; i < 5_000; i++) list.set(i % 10, long("c", 100 * (i % 7)));
  assert.equal(list.bytes, bytes);
  list.check();
});

test("a list without memory left says so, and stays as it was", () => {
  const list = new SharedList<string>({ name: "small", maxBytes: 2 ** 16 });
  let n = 0;
  const error = thrown(MisuseError, () => {
    for (; ; n++) list.push(long("x"));
  });
  assert.match(
    error.message,
    /^SharedList\.push: "small" has no memory left for a value of \d+ bytes\. Make the list with more maxBytes/,
  );
  assert.equal(list.length, n);
  assert.ok(n > 25, String(n));
  assert.match(
    thrown(MisuseError, () => list.set(0, long("y", 5_000))).message,
    /^SharedList\.set: "small" has no memory/,
  );
  assert.equal(list.get(0), long("x"));
  list.set(0, "short"); // what it had is free now
  assert.equal(list.push(long("z")), n);
  list.check();
});

test("shared objects are shared, also those that a thread made and did not keep", async () => {
  await run(function* () {
    const list = new SharedList<Channel<string>>();
    const mine = sharedChannel<string>(1);
    list.push(mine);
    assert.equal(list.get(0), mine);
    const there = go(() => pool.run(jobs.pushChannel, list));
    const other = go(() => pool.run(jobs.receiveFrom, list, 0));
    yield* mine.send("for a thread");
    assert.equal(yield* other, "for a thread");
    while (list.length < 2) yield* until(new Promise(setImmediate));
    assert.equal(yield* (list.get(1) as Channel<string>).receive(), "hello");
    yield* there;
    list.set(1, mine);
    assert.equal(list.get(1), mine);
  });
});

test("three threads push 100 000 values each: indices are dense, and each has the value it was answered for", async () => {
  const each = 100_000;
  await run(function* () {
    const list = new SharedList<number>();
    const tasks = [1, 2].map((n) => go(() => pool.run(jobs.pushShared, list, n * 1_000_000, each)));
    const mine: number[] = [];
    for (let i = 0; i < each; i++) mine.push(list.push(3_000_000 + i));
    const all = [yield* tasks[0] as (typeof tasks)[0], yield* tasks[1] as (typeof tasks)[0], mine];
    assert.equal(list.length, 3 * each);
    const seen = new Uint8Array(3 * each);
    all.forEach((indices, n) => {
      indices.forEach((index, i) => {
        assert.equal(list.get(index), (n + 1) * 1_000_000 + i);
        seen[index] = (seen[index] as number) + 1;
      });
    });
    assert.ok(seen.every((times) => times === 1));
    list.check();
  });
});

test("no value is torn while threads replace it and others read it", async () => {
  const list = new SharedList<string>();
  list.push("first");
  list.set(0, long("z"));
  await Promise.all([
    pool.run(jobs.scribble, list, 0, "a", 20_000),
    pool.run(jobs.readTorn, list, 0, 40_000).then((torn) => assert.equal(torn, null)),
  ]);
  list.check();
});

for (const [step, happened] of [
  ["cell", false],
  ["odd", true],
  ["done", true],
] as const)
  test(`a thread that dies in push at list.${step} has pushed its value or has not, and the list is sound`, async () => {
    await run(function* () {
      const list = new SharedList<unknown>();
      list.push("before");
      const error = yield* caught(WorkerError, pool.run(jobs.dieInPush, list, `list.${step}`, [long("d")]));
      assert.equal(error.exitCode, 7);
      list.check();
      assert.deepEqual(list.slice(), happened ? ["before", long("d")] : ["before"]);
      list.push(long("e"));
      assert.equal(list.get(list.length - 1), long("e"));
      list.check();
    });
  });

test("a thread that dies when it has taken memory for more entries leaves it to the next", async () => {
  await run(function* () {
    const list = new SharedList<number>();
    for (let i = 0; i < 256; i++) list.push(i);
    yield* caught(WorkerError, pool.run(jobs.dieInPush, list, "list.segment", [256]));
    list.check();
    assert.equal(list.push(-256), 256);
    assert.equal(list.get(256), -256);
    list.check();
  });
});

for (const [step, happened] of [
  ["prepare", false],
  ["commit", true],
  ["free", true],
] as const)
  test(`a thread that dies in set at list.${step} has replaced the value or has not, and nothing is lost`, async () => {
    await run(function* () {
      const list = new SharedList<unknown>();
      list.push("before");
      list.set(0, long("o"));
      list.set(0, long("p")); // now there is a free cell
      yield* caught(WorkerError, pool.run(jobs.dieInSet, list, `list.${step}`, 0, long("d")));
      list.check();
      assert.equal(list.get(0), happened ? long("d") : long("p"));
      const { bytes } = list;
      for (const letter of "abc") list.set(0, long(letter));
      assert.equal(list.bytes, bytes);
      list.check();
    });
  });

test("who needs the lock of a thread that has just died does not wait for its event loop to tell", async () => {
  await run(function* () {
    const list = new SharedList<unknown>();
    list.push(1);
    const ready = sharedChannel<string>(1);
    yield* pool.run(jobs.pushShared, new SharedList<number>(), 0, 1); // there is a worker
    const death = go(() => caught(WorkerError, pool.run(jobs.dieSoon, list, "list.odd", ready, 2)));
    assert.equal(yield* ready.receive(), "list.odd");
    assert.equal(list.push(3), 2); // in this turn
    assert.deepEqual(list.slice(), [1, 2, 3]);
    yield* death;
    list.check();
  });
});

test("misuse is told at the call", () => {
  const list = new SharedList<unknown>({ name: "few" });
  list.push(1);
  assert.match(
    thrown(MisuseError, () => list.set(1, 2)).message,
    /^SharedList\.set: "few" has 1 values, and none at 1\. Set only what is there; a new one is put at the end with push\(\)\.$/,
  );
  assert.throws(() => list.set(-1, 2), MisuseError);
  assert.match(
    thrown(MisuseError, () => list.get(0.5)).message,
    /^SharedList\.get: an index of "few" is a whole number, got a number \(0.5\)/,
  );
  assert.match(thrown(MisuseError, () => list.set("0" as never, 2)).message, /got a string/);
  assert.throws(() => list.push(() => 1));
  assert.throws(() => list.set(0, Symbol("s")));
  assert.deepEqual(list.slice(), [1]);
  assert.match(thrown(MisuseError, () => new SharedList(null as never)).message, /options must be an object, got null/);
  assert.match(thrown(MisuseError, () => new SharedList({ name: 1 as never })).message, /the name must be a string/);
  for (const maxBytes of [0, 1.5, 2 ** 33, Number.NaN])
    assert.match(
      thrown(MisuseError, () => new SharedList({ maxBytes })).message,
      /maxBytes must be a whole number from 65536/,
    );
});
