// What a value holds at one moment, as far as it is plain data: to tell later what has become of it.
//
// Plain data are object literals, arrays, maps, sets, typed arrays and buffers. Of everything else, such as instances of classes, functions and the objects of the
// library, it is noted which one stands there, and not what is in it. No code of users is called: accessors, proxies and shared memory are left out.

import { inspect, types } from "node:util";

/** So many properties, elements and entries of a value are looked at, the outermost first. Eight bytes of a buffer count as one. */
export const MOST = 10_000;

/** An object within a value. */
interface Part {
  readonly object: object;
  readonly within: Part | null;
  /** What is written after the object that it is in, to come to it: as in `.items` or `[2]`. */
  readonly at: string;
}

type View = Uint8Array<ArrayBuffer>;
type Views = new (buffer: ArrayBuffer, start: number, length: number) => View;

/** What an object holds: `keys` is null where the keys are 0, 1, 2 ... */
interface Contents {
  readonly keys: readonly unknown[] | null;
  readonly values: ArrayLike<unknown>;
  /** Of all of it, where that is more than was looked at; otherwise -1. */
  readonly size: number;
}

const OTHER = 0;
const RECORD = 1;
const ARRAY = 2;
const MAP = 3;
const SET = 4;
const VIEW = 5;
const BYTES = 6;

const ABSENT: unknown = Symbol("absent");

/** One object of a value, with what it held. */
export class Snapshot {
  declare readonly object: object;
  declare private readonly part: Part;
  declare private readonly kind: number;
  declare private readonly most: number;
  declare private before: Contents;

  constructor(part: Part, kind: number, most: number) {
    this.object = part.object;
    this.part = part;
    this.kind = kind;
    this.most = most;
    this.before = contentsOf(part.object, kind, most);
  }

  /** How much of the limit it has used up. */
  get cost(): number {
    const { values } = this.before;
    const bytes = ArrayBuffer.isView(values) ? (values as View).byteLength : values.length * 8;
    return 1 + Math.ceil(bytes / 8);
  }

  /** Does it hold what it held? O(what it holds). */
  get isSame(): boolean {
    const { keys, values, size } = this.before;
    const now = contentsOf(this.object, this.kind, this.most);
    if (now.size !== size || now.values.length !== values.length) return false;
    for (let i = 0; i < values.length; i++) {
      if (!Object.is(now.values[i], values[i])) return false;
      if (keys !== null && !Object.is(now.keys?.[i], keys[i])) return false;
    }
    return true;
  }

  /** From now on it is compared with what it holds now. */
  renew(): void {
    if (!this.isSame) this.before = contentsOf(this.object, this.kind, this.most);
  }

  /** What has become of it, in words: as in `.items[2].price: was 1, is 2`. Another order of the same keys is no change. */
  changes(): string[] {
    const { before, kind } = this;
    const now = contentsOf(this.object, kind, this.most);
    const [was, is] = [entriesOf(before, kind), entriesOf(now, kind)];
    const changed: string[] = [];
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const [old, fresh] = [was.has(key) ? was.get(key) : ABSENT, is.has(key) ? is.get(key) : ABSENT];
      if (!Object.is(old, fresh)) changed.push(`${pathOf(this.part)}${step(kind, key)}: ${became(old, fresh, kind)}`);
    }
    if (changed.length === 0 && before.size !== now.size) changed.push(`${pathOf(this.part)}: its size has changed`);
    return changed;
  }

  /** The plain objects that it holds. */
  parts(): Part[] {
    const { before, kind, part } = this;
    if (kind >= VIEW) return [];
    const { keys, values } = before;
    const found: Part[] = [];
    for (let i = 0; i < values.length; i++) {
      const key = keys === null ? i : keys[i];
      if (kind === SET || kind === MAP) add(key, `.${kind === SET ? "values" : "keys"}()[${i}]`);
      if (kind !== SET) add(values[i], kind === MAP ? `.get(${said(key)})` : null, key);
    }
    return found;

    function add(value: unknown, at: string | null, key?: unknown): void {
      if (typeof value === "object" && value !== null)
        found.push({ object: value, within: part, at: at ?? step(kind, key) });
    }
  }
}

/** The plain objects that a value consists of, the outermost first, up to a limit. Those that are frozen are left out, and what they hold is not. */
export function snapshotsOf(value: unknown): Snapshot[] {
  if (kindOf(value) === OTHER) return [];
  const found: Snapshot[] = [];
  const parts: Part[] = [{ object: value as object, within: null, at: "" }];
  const seen = new Set<object>();
  let left = MOST;
  for (let i = 0; i < parts.length && left > 0; i++) {
    const part = parts[i] as Part;
    if (seen.has(part.object)) continue;
    seen.add(part.object);
    const kind = kindOf(part.object);
    if (kind === OTHER) continue;
    const snapshot = new Snapshot(part, kind, left);
    left -= snapshot.cost;
    for (const inner of snapshot.parts()) parts.push(inner);
    if (kind > ARRAY || !Object.isFrozen(part.object)) found.push(snapshot);
  }
  return found;
}

/** The bytes of a buffer or typed array. */
export interface Memory {
  readonly buffer: object;
  readonly start: number;
  readonly end: number;
}

export function memoryOf(object: object): Memory | null {
  if (types.isArrayBuffer(object)) return { buffer: object, start: 0, end: object.byteLength };
  if (!types.isTypedArray(object)) return null;
  return { buffer: object.buffer, start: object.byteOffset, end: object.byteOffset + object.byteLength };
}

export const overlap = (a: Memory, b: Memory): boolean => a.buffer === b.buffer && a.start < b.end && b.start < a.end;

function kindOf(value: unknown): number {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return OTHER;
  if (Array.isArray(value)) return ARRAY;
  if (types.isMap(value)) return MAP;
  if (types.isSet(value)) return SET;
  if (types.isTypedArray(value)) return types.isSharedArrayBuffer(value.buffer) ? OTHER : VIEW;
  if (types.isArrayBuffer(value)) return BYTES;
  if (types.isModuleNamespaceObject(value)) return OTHER;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null ? RECORD : OTHER; // an object literal, of whatever realm
}

function contentsOf(object: object, kind: number, most: number): Contents {
  if (kind === ARRAY) {
    const { length } = object as unknown[];
    const values: unknown[] = [];
    for (let i = 0; i < length && i < most; i++) values.push((object as unknown[])[i]);
    return { keys: null, values, size: length > most ? length : -1 };
  }
  if (kind >= VIEW) return bytesOf(object as View | ArrayBuffer, most * 8);
  const keys: unknown[] = [];
  const values: unknown[] = [];
  let size = 0;
  const add = (key: unknown, value: unknown): void => {
    if (size++ >= most) return;
    keys.push(key);
    values.push(value);
  };
  if (kind === MAP) Map.prototype.forEach.call(object, (value, key) => add(key, value));
  else if (kind === SET) Set.prototype.forEach.call(object, (value) => add(value, true));
  else {
    for (const key of Object.keys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property !== undefined && "value" in property) add(key, property.value);
    }
  }
  return { keys, values, size: size > most ? size : -1 };
}

/** A copy. One that has been transferred has none. */
function bytesOf(object: View | ArrayBuffer, most: number): Contents {
  const { buffer, start, end } = memoryOf(object) as Memory;
  if (start === end) return { keys: null, values: [], size: -1 };
  const typed = types.isTypedArray(object);
  const Copy = (typed ? Reflect.get(globalThis, (object as View)[Symbol.toStringTag]) : Uint8Array) as Views;
  const width = typed ? (object as View).BYTES_PER_ELEMENT : 1;
  const length = (end - start) / width;
  const n = Math.min(length, Math.ceil(most / width));
  return { keys: null, values: new Copy(buffer as ArrayBuffer, start, n).slice(), size: length > n ? length : -1 };
}

function entriesOf({ keys, values }: Contents, kind: number): Map<unknown, unknown> {
  const entries = new Map<unknown, unknown>();
  for (let i = 0; i < values.length; i++) entries.set(keys === null ? i : keys[i], kind === SET ? true : values[i]);
  return entries;
}

const pathOf = (part: Part): string => (part.within === null ? "" : `${pathOf(part.within)}${part.at}`);

/** What is written after an object to come to one of its places. */
function step(kind: number, key: unknown): string {
  if (kind === MAP) return `.get(${said(key)})`;
  if (kind === SET) return `.has(${said(key)})`;
  if (typeof key === "number") return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key as string) ? `.${key}` : `[${said(key)}]`;
}

function became(old: unknown, fresh: unknown, kind: number): string {
  if (kind === SET) return fresh === ABSENT ? "was true, is false" : "was false, is true";
  if (old === ABSENT) return `was not there, is ${said(fresh)}`;
  if (fresh === ABSENT) return `was ${said(old)}, is no longer there`;
  const [before, now] = [said(old), said(fresh)];
  return before === now ? `was ${before}, is another one` : `was ${before}, is ${now}`;
}

const said = (value: unknown): string =>
  inspect(value, { depth: -1, customInspect: false, maxStringLength: 60, breakLength: Number.POSITIVE_INFINITY });
