// A channel in shared memory: a ring (ring.ts), the end of it (channel-end.ts), and the lines of those who wait (line.ts).
//
// Who frees a place wakes one of the threads that sleep because it was full. A value may need pages and find none although there is a place: its sender waits among the
// starved, who are all woken when pages have become free, and leaves the place to others.

import { ClosedError, describeValue, EndOfChannel } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import type { Channel, ChannelStats } from "../channel/channel.ts";
import { iterate, remember, remembered } from "../channel/leaves.ts";
import { misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import type { Selectable } from "../core/types.ts";
import type { Runner } from "../core/waiter.ts";
import { Cargo, ENDED, forgetIn, putNumber, takeFrom, UNKNOWN } from "./cargo.ts";
import { End, GIVEN_UP, reasonOf, SHUT } from "./channel-end.ts";
import { Next, Receive, Send } from "./channel-leaves.ts";
import { slotOf } from "./commons.ts";
import { defineKind, keepIn, NEW, SharedObject } from "./directory.ts";
import { Line } from "./line.ts";
import { here } from "./neighbours.ts";
import { Ring } from "./ring.ts";
import { CLOSED, EMPTY, INLINE, PAGES_TOO, RECEIVERS, ringSize, STARVED } from "./ring-layout.ts";
import { Room } from "./room.ts";
import { Sleepers } from "./sleepers.ts";
import { steps } from "./steps.ts";

/** What `stats()` of a shared channel answers. The numbers of those who wait are of this thread. */
export interface SharedChannelStats extends ChannelStats {
  /** Values taken by a thread that died before it had handed them on. They are not among the received. */
  readonly lostWithThread: number;
}

const KIND = "channel";
/** Bytes of large values that may be under way, unless more are asked for. */
const STANDARD_BYTES = 1 << 20;
const MOST_CAPACITY = 1 << 22;
const MOST_BYTES = 2 ** 30;

let spare: Cargo | null = new Cargo();

/** Makes a value ready to be put. Calls code of users, such as getters, which may send something meanwhile: with another cargo. */
function laden(value: unknown): Cargo {
  const cargo = spare ?? new Cargo();
  spare = null;
  try {
    cargo.load(value, "Channel.send");
    return cargo;
  } finally {
    spare = cargo;
  }
}

export class SharedChannel<T> extends SharedObject implements Channel<T> {
  declare readonly receivers: Line;
  declare readonly senders: Line;
  declare readonly ring: Ring;
  declare private readonly ended: End;
  /** The threads whose senders wait for pages. */
  declare private readonly starved: Sleepers;
  /** The last ticket that could not be read here, since it holds an object that is not known yet. */
  declare private unread: number;
  /** Who has died, and is to be mended again. */
  declare private readonly unmended: Set<number>;

  constructor(memory: SharedArrayBuffer, name: string, id: number, fresh: { capacity: number; bytes: number } | null) {
    super(KIND, memory, name, id);
    const { commons, who } = here();
    this.receivers = new Line(this.words, RECEIVERS);
    this.ring = new Ring(memory, commons, who, fresh);
    this.senders = new Room(this.words, this.ring);
    this.ended = new End(this.ring);
    this.starved = new Sleepers(this.words, STARVED);
    this.unread = -1;
    this.unmended = new Set();
    if (fresh === null) this.ring.inherit((dead) => this.mend(dead));
    this.ring.begin();
  }

  get length(): number {
    return this.ring.length;
  }

  get capacity(): number {
    return this.ring.capacity;
  }

  get closed(): boolean {
    return this.ring.isClosed;
  }

  send(value: T): Selectable<void> {
    return new Send(this, value);
  }

  receive(): Selectable<T> {
    return (remembered(this) as Receive<T> | null) ?? remember(new Receive<T>(this));
  }

  next(): Selectable<IteratorResult<T, void>> {
    return new Next<T>(this);
  }

  trySend(value: T): boolean {
    if (this.senders.isTurn()) return this.offer(value, null, machine.runner) !== NOT_READY;
    if (this.ring.isClosed) throw this.closedError(machine.runner);
    return false;
  }

  tryReceive(): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly closed: boolean } {
    const raw = this.receivers.isTurn() ? this.take() : NOT_READY;
    if (raw === NOT_READY) return { ok: false, closed: false };
    if (raw !== ENDED) return { ok: true, value: raw as T };
    if (this.failed) throw this.endError();
    return { ok: false, closed: true };
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterate<T>(() => new Next<T>(this));
  }

  close(error?: unknown): void {
    const reason = error === undefined ? null : reasonOf(error, refusal);
    if (this.ended.put(SHUT, reason)) {
      this.wakeAll();
      return;
    }
    if (this.ended.how >= GIVEN_UP) return;
    throw misuse(
      `Channel.close: "${this.name}" was closed before by ${this.ender}. Close a channel once, from the sending side.`,
    );
  }

  cancel(reason?: unknown): void {
    if (!this.ended.put(GIVEN_UP, reason === undefined ? null : reasonOf(reason, refusal))) this.ended.leave();
    this.empty();
    this.wakeAll();
  }

  stats(): SharedChannelStats {
    // In this order, while others go on: what is lost or dropped is among what has been taken, and that among what has been put.
    const { dropped, lost } = this.ring;
    const { taken } = this.ring;
    const { put } = this.ring;
    return Object.freeze({
      sent: put,
      received: taken - dropped - lost,
      dropped,
      waitingSenders: this.senders.size,
      waitingReceivers: this.receivers.size,
      lostWithThread: lost,
    });
  }

  /** Commits a send if it need not wait. `by` is the operation that may have to wait. */
  offer(value: T, by: Send<T> | null, runner: Runner | null): unknown {
    const { ring } = this;
    if (typeof value === "number") {
      const ticket = putNumber(ring, value);
      if (ticket >= 0) return this.given();
      if (ticket === CLOSED) throw this.closedError(runner);
      return this.mustWait(by, false);
    }
    // making the value ready is dear: not while there is no room
    if (!ring.isClosed) {
      if (!ring.hasRoom) return this.mustWait(by, false);
      if (by !== null && by.starvedAt === ring.pages.generation) return this.mustWait(by, true);
    }
    return this.offerCargo(laden(value), by, runner);
  }

  /** The same for a value that has been made ready. @internal */
  offerCargo(cargo: Cargo, by: Send<T> | null, runner: Runner | null): unknown {
    const { length } = cargo;
    const { ring } = this;
    const { generation } = ring.pages;
    if (length > ring.pages.size && length > INLINE)
      throw misuse(
        `Channel.send: "${this.name}" has room for ${ring.pages.size} bytes, and the value takes ${length}. Make the channel with { bytes: ${length} } or more, or send less at a time.`,
      );
    if (cargo.refers) keepIn(this.words);
    const ticket = cargo.put(ring);
    if (ticket >= 0) {
      if (by !== null) by.starvedAt = -1;
      return this.given();
    }
    if (ticket === CLOSED) throw this.closedError(runner);
    // pages that were taken and given back may have been missed by another thread
    const { isStarved } = cargo;
    if (by !== null && isStarved) by.starvedAt = generation;
    if (length > INLINE && ring.pages.generation !== generation) this.starved.wakeAll();
    return this.mustWait(by, isStarved);
  }

  /** A value has been put. */
  private given(): undefined {
    this.receivers.wakeOne();
    if (steps.at !== null) steps.at("wake");
    if (this.ended.how >= GIVEN_UP) this.empty(); // nobody else may come by
    return undefined;
  }

  /** Commits a receive if it need not wait; ENDED when the channel is closed and drained. */
  take(): unknown {
    const { ring } = this;
    if (this.ended.how >= GIVEN_UP) {
      this.empty();
      return ENDED;
    }
    try {
      const raw = takeFrom(ring);
      if (raw !== UNKNOWN) return raw;
      this.passOn();
      return NOT_READY;
    } finally {
      if (ring.freed !== 0) this.tellFreed();
    }
  }

  takesSend(): boolean {
    return this.senders.isTurn() && (this.ring.hasRoom || this.ring.isClosed);
  }

  takesReceive(): boolean {
    const { ring } = this;
    const isReady = this.receivers.isTurn() && (ring.peek() !== EMPTY || this.ended.how >= GIVEN_UP);
    if (ring.freed !== 0) this.tellFreed();
    return isReady;
  }

  get failed(): boolean {
    return this.ended.how === SHUT && this.ended.hasReason;
  }

  endError(): unknown {
    return this.failed
      ? this.ended.reason
      : EndOfChannel.of(`Channel.receive: "${this.name}" is closed and drained. Use next() where the end is expected.`);
  }

  override discard(): void {
    this.empty();
  }

  protected mendFor(dead: number): void {
    const isDone = this.ring.mend(dead, (ticket) => forgetIn(this.ring, ticket));
    if (!isDone && !this.unmended.has(dead)) {
      this.unmended.add(dead);
      setImmediate(() => {
        this.unmended.delete(dead);
        this.mend(dead);
      });
    }
    this.ended.mend();
    this.ring.peek(); // passes over tombstones
    const slot = slotOf(dead);
    this.receivers.clear(slot);
    this.senders.clear(slot);
    this.starved.bury(slot);
    this.wakeAll();
  }

  /** A send has to wait: for a place, or for pages. */
  private mustWait(by: Send<T> | null, isStarved: boolean): unknown {
    if (by !== null) this.senders.moveTo(isStarved ? this.starved : this.senders.sleepers);
    return NOT_READY;
  }

  /** The next value is not for this thread yet: another one may know what it holds. The others are told once. */
  private passOn(): void {
    const next = this.ring.peek();
    if (next < 0 || next === this.unread) return;
    this.unread = next;
    this.receivers.wakeAll();
  }

  /** Places have become free, and perhaps pages. */
  private tellFreed(): void {
    const { ring } = this;
    const { freed } = ring;
    ring.freed = 0;
    this.senders.wakeOne();
    if ((freed & PAGES_TOO) !== 0) this.starved.wakeAll();
  }

  /** Throws away what is in it. */
  private empty(): void {
    const { ring } = this;
    for (let ticket = ring.peek(); ticket >= 0; ticket = ring.peek())
      this.mending(() => {
        if (!ring.claimTake(ticket)) return;
        forgetIn(ring, ticket);
        ring.discard(ticket);
      });
  }

  private wakeAll(): void {
    this.receivers.wakeAll();
    this.senders.wakeAll();
    this.starved.wakeAll();
    here().scheduler.visitSoon();
  }

  private get ender(): string {
    const { who } = here();
    const { by } = this.ended;
    return by === who ? "this thread" : `thread ${slotOf(by)}`;
  }

  private closedError(runner: Runner | null): ClosedError {
    const task = runner === null ? undefined : { id: runner.id, name: runner.name };
    if (this.ended.how === GIVEN_UP) {
      const message = `Channel.send: "${this.name}" was given up by ${this.ender}. Let the error end the sender, or stop sending.`;
      return new ClosedError(message, "receiver", { task, cause: this.ended.reason });
    }
    const { put } = this.ring;
    const message = `Channel.send: "${this.name}" was closed by ${this.ender} after ${put} ${put === 1 ? "value" : "values"}. Close a channel only after the last send, from the sending side.`;
    return new ClosedError(message, "sender", { task });
  }

  /** @internal */
  [INSPECT](): string {
    const { name, length, capacity, closed } = this;
    return `[shared channel "${name}", ${closed ? "closed" : "open"}, ${length} of ${capacity} in its buffer]`;
  }

  /** Throws when an invariant does not hold. For a channel that no thread uses at the moment. @internal */
  check(): void {
    this.ring.check();
  }
}

defineKind(KIND, (memory, name, id) => new SharedChannel(memory, name, id, null));

const refusal = (): Error =>
  misuse("Channel.close: the error holds a shared object, which cannot travel with it. Send it as a value before.");

/**
 * Makes a channel that threads share: it may be given to any thread, as an argument of a call, or in a message of another channel, and is used there as a local channel
 * is: in tasks, in `select`, with `await`.
 *
 * What is sent is copied when the send commits, or handed over with `move`. Numbers and short strings cost least. Between threads there is no order among those
 * who wait; in one thread, and from one sender to one receiver, it is first come, first served.
 *
 * `capacity` is how many values it holds, at least 1. `bytes` is the room for those that do not fit into a slot of 96 bytes, all together. Default: 1 MiB.
 *
 * No value is received twice. A value is received, or was taken by a thread that then died, and is counted in `stats().lostWithThread`.
 *
 * @throws {@link MisuseError} for a capacity or a size that cannot be
 * @example
 * const results = sharedChannel<number>(64);
 * for (const range of ranges) pool.go(jobs.primes, range, results);
 * for (;;) console.log(yield* results.receive());
 */
export function sharedChannel<T>(
  capacity: number,
  options: { name?: string | undefined; bytes?: number | undefined } = {},
): Channel<T> {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > MOST_CAPACITY)
    throw misuse(
      `sharedChannel: the capacity must be a whole number from 1 to ${MOST_CAPACITY}, got ${describeValue(capacity)}. A rendezvous is only possible within one thread: use channel().`,
    );
  if (typeof options !== "object" || options === null)
    throw misuse(`sharedChannel: options must be an object, got ${describeValue(options)}.`);
  const { name = "shared channel", bytes = STANDARD_BYTES } = options;
  if (typeof name !== "string") throw misuse(`sharedChannel: the name must be a string, got ${describeValue(name)}.`);
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > MOST_BYTES)
    throw misuse(`sharedChannel: bytes must be a whole number from 0 to ${MOST_BYTES}, got ${describeValue(bytes)}.`);
  const memory = new SharedArrayBuffer(ringSize(capacity, bytes));
  return new SharedChannel<T>(memory, name, NEW, { capacity, bytes });
}
