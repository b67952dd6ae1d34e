// The codec: values go through bytes and come back as structuredClone would give them; what is shared or moved goes beside the bytes.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Random } from "../../src/base/random.ts";
import { decode, decodeAt, encode } from "../../src/parallel/codec.ts";
import { SHARE } from "../../src/parallel/shareable.ts";
import { carried, LOADER, shared, UNLOADER } from "../support/carrying.ts";
import { assertAlike, Values } from "../support/values.ts";

const same = (value: unknown): void => assertAlike(carried(value), structuredClone(value));

test("primitives come back exactly", () => {
  for (const value of [undefined, null, true, false, "", "x", "x".repeat(31), "x".repeat(32), "x".repeat(70_000)])
    same(value);
  for (const n of [0, -0, 127, 128, 65_535, 65_536, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, -1, -(2 ** 31), -(2 ** 53)])
    same(n);
  for (const n of [
    0.1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
  ])
    same(n);
  for (const n of [0n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n, -(3n ** 5_000n)])
    same(n);
});

test("strings of any characters come back, well-formed or not", () => {
  for (const text of ["é", "日本語", "😀", "\ud800", "\udfff\ud800", "\ufeffmark", "\0", "\u2028"])
    for (const times of [1, 5, 40, 5_000]) same(text.repeat(times));
});

test("a short message is read from words as it is from bytes, wherever it lies in them", () => {
  const words = new Int32Array(new SharedArrayBuffer(4096)).fill(-1);
  for (const value of [null, "x", { id: 7, name: "reading 7", value: 3.5 }, ["y".repeat(90), [{}, { a: [1n] }]]]) {
    for (const at of [0, 1, 100]) {
      const bytes = encode(value, LOADER, "test");
      new Uint8Array(words.buffer).set(bytes, at * 4);
      assert.deepEqual(decodeAt(words, at, bytes.length, UNLOADER), value);
    }
  }
  assert.throws(() => decodeAt(words, 900, 10, UNLOADER), { code: "OFFSHOOT_ERR_MISUSE" });
});

test("plain objects keep their fields in order, whatever these are called", () => {
  same({});
  same({
    a: 1,
    b: undefined,
    "": 2,
    "x y": 3,
    é: 4,
    10: 5,
    2: 6,
    constructor: 7,
    hasOwnProperty: 8,
    toJSON: 9,
    length: 10,
  });
  same(JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }'));
  same([JSON.parse('{ "__proto__": 1 }'), JSON.parse('{ "__proto__": 2 }')]);
  same(Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`key${i}`, i])));
});

test("an object without a prototype has none there", () => {
  const bare = Object.assign(Object.create(null) as object, { a: 1, __proto__: undefined });
  assertAlike(carried([bare, { a: 1 }, { a: 2 }]), [bare, { a: 1 }, { a: 2 }]);
});

test("objects that are alike are told from those that are almost", () => {
  same(Array.from({ length: 40 }, (_, i) => ({ id: i, name: `row ${i}`, at: { x: i, y: -i } })));
  same([{ a: 1, b: 2 }, { b: 1, a: 2 }, { a: 1 }, { a: 1, b: 2, c: 3 }, { a: 3, b: 4 }, {}, { a: 5, b: 6 }, {}]);
  same(Array.from({ length: 40 }, (_, i) => ({ [`only${i % 13}`]: i, too: { [`in${i % 11}`]: 1 } })));
  const wide = (n: number): object => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]));
  same([wide(32), wide(32), wide(33), wide(33)]);
  const tree = (depth: number): unknown => (depth === 0 ? null : { left: tree(depth - 1), right: tree(depth - 1) });
  same(tree(6));
});

test("arrays keep holes and undefined apart, and a sparse one costs what is in it", () => {
  same([1, undefined, 3]);
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  same([1, , 3, , ,]);
  same(new Array(5));
  same(Array.from({ length: 31 }, (_, i) => i));
  same(Array.from({ length: 20_000 }, (_, i) => i));
  const sparse: number[] = [];
  sparse[4_000_000_000] = 1;
  sparse[7] = 2;
  assert.equal(encode(sparse, LOADER, "test").length < 40, true);
  const back = carried(sparse) as number[];
  assert.deepEqual(
    [back.length, Object.keys(back), back[7], back[4_000_000_000]],
    [4_000_000_001, ["7", "4000000000"], 2, 1],
  );
});

test("Map, Set, Date, RegExp and boxed primitives come back as what they are", () => {
  same(
    new Map<unknown, unknown>([
      ["a", 1],
      [{ k: 1 }, new Map([[1, new Set([1])]])],
      [Number.NaN, -0],
      [undefined, undefined],
    ]),
  );
  same(new Set([1, "1", { a: 1 }, [], undefined]));
  same([new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN), new Date(1.7e12 + 123)]);
  same([/a\/b/giu, /[\n]/, /(?:)/s]);
  same([Object(5), Object(-0), Object("text"), Object(false), Object(5n)]);
});

test("every typed array, DataView and ArrayBuffer comes back, at any length", () => {
  const classes = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ];
  for (const View of classes) same([new View([1, 2, 250]), new View(0), new View(3_000).fill(7)]);
  same([new BigInt64Array([-1n, 2n]), new BigUint64Array([2n ** 64n - 1n])]);
  same([new ArrayBuffer(0), Uint8Array.from([1, 2, 3]).buffer, new DataView(Uint8Array.from([1, 2, 3]).buffer)]);
  const { Float16Array } = globalThis as { Float16Array?: new (from: number[]) => object };
  if (Float16Array !== undefined) same(new Float16Array([0.5, -2]));
});

test("views of one memory show one memory there, of which no more has travelled than is shown", () => {
  const memory = new ArrayBuffer(1_000_000);
  const [head, body] = [new Uint32Array(memory, 0, 2), new Float64Array(memory, 16, 2)];
  body.set([1.5, 2.5]);
  const bytes = encode({ head, body, view: new DataView(memory, 17, 3) }, LOADER, "test");
  assert.equal(bytes.length < 120, true);
  const back = decode(bytes, UNLOADER) as { head: Uint32Array; body: Float64Array; view: DataView };
  assert.equal(back.head.buffer, back.body.buffer);
  assert.equal(back.view.buffer, back.body.buffer);
  assert.deepEqual([...back.body], [1.5, 2.5]);
  back.body.fill(0);
  assert.equal(back.view.getUint8(2), 0);
  assert.equal(back.body.byteOffset - back.head.byteOffset, 16);
});

test("a view of the middle of a large memory travels alone", () => {
  const memory = Float64Array.from({ length: 100_000 }, (_, i) => i);
  const part = memory.subarray(50_001, 50_004);
  assert.equal(encode(part, LOADER, "test").length < 60, true);
  assert.deepEqual(carried(part), Float64Array.from([50_001, 50_002, 50_003]));
});

test("a memory that is in the message itself is whole, and its views show it", () => {
  const memory = Uint8Array.from({ length: 32 }, (_, i) => i).buffer;
  same([new Uint8Array(memory, 8, 4), memory, new Uint16Array(memory)]);
});

test("a Buffer comes back as a Buffer, alone in its memory if it showed a part", () => {
  const [first, second] = [Buffer.from("first"), Buffer.from("second")];
  const back = carried([first, second, first, Buffer.alloc(0)]) as Buffer[];
  assert.deepEqual(back.map(String), ["first", "second", "first", ""]);
  assert.ok(back.every((buffer) => Buffer.isBuffer(buffer)));
  assert.equal(back[0], back[2]);
  assert.notEqual(back[0]?.buffer, back[1]?.buffer);
  assert.equal(back[0]?.buffer.byteLength, 5);
});

test("cycles and shared objects come back as they were, few or many", () => {
  const knot: Record<string, unknown> = { list: [], map: new Map(), set: new Set() };
  (knot["list"] as unknown[]).push(knot, knot["map"]);
  (knot["map"] as Map<unknown, unknown>).set(knot, knot["set"]).set("list", knot["list"]);
  (knot["set"] as Set<unknown>).add(knot["set"]).add(knot);
  same(knot);
  const date = new Date(5);
  const bytes = new Uint8Array(4);
  same([date, date, bytes, bytes, /x/, [date]]);
  const many = Array.from({ length: 1_000 }, (_, i) => ({ i }));
  same([many, many[999], many[0], many.slice().reverse(), many]);
});

test("instances of users' classes are plain objects of the fields they own", () => {
  class Point {
    x = 1;
    readonly #hidden = 2;
    get sum(): number {
      return this.x + this.#hidden;
    }
  }
  assertAlike(carried([new Point(), new Point()]), [{ x: 1 }, { x: 1 }]);
  function Old(this: Record<string, unknown>): void {
    this["own"] = 1;
  }
  Old.prototype.inherited = 2;
  assertAlike(carried([Reflect.construct(Old, []), Reflect.construct(Old, [])]), [{ own: 1 }, { own: 1 }]);
  class Names extends Map<string, number> {}
  class List extends Array<number> {}
  assertAlike(carried([new Names([["a", 1]]), List.from([1, 2])]), [new Map([["a", 1]]), [1, 2]]);
});

test("keys that are symbols, and fields that are not enumerable, stay behind", () => {
  const object = { a: 1, [Symbol("s")]: 2 };
  Object.defineProperty(object, "hidden", { value: () => {}, enumerable: false });
  same(object);
});

test("a getter is read once, and its value travels", () => {
  let reads = 0;
  const object = { get field() { return ++reads; } }; // biome-ignore format: one line
  assertAlike(carried([object, { field: 5 }]), [{ field: 1 }, { field: 5 }]);
  assert.equal(reads, 1);
});

test("objects of another context of node:vm are told for what they are", () => {
  const foreign = runInNewContext(
    "({ map: new Map([[1, { a: 1 }]]), set: new Set([1]), date: new Date(5), array: [1], bytes: new Uint8Array([1, 2]), pattern: /x/, empty: {}, buffer: new ArrayBuffer(2), boxed: Object(5) })",
  );
  assertAlike(carried(foreign), {
    map: new Map([[1, { a: 1 }]]),
    set: new Set([1]),
    date: new Date(5),
    array: [1],
    bytes: Uint8Array.from([1, 2]),
    pattern: /x/,
    empty: {},
    buffer: new ArrayBuffer(2),
    boxed: Object(5),
  });
});

test("fields that somebody has given all objects do not travel", () => {
  const all = Object.prototype as Record<string, unknown>;
  all["everywhere"] = 1;
  try {
    assert.deepEqual(Object.keys(carried([{ a: 1 }, { a: 2 }, {}]) as object[]), ["0", "1", "2"]);
    assert.deepEqual((carried([{ a: 1 }, { a: 2 }]) as object[]).map(Object.keys), [["a"], ["a"]]);
  } finally {
    delete all["everywhere"];
  }
});

test("any value comes back as structuredClone gives it", () => {
  for (let seed = 0; seed < 1_500; seed++) {
    const value = new Values(new Random(seed), 60).value();
    assertAlike(carried(value), structuredClone(value), undefined, `seed ${seed}:`);
  }
});

test("what was decoded shows nothing of the memory the message lay in", () => {
  const value = {
    text: "a text of some length, longer than a short one",
    bytes: new Uint8Array(8).fill(1),
    long: "x".repeat(9_000),
  };
  for (const given of [{ ...value, long: "" }, value]) {
    const bytes = encode(given, LOADER, "test").slice();
    const back = decode(bytes, UNLOADER);
    bytes.fill(0);
    encode("y".repeat(10_000), LOADER, "test");
    assertAlike(back, structuredClone(given));
  }
});

test("the bytes of a message are valid until the next one, and large ones are let go", () => {
  const small = encode("small", LOADER, "test");
  assert.equal(decode(small, UNLOADER), "small");
  const large = encode("x".repeat(3_000_000), LOADER, "test");
  assert.equal(large.buffer.byteLength > 3_000_000, true);
  assert.equal(encode("small", LOADER, "test").buffer.byteLength < 100_000, true);
});

test("a getter may encode, and what receives may decode, in the midst of a message", () => {
  const inner = (): unknown => carried({ inner: [1, { k: "v" }] });
  assertAlike(carried({ a: [1], get b() { return inner(); }, c: "c" }), { a: [1], b: { inner: [1, { k: "v" }] }, c: "c" }); // biome-ignore format: one line
  class Nested {
    readonly [SHARE] = 1;
  }
  const bytes = encode({ a: "a", nested: new Nested(), z: ["z"] }, LOADER, "test").slice();
  assert.deepEqual(decode(bytes, { ...UNLOADER, object: inner }), {
    a: "a",
    nested: { inner: [1, { k: "v" }] },
    z: ["z"],
  });
});

test("a shared object travels by its id, and is referred to once", () => {
  class Thing {
    readonly [SHARE]: number;
    readonly secret: () => void;
    constructor(id: number) {
      this[SHARE] = id;
      this.secret = () => {};
    }
  }
  class Lazy {
    get [SHARE](): number {
      return 2 ** 53 - 1;
    }
  }
  const [thing, lazy] = [new Thing(7), new Lazy()];
  const referred: object[] = [];
  const bytes = encode(
    [thing, { thing }, new Map([[lazy, thing]])],
    { ...LOADER, refer: (object) => referred.push(object) },
    "test",
  );
  assert.deepEqual(referred, [thing, lazy]);
  const asked: number[] = [];
  const back = decode(shared(bytes), { ...UNLOADER, object: (id) => ({ id: asked.push(id) && id }) }) as [
    object,
    { thing: object },
    Map<object, object>,
  ];
  assert.deepEqual(asked, [7, 2 ** 53 - 1]);
  assert.deepEqual(back[0], { id: 7 });
  assert.equal(back[1].thing, back[0]);
  assert.deepEqual([...back[2]], [[{ id: 2 ** 53 - 1 }, back[0]]]);
});

test("bytes that are not a whole message are refused", () => {
  const whole = encode(
    { a: [1, 2, 3], b: "text of more than thirty-one characters", c: new Uint8Array(9) },
    LOADER,
    "test",
  ).slice();
  for (const bytes of [
    whole.subarray(0, 0),
    whole.subarray(0, 3),
    Uint8Array.of(0, 0xff),
    Uint8Array.of(0, 1, 1),
    Uint8Array.of(0, 0xce),
  ])
    assert.throws(() => decode(bytes, UNLOADER), {
      name: "MisuseError",
      message: /^decode: the bytes are not a message/,
    });
});

test("bytes that somebody has spoilt are read as something else, or refused", () => {
  const refusals = new Set<string>();
  for (let seed = 0; seed < 3_000; seed++) {
    const random = new Random(seed);
    const bytes = encode(new Values(random, 40).value(), LOADER, "test").slice();
    for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      decode(bytes, { object: () => ({}), handed: () => new ArrayBuffer(8) });
    } catch (error) {
      refusals.add(String(error));
    }
  }
  assert.deepEqual(
    [...refusals],
    ["MisuseError: decode: the bytes are not a message, or not the whole of one. Give it what encode() has made."],
  );
});

test("what the receiver throws is thrown as it is", () => {
  class Thing {
    readonly [SHARE] = 1;
  }
  const bytes = encode([new Thing()], LOADER, "test").slice();
  assert.throws(() => decode(bytes, UNLOADER), { name: "Error", message: "there is no object 1" });
});
