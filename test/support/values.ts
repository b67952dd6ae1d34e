// Values of every sort, by a seed; and whether two values are alike down to which objects are the same.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Random } from "../../src/base/random.ts";

const TEXTS = [
  "",
  "a",
  "name",
  "__proto__",
  "constructor",
  "a longer text, of more than thirty-one characters",
  "zażółć",
  "日本語",
  "😀",
  "\ud800",
  "x\udfff",
];
const NUMBERS = [
  0,
  -0,
  1,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -1,
  -128,
  -(2 ** 31),
  2 ** 53 - 1,
  -(2 ** 53),
  0.1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MIN_VALUE,
];
const BIGINTS = [0n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 65n) - 1n, 10n ** 60n];

export class Values {
  private readonly random: Random;
  private readonly made: object[];
  private left: number;

  constructor(random: Random, size: number) {
    this.random = random;
    this.made = [];
    this.left = size;
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)] as T;
  }

  private text(): string {
    return this.pick(TEXTS) + (this.random.below(3) === 0 ? String(this.random.below(50)) : "");
  }

  value(): unknown {
    this.left--;
    const kind = this.random.below(this.left > 0 ? 20 : 7);
    if (kind < 2) return this.text();
    if (kind < 4) return this.pick(NUMBERS);
    if (kind === 4) return this.pick([null, undefined, true, false]);
    if (kind === 5) return this.pick(BIGINTS);
    if (kind === 6 && this.made.length > 0) return this.pick(this.made);
    return this.object(kind);
  }

  private object(kind: number): object {
    switch (kind) {
      case 7:
        return this.keep(new Date(this.pick([0, -1, 1.5e12 + 7, 8.64e15, Number.NaN])));
      case 8:
        return this.keep(new RegExp(this.pick(["a+", "/", "日"]), this.pick(["", "gi", "u"])));
      case 9:
        return this.keep(Object(this.pick([5, "boxed", true, 5n])) as object);
      case 10:
        return this.keep(this.bytes());
      case 11:
      case 12:
        return this.map();
      case 13:
        return this.set();
      case 14:
      case 15:
      case 16:
        return this.array();
      default:
        return this.plain();
    }
  }

  /** It may come again, also inside itself. */
  private keep<O extends object>(object: O): O {
    this.made.push(object);
    return object;
  }

  private bytes(): object {
    const { buffer } = Uint8Array.from({ length: 16 }, () => this.random.below(256));
    const View: new (buffer: ArrayBuffer) => object = this.pick<new (buffer: ArrayBuffer) => object>([
      Uint8Array,
      Int16Array,
      Uint32Array,
      Float64Array,
      BigInt64Array,
      Uint8ClampedArray,
      DataView,
    ]);
    return this.random.below(4) === 0 ? buffer : new View(buffer);
  }

  private plain(): object {
    const object: Record<string, unknown> = this.keep({});
    for (let left = this.random.below(6); left > 0; left--)
      Object.defineProperty(object, this.text(), {
        value: this.value(),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    return object;
  }

  private array(): object {
    const array: unknown[] = this.keep([]);
    const length = this.random.below(this.random.below(8) === 0 ? 60 : 6);
    for (let i = 0; i < length; i++) array[i] = this.value();
    if (this.random.below(6) === 0) array.length += this.random.below(3);
    if (this.random.below(6) === 0) delete array[this.random.below(array.length)];
    return array;
  }

  private map(): object {
    const map = this.keep(new Map<unknown, unknown>());
    for (let left = this.random.below(5); left > 0; left--) map.set(this.value(), this.value());
    return map;
  }

  private set(): object {
    const set = this.keep(new Set<unknown>());
    for (let left = this.random.below(5); left > 0; left--) set.add(this.value());
    return set;
  }
}

/** Fails unless both are alike: in their prototypes, in the order of their keys, and in which of the objects in them are one and the same. */
export function assertAlike(
  actual: unknown,
  expected: unknown,
  twins: Map<unknown, unknown> = new Map(),
  path = "value",
): void {
  if (typeof expected !== "object" || expected === null) {
    assert.ok(Object.is(actual, expected), `${path} is ${inspect(actual)}, not ${inspect(expected)}`);
    return;
  }
  assert.ok(typeof actual === "object" && actual !== null, `${path} is ${inspect(actual)}`);
  assert.notEqual(actual, expected, `${path} is the same object on both sides`);
  if (twins.has(expected) || twins.has(actual)) {
    assert.equal(twins.get(expected), actual, `${path} is another object`);
    assert.equal(twins.get(actual), expected, `${path} is another object`);
    return;
  }
  twins.set(expected, actual).set(actual, expected);
  assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${path}: its prototype`);
  for (const [a, e, name] of partsOf(actual, expected)) assertAlike(a, e, twins, `${path} ${name}`);
}

function partsOf(actual: object, expected: object): [unknown, unknown, string][] {
  const parts: [unknown, unknown, string][] = [];
  const both = (a: unknown, e: unknown, name: string): void => void parts.push([a, e, name]);
  if (ArrayBuffer.isView(expected)) both((actual as typeof expected).buffer, expected.buffer, "buffer");
  else if (expected instanceof ArrayBuffer) both(textOf(actual as ArrayBuffer), textOf(expected), "bytes");
  else if (expected instanceof Date) both((actual as Date).getTime(), expected.getTime(), "time");
  else if (expected instanceof RegExp) both(String(actual), String(expected), "pattern");
  else if (isBoxed(expected)) both(actual.valueOf(), expected.valueOf(), "primitive");
  else if (expected instanceof Map || expected instanceof Set) {
    const [mine, theirs] = [[...(actual as Map<unknown, unknown>)].flat(), [...expected].flat()];
    both(mine.length, theirs.length, "size");
    theirs.forEach((part, i) => {
      both(mine[i], part, `entry ${i}`);
    });
  } else {
    if (Array.isArray(expected)) both((actual as unknown[]).length, expected.length, "length");
    both(Object.keys(actual).join(), Object.keys(expected).join(), "keys");
    const fieldsOf = Object.getOwnPropertyDescriptors<Record<string, unknown>>;
    const [mine, theirs] = [fieldsOf(actual as Record<string, unknown>), fieldsOf(expected as Record<string, unknown>)];
    for (const key of Object.keys(expected)) both(mine[key]?.value, theirs[key]?.value, key);
  }
  return parts;
}

const textOf = (buffer: ArrayBuffer): string => new Uint8Array(buffer).join();
const isBoxed = (object: object): boolean => [Number, String, Boolean, BigInt].some((boxed) => object instanceof boxed);
