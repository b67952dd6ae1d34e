// Streams and iterables as components: what can be read becomes a source, what can be written a sink, what is both stands in the midst.
//
// Streams are told by their methods, so that those of Node and of the web work, and those of other packages. A stream ends what it leads to when it ends, is ended
// when all that leads to it have finished, and is destroyed when its component is cancelled.

import type { Operation } from "../core/types.ts";
import { all } from "../flow/all.ts";
import { callback } from "../flow/callback.ts";
import { fromIterable } from "../flow/iterable.ts";
import { until } from "../flow/until.ts";
import { Component } from "./component.ts";

/** What can be written to, as Node does it. */
export interface NodeWritable {
  write(chunk: unknown): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: (...args: never) => void): unknown;
  off(event: string, listener: (...args: never) => void): unknown;
}

/** A pair of the web, as of a TransformStream. */
export interface WebPair<In, Out> {
  readonly readable: ReadableStream<Out>;
  readonly writable: WritableStream<In>;
}

/** Gives what it reads, one by one as there is room. */
export class Reads extends Component<{ inbox: never }, { outbox: unknown }> {
  readonly #source: AsyncIterable<unknown> | ReadableStream<unknown>;

  constructor(source: AsyncIterable<unknown> | ReadableStream<unknown>, name: string) {
    super({ name });
    this.#source = source;
  }

  override *main(): Operation<void> {
    yield* giveAll(this, this.#source);
  }
}

/** Writes what it is given. */
export class Writes extends Component<{ inbox: unknown }, { outbox: never }> {
  readonly #target: NodeWritable | WritableStream<unknown>;

  constructor(target: NodeWritable | WritableStream<unknown>, name: string) {
    super({ name });
    this.#target = target;
  }

  override *main(): Operation<void> {
    yield* writeAll(this, this.#target);
  }
}

/** Writes what it is given to a stream, and gives what that makes of it. */
export class Transforms extends Component {
  readonly #target: NodeWritable | WritableStream<unknown>;
  readonly #source: AsyncIterable<unknown> | ReadableStream<unknown>;

  constructor(
    target: NodeWritable | WritableStream<unknown>,
    source: AsyncIterable<unknown> | ReadableStream<unknown>,
    name: string,
  ) {
    super({ name });
    this.#target = target;
    this.#source = source;
  }

  override *main(): Operation<void> {
    yield* all([writeAll(this, this.#target), giveAll(this, this.#source)]);
  }
}

interface Gives {
  put(message: unknown): Operation<void>;
}

interface Takes {
  next(): Operation<IteratorResult<unknown, void>>;
}

function* giveAll(self: Gives, source: AsyncIterable<unknown> | ReadableStream<unknown>): Operation<void> {
  const receiver = fromIterable(source);
  try {
    for (let item = yield* receiver.next(); !item.done; item = yield* receiver.next()) yield* self.put(item.value);
  } finally {
    receiver.cancel();
  }
}

function* writeAll(self: Takes, target: NodeWritable | WritableStream<unknown>): Operation<void> {
  if (isWebWritable(target)) yield* writeToWeb(self, target);
  else yield* writeToNode(self, target);
}

function* writeToWeb(self: Takes, target: WritableStream<unknown>): Operation<void> {
  const writer = target.getWriter();
  let done = false;
  try {
    for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
      const { value } = item;
      yield* until(() => writer.write(value));
    }
    yield* until(() => writer.close());
    done = true;
  } finally {
    if (!done) writer.abort().catch(ignore);
    writer.releaseLock();
  }
}

function* writeToNode(self: Takes, target: NodeWritable): Operation<void> {
  let failure: { readonly error: unknown } | null = null;
  let done = false;
  const failed = (error: unknown): void => {
    failure = { error };
  };
  target.on("error", failed);
  try {
    for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
      if (failure !== null) throw (failure as { readonly error: unknown }).error;
      if (!target.write(item.value)) yield* event(target, "drain");
    }
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    if (isStandard(target)) return; // nobody may end standard output
    const finished = event(target, "finish");
    target.end();
    yield* finished;
    done = true;
  } finally {
    if (!done && !isStandard(target)) target.destroy();
    target.off("error", failed);
  }
}

/** Waits for an event of a stream; an error, or that it was closed before, is thrown. */
function event(target: NodeWritable, name: string): Operation<void> {
  return callback<void>((resolve, reject) => {
    const happened = (): void => resolve();
    const closed = (): void => reject(new Error(`the stream was closed before "${name}"`));
    target.on(name, happened);
    target.on("error", reject);
    target.on("close", closed);
    return () => {
      target.off(name, happened);
      target.off("error", reject);
      target.off("close", closed);
    };
  });
}

const ignore = (): void => {};

/** Standard output and standard error outlive every component. */
function isStandard(target: object): boolean {
  const fd = (target as { fd?: unknown }).fd;
  return fd === 1 || fd === 2;
}

export function isWebWritable(value: object): value is WritableStream<unknown> {
  return typeof (value as { getWriter?: unknown }).getWriter === "function";
}

export function isNodeWritable(value: object): value is NodeWritable {
  const { write, end, on, destroy } = value as { write?: unknown; end?: unknown; on?: unknown; destroy?: unknown };
  return [write, end, on, destroy].every((method) => typeof method === "function");
}

export function isReadable(value: object): value is AsyncIterable<unknown> | ReadableStream<unknown> {
  return Symbol.asyncIterator in value || typeof (value as { getReader?: unknown }).getReader === "function";
}
