// A thread that answers each message with what it decoded, or with the error it was asked to throw, in shared memory of its own.

import { parentPort } from "node:worker_threads";
import { ClosedError } from "../../src/base/errors.ts";
import { decode, encode, type Loader } from "../../src/parallel/codec.ts";
import { encodeError } from "../../src/parallel/error-codec.ts";

export interface Sent {
  readonly bytes: Uint8Array;
  readonly handed: readonly unknown[];
}

/** Copies a message into shared memory, as the bytes in it are only valid until the next. */
export function lend(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(bytes.length));
  memory.set(bytes);
  return memory;
}

const LOADER: Loader = { refer: () => {}, hand: () => -1 };

parentPort?.on("message", ({ bytes, handed }: Sent) => {
  try {
    const value = decode(bytes, { object: (id) => ({ id }), handed: (index) => handed[index] });
    if (value === "throw") failAsAsked();
    parentPort?.postMessage({ failed: false, bytes: lend(encode(value, LOADER, "worker")) });
  } catch (error) {
    parentPort?.postMessage({ failed: true, bytes: lend(encodeError(error, LOADER)) });
  }
});

function failAsAsked(): never {
  const cause = new ClosedError('Channel.send: "jobs" was given up. Stop sending.', "receiver");
  throw Object.assign(new RangeError("failed in the worker", { cause }), { code: 7, resource: { close() {} } });
}
