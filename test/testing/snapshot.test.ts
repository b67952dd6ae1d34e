// What has become of plain data, in words; and what is not looked into.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST, memoryOf, overlap, snapshotsOf } from "../../src/testing/snapshot.ts";

/** The changes that a function makes to a value. */
function changes<T>(value: T, change: (value: T) => void): string[] {
  const snapshots = snapshotsOf(value);
  change(value);
  const changed = snapshots.filter((snapshot) => !snapshot.isSame).flatMap((snapshot) => snapshot.changes());
  for (const snapshot of snapshots) {
    snapshot.renew();
    assert.ok(snapshot.isSame);
    assert.deepEqual(snapshot.changes(), []);
  }
  return changed;
}

const table: readonly [what: string, value: unknown, change: (value: never) => void, said: readonly string[]][] = [
  ["a property", { a: 1 }, (o: { a: unknown }) => void (o.a = "x"), [".a: was 1, is 'x'"]],
  ["a new one", {}, (o: Record<string, unknown>) => void (o["a b"] = null), ["['a b']: was not there, is null"]],
  ["one that is deleted", { a: 1 }, (o: { a?: number }) => void delete o.a, [".a: was 1, is no longer there"]],
  ["NaN and zeros", { a: Number.NaN, b: 0 }, (o: { b: number }) => void (o.b = -0), [".b: was 0, is -0"]],
  ["an element", [[1, 2]], (a: number[][]) => void (a[0] as number[]).splice(1, 1, 3), ["[0][1]: was 2, is 3"]],
  ["another object", { a: {} }, (o: { a: object }) => void (o.a = {}), [".a: was {}, is another one"]],
  [
    "an object without a prototype",
    Object.assign(Object.create(null), { a: 1 }),
    (o: { a: number }) => void o.a++,
    [".a: was 1, is 2"],
  ],
  [
    "a map",
    new Map([["k", 1]]),
    (m: Map<string, number>) => void m.set("k", 2).set("l", 3),
    [".get('k'): was 1, is 2", ".get('l'): was not there, is 3"],
  ],
  [
    "a value of a map",
    { m: new Map([[1, { x: 1 }]]) },
    ({ m }: { m: Map<number, { x: number }> }) => void (m.get(1) as { x: number }).x++,
    [".m.get(1).x: was 1, is 2"],
  ],
  [
    "a key of a map",
    new Map([[{ x: 1 }, 1]]),
    (m: Map<{ x: number }, number>) => void ([...m.keys()][0] as { x: number }).x++,
    [".keys()[0].x: was 1, is 2"],
  ],
  [
    "a set",
    new Set([1]),
    (s: Set<number>) => {
      s.delete(1);
      s.add(2);
    },
    [".has(1): was true, is false", ".has(2): was false, is true"],
  ],
  [
    "a member of a set",
    new Set([[1]]),
    (s: Set<number[]>) => void [...s][0]?.pop(),
    [".values()[0][0]: was 1, is no longer there"],
  ],
  [
    "a typed array",
    { f: new Float64Array([1, 2]) },
    (o: { f: Float64Array }) => void (o.f[1] = 0.5),
    [".f[1]: was 2, is 0.5"],
  ],
  ["a buffer", Buffer.from("abc"), (b: Buffer) => void b.write("x", 1), ["[1]: was 98, is 120"]],
  ["an array buffer", new ArrayBuffer(2), (b: ArrayBuffer) => void (new Uint8Array(b)[1] = 1), ["[1]: was 0, is 1"]],
  [
    "what has been transferred",
    new Uint8Array([5]),
    (b: Uint8Array) => void structuredClone(0, { transfer: [b.buffer as ArrayBuffer] }),
    ["[0]: was 5, is no longer there"],
  ],
  [
    "the order of keys",
    { a: 1, b: 2 },
    (o: { a?: number }) => {
      delete o.a;
      o.a = 1;
    },
    [],
  ],
  ["what is beyond the limit", new Array(MOST + 5).fill(0), (a: number[]) => void (a[MOST + 1] = 1), []],
  ["how much is beyond it", new Array(MOST + 5).fill(0), (a: number[]) => void a.pop(), [": its size has changed"]],
  [
    "text that is long",
    { a: "" },
    (o: { a: string }) => void (o.a = "x".repeat(200)),
    [`.a: was '', is '${"x".repeat(60)}'... 140 more characters`],
  ],
];

for (const [what, value, change, said] of table) {
  test(`${what}: ${said.length === 0 ? "is no change" : "is told"}`, () => {
    assert.deepEqual(changes(value as never, change), said);
  });
}

test("a value that contains itself is looked at once", () => {
  const circle: { self?: object; n: number } = { n: 1 };
  circle.self = [circle];
  assert.deepEqual(
    changes(circle, (value) => void value.n++),
    [".n: was 1, is 2"],
  );
});

test("nothing is looked into but plain data", () => {
  for (const value of [
    1,
    null,
    undefined,
    "text",
    () => {},
    new Date(),
    new (class Own {})(),
    new WeakMap(),
    Promise.resolve(),
  ])
    assert.deepEqual(snapshotsOf(value), []);
  assert.deepEqual(snapshotsOf(new Uint8Array(new SharedArrayBuffer(1))), []);
  assert.deepEqual(snapshotsOf(new Proxy({}, {})), []);
});

test("a class of the user's own that is an array or a typed array is copied without its code", () => {
  class Bytes extends Uint8Array {
    constructor(list: number[]) {
      assert.ok(Array.isArray(list), "made by the library");
      super(list);
    }
  }
  const bytes = new Bytes([0]);
  assert.deepEqual(
    changes(bytes, (value) => void (value[0] = 1)),
    ["[0]: was 0, is 1"],
  );
});

test("views of one buffer overlap where they share bytes", () => {
  const buffer = new ArrayBuffer(8);
  const memory = (object: object) => memoryOf(object) ?? assert.fail();
  const [left, right] = [memory(new Uint8Array(buffer, 0, 4)), memory(new Uint8Array(buffer, 4, 4))];
  assert.equal(overlap(left, right), false);
  assert.ok(overlap(left, memory(buffer)) && overlap(memory(buffer), right));
  assert.equal(overlap(left, memory(new ArrayBuffer(8))), false);
  assert.equal(memoryOf({}), null);
});
