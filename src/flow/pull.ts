// Where values are pulled from, one at a time: an async iterable, or a stream of the web.

/** A source that has been opened. */
export interface Pulled<T> {
  next(): PromiseLike<IteratorResult<T, unknown>>;
  /** No more is wanted. `atValue` says that the last `next` has been answered. If it fails that is told to the process, as nobody waits for it. */
  leave(reason: unknown, atValue: boolean): void;
}

/** Is this an async iterable, or a stream? */
export function canBePulled(source: unknown): boolean {
  if (typeof source !== "object" || source === null) return false;
  return isStream(source) || typeof (source as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function";
}

/** Is this a stream that somebody else reads? */
export function isTaken(source: object): boolean {
  return isStream(source) && (source as ReadableStream).locked;
}

export function pulledFrom<T>(source: AsyncIterable<T>): Pulled<T> {
  return isStream(source) ? fromStream(source as unknown as ReadableStream<T>) : fromAsync(source);
}

const isStream = (source: object): boolean => typeof (source as { getReader?: unknown }).getReader === "function";

function fromAsync<T>(source: AsyncIterable<T>): Pulled<T> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    leave(reason, atValue) {
      // A generator hears of return() only where it has given a value, which that of a stream of Node may never do: but the stream itself can be told.
      const { destroy } = source as { destroy?: unknown };
      if (!atValue && typeof destroy === "function") destroy.call(source);
      void iterator.return?.(reason);
    },
  };
}

function fromStream<T>(stream: ReadableStream<T>): Pulled<T> {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<T, unknown>>,
    leave(reason) {
      void reader.cancel(reason);
    },
  };
}
