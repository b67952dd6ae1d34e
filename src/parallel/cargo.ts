// Values in a ring: how each kind is written into a slot, and read again. Numbers and short strings lie there as they are; the codec makes bytes of all others.

import { NOT_READY } from "../core/machine.ts";
import type { Naming } from "./codec/refusal.ts";
import type { Handed } from "./codec/sides.ts";
import { decode, decodeAt, encode, type Loader, type Unloader } from "./codec.ts";
import { copyBytes } from "./copy.ts";
import { directory } from "./directory.ts";
import { encodeError } from "./error-codec.ts";
import { detachMoved } from "./move.ts";
import { NO_ROW } from "./pages.ts";
import type { Ring } from "./ring.ts";
import { END, FULL, INLINE, PAGED } from "./ring-layout.ts";
import { SHARE, type Shareable } from "./shareable.ts";

// Kinds; see also TOMBSTONE and PAGED in ring.ts.
const NUMBER = 1;
const LATIN = 2; // one byte a character
const UNDEFINED = 3;
const NULL = 4;
const TRUE = 5;
const FALSE = 6;
const ENCODED = 7;
/** In the kind: before the value stand how many shared objects it holds, and their numbers. */
const REFERS = 32;

const WORD = 4;

/** A value made ready to be put. */
export class Cargo implements Loader {
  declare private kind: number;
  declare private number: number;
  declare private text: string;
  declare private bytes: Uint8Array | null;
  declare private readonly objects: Shareable[];
  declare private readonly moved: (ArrayBuffer | ArrayBufferView)[];
  /** What is handed over beside the bytes, where that is possible: moved values, in order. */
  declare readonly handed: Handed[];
  declare private readonly hands: boolean;
  /** The last put found no pages, though there may have been room. */
  declare isStarved: boolean;

  /** `hands` says whether moved values are handed over beside the bytes; otherwise they are copied among them. */
  constructor(hands = false) {
    this.handed = [];
    this.hands = hands;
    this.isStarved = false;
    this.kind = UNDEFINED;
    this.number = 0;
    this.text = "";
    this.bytes = null;
    this.objects = [];
    this.moved = [];
  }

  /** Takes a value on, as far as `from`, who sends it, may send it. */
  load(value: unknown, from: string, naming?: Naming): void {
    this.bytes = null;
    if (this.objects.length > 0) this.objects.length = 0;
    if (this.moved.length > 0) this.moved.length = 0;
    if (this.handed.length > 0) this.handed.length = 0;
    switch (typeof value) {
      case "number":
        this.kind = NUMBER;
        this.number = value;
        return;
      case "boolean":
        this.kind = value ? TRUE : FALSE;
        return;
      case "undefined":
        this.kind = UNDEFINED;
        return;
      case "string":
        if (value.length <= INLINE && isLatin(value)) {
          this.kind = LATIN;
          this.text = value;
          return;
        }
    }
    if (value === null) {
      this.kind = NULL;
      return;
    }
    this.kind = ENCODED;
    this.bytes = encode(value, this, from, naming);
  }

  /** The same for an error. Never throws. */
  loadError(error: unknown): void {
    this.load(undefined, "");
    this.kind = ENCODED;
    this.bytes = encodeError(error, this);
  }

  refer(object: Shareable): void {
    this.objects.push(object);
  }

  hand(value: Handed): number {
    if (this.hands) return this.handed.push(value) - 1;
    if (!(value instanceof SharedArrayBuffer)) this.moved.push(value as ArrayBuffer);
    return -1;
  }

  /** The same for as long as it is needed: this one can take another value on. */
  copy(): Cargo {
    const copy = new Cargo(this.hands);
    copy.kind = this.kind;
    copy.number = this.number;
    copy.text = this.text;
    copy.bytes = this.bytes?.slice() ?? null;
    copy.objects.push(...this.objects);
    copy.moved.push(...this.moved);
    copy.handed.push(...this.handed);
    return copy;
  }

  /** The value as bytes of the codec, to be sent in a message to one thread. Its objects count as under way. */
  get message(): Uint8Array {
    for (const object of this.objects) directory().depart(object);
    return this.bytes?.slice() ?? encode(this.plain, this, "").slice();
  }

  private get plain(): unknown {
    switch (this.kind) {
      case NUMBER:
        return this.number;
      case LATIN:
        return this.text;
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      default:
        return this.kind === TRUE;
    }
  }

  /** Does it hold shared objects? */
  get refers(): boolean {
    return this.objects.length > 0;
  }

  /** The objects it holds. */
  get references(): readonly number[] {
    return this.objects.map((object) => object[SHARE]);
  }

  /** How many bytes the value needs beside its slot. */
  get length(): number {
    if (this.bytes === null) return 0;
    return this.bytes.length + (this.objects.length > 0 ? (this.objects.length + 1) * WORD : 0);
  }

  /** Puts what was taken on, with a label: a ticket, FULL, or CLOSED. */
  put(ring: Ring, label: Label | null = null): number {
    const { kind, bytes } = this;
    this.isStarved = false;
    if (bytes !== null) return this.putBytes(ring, bytes, label);
    const ticket = ring.claimPut();
    if (ticket < 0) return ticket;
    if (label !== null) writeLabel(ring, ticket, label);
    let length = 0;
    if (kind === NUMBER) ring.floats[ring.floatAt(ticket)] = this.number;
    else if (kind === LATIN) {
      const { text } = this;
      length = text.length;
      const at = ring.byteAt(ticket);
      for (let i = 0; i < length; i++) ring.bytes[at + i] = text.charCodeAt(i);
    }
    ring.publish(ticket, kind, length, 0);
    return ticket;
  }

  private putBytes(ring: Ring, bytes: Uint8Array, label: Label | null): number {
    const { objects, length } = this;
    const isPaged = length > INLINE;
    const page = isPaged ? ring.pages.allocate(length) : 0;
    if (page === NO_ROW) {
      this.isStarved = true;
      return FULL;
    }
    const ticket = ring.claimPut();
    if (ticket < 0) {
      if (isPaged) ring.pages.free(page, length);
      return ticket;
    }
    if (label !== null) writeLabel(ring, ticket, label);
    let at = ring.byteAt(ticket);
    let kind = ENCODED;
    if (isPaged) {
      ring.pages.assign(page, length, ticket);
      at = ring.pages.byteAt(page);
      kind |= PAGED;
    }
    if (objects.length > 0) {
      kind |= REFERS;
      at = this.writeObjects(ring, at);
    }
    copyBytes(ring.bytes, bytes, at);
    ring.publish(ticket, kind, length, page);
    if (this.moved.length > 0) detachMoved(this.moved);
    return ticket;
  }

  private writeObjects({ words }: Ring, start: number): number {
    let at = start >> 2;
    words[at++] = this.objects.length;
    for (const object of this.objects) {
      directory().depart(object);
      words[at++] = object[SHARE];
    }
    return at << 2;
  }
}

/** What a user of a ring puts beside a value. */
export interface Label {
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
}

function writeLabel(ring: Ring, ticket: number, { first, second, third, fourth }: Label): void {
  const { words } = ring;
  const at = ring.labelAt(ticket);
  words[at] = first;
  words[at + 1] = second;
  words[at + 2] = third;
  words[at + 3] = fourth;
}

const isLatin = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false;
  return true;
};

/** Puts a number, which needs no making ready: a ticket, FULL, or CLOSED. */
export function putNumber(ring: Ring, value: number): number {
  const ticket = ring.claimPut();
  if (ticket < 0) return ticket;
  ring.floats[ring.floatAt(ticket)] = value;
  ring.publish(ticket, NUMBER, 0, 0);
  return ticket;
}

/** Takes the next value out of a ring: NOT_READY if there is none now, UNKNOWN if it holds an object that is yet to be introduced, ENDED if there will be none. */
export function takeFrom(ring: Ring): unknown {
  for (;;) {
    const ticket = ring.peek();
    if (ticket < 0) return ticket === END ? ENDED : NOT_READY;
    const kind = ring.kindOf(ticket);
    if (kind === NUMBER) {
      const number = ring.floats[ring.floatAt(ticket)] as number;
      if (!ring.claimTake(ticket)) continue;
      ring.release(ticket);
      return number;
    }
    if (!isReadable(ring, ticket)) return UNKNOWN;
    if (!ring.claimTake(ticket)) continue;
    try {
      return read(ring, ticket);
    } finally {
      ring.release(ticket);
    }
  }
}

/**
 * Does this thread know all objects that a value holds that was peeked at? If not, it is woken when it does. Also true if another thread has taken the value, since what
 * was read then may have been anything: a claim finds that out.
 */
export function isReadable(ring: Ring, ticket: number): boolean {
  if ((ring.kindOf(ticket) & REFERS) === 0) return true;
  const ids = objectsIn(ring, ticket);
  return !ring.isNext(ticket) || knowsAll(ids);
}

// What `takeFrom` answers in place of a value.
export const ENDED: unknown = Symbol("end of ring");
export const UNKNOWN: unknown = Symbol("unknown object");

/** The objects of a value that was taken are under way no more. If this thread dies in the midst of it, they are for ever: that is better than forgotten too early. */
export function forgetIn(ring: Ring, ticket: number): void {
  const kind = ring.kindOf(ticket);
  if ((kind & REFERS) === 0) return;
  const ids = objectsIn(ring, ticket);
  ring.mark(ticket, kind & ~REFERS);
  for (const id of ids) directory().drop(id);
}

/** Reads the value of a ticket that was taken, and is not released yet. */
export function read(ring: Ring, ticket: number): unknown {
  const kind = ring.kindOf(ticket);
  switch (kind) {
    case NUMBER:
      return ring.floats[ring.floatAt(ticket)];
    case LATIN: {
      const at = ring.byteAt(ticket);
      return ring.buffer.latin1Slice(at, at + ring.lengthOf(ticket));
    }
    case UNDEFINED:
      return undefined;
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case ENCODED:
      return decodeAt(ring.words, ring.byteAt(ticket) >> 2, ring.lengthOf(ticket), NOTHING);
  }
  const bytes = ring.bytesOf(ticket);
  if ((kind & REFERS) === 0) return decode(bytes, NOTHING);
  const ids = objectsIn(ring, ticket);
  const objects = new Map(ids.map((id) => [id, directory().find(id)?.face]));
  forgetIn(ring, ticket);
  const unloader: Unloader = { object: (id) => objects.get(id), handed: () => undefined };
  return decode(bytes.subarray((ids.length + 1) * WORD), unloader);
}

const NOTHING: Unloader = { object: () => undefined, handed: () => undefined };

function objectsIn(ring: Ring, ticket: number): number[] {
  const { words } = ring;
  let at = ring.bytesOf(ticket).byteOffset >> 2;
  const count = Math.min(words[at++] as number, ring.lengthOf(ticket) / WORD);
  const ids: number[] = [];
  for (let i = 0; i < count; i++) ids.push(words[at++] as number);
  return ids;
}

const knowsAll = (ids: readonly number[]): boolean => ids.every((id) => directory().knows(id));
