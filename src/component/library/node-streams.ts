// Streams of Node as parts of the library use them: one chunk at a time, one write at a time, and left alone afterwards.
//
// Unlike an async iterator they do not destroy the stream: standard input and output belong to the process.

import type { Readable, Writable } from "node:stream";
import type { Selectable } from "../../core/types.ts";
import { callback } from "../../flow/callback.ts";

/**
 * Takes the chunks of a stream, one when it is asked for; the stream reads ahead only up to its own limit.
 *
 * It listens to "readable" from the start to the end: a stream without a listener would be drained, and what it holds thrown away, when the process whose
 * output it is exits.
 */
export class ChunkSource {
  readonly #stream: Readable;
  readonly #onReadable: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #onEnd: () => void;
  #failure: { readonly error: unknown } | null;
  #ended: boolean;
  /** Looks again for who waits; null if nobody does. */
  #look: (() => void) | null;

  constructor(stream: Readable) {
    this.#stream = stream;
    const { errored } = stream;
    this.#failure = errored instanceof Error ? { error: errored } : null;
    this.#ended = stream.readableEnded || stream.destroyed;
    this.#look = null;
    this.#onReadable = () => this.#look?.();
    this.#onError = (error) => {
      this.#failure ??= { error };
      this.#look?.();
    };
    this.#onEnd = () => {
      this.#ended = true;
      this.#look?.();
    };
    stream.on("error", this.#onError).on("end", this.#onEnd).on("close", this.#onEnd).on("readable", this.#onReadable);
  }

  /** The next chunk; null at the end. Throws what the stream fails with. For one task at a time. */
  next(): Selectable<Uint8Array | string | null> {
    return callback<Uint8Array | string | null>((resolve, reject) => {
      const leave = (): void => {
        this.#look = null;
      };
      this.#look = () => {
        const chunk: Uint8Array | string | null = this.#stream.read();
        if (chunk === null && this.#failure === null && !this.#ended) return;
        leave();
        if (chunk === null && this.#failure !== null) reject(this.#failure.error);
        else resolve(chunk);
      };
      this.#look();
      return leave;
    });
  }

  /** Nobody takes any more. Standard input stops reading, so that it does not hold up the end of the process. */
  leave(): void {
    const stream = this.#stream;
    stream.off("error", this.#onError).off("end", this.#onEnd).off("close", this.#onEnd);
    stream.off("readable", this.#onReadable);
    if ((stream as { fd?: unknown }).fd !== 0) return;
    process.nextTick(() => {
      if (stream.listenerCount("readable") === 0) stream.pause(); // in the next tick: only then it knows that nobody listens
    });
  }
}

/** Writes to a stream, and waits until it has taken what was written. Throws what it fails with. */
export function write(stream: Writable, chunk: Uint8Array | string): Selectable<void> {
  return callback<void>((resolve, reject) => {
    const onClose = (): void => reject(new Error("the stream was closed"));
    stream.on("close", onClose);
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    return () => {
      stream.off("close", onClose);
    };
  });
}

/**
 * Errors that are told to whoever writes are not also thrown at the process. What it answers undoes that; after a failure only once the stream has emitted the
 * error, which it does later.
 */
export function heedErrors(stream: Writable | Readable): (failed: boolean) => void {
  const heed = (): void => {
    stream.off("error", heed);
  };
  stream.on("error", heed);
  return (failed) => {
    if (!failed) heed();
  };
}
