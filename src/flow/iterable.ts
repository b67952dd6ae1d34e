// fromIterable: an async iterable or a stream as a receiver. And the way back: a receiver as a stream of the web.
//
// Values are pulled on demand: the next one is asked for when somebody wants it, one at a time, so a slow receiver holds the source back. A value that came
// after its receiver had given up is kept for the next.
//
// Invariants
//   at most one value has been asked for and not arrived; at most one has arrived and not been received, never both
//   somebody waits only while one has been asked for

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import type { Receiver } from "../core/types.ts";
import type { Waiter } from "../core/waiter.ts";
import { Feed } from "./feed.ts";
import { outsideTasks, soon } from "./outside.ts";
import { canBePulled, isTaken, type Pulled, pulledFrom } from "./pull.ts";

class Source<T> extends Feed<T> {
  declare private readonly source: AsyncIterable<T>;
  declare private pulled: Pulled<T> | null;
  declare private asked: boolean;
  declare private arrived: unknown;

  constructor(source: AsyncIterable<T>) {
    super("fromIterable");
    this.source = source;
    this.pulled = null;
    this.asked = false;
    this.arrived = NOT_READY;
  }

  get kind(): string {
    return "channel";
  }

  get outside(): boolean {
    return true;
  }

  cancel(reason?: unknown): void {
    if (this.ended) return;
    const { pulled, asked } = this;
    this.arrived = NOT_READY;
    this.end(undefined);
    if (pulled === null && isTaken(this.source)) return; // somebody else reads it
    const left = outsideTasks(() => (pulled ?? pulledFrom(this.source)).leave(reason, pulled !== null && !asked));
    if (left.failed) Promise.reject(left.error);
  }

  /** Whoever looks wants a value. */
  holds(): boolean {
    if (this.arrived !== NOT_READY) return true;
    this.ask();
    return false;
  }

  pull(): T {
    const value = this.arrived as T;
    this.arrived = NOT_READY;
    return value;
  }

  attend(): void {}

  override enter(waiter: Waiter): void {
    waiter.runner.program.scheduler.promised = true;
    super.enter(waiter);
  }

  private ask(): void {
    if (this.asked || this.ended) return;
    this.asked = true;
    soon(() => this.fetch());
  }

  private fetch(): void {
    if (this.ended) return;
    const called = outsideTasks(() => {
      this.pulled ??= pulledFrom(this.source);
      return Promise.resolve(this.pulled.next());
    });
    (called.failed ? Promise.reject(called.error) : called.value)
      .then((result) => this.came(result))
      .catch((error) => this.stop(error ?? new Error("fromIterable: the source failed without an error")));
  }

  private came(result: IteratorResult<T, unknown>): void {
    this.asked = false;
    if (this.ended) return;
    if (typeof result !== "object" || result === null)
      this.stop(
        misuse(`fromIterable: next() of the source gave ${describeValue(result)}, which is no iterator result.`),
      );
    else if (result.done) this.stop(undefined);
    else if (!this.serve(result.value)) this.arrived = result.value;
    else if (this.waiters.head !== null) this.ask();
  }

  private stop(error: unknown): void {
    this.asked = false;
    if (!this.ended) this.end(error);
  }

  override check(): void {
    super.check();
    if (this.asked && this.arrived !== NOT_READY) throw new Error("fromIterable: asked ahead");
    if (this.waiters.head !== null && !this.asked) throw new Error("fromIterable: somebody waits for nothing");
  }
}

/**
 * Hands out what an async iterable, an async generator or a stream yields, one value at a time and on demand: at most one is asked for before somebody wants
 * it, so back-pressure reaches the source. Its end is the end of the receiver, its error is thrown to receivers.
 *
 * `cancel()` tells the source that no more is wanted: a generator returns (after the value it is at), a stream is cancelled or destroyed. Nobody else does, so
 * cancel in a `finally` what may not have been read to its end.
 *
 * @throws {@link MisuseError} at the call if the source is neither
 * @example
 * const chunks = fromIterable(response.body);
 * for (let chunk = yield* chunks.next(); !chunk.done; chunk = yield* chunks.next()) write(chunk.value);
 */
export function fromIterable<T>(source: AsyncIterable<T> | ReadableStream<T>): Receiver<T> {
  if (!canBePulled(source))
    throw misuse(`fromIterable: expected an async iterable or a stream, got ${describeValue(source)}.`);
  return new Source(source as AsyncIterable<T>);
}

/**
 * A receiver as a stream of the web, with back-pressure: a value is received only when the stream wants one. Cancelling the stream cancels the receiver; the
 * end and the error of the receiver are those of the stream. `Readable.fromWeb(toWebStream(receiver), { objectMode: true })` is a stream of Node with the same
 * properties; without `objectMode` it takes only strings and bytes.
 *
 * @throws {@link MisuseError} at the call if it is given no receiver
 * @example
 * return new Response(toWebStream(lines));
 */
export function toWebStream<T>(receiver: Receiver<T>): ReadableStream<T> {
  if (typeof receiver?.next !== "function" || typeof receiver.cancel !== "function")
    throw misuse(`toWebStream: expected a receiver, got ${describeValue(receiver)}.`);
  return new ReadableStream<T>(
    {
      async pull(controller) {
        // The stream's own: in the task that happens to read it would be cancelled with that.
        const asked = outsideTasks(() => receiver.next());
        if (asked.failed) throw asked.error;
        const next = await asked.value;
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel(reason) {
        receiver.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
