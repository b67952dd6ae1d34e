// The codec: a value that crosses to another thread as bytes. The bytes travel in shared memory or in a message; each message is read by itself.
//
// What arrives is what structuredClone would give, but for
//   shared objects            travel by reference: the same object there
//   what was marked by move   is handed over
//   errors                    are whole: class, fields, hidden fields, causes; see error-classes.ts
//   a Buffer of Node          is a Buffer again; if it shows a part of its memory, it is alone in its own there
//   instances of classes      are plain objects of their own enumerable fields, as with structuredClone; if there are none, they are refused
//   objects with hidden state are refused, named and with a remedy: also where structuredClone would give an empty object
//   a resizable ArrayBuffer   has a fixed size; the fields of an array besides its elements stay behind
//
// Why the format is our own, and not that of msgpackr: docs/decisions/0012.

import { Decoder } from "./codec/decoder.ts";
import { Encoder } from "./codec/encoder.ts";
import { writeSpecial } from "./codec/errors.ts";
import { readMemories, readRare } from "./codec/rare.ts";
import { misuseOf, type Naming } from "./codec/refusal.ts";
import type { Receiving, Sending } from "./codec/sides.ts";

/** What the encoder asks of the one who sends. */
export type Loader = Sending;
/** What the decoder asks of the one who receives. */
export type Unloader = Receiving;

/** What the arguments of a call are called. */
export const argument = (index: number): string => `argument ${index}`;

let spareEncoder: Encoder | null = new Encoder(writeSpecial);
let spareDecoder: Decoder | null = new Decoder(readRare, readMemories);

/**
 * Encodes a value. O(size). The bytes are a view of a scratch buffer, valid until the next call of this or of `encodeError`.
 *
 * Getters and proxies of users are called by it, so it must be called where code of users may run.
 *
 * @param from what the user has called, for messages: "Pool.run"
 * @param naming what the value is called there, as in "the result"; or, if it is a list of arguments, what each is called: see `argument`
 * @throws {@link MisuseError} that names what cannot travel, where it lies, and what to do:
 * `Pool.run: argument 0.options.onDone is a function "done", which cannot travel to another thread. Send data; ...`
 */
export function encode(value: unknown, loader: Loader, from: string, naming: Naming = "the value"): Uint8Array {
  const encoder = spareEncoder ?? new Encoder(writeSpecial);
  spareEncoder = null;
  try {
    return encoder.message(value, loader);
  } catch (thrown) {
    throw misuseOf(thrown, from, naming);
  } finally {
    spareEncoder = encoder;
  }
}

/** Decodes a message. O(size). What it gives shows nothing of the memory of the message. */
export function decode(bytes: Uint8Array, unloader: Unloader): unknown {
  const decoder = spareDecoder ?? new Decoder(readRare, readMemories);
  spareDecoder = null;
  try {
    return decoder.message(bytes, unloader);
  } finally {
    spareDecoder = decoder;
  }
}

/** The same for a short one, of less than 4 KiB, that begins with a word: costs less than a view of its bytes and `decode`. */
export function decodeAt(words: Int32Array, at: number, length: number, unloader: Unloader): unknown {
  const decoder = spareDecoder ?? new Decoder(readRare, readMemories);
  spareDecoder = null;
  try {
    return decoder.messageAt(words, at, length, unloader);
  } finally {
    spareDecoder = decoder;
  }
}
