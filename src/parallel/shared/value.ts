// The values of a shared map: a word each. Whole numbers of 31 bits and the like lie in the word itself; of all others it is the reference of a box: a chain that begins with what is in it.
// Strings lie there as they are, and what the codec makes of all other values, with the numbers of the shared objects they hold before it.
//
// Since a value is one word, it is changed by one store, whatever it was and is.

import type { Handed } from "../codec/sides.ts";
import { decode, decodeAt, encode, type Loader } from "../codec.ts";
import { directory } from "../directory.ts";
import { detachMoved } from "../move.ts";
import { SHARE, type Shareable } from "../shareable.ts";
import type { Arena, Text } from "./arena.ts";
import { readChain } from "./chain.ts";
import { PAGE } from "./layout.ts";

/** In a word: it is a number of 31 bits, and these are the bits above. */
const INTEGER = 1;
// Other words that are no references.
const UNDEFINED = 4;
const NULL = 12;
const TRUE = 20;
const FALSE = 28;
const NO_BOX = 5;

// Words of a box: a chain, without the references in it.
const KIND = 0;
/** In bytes, without the head. */
const LENGTH = 1;
/** Another one in each box of a key. */
const STAMP = 2;
export const BOX_HEAD = 3;

// Kinds of what is in a box.
const FLOAT = 1;
const LATIN = 2;
const WIDE = 3;
const ENCODED = 4;
const REFERRING = 5;

const HEAD_BYTES = BOX_HEAD * 4;
const FIRST_BYTE = HEAD_BYTES;
const FIRST_ROOM = 1 << 12;
const MOST_KEPT = 1 << 20;
const LATIN_MOST = 255;
/** Bytes below which what was encoded is sooner read a word at a time than through a view. */
const SHORT = 256;
/** Characters that are sooner written one by one than by a call of Node. */
const FEW = 32;

/** Two words as one number. */
const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

/** Bytes on their way into a chain or out of one, as this thread has them. */
class Room {
  declare words: Int32Array;
  declare bytes: Uint8Array;
  declare text: Text;

  constructor() {
    this.words = new Int32Array(0);
    this.bytes = new Uint8Array(0);
    this.text = Buffer.alloc(0) as unknown as Text;
    this.make(FIRST_ROOM);
  }

  /** Has room for so many bytes, whatever was in it. */
  reach(bytes: number): void {
    if (bytes > this.bytes.length) this.make(bytes + (-bytes & 3));
    else if (this.bytes.length > MOST_KEPT && bytes <= FIRST_ROOM) this.make(FIRST_ROOM);
  }

  private make(bytes: number): void {
    const buffer = new ArrayBuffer(bytes);
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.text = Buffer.from(buffer) as unknown as Text;
  }
}

/** Is this word the reference of a box? */
export function isBoxed(word: number): boolean {
  return (word & NO_BOX) === 0;
}

/** Does a box hold shared objects? */
export function isReferring(words: Int32Array, box: number): boolean {
  return words[firstOf(box) + KIND] === REFERRING;
}

/** The stamp of a box. */
export function stampOf(words: Int32Array, box: number): number {
  return words[firstOf(box) + STAMP] as number;
}

export function stampWith(words: Int32Array, box: number, stamp: number): void {
  words[firstOf(box) + STAMP] = stamp;
}

/** Where the first word of a box is. */
const firstOf = (box: number): number => (box & ~PAGE) + 1;

const wordsOf = (bytes: number): number => (bytes + 3) >>> 2;

/** A value made ready to be put into a map. */
export class Parcel implements Loader {
  /** The word of the value; 0 if it needs a box. */
  declare word: number;
  /** How many words the box has. */
  declare length: number;
  /** What goes into the box. */
  declare readonly room: Room;
  declare readonly objects: Shareable[];
  declare private readonly moved: (ArrayBuffer | ArrayBufferView)[];

  constructor() {
    this.word = UNDEFINED;
    this.length = 0;
    this.room = new Room();
    this.objects = [];
    this.moved = [];
  }

  /** Takes a value on, as far as `from`, who puts it, may send it. */
  load(value: unknown, from: string): void {
    if (this.objects.length > 0) this.objects.length = 0;
    if (this.moved.length > 0) this.moved.length = 0;
    if (typeof value === "number") this.loadNumber(value);
    else if (typeof value === "string") this.loadText(value);
    else if (value === undefined) this.word = UNDEFINED;
    else if (value === null) this.word = NULL;
    else if (typeof value === "boolean") this.word = value ? TRUE : FALSE;
    else this.loadOther(value, from);
  }

  refer(object: Shareable): void {
    this.objects.push(object);
  }

  hand(value: Handed): number {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) this.moved.push(value);
    return -1;
  }

  /** What was moved is in the map now. */
  detach(): void {
    if (this.moved.length === 0) return;
    detachMoved(this.moved);
    this.moved.length = 0;
  }

  private loadNumber(value: number): void {
    const word = (value << 1) | INTEGER;
    if (word >> 1 === value && (value !== 0 || Object.is(value, 0))) {
      this.word = word;
      return;
    }
    this.pack(FLOAT, 8);
    float[0] = value;
    this.room.words[BOX_HEAD] = halves[0] as number;
    this.room.words[BOX_HEAD + 1] = halves[1] as number;
  }

  private loadText(value: string): void {
    const { length } = value;
    let all = 0;
    for (let i = 0; i < length && all <= LATIN_MOST; i++) all |= value.charCodeAt(i);
    if (all > LATIN_MOST) {
      this.pack(WIDE, length * 2);
      this.room.text.ucs2Write(value, FIRST_BYTE);
      return;
    }
    this.pack(LATIN, length);
    if (length > FEW) this.room.text.latin1Write(value, FIRST_BYTE);
    else for (let i = 0; i < length; i++) this.room.bytes[FIRST_BYTE + i] = value.charCodeAt(i);
  }

  private loadOther(value: unknown, from: string): void {
    const { objects, room } = this;
    const bytes = encode(value, this, from);
    const before = objects.length === 0 ? 0 : (objects.length + 1) * 4;
    this.pack(before === 0 ? ENCODED : REFERRING, before + bytes.length);
    room.bytes.set(bytes, FIRST_BYTE + before);
    if (before === 0) return;
    room.words[BOX_HEAD] = objects.length;
    for (let i = 0; i < objects.length; i++) room.words[BOX_HEAD + 1 + i] = (objects[i] as Shareable)[SHARE];
  }

  /** Begins a box. */
  private pack(kind: number, bytes: number): void {
    const { room } = this;
    room.reach(HEAD_BYTES + bytes);
    this.word = 0;
    this.length = BOX_HEAD + wordsOf(bytes);
    room.words[KIND] = kind;
    room.words[LENGTH] = bytes;
    room.words[STAMP] = 0;
  }
}

/** A value as it was found in a map. */
export class Found {
  declare word: number;
  declare private readonly room: Room;

  constructor() {
    this.word = UNDEFINED;
    this.room = new Room();
  }

  /** Copies the box of the word. It may be one no more, and used for something else: `isTrue` tells. False if it was. */
  copyBox(arena: Arena, isTrue: () => boolean): boolean {
    const { room, word } = this;
    if (!readChain(arena, word, room.words, BOX_HEAD) || !isTrue()) return false;
    const length = this.length;
    room.reach(HEAD_BYTES + length);
    return readChain(arena, word, room.words, BOX_HEAD + wordsOf(length)) && isTrue();
  }

  /** The stamp of its box, or 0. */
  get stamp(): number {
    return isBoxed(this.word) ? (this.room.words[STAMP] as number) : 0;
  }

  /** Does it hold shared objects? */
  get isReferring(): boolean {
    return isBoxed(this.word) && this.room.words[KIND] === REFERRING;
  }

  /** Are all of them known here? If not, the other threads are asked, and this one is woken when it knows more. */
  get isKnown(): boolean {
    return this.references.every((id) => directory().knows(id));
  }

  /** The value. All shared objects in it are known here. */
  unload(): unknown {
    const { word } = this;
    if ((word & INTEGER) !== 0) return word >> 1;
    switch (word) {
      case UNDEFINED:
        return undefined;
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      default:
        return this.unpack();
    }
  }

  private unpack(): unknown {
    const { words, text, bytes } = this.room;
    const end = FIRST_BYTE + this.length;
    switch (words[KIND]) {
      case FLOAT:
        halves[0] = words[BOX_HEAD] as number;
        halves[1] = words[BOX_HEAD + 1] as number;
        return float[0];
      case LATIN:
        return text.latin1Slice(FIRST_BYTE, end);
      case WIDE:
        return text.ucs2Slice(FIRST_BYTE, end);
      case ENCODED:
        return this.length < SHORT
          ? decodeAt(words, BOX_HEAD, this.length, NOTHING)
          : decode(bytes.subarray(FIRST_BYTE, end), NOTHING);
    }
    const { references } = this;
    const objects = new Map(references.map((id) => [id, directory().find(id)?.face]));
    const unloader = { object: (id: number): unknown => objects.get(id), handed: (): undefined => undefined };
    return decode(bytes.subarray(FIRST_BYTE + (references.length + 1) * 4, end), unloader);
  }

  private get length(): number {
    return this.room.words[LENGTH] as number;
  }

  private get references(): number[] {
    const { words } = this.room;
    return Array.from(words.subarray(BOX_HEAD + 1, BOX_HEAD + 1 + (words[BOX_HEAD] as number)));
  }
}

const NOTHING = { object: () => undefined, handed: () => undefined };
