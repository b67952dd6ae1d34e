// The memory behind the views of a message. Views are written where they are met, by which memory they show and from where on; the memory itself goes to the end of
// the message, when it is known how much of it is shown. So views that share memory here share it there, and of a large buffer only the part that is shown travels.
//
// A Buffer of Node that shows a part of its memory has it to itself there: what else is in that memory belongs to others.

import { Buffer } from "node:buffer";
import { types } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { describeValue } from "../../base/errors.ts";
import { isDetached, isMarked } from "../move.ts";
import type { Behind, Encoder } from "./encoder.ts";
import { ARRAY, HANDED, MEMORIES, MEMORY, VIEW, VIEWS } from "./format.ts";
import { Refusal, staysHere } from "./refusal.ts";
import type { Sending } from "./sides.ts";

/** Memory that is in a message: from which byte up to which; or under which index it was handed over, COPIED, or NOT_ASKED whether it may be. */
interface Memory {
  readonly number: number;
  readonly buffer: ArrayBufferLike;
  readonly alone: boolean;
  from: number;
  to: number;
  handed: number;
}

const COPIED = -1;
const NOT_ASKED = -2;

/** What views may begin at. */
const ALIGNMENT = 8;

class Memories implements Behind {
  declare private readonly all: Memory[];
  declare private readonly known: Map<ArrayBufferLike, Memory>;

  constructor() {
    this.all = [];
    this.known = new Map();
  }

  /** The memory that a view shows a stretch of. */
  show(buffer: ArrayBufferLike, from: number, to: number, alone: boolean, sender: Sending): Memory {
    let memory = alone ? undefined : this.known.get(buffer);
    if (memory === undefined) {
      const handed = types.isSharedArrayBuffer(buffer) ? handShared(buffer, sender) : NOT_ASKED;
      memory = { number: this.all.length, buffer, alone, from, to, handed };
      this.all.push(memory);
      if (!alone) this.known.set(buffer, memory);
    }
    if (from < memory.from) memory.from = from;
    if (to > memory.to) memory.to = to;
    return memory;
  }

  write(encoder: Encoder): void {
    encoder.flags |= MEMORIES;
    const place = encoder.length;
    for (const { buffer, alone, from, to, handed } of this.all) {
      if (handed >= 0) {
        encoder.byte(HANDED);
        encoder.number(handed);
        continue;
      }
      const start = alone ? from : from - (from % ALIGNMENT);
      encoder.byte(ARRAY);
      encoder.number(start);
      encoder.number(to - start);
      encoder.bytes(new Uint8Array(buffer, start, to - start));
    }
    encoder.uint32(place);
  }
}

function handShared(buffer: SharedArrayBuffer, sender: Sending): number {
  const handed = sender.hand(buffer);
  if (handed < 0)
    throw new Refusal(
      "is memory that is shared between threads, which a copy would not be",
      "Give it to a call of a pool, as an argument.",
    );
  return handed;
}

/** The memory of a value in the message; it is handed over if the value was marked. */
function memoryOf(
  encoder: Encoder,
  value: ArrayBufferLike | ArrayBufferView,
  from: number,
  to: number,
  alone: boolean,
): Memory {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (isDetached(buffer))
    throw new Refusal(
      `is ${describeValue(value)} that is detached: it was moved away before`,
      "Move a value once, and use it no more.",
    );
  const sender = encoder.loader as Sending;
  const memories = (encoder.extra ??= new Memories()) as Memories;
  const memory = memories.show(buffer, from, to, alone, sender);
  if (memory.handed === NOT_ASKED && isMarked(value))
    memory.handed = Math.max(COPIED, sender.hand(value as ArrayBuffer | ArrayBufferView));
  return memory;
}

/** Writes an ArrayBuffer or a SharedArrayBuffer. */
export function writeMemory(encoder: Encoder, buffer: ArrayBufferLike): void {
  const { number } = memoryOf(encoder, buffer, 0, buffer.byteLength, false);
  encoder.byte(MEMORY);
  encoder.number(number);
}

export function writeView(encoder: Encoder, view: ArrayBufferView): void {
  const { buffer, byteOffset, byteLength } = view;
  const isBuffer = Buffer.isBuffer(view);
  const alone = isBuffer && byteLength !== buffer.byteLength && !types.isSharedArrayBuffer(buffer);
  const { number } = memoryOf(encoder, view, byteOffset, byteOffset + byteLength, alone);
  const kind = isBuffer ? "Buffer" : (nameOfView(view) ?? "DataView");
  encoder.byte(VIEW);
  encoder.byte(VIEWS.indexOf(kind));
  encoder.number(number);
  encoder.number(byteOffset);
  encoder.number(kind === "DataView" ? byteLength : (view as Uint8Array).length);
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const tagOf = Object.getOwnPropertyDescriptor(TYPED_ARRAY, Symbol.toStringTag)?.get as () => string | undefined;

/** The class of a typed array, whatever class of users it may be of; undefined for a DataView. */
const nameOfView = (view: ArrayBufferView): string | undefined => tagOf.call(view);

export function writePort(encoder: Encoder, port: MessagePort): void {
  if (!isMarked(port)) throw staysHere(port, "Mark it, if this thread is done with it: move(port).");
  const handed = (encoder.loader as Sending).hand(port);
  if (handed < 0) throw staysHere(port, "A port cannot be copied: give it to a call of a pool, as an argument.");
  encoder.byte(HANDED);
  encoder.number(handed);
}
