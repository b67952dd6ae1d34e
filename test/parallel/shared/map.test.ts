// SharedMap in one thread: what each call does, memory, misuse.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, channel, MisuseError, type Operation, run, select, sleep } from "offshoot";
import { SharedMap } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";

test("a key that was set is there, with a copy of its value", () => {
  const map = new SharedMap<{ n: number[] }>();
  const value = { n: [1, 2] };
  map.set("a", value);
  value.n.push(3);
  assert.deepEqual(map.get("a"), { n: [1, 2] });
  assert.notEqual(map.get("a"), map.get("a"));
  assert.equal(map.has("a"), true);
  assert.equal(map.has("b"), false);
  assert.equal(map.get("b"), undefined);
  assert.equal(map.size, 1);
  map.check();
});

test("values of all kinds come back as they were", () => {
  const map = new SharedMap<unknown>();
  const values: unknown[] = [
    0,
    -0,
    1,
    -1,
    2 ** 30 - 1,
    2 ** 30,
    -(2 ** 30),
    -(2 ** 30) - 1,
    2 ** 31,
    2 ** 53,
    0.1,
    Number.NaN,
    Infinity,
    -Infinity,
    "",
    "a",
    "abcdefgh",
    "x".repeat(27),
    "x".repeat(28),
    "x".repeat(100_000),
    "é",
    "ÿ".repeat(500),
    "ж",
    "🜚",
    "\ud800",
    "ж".repeat(50_000),
    null,
    undefined,
    true,
    false,
    12n,
    [1, [2]],
    { a: { b: "c" } },
    new Date(5),
    new Map([[1, 2]]),
    new Uint8Array(9000).fill(7),
  ]; // prettier-ignore
  for (const [i, value] of values.entries()) map.set(`key ${i}`, value);
  for (const [i, value] of values.entries()) assert.deepEqual(map.get(`key ${i}`), value);
  map.check();
  // One key, from each kind to each other.
  for (const from of values)
    for (const to of [1, 0.5, "text", "ж".repeat(700), null]) {
      map.set("changing", from);
      map.set("changing", to);
      assert.deepEqual(map.get("changing"), to);
    }
  map.check();
});

test("keys of all lengths and alphabets are different keys", () => {
  const map = new SharedMap<number>();
  const keys = ["", "\0", "\0\0", "a", "a\0", "ab", "é", "ÿ", "Ā", "aĀ", "a\u0101", "🜚", "\ud83d", "\udf1a"];
  for (const length of [11, 12, 13, 15, 16, 17, 20, 44, 45, 1000, 40_000])
    for (const letter of ["k", "ф"]) keys.push(letter.repeat(length), `${letter.repeat(length - 1)}z`);
  for (const [i, key] of keys.entries()) map.set(key, i);
  assert.equal(map.size, new Set(keys).size);
  for (const [i, key] of keys.entries()) assert.equal(map.get(key), keys.lastIndexOf(key), `key ${i}`);
  assert.deepEqual(new Set([...map.entries()].map(([key]) => key)), new Set(keys));
  const slice = `${"k".repeat(40)}!`.slice(0, 40);
  map.set(slice, -1);
  assert.equal(map.get("k".repeat(40)), -1);
  map.check();
});

test("delete says whether the key was there, and clear takes all out", () => {
  const map = new SharedMap<number>();
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.delete("a"), true);
  assert.equal(map.delete("a"), false);
  assert.equal(map.get("a"), undefined);
  assert.equal(map.size, 1);
  map.clear();
  assert.equal(map.size, 0);
  assert.deepEqual([...map.entries()], []);
  map.set("a", 3);
  assert.deepEqual([...map.entries()], [["a", 3]]);
  map.check();
});

test("update sets what the function makes of the old value", () => {
  const map = new SharedMap<number>();
  assert.equal(
    map.update("n", (n = 0) => n + 1),
    1,
  ); // prettier-ignore
  assert.equal(
    map.update("n", (n = 0) => n + 1),
    2,
  ); // prettier-ignore
  assert.equal(map.get("n"), 2);
});

test("update calls its function again when the entry was changed meanwhile, and not for other entries", () => {
  const map = new SharedMap<unknown>();
  for (const values of [
    [1, 2, 3],
    ["one", "two", "three"],
    [{ n: 1 }, { n: 2 }, { n: 3 }],
  ]) {
    map.set("a", values[0]);
    const seen: unknown[] = [];
    map.update("a", (old) => {
      seen.push(old);
      map.set("b", seen.length); // another entry
      if (seen.length === 1) map.set("a", values[1]);
      return [old];
    });
    assert.deepEqual(seen, [values[0], values[1]]);
    assert.deepEqual(map.get("a"), [values[1]]);
  }
  const calls: unknown[] = [];
  map.update("new", (old) => {
    calls.push(old);
    if (calls.length === 1) map.set("new", "quicker");
    return "slower";
  });
  assert.deepEqual(calls, [undefined, "quicker"]);
  map.check();
});

test("a box that was freed and used again for the same key is not taken for the old one by update", () => {
  const map = new SharedMap<string>();
  map.set("a", "first");
  const seen: (string | undefined)[] = [];
  map.update("a", (old) => {
    seen.push(old);
    if (seen.length === 1) for (let i = 0; i < 4; i++) map.set("a", `other ${i}`);
    return `${old}!`;
  });
  assert.deepEqual(seen, ["first", "other 3"]);
  assert.equal(map.get("a"), "other 3!");
});

test("what the function of update throws is thrown, and nothing is changed", () => {
  const map = new SharedMap<number>();
  map.set("a", 1);
  assert.throws(
    () =>
      map.update("a", () => {
        throw new RangeError("no");
      }),
    /^RangeError: no$/,
  );
  assert.equal(map.get("a"), 1);
  map.check();
});

test("setOnce sets a key that is not there", () => {
  const map = new SharedMap<string>();
  assert.equal(map.setOnce("a", "first, in a box of its own"), true);
  assert.equal(map.setOnce("a", "second, in a box of its own"), false);
  assert.equal(map.get("a"), "first, in a box of its own");
  map.check();
});

test("a map does what a Map does, whatever comes", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const random = new Random(seed);
    const map = new SharedMap<unknown>();
    const model = new Map<string, unknown>();
    for (let i = 0; i < 12_000; i++) {
      const n = random.below(400);
      const key = n % 3 === 0 ? `k${n}` : n % 3 === 1 ? `key:${n}:${"y".repeat(n)}` : `ключ${"ж".repeat(n % 50)}${n}`;
      const value = [n, n / 3, "x".repeat(n * n * 0.2), "ж".repeat(n), { n, list: [n] }, null][random.below(6)];
      switch (random.below(5)) {
        case 0:
        case 1:
          map.set(key, value);
          model.set(key, value);
          break;
        case 2:
          assert.equal(map.delete(key), model.delete(key));
          break;
        case 3:
          assert.deepEqual(map.get(key), model.get(key));
          break;
        case 4:
          assert.equal(map.setOnce(key, value), !model.has(key));
          if (!model.has(key)) model.set(key, value);
      }
      if (i % 3000 === 0) map.check();
    }
    map.check();
    assert.equal(map.size, model.size);
    assert.deepEqual(new Map(map.entries()), model);
  }
});

test("entries gives each key once that was there throughout, though the map grows meanwhile", () => {
  const map = new SharedMap<number>();
  for (let i = 0; i < 500; i++) map.set(`stays ${i}`, i);
  const seen: string[] = [];
  let added = 0;
  for (const [key] of map.entries()) {
    seen.push(key);
    for (let i = 0; i < 40 && added < 20_000; i++) map.set(`comes ${added++}`, added);
    map.delete(`comes ${added >> 1}`);
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.filter((key) => key.startsWith("stays")).length, 500);
  map.check();
});

test("memory of what was deleted is used again", () => {
  const map = new SharedMap<unknown>({ maxBytes: 2 ** 16 });
  for (let i = 0; i < 300_000; i++) {
    const key = `key ${i % 10}`;
    map.set(key, i % 3 === 0 ? i : `text number ${i}`);
    if (i % 2 === 0) map.delete(key);
  }
  map.check();
});

test("memory is used again for values of other sizes", () => {
  const map = new SharedMap<string>({ maxBytes: 2 ** 21 });
  // Each round all but fills it, with values of another size.
  for (const size of [10, 30_000, 100, 400_000, 1000, 4000, 3, 1_100_000, 50]) {
    const count = Math.max(1, Math.floor(1_200_000 / (64 + size * 1.15)));
    for (let i = 0; i < count; i++) map.set(`key ${i}`, "v".repeat(size));
    assert.equal(map.size, count);
    assert.equal(map.get(`key ${count - 1}`)?.length, size);
    map.check();
    map.clear();
  }
});

test("a full map says so, changes nothing, and goes on when there is room", () => {
  const map = new SharedMap<string>({ name: "small", maxBytes: 2 ** 16 });
  let count = 0;
  assert.throws(
    () => {
      for (;;) map.set(`key ${count++}`, "v".repeat(200));
    },
    (error) =>
      error instanceof MisuseError &&
      /^SharedMap\.set: "small" is full: it holds \d+ entries in 65536 bytes, and may have no more\. Make it with a larger maxBytes, or delete what is not needed\.$/.test(
        error.message,
      ),
  );
  const { size } = map;
  assert.ok(size > 50);
  map.check();
  assert.throws(() => map.set("key 0", "v".repeat(100_000)), MisuseError);
  assert.equal(map.get("key 0"), "v".repeat(200));
  map.check();
  for (let i = 0; i < 10; i++) map.delete(`key ${i}`);
  map.set("another", "v".repeat(200));
  assert.equal(map.size, size - 9);
  map.check();
});

test("wait completes at once with what is there", async () => {
  const map = new SharedMap<number>();
  map.set("a", 1);
  assert.equal(await map.wait("a"), 1);
});

test("all who wait for a key get it, and nobody else", async () => {
  const map = new SharedMap<number | undefined>();
  await run(function* () {
    const other = select({ b: map.wait("b"), late: sleep(5) });
    const setter = (function* (): Operation<void> {
      yield* sleep(0);
      map.set("c", 2);
      map.set("a", undefined);
    })();
    const got = yield* all([map.wait("a"), map.wait("a"), other, setter]);
    assert.deepEqual(got, [undefined, undefined, { key: "late", value: undefined }, undefined]);
  });
});

test("a select with a wait that loses leaves nothing behind", async () => {
  const map = new SharedMap<number>();
  const other = channel<string>(1);
  await run(function* () {
    for (let i = 0; i < 3; i++) {
      yield* other.send("x");
      const got = yield* select([map.wait("a"), other.receive()], { priority: true });
      assert.equal(got.value, "x");
    }
    map.set("a", 1);
    assert.deepEqual(yield* select([map.wait("a"), other.receive()]), { key: 0, value: 1 });
  });
});

test("a map in a map is the same map", () => {
  const outer = new SharedMap<{ inner: SharedMap<number>; n: number }>();
  const inner = new SharedMap<number>();
  outer.set("a", { inner, n: 1 });
  outer.get("a")?.inner.set("x", 5);
  assert.equal(inner.get("x"), 5);
  assert.ok(outer.get("a")?.inner === inner);
  outer.set("a", { inner, n: 2 });
  outer.delete("a");
  outer.check();
});

test("misuse is told, with what to do", () => {
  const map = new SharedMap<unknown>({ name: "cache" });
  const tells = (f: () => unknown, message: RegExp): void =>
    assert.throws(f, (error) => error instanceof MisuseError && message.test(error.message));
  tells(() => map.get(1 as never), /^SharedMap\.get: the key must be a string, got a number \(1\)\.$/);
  tells(() => map.set(undefined as never, 1), /^SharedMap\.set: the key must be a string, got undefined\.$/);
  tells(() => map.wait({} as never), /^SharedMap\.wait: the key must be a string/);
  tells(
    () => map.update("a", 3 as never),
    /^SharedMap\.update: the second argument must be a function of the old value, got a number \(3\)\.$/,
  );
  tells(() => map.set("a", () => 1), /^SharedMap\.set: the value is a function.*cannot travel/);
  tells(
    () => new SharedMap({ maxBytes: 5 }),
    /^SharedMap: maxBytes must be a whole number from 65536 to 2147483648, got a number \(5\)\.$/,
  );
  tells(() => new SharedMap({ name: 5 as never }), /^SharedMap: the name must be a string, got a number \(5\)\.$/);
  tells(() => new SharedMap(null as never), /^SharedMap: options must be an object, got null\.$/);
  assert.equal(map.size, 0);
  map.check();
});
