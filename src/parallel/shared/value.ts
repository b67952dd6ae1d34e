// The values of a shared map: a kind and two words each. Numbers and the shortest strings lie in the two words; of all others one is the reference of a chain, and one its length in
// bytes. Longer strings lie in the chain as they are, and what the codec makes of all other values, with the shared objects they hold before it.

import type { Handed } from "../codec/sides.ts";
import { decode, encode, type Loader } from "../codec.ts";
import { directory } from "../directory.ts";
import { detachMoved } from "../move.ts";
import { SHARE, type Shareable } from "../shareable.ts";
import type { Text } from "./arena.ts";

// Kinds.
const INTEGER = 1;
const FLOAT = 2;
const UNDEFINED = 3;
const NULL = 4;
const TRUE = 5;
const FALSE = 6;
/** A string of at most eight characters of one byte each. How many they are stands in the bits above LENGTH_AT. */
const SHORT = 7;
const LENGTH_AT = 8;
const SHORT_MOST = 8;
/** In the kind: the value is in a chain. */
const CHAINED = 16;
const LATIN = 16;
const WIDE = 17;
const ENCODED = 18;
const REFERRING = 19;

const FIRST_ROOM = 1 << 12;
const MOST_KEPT = 1 << 20;

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

/** Does a value of this kind lie in a chain? */
export function isChained(kind: number): boolean {
  return (kind & CHAINED) !== 0;
}

/** Does a value of this kind hold shared objects? */
export function isReferring(kind: number): boolean {
  return kind === REFERRING;
}

/** How many words so many bytes take. */
export const wordsOf = (bytes: number): number => (bytes + 3) >>> 2;

/** A value made ready to be put into a map. */
export class Parcel implements Loader {
  declare kind: number;
  declare first: number;
  declare second: number;
  /** What goes into the chain. */
  declare readonly room: Room;
  declare readonly objects: Shareable[];
  declare private readonly moved: (ArrayBuffer | ArrayBufferView)[];

  constructor() {
    this.kind = UNDEFINED;
    this.first = 0;
    this.second = 0;
    this.room = new Room();
    this.objects = [];
    this.moved = [];
  }

  /** Takes a value on, as far as `from`, who puts it, may send it. */
  load(value: unknown, from: string): void {
    this.first = 0;
    this.second = 0;
    if (this.objects.length > 0) this.objects.length = 0;
    if (this.moved.length > 0) this.moved.length = 0;
    if (typeof value === "number") this.loadNumber(value);
    else if (value === undefined) this.kind = UNDEFINED;
    else if (value === null) this.kind = NULL;
    else if (typeof value === "boolean") this.kind = value ? TRUE : FALSE;
    else if (typeof value === "string") this.loadText(value);
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
    const integer = value | 0;
    if (integer === value && (integer !== 0 || Object.is(value, 0))) {
      this.kind = INTEGER;
      this.first = integer;
      return;
    }
    this.kind = FLOAT;
    float[0] = value;
    this.first = halves[0] as number;
    this.second = halves[1] as number;
  }

  private loadText(value: string): void {
    const { length } = value;
    let all = 0;
    if (length <= SHORT_MOST) {
      for (let i = 0; i < length; i++) {
        const code = value.charCodeAt(i);
        all |= code;
        if (i < 4) this.first |= code << (i << 3);
        else this.second |= code << ((i & 3) << 3);
      }
      if (all <= 255) {
        this.kind = SHORT | (length << LENGTH_AT);
        return;
      }
      this.first = 0;
      this.second = 0;
    }
    for (let i = 0; i < length && all <= 255; i++) all |= value.charCodeAt(i);
    const isLatin = all <= 255;
    this.kind = isLatin ? LATIN : WIDE;
    this.second = isLatin ? length : length * 2;
    this.room.reach(this.second);
    if (isLatin) this.room.text.latin1Write(value, 0);
    else this.room.text.ucs2Write(value, 0);
  }

  private loadOther(value: unknown, from: string): void {
    const { objects, room } = this;
    const bytes = encode(value, this, from);
    const before = objects.length === 0 ? 0 : (objects.length + 1) * 4;
    this.kind = before === 0 ? ENCODED : REFERRING;
    this.second = before + bytes.length;
    room.reach(this.second);
    room.bytes.set(bytes, before);
    if (before === 0) return;
    room.words[0] = objects.length;
    for (let i = 0; i < objects.length; i++) room.words[i + 1] = (objects[i] as Shareable)[SHARE];
  }
}

/** A value as it was found in a map. */
export class Found {
  declare kind: number;
  declare first: number;
  declare second: number;
  declare readonly room: Room;

  constructor() {
    this.kind = UNDEFINED;
    this.first = 0;
    this.second = 0;
    this.room = new Room();
  }

  /** Does it hold shared objects? */
  get isReferring(): boolean {
    return this.kind === REFERRING;
  }

  /** Are all of them known here? If not, the other threads are asked, and this one is woken when it knows more. */
  get isKnown(): boolean {
    return this.references.every((id) => directory().knows(id));
  }

  private get references(): number[] {
    const { words } = this.room;
    return Array.from(words.subarray(1, 1 + (words[0] as number)));
  }

  /** The value. All shared objects in it are known here. */
  unload(): unknown {
    const { kind, first, second, room } = this;
    switch (kind & ((1 << LENGTH_AT) - 1)) {
      case INTEGER:
        return first;
      case FLOAT:
        halves[0] = first;
        halves[1] = second;
        return float[0];
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case SHORT:
        room.words[0] = first;
        room.words[1] = second;
        return room.text.latin1Slice(0, kind >>> LENGTH_AT);
      case LATIN:
        return room.text.latin1Slice(0, second);
      case WIDE:
        return room.text.ucs2Slice(0, second);
      case ENCODED:
        return decode(room.bytes.subarray(0, second), NOTHING);
      case REFERRING:
        return this.unloadReferring();
      default:
        return undefined;
    }
  }

  private unloadReferring(): unknown {
    const { references, room, second } = this;
    const objects = new Map(references.map((id) => [id, directory().find(id)?.face]));
    const from = (references.length + 1) * 4;
    return decode(room.bytes.subarray(from, second), { object: (id) => objects.get(id), handed: () => undefined });
  }
}

const NOTHING = { object: () => undefined, handed: () => undefined };
