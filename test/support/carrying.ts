// What sends and receives nothing but bytes.

import { decode, encode, type Loader, type Unloader } from "../../src/parallel/codec.ts";

/** Hands nothing over, and knows of no shared object. */
export const LOADER: Loader = { refer: () => {}, hand: () => -1 };
export const UNLOADER: Unloader = {
  object: (id) => {
    throw new Error(`there is no object ${id}`);
  },
  handed: (index) => {
    throw new Error(`nothing was handed over under ${index}`);
  },
};

/** Sends a value there and back, as a thread finds it: in memory that is shared, among other bytes. */
export function carried(value: unknown): unknown {
  return decode(shared(encode(value, LOADER, "carried")), UNLOADER);
}

export function shared(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(bytes.length + 7));
  memory.fill(0xff);
  memory.set(bytes, 3);
  return memory.subarray(3, 3 + bytes.length);
}
