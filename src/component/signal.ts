// What travels from `signal` to `control`: that a producer is done, or that all should stop.
//
// Plain objects, so that they cross threads and processes like any message.

/** No more messages will come from the sender. Whoever gets it deals with what it has, and then ends. */
export interface ProducerFinished {
  readonly kind: "producerFinished";
  /** Who has finished, for messages and logs. */
  readonly from: string;
}

/** Stop now. A component that does not handle its `control` itself is cancelled. */
export interface Shutdown {
  readonly kind: "shutdown";
  /** Why: becomes the reason of the cancellation. */
  readonly reason: unknown;
}

/** What the boxes `control` and `signal` carry. */
export type Signal = ProducerFinished | Shutdown;

/** The message that says: no more will come from me. */
export function producerFinished(from = "outside"): ProducerFinished {
  return Object.freeze({ kind: "producerFinished", from });
}

/** The message that says: stop now. */
export function shutdown(reason?: unknown): Shutdown {
  return Object.freeze({ kind: "shutdown", reason });
}

export function isProducerFinished(message: unknown): message is ProducerFinished {
  return kindOf(message) === "producerFinished";
}

export function isShutdown(message: unknown): message is Shutdown {
  return kindOf(message) === "shutdown";
}

const kindOf = (message: unknown): unknown =>
  typeof message === "object" && message !== null ? (message as { kind?: unknown }).kind : undefined;
