// Writes a value as a message, in one pass: it numbers the objects it meets, so that one that comes twice is written once, and refuses what cannot travel.
//
// Plain objects, arrays and primitives are written here; all else by the function the encoder is given, which calls back. What code of users is run by it
// (getters, traps of proxies) may encode too: each message has an encoder to itself for as long as it is written.
//
// Invariants
//   between messages: no object of users is referred to
//   `met` counts the objects begun; the first FEW are in `few` as long as there is no `many`, later all are in `many`

import { isRemoteFunction } from "../origin.ts";
import {
  ARRAY,
  type BARE_OBJECT,
  DEEPEST,
  END,
  FALSE,
  HOLES,
  LIKE,
  LIKES,
  LONGEST_SHORT_ARRAY,
  NULL,
  OBJECT,
  REFERENCE,
  REFERENCES,
  SHORT_ARRAY,
  TRUE,
  UNDEFINED,
} from "./format.ts";
import { field, Refusal, staysHere, within } from "./refusal.ts";
import { MOST_NAMES, Shapes } from "./shapes.ts";
import type { Sending } from "./sides.ts";

const LOADED_THERE = "Send data; code is loaded there from its module: see remote().";
const NAMED_HERE = "Name it there, with remote() or inline() in the module that calls it.";

import { Writer } from "./writer.ts";

/** As many objects are looked for one by one; a Map is made only for more. */
const FEW = 16;

const OBJECT_PROTOTYPE: object = Object.prototype;
const hasOwn = Object.prototype.hasOwnProperty;

/** Writes an object that is neither plain nor an array. */
export type Special = (encoder: Encoder, object: object, prototype: object | null) => void;

export class Encoder extends Writer {
  /** Who sends. */
  declare loader: Sending | null;
  declare flags: number;
  /** How many objects there are around what is being written. */
  declare depth: number;
  /** How many errors there are around it. */
  declare errors: number;
  /** The encoder of the message that this one only tries a part of, or null. */
  declare trial: Encoder | null;
  declare private readonly special: Special;
  declare private met: number;
  declare private readonly few: (object | null)[];
  declare private many: Map<object, number> | null;
  declare private readonly shapes: Shapes;
  /** What is to be written behind the value; made and used by `special`. */
  declare extra: Behind | null;

  constructor(special: Special) {
    super();
    this.loader = null;
    this.flags = 0;
    this.depth = 0;
    this.errors = 0;
    this.trial = null;
    this.special = special;
    this.met = 0;
    this.few = new Array<object | null>(FEW).fill(null);
    this.many = null;
    this.shapes = new Shapes();
    this.extra = null;
  }

  /** Writes a message. Valid until the next one is begun. */
  message(value: unknown, loader: Sending): Uint8Array {
    try {
      this.restart();
      this.loader = loader;
      this.byte(0);
      this.value(value);
      if (this.extra !== null) this.extra.write(this);
      this.buffer[0] = this.flags;
      return this.written();
    } finally {
      this.forget();
    }
  }

  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.string(value);
        return;
      case "number":
        this.number(value);
        return;
      case "object":
        if (value === null) this.byte(NULL);
        else this.object(value);
        return;
      case "boolean":
        this.byte(value ? TRUE : FALSE);
        return;
      case "undefined":
        this.byte(UNDEFINED);
        return;
      case "bigint":
        this.bigint(value);
        return;
      case "symbol":
        throw staysHere(value, "Send a string that stands for it.");
      default:
        throw staysHere(value, isRemoteFunction(value) ? NAMED_HERE : LOADED_THERE);
    }
  }

  private object(object: object): void {
    // 1 met before?
    if (this.trial?.has(object)) return;
    const number = this.numberOf(object);
    if (number >= 0) {
      this.flags |= REFERENCES;
      this.byte(REFERENCE);
      this.number(number);
      return;
    }
    // 2 deep?
    if (++this.depth > DEEPEST)
      throw new Refusal(
        `lies more than ${DEEPEST} objects deep`,
        "Send it flat: a list as an array, the nodes of a tree or graph as an array with indices.",
      );
    // 3 what is it?
    if (Array.isArray(object)) this.array(object);
    else {
      const prototype: object | null = Object.getPrototypeOf(object);
      if (prototype === OBJECT_PROTOTYPE) this.plain(object);
      else this.special(this, object, prototype);
    }
    this.depth--;
  }

  /** The number of an object that was begun before; -1 if this is the first time, and then it has one now. */
  private numberOf(object: object): number {
    const { met, few, many } = this;
    if (many !== null) {
      const number = many.get(object);
      if (number !== undefined) return number;
      many.set(object, met);
    } else {
      for (let i = 0; i < met; i++) if (few[i] === object) return i;
      if (met < FEW) few[met] = object;
      else {
        this.many = new Map(few.map((known, i) => [known as object, i]));
        this.many.set(object, met);
      }
    }
    this.met = met + 1;
    return -1;
  }

  /** Is it in the message by now? */
  has(object: object): boolean {
    return this.many !== null ? this.many.has(object) : this.few.includes(object);
  }

  /** Writes the own fields that are enumerable. Says whether there were any. */
  plain(object: object): boolean {
    const shape = this.shapes.count > 0 ? this.shapes.find(object) : -1;
    if (shape < 0) return this.fields(object, OBJECT);
    this.like(object, shape);
    return true;
  }

  private like(object: object, shape: number): void {
    const names = this.shapes.names[shape] as string[];
    const length = this.shapes.lengths[shape] as number;
    this.flags |= LIKES;
    this.byte(LIKE);
    this.byte(shape);
    let i = 0;
    try {
      for (; i < length; i++) this.value((object as Record<string, unknown>)[names[i] as string]);
    } catch (thrown) {
      throw within(thrown, field(names[i] as string));
    }
  }

  fields(object: object, token: typeof OBJECT | typeof BARE_OBJECT): boolean {
    const shape = token === OBJECT ? this.shapes.begin() : -1;
    const names = shape < 0 ? null : (this.shapes.names[shape] as string[]);
    let count = 0;
    let name = "";
    let inField = false;
    this.byte(token);
    try {
      for (name in object) {
        inField = true;
        if (!hasOwn.call(object, name)) continue;
        this.string(name);
        this.value((object as Record<string, unknown>)[name]);
        if (names !== null && count < MOST_NAMES) names[count] = name;
        count++;
      }
    } catch (thrown) {
      throw within(thrown, inField ? field(name) : null);
    }
    this.byte(END);
    if (names !== null) this.shapes.end(shape, count);
    return count > 0;
  }

  private array(array: readonly unknown[]): void {
    const { length } = array;
    if (length <= LONGEST_SHORT_ARRAY) this.byte(SHORT_ARRAY | length);
    else {
      this.byte(ARRAY);
      this.uint32(length);
    }
    let i = 0;
    try {
      for (; i < length; i++) {
        const element = array[i];
        if (element === undefined && !(i in array)) break;
        this.value(element);
      }
    } catch (thrown) {
      throw within(thrown, i);
    }
    if (i < length) this.holes(array, i);
  }

  /** The rest of an array from its first hole on. Costs what is there, not what is missing. */
  private holes(array: readonly unknown[], from: number): void {
    const present = Object.keys(array).filter((key) => isIndex(key, from, array.length));
    this.byte(HOLES);
    this.number(present.length);
    for (const key of present) {
      const index = Number(key);
      this.number(index);
      try {
        this.value(array[index]);
      } catch (thrown) {
        throw within(thrown, index);
      }
    }
  }

  private forget(): void {
    this.loader = null;
    this.flags = 0;
    this.depth = 0;
    this.errors = 0;
    for (let i = Math.min(this.met, FEW) - 1; i >= 0; i--) this.few[i] = null;
    this.met = 0;
    this.many = null;
    this.shapes.count = 0;
    this.extra = null;
  }
}

/** What is written behind the value of a message. */
export interface Behind {
  write(encoder: Encoder): void;
}

function isIndex(key: string, from: number, length: number): boolean {
  const index = Number(key);
  return index >= from && index < length && Number.isInteger(index) && String(index) === key;
}
