// What the codec asks of those who send and receive, about all that does not travel as bytes.

import type { MessagePort } from "node:worker_threads";
import type { Shareable } from "../shareable.ts";

/** What can be handed over beside the bytes: what was marked with `move`, or memory that is shared. */
export type Handed = ArrayBuffer | ArrayBufferView | MessagePort | SharedArrayBuffer;

/** What the encoder asks of the one who sends. It must not throw, but for a Refusal. */
export interface Sending {
  /** A shared object was met. Called once for each in a message. */
  refer(object: Shareable): void;
  /**
   * A value marked with `move`, or a SharedArrayBuffer: answers its index among what is handed over beside the bytes, or -1. Called once for each memory and
   * port in a message.
   *
   * For what was marked, -1 means that its bytes are copied into the message; it is then for `detachMoved`, once the message has been given for good. A port cannot
   * be copied, and shared memory must not be: -1 refuses them. A SharedArrayBuffer goes beside the bytes, but not into the list of what is transferred.
   */
  hand(value: Handed): number;
}

/** What the decoder asks of the one who receives. */
export interface Receiving {
  /** The shared object with this id. */
  object(id: number): unknown;
  /** What was handed over under this index. It may be asked for twice. */
  handed(index: number): unknown;
}
