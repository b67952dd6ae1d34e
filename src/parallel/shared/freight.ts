// Values as words, for structures that keep them in shared memory of their own: one word that says what it is and how long, and then the value. Numbers and short
// strings lie there as they are; the codec makes bytes of all others, before which stand the numbers of the shared objects they hold.
//
// What is written comes out of a scratch that the next `load` writes over; what is read has been copied out of shared memory before. So neither the codec nor code
// of users runs while something in shared memory is half done.

import { misuse } from "../../core/leaf.ts";
import type { Handed } from "../codec/sides.ts";
import { decode, encode, type Loader } from "../codec.ts";
import { directory, keepIn } from "../directory.ts";
import { detachMoved } from "../move.ts";
import { here } from "../neighbours.ts";
import { SHARE, type Shareable } from "../shareable.ts";

// Kinds: the low bits of the first word. Above them stands the length in bytes.
const NUMBER = 1;
const LATIN = 2; // one byte a character
const UNDEFINED = 3;
const NULL = 4;
const TRUE = 5;
const FALSE = 6;
const ENCODED = 7;
const REFERRING = 8; // the same, after a word that says how many objects it holds, and their numbers
const KIND_BITS = 4;
const KINDS = (1 << KIND_BITS) - 1;

/** Bytes that one value can have. */
export const MOST_BYTES: number = 2 ** (31 - KIND_BITS) - 1;
/** Strings up to this length do without the codec. */
const SHORT = 64;
/** Words of scratch that are kept. */
const KEPT = 1 << 14;
/** Milliseconds after which a thread gives up that asks the others for an object. */
const PATIENCE = 1_000;

/** What the codec meets in a value. */
class Found implements Loader {
  declare readonly objects: Shareable[];
  declare readonly moved: (ArrayBuffer | ArrayBufferView)[];

  constructor() {
    this.objects = [];
    this.moved = [];
  }

  refer(object: Shareable): void {
    this.objects.push(object);
  }

  hand(value: Handed): number {
    this.moved.push(value as ArrayBuffer);
    return -1;
  }
}

const NONE = new Found();

let scratch = new Int32Array(KEPT);
let scratchBytes = new Uint8Array(scratch.buffer);

const number = new Float64Array(1);
const halves = new Int32Array(number.buffer);

/** A value made ready to be written. Valid until the next one is loaded. */
export interface Freight {
  /** The value begins at word 0 of it. */
  readonly words: Int32Array;
  /** Words it takes. */
  readonly length: number;
  readonly found: Found;
}

/** Takes a value on, as far as `from`, who wants to keep it, may send it. Calls code of users. */
export function load(value: unknown, from: string): Freight {
  switch (typeof value) {
    case "number":
      number[0] = value;
      scratch[0] = NUMBER;
      scratch[1] = halves[0] as number;
      scratch[2] = halves[1] as number;
      return { words: scratch, length: 3, found: NONE };
    case "boolean":
      return bare(value ? TRUE : FALSE);
    case "undefined":
      return bare(UNDEFINED);
    case "string":
      if (value.length <= SHORT && isLatin(value)) return text(value);
  }
  if (value === null) return bare(NULL);
  const found = new Found();
  const bytes = encode(value, found, from);
  const { objects } = found;
  const before = objects.length === 0 ? 1 : 2 + objects.length;
  const length = before + ((bytes.length + 3) >> 2);
  if (bytes.length > MOST_BYTES)
    throw misuse(`${from}: the value takes ${bytes.length} bytes, and ${MOST_BYTES} is the most. Cut it into parts.`);
  if (scratch.length < length || scratch.length > KEPT) {
    scratch = new Int32Array(Math.max(length, KEPT));
    scratchBytes = new Uint8Array(scratch.buffer);
  }
  scratch[0] = (objects.length === 0 ? ENCODED : REFERRING) | (bytes.length << KIND_BITS);
  if (objects.length > 0) {
    scratch[1] = objects.length;
    for (let i = 0; i < objects.length; i++) scratch[2 + i] = numberOf(objects[i] as Shareable);
  }
  scratchBytes.set(bytes, before << 2);
  return { words: scratch, length, found };
}

function bare(kind: number): Freight {
  scratch[0] = kind;
  return { words: scratch, length: 1, found: NONE };
}

function text(value: string): Freight {
  scratch[0] = LATIN | (value.length << KIND_BITS);
  for (let i = 0; i < value.length; i++) scratchBytes[4 + i] = value.charCodeAt(i);
  return { words: scratch, length: 1 + ((value.length + 3) >> 2), found: NONE };
}

/** A value is about to be in an object, of which these are the words: everybody is to know the objects it holds. */
export function depart({ found }: Freight, words: Int32Array): void {
  if (found.objects.length === 0) return;
  keepIn(words);
  for (const object of found.objects) directory().depart(object);
}

/** A value has been written: what was to be handed over with it is. */
export function handOver({ found }: Freight): void {
  detachMoved(found.moved);
}

/** Words that a value takes whose first word this is. */
export function lengthOf(first: number, second: number): number {
  const bytes = (first >>> KIND_BITS) + 3;
  switch (first & KINDS) {
    case NUMBER:
      return 3;
    case REFERRING:
      return 2 + second + (bytes >> 2);
    default:
      return 1 + (bytes >> 2);
  }
}

/** Reads a value that begins at a word of memory that is no longer shared. */
export function read(words: Int32Array, at: number): unknown {
  const first = words[at] as number;
  const bytes = first >>> KIND_BITS;
  switch (first & KINDS) {
    case NUMBER:
      halves[0] = words[at + 1] as number;
      halves[1] = words[at + 2] as number;
      return number[0];
    case LATIN:
      return Buffer.from(words.buffer, words.byteOffset + ((at + 1) << 2), bytes).toString("latin1");
    case UNDEFINED:
      return undefined;
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    default: {
      const start = (first & KINDS) === ENCODED ? at + 1 : at + 2 + (words[at + 1] as number);
      return decode(new Uint8Array(words.buffer, words.byteOffset + (start << 2), bytes), UNLOADER);
    }
  }
}

const UNLOADER = {
  object: (id: number): unknown => directory().find(id)?.face,
  handed: (): undefined => undefined,
};

/** The numbers of the objects that a value holds. */
export function objectsIn(words: Int32Array, at: number): Int32Array {
  if (((words[at] as number) & KINDS) !== REFERRING) return NO_OBJECTS;
  return words.slice(at + 2, at + 2 + (words[at + 1] as number));
}

const NO_OBJECTS = new Int32Array(0);

/**
 * Gets to know an object that a value holds. A thread that was started later asks the others, and looks into its mail until one has answered. False if none has: then
 * all threads have ended that knew the object, or `isVain` says that it is no longer asked for.
 */
export function learn(id: number, isVain: () => boolean = never): boolean {
  if (directory().knows(id)) return true;
  const end = performance.now() + PATIENCE;
  while (directory().find(id) === null) {
    if (isVain() || performance.now() > end) return false;
    here().takeMessages();
  }
  return true;
}

/** Values that held these objects are gone. */
export function dropAll(ids: Int32Array): void {
  for (const id of ids) directory().drop(id);
}

const never = (): boolean => false;

const numberOf = (object: Shareable): number => object[SHARE];

const isLatin = (value: string): boolean => {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 255) return false;
  return true;
};
