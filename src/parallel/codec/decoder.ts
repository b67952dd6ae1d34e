// Reads a message. What is rare in messages is read by the function the decoder is given, which calls back.
//
// Invariants
//   between messages: nothing of a message is referred to
//   begun[i] is the i-th object of the message that was begun, if there are REFERENCEs
//   shapes[i] has the names of the i-th object of the message with names, if there are LIKEs

import { MisuseError } from "../../base/errors.ts";
import {
  ARRAY,
  ASCII,
  BIGINT,
  BIGINT64,
  END,
  FALSE,
  FLOAT64,
  HOLES,
  INT32,
  LIKE,
  LIKES,
  MEMORIES,
  NULL,
  OBJECT,
  REFERENCE,
  REFERENCES,
  SHAPES,
  SHORT_ARRAY,
  SHORT_STRING,
  TRUE,
  UINT16,
  UNDEFINED,
  UTF8,
  UTF16,
} from "./format.ts";
import { broken, Reader } from "./reader.ts";
import type { Receiving } from "./sides.ts";

/** Longer arrays are made with their length at once. */
const LONG_ARRAY = 10_000;

/** Reads what is neither a primitive nor a plain object nor an array. */
export type Rare = (decoder: Decoder, token: number) => unknown;

/** Reads the memory that views show, which lies behind the value. */
export type Memories = (decoder: Decoder) => readonly Memory[];

export interface Memory {
  readonly buffer: ArrayBufferLike;
  /** At which byte of the memory of the sender it begins. */
  readonly from: number;
}

/** What is read where an array has its first hole. */
const HOLE: unique symbol = Symbol("hole");

const NONE: readonly Memory[] = [];

type Fields = Record<string, unknown>;

export class Decoder extends Reader {
  /** Who receives. */
  declare receiver: Receiving | null;
  declare memories: readonly Memory[];
  declare private readonly rare: Rare;
  declare private readonly readMemories: Memories;
  /** What the receiver has thrown. */
  declare private passed: unknown;
  declare private refers: boolean;
  declare private begun: unknown[];
  declare private shapes: string[][] | null;

  constructor(rare: Rare, readMemories: Memories) {
    super();
    this.receiver = null;
    this.memories = NONE;
    this.rare = rare;
    this.readMemories = readMemories;
    this.passed = null;
    this.refers = false;
    this.begun = [];
    this.shapes = null;
  }

  message(bytes: Uint8Array, receiver: Receiving): unknown {
    this.open(bytes);
    return this.opened(receiver);
  }

  /** A message of less than 4 KiB that begins with a word. */
  messageAt(words: Int32Array, at: number, length: number, receiver: Receiving): unknown {
    this.openAt(words, at, length);
    return this.opened(receiver);
  }

  private opened(receiver: Receiving): unknown {
    try {
      this.receiver = receiver;
      const flags = this.byte();
      if (flags !== 0) this.prepare(flags);
      const value = this.value();
      if (this.position !== this.end) throw broken();
      return value;
    } catch (thrown) {
      throw thrown instanceof MisuseError || thrown === this.passed ? thrown : broken(thrown);
    } finally {
      this.forget();
    }
  }

  private prepare(flags: number): void {
    if ((flags & REFERENCES) !== 0) this.refers = true;
    if ((flags & LIKES) !== 0) this.shapes = [];
    if ((flags & MEMORIES) === 0) return;
    this.position = this.end - 4;
    const start = this.uint32();
    if (start > this.end - 4) throw broken(); // all that is read is held against the end
    this.position = start;
    this.memories = this.readMemories(this);
    this.position = 1;
    this.end = start;
  }

  value(): unknown {
    const token = this.byte();
    if (token < SHORT_STRING) return token;
    if (token < SHORT_ARRAY) return this.short(token - SHORT_STRING);
    if (token < NULL) return this.array(token - SHORT_ARRAY);
    switch (token) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case UINT16:
        return this.uint16();
      case INT32:
        return this.int32();
      case FLOAT64:
        return this.float64();
      case ASCII:
        return this.text("latin1", 1);
      case UTF8:
        return this.text("utf8", 1);
      case UTF16:
        return this.text("utf16le", 2);
      case OBJECT:
        return this.fields({});
      case LIKE:
        return this.like();
      case ARRAY:
        return this.array(this.uint32());
      case REFERENCE:
        return this.begun[this.count()];
      case BIGINT64:
        return this.bigint64();
      case BIGINT:
        return bigintOf(this.value() as string);
      case HOLES:
        return HOLE;
      default:
        return this.rare(this, token);
    }
  }

  count(): number {
    return this.value() as number;
  }

  /** Notes an object that is about to be filled, and returns it. */
  begin<O extends object>(object: O): O {
    if (this.refers) this.begun.push(object);
    return object;
  }

  /** Is this the END of a list? */
  ends(): boolean {
    if (this.position >= this.end) throw broken();
    if (this.buffer[this.position] !== END) return false;
    this.position++;
    return true;
  }

  fields(object: object, shaped = true): object {
    this.begin(object);
    const { shapes } = this;
    let shape: string[] | null = null;
    if (shapes !== null && shaped && shapes.length < SHAPES) {
      shape = [];
      shapes.push(shape);
    }
    while (!this.ends()) {
      const name = this.shortName() ?? (this.value() as string);
      const value = this.value();
      if (name === "__proto__") define(object, value);
      else (object as Fields)[name] = value;
      if (shape !== null) shape.push(name);
    }
    return object;
  }

  private like(): object {
    const names = (this.shapes as string[][])[this.byte()] as string[];
    const object: Fields = this.begin({});
    for (let i = 0; i < names.length; i++) object[names[i] as string] = this.value();
    return object;
  }

  private array(length: number): unknown[] {
    const array: unknown[] = this.begin(length < LONG_ARRAY ? [] : new Array(length));
    for (let i = 0; i < length; i++) {
      const element = this.value();
      if (element === HOLE) return this.holes(array, length);
      array[i] = element;
    }
    return array;
  }

  private holes(array: unknown[], length: number): unknown[] {
    array.length = length;
    for (let left = this.count(); left > 0; left--) {
      const index = this.count();
      array[index] = this.value();
    }
    return array;
  }

  /** The shared object with an id. */
  object(id: number): object {
    return this.ask((receiver) => receiver.object(id)) as object;
  }

  /** What was handed over under an index. */
  handed(index: number): object {
    return this.ask((receiver) => receiver.handed(index)) as object;
  }

  /** What the receiver throws is not the fault of the bytes. */
  private ask(question: (receiver: Receiving) => unknown): unknown {
    if (this.position > this.end) throw broken();
    try {
      return question(this.receiver as Receiving);
    } catch (thrown) {
      this.passed = thrown;
      throw thrown;
    }
  }

  private forget(): void {
    this.shut();
    this.passed = null;
    this.receiver = null;
    this.shapes = null;
    if (this.memories !== NONE) this.memories = NONE;
    if (!this.refers) return;
    this.refers = false;
    this.begun = [];
  }
}

function define(object: object, value: unknown): void {
  Object.defineProperty(object, "__proto__", { value, enumerable: true, configurable: true, writable: true });
}

function bigintOf(text: string): bigint {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}
