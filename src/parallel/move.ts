// move: marks a value that is to be handed over instead of copied. The mark lies beside the value, which stays what it is until it is sent.
//
// A message on its way through shared memory cannot hand a buffer over: its bytes are copied into the message, and the sender's is detached once the message has
// been given for good. So a value that was sent is gone here, whichever way it went; and one that could not be sent is still there.

import { types } from "node:util";
import { MessagePort } from "node:worker_threads";
import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";

const marked = new WeakSet<object>();

/**
 * Marks a buffer, a view of one or a port to be handed over to another thread, not copied, and returns it. So a buffer of any size reaches a call of a pool in
 * the same time. Through a channel it is copied once.
 *
 * Once it has been sent it is detached here: of length 0. If the send is cancelled or fails, it stays as it is. Other views of the same memory are detached
 * with it; those in the same message show what has arrived. A `Buffer` arrives as a `Buffer`.
 *
 * @throws {@link MisuseError} for a view of a part of its buffer, such as most of `Buffer.from`, since Node keeps many small ones in one; for memory that is
 * shared between threads, or was moved away before; for anything else
 * @example
 * const pixels = new Uint8Array(4 * width * height);
 * const thumbnail = yield* pool.run(image.resize, move(pixels), 128);
 */
export function move<T extends ArrayBuffer | ArrayBufferView | MessagePort>(value: T): T {
  if (!(value instanceof MessagePort)) checkMemory(value);
  marked.add(value);
  return value;
}

function checkMemory(value: ArrayBuffer | ArrayBufferView): void {
  const buffer: unknown = ArrayBuffer.isView(value) ? value.buffer : value;
  const what = describeValue(value);
  if (types.isSharedArrayBuffer(buffer))
    throw misuse(`move: ${what} in memory that is shared between threads belongs to none. Send it without move().`);
  if (!types.isArrayBuffer(buffer))
    throw misuse(
      `move: expected an ArrayBuffer, a view of one, or a MessagePort, got ${what}. Send it without move().`,
    );
  if (isDetached(buffer)) throw misuse(`move: ${what} is detached: it was moved away before. Move a value once.`);
  if (!ArrayBuffer.isView(value) || value.byteLength === buffer.byteLength) return;
  throw misuse(
    `move: ${what} shows ${value.byteLength} of the ${buffer.byteLength} bytes of its buffer, which would be moved whole. ${copyOf(value)}`,
  );
}

function copyOf(view: ArrayBufferView): string {
  if (types.isDataView(view)) return "Move the buffer itself, or send the view without move().";
  return `Move a copy: move(new ${Buffer.isBuffer(view) ? "Uint8Array" : view.constructor.name}(view)).`;
}

/** Was it marked with `move`? */
export const isMarked = (value: object): boolean => marked.has(value);

/** Is its memory gone? */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * Detaches in this thread what was marked with `move` and copied into a message: what `hand` has answered -1 for. For the sender to call once the message has been
 * given for good. Does nothing to what is detached already, or what nobody can detach, such as the memory of WebAssembly: that stays, as a copy.
 */
export function detachMoved(values: Iterable<ArrayBuffer | ArrayBufferView>): void {
  for (const value of values) {
    const buffer = (ArrayBuffer.isView(value) ? value.buffer : value) as ArrayBuffer;
    try {
      structuredClone(buffer, { transfer: [buffer] });
    } catch {
      // the message is on its way, and whole
    }
  }
}
