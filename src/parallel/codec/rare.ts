// Reads what is rare in messages: all but primitives, plain objects and arrays.

import { Buffer } from "node:buffer";
import type { Decoder, Memory } from "./decoder.ts";
import { readError } from "./errors.ts";
import {
  ARRAY,
  BARE_OBJECT,
  BOXED,
  DATE,
  ERROR,
  HANDED,
  MAP,
  MEMORY,
  REGEXP,
  SET,
  SHARED,
  VIEW,
  VIEWS,
} from "./format.ts";
import { broken } from "./reader.ts";

export function readRare(decoder: Decoder, token: number): unknown {
  switch (token) {
    case BARE_OBJECT:
      return decoder.fields(Object.create(null) as object, false);
    case MAP:
      return readMap(decoder);
    case SET:
      return readSet(decoder);
    case DATE:
      return decoder.begin(new Date(decoder.count()));
    case REGEXP:
      return decoder.begin(new RegExp(decoder.value() as string, decoder.value() as string));
    case BOXED:
      return decoder.begin(Object(decoder.value()) as object);
    case MEMORY:
      return decoder.begin(memoryAt(decoder).buffer);
    case VIEW:
      return decoder.begin(readView(decoder));
    case SHARED:
      return decoder.begin(decoder.object(decoder.count()));
    case HANDED:
      return decoder.begin(decoder.handed(decoder.count()));
    case ERROR:
      return readError(decoder);
    default:
      throw broken();
  }
}

function readMap(decoder: Decoder): Map<unknown, unknown> {
  const map = decoder.begin(new Map<unknown, unknown>());
  while (!decoder.ends()) {
    const key = decoder.value();
    map.set(key, decoder.value());
  }
  return map;
}

function readSet(decoder: Decoder): Set<unknown> {
  const set = decoder.begin(new Set<unknown>());
  while (!decoder.ends()) set.add(decoder.value());
  return set;
}

function memoryAt(decoder: Decoder): Memory {
  const memory = decoder.memories[decoder.count()];
  if (memory === undefined) throw broken();
  return memory;
}

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

function readView(decoder: Decoder): ArrayBufferView {
  const kind = VIEWS[decoder.byte()];
  const { buffer, from } = memoryAt(decoder);
  const offset = decoder.count() - from;
  const length = decoder.count();
  if (kind === "Buffer") return Buffer.from(buffer as ArrayBuffer, offset, length);
  return new ((globalThis as unknown as Record<string, View>)[kind as string] as View)(buffer, offset, length);
}

export function readMemories(decoder: Decoder): Memory[] {
  const memories: Memory[] = [];
  while (!decoder.atEnd(4)) {
    const token = decoder.byte();
    if (token === HANDED) {
      const value = decoder.handed(decoder.count()) as ArrayBufferLike | ArrayBufferView;
      memories.push({ buffer: ArrayBuffer.isView(value) ? value.buffer : value, from: 0 });
    } else if (token === ARRAY) {
      const from = decoder.count();
      memories.push({ buffer: decoder.bytes(decoder.count()).buffer, from });
    } else throw broken();
  }
  return memories;
}
