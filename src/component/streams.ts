// Streams and iterables as components: what can be read becomes a source, what can be written a sink, what is both stands in the midst.
//
// Streams are told by their methods, so that those of Node and of the web work, and those of other packages. A stream ends what it leads to when it ends, is ended
// when all that leads to it have finished, and is destroyed when its component is cancelled.

import { select } from "../core/select.ts";
import type { Operation, Selectable } from "../core/types.ts";
import { group } from "../flow/group.ts";
import { fromIterable } from "../flow/iterable.ts";
import { race } from "../flow/race.ts";
import { until } from "../flow/until.ts";
import { Component } from "./component.ts";

type Listener = (...args: unknown[]) => void;

/** What can be written to, as Node does it. */
export interface NodeWritable {
  readonly destroyed?: boolean;
  write(chunk: unknown): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
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
    yield* transform(this, this.#target, this.#source);
  }
}

/** Ends when no more comes of it: what is written then is for nobody. */
function transform(
  self: Component,
  target: NodeWritable | WritableStream<unknown>,
  source: AsyncIterable<unknown> | ReadableStream<unknown>,
): Operation<void> {
  return group(
    function* (g): Operation<void> {
      const writing = g.go(() => writeAll(self, target));
      yield* giveAll(self, source);
      writing.cancel("the stream has ended");
    },
    { name: self.componentName },
  );
}

interface Gives {
  put(message: unknown): Operation<void>;
}

interface Takes {
  next(): Selectable<IteratorResult<unknown, void>>;
  dataReady(): number;
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

/** The next message, or the error by which the stream breaks meanwhile. */
function* nextUnless(self: Takes, broken: Promise<unknown>): Operation<IteratorResult<unknown, void>> {
  if (self.dataReady() > 0) return yield* self.next();
  const { key, value } = yield* select({ next: self.next(), broken: until(broken) });
  if (key === "broken") throw closedEarly();
  return value;
}

function* writeToWeb(self: Takes, target: WritableStream<unknown>): Operation<void> {
  const writer = target.getWriter();
  const broken = writer.closed;
  broken.catch(ignore);
  let done = false;
  try {
    for (let item = yield* nextUnless(self, broken); !item.done; item = yield* nextUnless(self, broken)) {
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
  const listening = new Listening(target);
  const { broken } = listening;
  let done = false;
  try {
    for (let item = yield* nextUnless(self, broken); !item.done; item = yield* nextUnless(self, broken)) {
      if (!target.write(item.value)) yield* race([until(listening.for("drain")), until(broken)]);
    }
    if (!isStandard(target)) {
      const finished = listening.for("finish");
      target.end();
      yield* race([until(finished), until(broken)]);
    }
    done = true;
  } finally {
    listening.stop();
    if (!done && !isStandard(target)) {
      target.on("error", ignore); // it is given up: what goes wrong by that is nobody's concern
      target.destroy();
    }
  }
}

/** Listens to a stream from before anything is done to it, so that no event is missed while a task waits for its turn. */
class Listening {
  /** Rejected when the stream fails, or is closed. */
  readonly broken: Promise<never>;
  readonly #target: NodeWritable;
  readonly #listeners: Map<Listener, string> = new Map();

  constructor(target: NodeWritable) {
    this.#target = target;
    this.broken = new Promise((_, reject) => {
      if (target.destroyed === true) reject(closedEarly());
      this.#on("error", (error: unknown) => reject(error ?? closedEarly()));
      this.#on("close", () => reject(closedEarly()));
    });
    this.broken.catch(ignore);
  }

  for(event: "drain" | "finish"): Promise<void> {
    return new Promise((resolve) => {
      const happened = (): void => {
        this.#target.off(event, happened);
        this.#listeners.delete(happened);
        resolve();
      };
      this.#on(event, happened);
    });
  }

  stop(): void {
    for (const [listener, event] of this.#listeners) this.#target.off(event, listener);
  }

  #on(event: string, listener: Listener): void {
    this.#target.on(event, listener);
    this.#listeners.set(listener, event);
  }
}

/** As Node calls it. */
function closedEarly(): Error {
  return Object.assign(new Error("the stream was closed before all was written"), {
    code: "ERR_STREAM_PREMATURE_CLOSE",
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
