// A channel: a queue between tasks, with room for `capacity` values; with none, a send and a receive meet.
//
// Invariants
//   senders and receivers are never both non-empty, except with the two ends of one select
//   while receivers wait, the buffer is empty; while senders wait, it is full
//   after close() or cancel(): senders is empty, and receivers too
//
// Both ends are served first come, first served. A value goes to the first receiver in line, else to the buffer, else its sender waits; a receiver that
// takes a value out of a full buffer moves the first waiting sender's value in, in the same step.

import { ClosedError, describeValue, EndOfChannel } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import type { List } from "../base/list.ts";
import { Ring } from "../base/ring.ts";
import { misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { label } from "../core/task.ts";
import { PLACES, READ, RECEIVERS, SELF, SENDERS, tellMade, touch, WHOLE, WRITE } from "../core/tracker.ts";
import type { Tracker } from "../core/tracking.ts";
import type { Receiver, Selectable, Sender } from "../core/types.ts";
import { complete, fail, type Runner, type Waiter } from "../core/waiter.ts";
import { END, iterate, Next, NO_WAITERS, receiveFrom, Send } from "./leaves.ts";
import { type BufferPolicy, bufferingOf, DROP_NEWEST, DROP_OLDEST, WAIT } from "./policy.ts";

export interface ChannelStats {
  /** Values given: those taken by a receiver, in the buffer, or dropped. */
  readonly sent: number;
  /** Values taken by a receiver. */
  readonly received: number;
  /** Values thrown away: by a dropping or sliding buffer, or by `cancel`. */
  readonly dropped: number;
  readonly waitingSenders: number;
  readonly waitingReceivers: number;
}

/** Both ends of a channel. Give a task the end it needs: `Sender<T>` or `Receiver<T>`. */
export interface Channel<T> extends Sender<T>, Receiver<T> {
  readonly name: string;
  /** Values in the buffer. */
  readonly length: number;
  /** Values the buffer can hold; 0 for a rendezvous, Infinity without a limit. */
  readonly capacity: number;
  /** Closed or cancelled; values may still be in the buffer. */
  readonly closed: boolean;
  stats(): ChannelStats;
}

/** That a tracker is told of. */
const MOST_PLACES = 8;

const OPEN = 0;
const CLOSED = 1;
const GIVEN_UP = 2; // by its receiver, while it was open
const LEFT = 3; // by its receiver, after it had been closed

export class BufferedChannel<T> implements Channel<T> {
  declare readonly name: string;
  declare readonly capacity: number;
  declare senders: List<Waiter>;
  declare receivers: List<Waiter>;
  declare private readonly whenFull: number;
  declare private readonly buffer: Ring<unknown>;
  declare private state: number;
  /** Values given. What is neither dropped nor in the buffer has been received. */
  declare private sent: number;
  declare private dropped: number;
  /** Who closed it, in words. */
  declare private closer: string;
  declare private reason: unknown;

  constructor(buffer: number | BufferPolicy | undefined, name: string) {
    const { capacity, whenFull } = bufferingOf(buffer, "channel");
    this.name = name;
    this.capacity = capacity;
    this.senders = NO_WAITERS;
    this.receivers = NO_WAITERS;
    this.whenFull = whenFull;
    this.buffer = capacity === 0 ? NO_BUFFER : new Ring();
    this.state = OPEN;
    this.sent = 0;
    this.dropped = 0;
    this.closer = "";
    this.reason = undefined;
    tellMade(this);
  }

  get length(): number {
    touch(this, WHOLE, READ);
    return this.buffer.size;
  }

  get closed(): boolean {
    touch(this, WHOLE, READ);
    return this.state !== OPEN;
  }

  get outside(): boolean {
    return false;
  }

  send(value: T): Selectable<void> {
    return new Send(this, value);
  }

  receive(): Selectable<T> {
    return receiveFrom<T>(this);
  }

  next(): Selectable<IteratorResult<T, void>> {
    return new Next<T>(this);
  }

  trySend(value: T): boolean {
    if (machine.tracker !== null && !this.takesSend()) return false; // it has not used that end, but has seen that there is no room
    return this.offer(value) !== NOT_READY;
  }

  tryReceive(): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly closed: boolean } {
    const raw = machine.tracker !== null && !this.takesReceive() ? NOT_READY : this.take();
    if (raw === NOT_READY) return { ok: false, closed: false };
    if (raw !== END) return { ok: true, value: raw as T };
    if (this.failed) throw this.reason;
    return { ok: false, closed: true };
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterate<T>(() => new Next<T>(this));
  }

  close(error?: unknown): void {
    touch(this, WHOLE, READ);
    if (this.state >= GIVEN_UP) return;
    if (this.state === CLOSED) {
      throw misuse(
        `Channel.close: "${this.name}" was closed before${this.closer}. Close a channel once, from the sending side.`,
      );
    }
    this.end(CLOSED, error);
  }

  cancel(reason?: unknown): void {
    touch(this, WHOLE, WRITE);
    if (this.state >= GIVEN_UP) return;
    this.dropped += this.buffer.size;
    if (this.buffer.size > 0) this.buffer.clear();
    this.reason = undefined;
    if (this.state === OPEN) this.end(GIVEN_UP, reason);
    else this.state = LEFT; // its sender is done with it, and stays the one who closed it
  }

  stats(): ChannelStats {
    touch(this, WHOLE, READ);
    return Object.freeze({
      sent: this.sent,
      received: this.sent - this.dropped - this.buffer.size,
      dropped: this.dropped,
      waitingSenders: this.senders.size,
      waitingReceivers: this.receivers.size,
    });
  }

  /** Would `offer` do anything but answer NOT_READY? */
  takesSend(): boolean {
    touch(this, WHOLE, WRITE);
    return (
      this.state !== OPEN || this.receivers.head !== null || this.whenFull !== WAIT || this.buffer.size < this.capacity
    );
  }

  /** Would `take` do anything but answer NOT_READY? */
  takesReceive(): boolean {
    touch(this, WHOLE, WRITE);
    return this.buffer.size > 0 || this.senders.head !== null || this.state !== OPEN;
  }

  /** Commits a send if it need not wait. */
  offer(value: T): unknown {
    if (machine.tracker !== null) this.tellSend(value);
    if (this.state !== OPEN) throw this.closedError(machine.runner);
    // 1 a receiver in line
    const receiver = this.receivers.shift();
    if (receiver !== null) {
      this.sent++;
      complete(receiver, value);
      return undefined;
    }
    // 2 room in the buffer
    const { buffer } = this;
    if (buffer.size < this.capacity) {
      this.sent++;
      buffer.push(value);
      return undefined;
    }
    // 3 full
    if (this.whenFull === WAIT) return NOT_READY;
    this.sent++;
    this.dropped++;
    if (this.whenFull === DROP_NEWEST) return undefined;
    buffer.shift();
    buffer.push(value);
    return undefined;
  }

  /** Commits a receive if it need not wait; END when the channel is closed and drained. */
  take(): unknown {
    if (machine.tracker !== null) this.tellReceive();
    const { buffer, senders } = this;
    // 1 the first value in the buffer; a waiting sender fills the gap
    if (buffer.size > 0) {
      const value = buffer.shift();
      const sender = senders.shift();
      if (sender !== null) {
        buffer.push(sender.payload);
        this.sent++;
        complete(sender, undefined);
      }
      return value;
    }
    // 2 a sender in line
    const sender = senders.shift();
    if (sender !== null) {
      const value = sender.payload;
      this.sent++;
      complete(sender, undefined);
      return value;
    }
    // 3 nothing there, and perhaps nothing to come
    return this.state === OPEN ? NOT_READY : END;
  }

  /** What a receiver finds at the end: the error the channel was closed with, or EndOfChannel. */
  endError(): unknown {
    return this.reason !== undefined && this.state === CLOSED
      ? this.reason
      : EndOfChannel.of(`Channel.receive: "${this.name}" is closed and drained. Use next() where the end is expected.`);
  }

  /** The error the channel was closed with, if there was one. */
  get failed(): boolean {
    return this.reason !== undefined && this.state === CLOSED;
  }

  private end(state: number, reason: unknown): void {
    touch(this, WHOLE, WRITE);
    touch(this, SELF, WRITE);
    const { runner } = machine;
    this.state = state;
    this.reason = reason;
    this.closer = byWhom(runner, this.sent);
    for (let waiter = this.receivers.shift(); waiter !== null; waiter = this.receivers.shift()) complete(waiter, END);
    for (let waiter = this.senders.shift(); waiter !== null; waiter = this.senders.shift())
      fail(waiter, this.closedError(waiter.runner));
  }

  /** A send is about to commit, or finds no room. */
  private tellSend(value: T): void {
    this.touchSend();
    if (this.state !== OPEN) return;
    const receiver = this.receivers.head;
    if (receiver !== null || this.buffer.size < this.capacity || this.whenFull === DROP_OLDEST)
      this.tellGave(value, machine.runner);
    if (receiver !== null) machine.tracker?.took(value, receiver.runner);
  }

  /** A receive is about to commit, or finds nothing. A sender in line commits with it. */
  private tellReceive(): void {
    this.touchReceive();
    const { buffer } = this;
    const sender = this.senders.head;
    if (sender !== null) this.tellGave(sender.payload as T, sender.runner);
    if (buffer.size > 0) machine.tracker?.took(buffer.peek(0), machine.runner);
    else if (sender !== null) machine.tracker?.took(sender.payload, machine.runner);
  }

  protected tellGave(value: T, by: Runner | null): void {
    machine.tracker?.gave(this, value, by);
  }

  /** Two sends depend on each other, and so do a send and the receive of its value, or the one that makes room for it. Other sends and receives do not. */
  private touchSend(): void {
    if (this.touchEnd(this.state !== OPEN)) return;
    const tracker = machine.tracker as Tracker;
    tracker.passes(this, SENDERS, tracker.wantsPlaces ? this.placeOf(this.sent + this.senders.size) : PLACES);
  }

  private touchReceive(): void {
    if (this.touchEnd(this.state !== OPEN && this.buffer.size === 0)) return;
    const tracker = machine.tracker as Tracker;
    const received = this.sent - this.dropped - this.buffer.size;
    tracker.passes(this, RECEIVERS, tracker.wantsPlaces ? this.placeOf(received + this.receivers.size) : PLACES);
  }

  private touchEnd(over: boolean): boolean {
    if (!over && this.whenFull === WAIT) return false;
    touch(this, WHOLE, over ? READ : WRITE);
    touch(this, SELF, over ? READ : WRITE);
    return true;
  }

  /** The part that stands for the place in which the n-th value lies. Where there is no end of places, values that are far apart share one. */
  private placeOf(n: number): number {
    return PLACES + (n % (this.capacity > 0 ? Math.min(this.capacity, MOST_PLACES) : MOST_PLACES));
  }

  private closedError(runner: Runner | null): ClosedError {
    const task = runner === null ? undefined : { id: runner.id, name: runner.name };
    if (this.state === GIVEN_UP) {
      const message = `Channel.send: "${this.name}" was given up${this.closer}. Let the error end the sender, or stop sending.`;
      return new ClosedError(message, "receiver", { task, cause: this.reason });
    }
    const message = `Channel.send: "${this.name}" was closed${this.closer}. Close a channel only after the last send, from the sending side.`;
    return new ClosedError(message, "sender", { task });
  }

  /** @internal */
  [INSPECT](): string {
    const { name, length, capacity, closed } = this;
    return `[channel "${name}", ${closed ? "closed" : "open"}, ${length} of ${capacity} in its buffer]`;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    const { senders, receivers, buffer } = this;
    const where = `Channel "${this.name}"`;
    senders.check();
    receivers.check();
    if (buffer.size > this.capacity)
      throw new Error(`${where}: ${buffer.size} values in a buffer for ${this.capacity}`);
    if (senders.size > 0 && receivers.size > 0 && !sameSelect(senders, receivers))
      throw new Error(`${where}: senders and receivers both wait`);
    if (receivers.size > 0 && buffer.size > 0) throw new Error(`${where}: receivers wait although there are values`);
    if (senders.size > 0 && buffer.size < this.capacity)
      throw new Error(`${where}: senders wait although there is room`);
    if (this.closed && senders.size + receivers.size > 0) throw new Error(`${where}: closed, but somebody waits`);
  }
}

/** Who has closed it, and when, in words. */
export function byWhom(runner: Runner | null, sent: number): string {
  return `${runner === null ? "" : ` by ${label(runner)}`} after ${sent} ${sent === 1 ? "value" : "values"}`;
}

function sameSelect(senders: List<Waiter>, receivers: List<Waiter>): boolean {
  const runners = new Set<unknown>();
  for (let waiter = senders.head; waiter !== null; waiter = waiter.after) runners.add(waiter.runner);
  for (let waiter = receivers.head; waiter !== null; waiter = waiter.after) runners.add(waiter.runner);
  return runners.size === 1;
}

/** The buffer of every rendezvous channel: always empty, since its capacity is 0. */
const NO_BUFFER: Ring<unknown> = new Ring();

/**
 * Makes a channel. `buffer` is the number of values it holds before a send waits (0, the default: a send and a receive meet), or a policy:
 * `unbounded()`, `dropping(n)`, `sliding(n)`. `Infinity` is `unbounded()`.
 *
 * **Fairness.** Senders and receivers are each served first come, first served; values arrive in the order sent. **Cost.** O(1) for every operation.
 *
 * **Cancellation.** A cancelled `send` has given nothing, a cancelled `receive` has taken nothing, and the next in line is served.
 *
 * **Closing.** `close()` wakes everybody, in order; values in the buffer are still delivered. Then `receive` throws `EndOfChannel`, `next` and `for await`
 * end, and `send` throws `ClosedError`. `close(error)` gives receivers that error instead of the end. `cancel(reason)` is the receiver's side: the buffer is
 * dropped, and senders get `ClosedError` with `by: "receiver"`, which ends a task quietly.
 *
 * @throws {@link MisuseError} for a capacity that is no whole number from 0 to 2^30, and from `close()` when it was closed before
 * @example
 * const jobs = channel<Job>(16, { name: "jobs" });
 * yield* jobs.send(job);
 */
export function channel<T>(buffer?: number | BufferPolicy, options?: { name?: string | undefined }): Channel<T> {
  const name = options?.name ?? "channel";
  if (typeof name !== "string") throw misuse(`channel: the name must be a string, got ${describeValue(name)}.`);
  return new BufferedChannel<T>(buffer, name);
}
