// A channel in shared memory: a ring (ring.ts), the end of it, and the lines of those who wait (line.ts).
//
// The end is written before the ring is closed: who finds the ring closed finds how and why.

import { ClosedError, describeValue, EndOfChannel } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import type { Channel, ChannelStats } from "../channel/channel.ts";
import { iterate } from "../channel/leaves.ts";
import { misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import type { Selectable } from "../core/types.ts";
import { Cargo, ENDED, forgetIn, putNumber, takeFrom } from "./cargo.ts";
import { Next, Receive, Send } from "./channel-leaves.ts";
import { decode, encode } from "./codec.ts";
import { slotOf } from "./commons.ts";
import { defineKind, NEW, SharedObject } from "./directory.ts";
import { encodeError } from "./error-codec.ts";
import { Line } from "./line.ts";
import { here } from "./neighbours.ts";
import { CLOSED, EMPTY, FULL, INLINE, REASON_SIZE, RECEIVERS, Ring, ringSize, SENDERS, SPARE } from "./ring.ts";
import { steps } from "./steps.ts";

/** What `stats()` of a shared channel answers. The numbers of those who wait are of this thread. */
export interface SharedChannelStats extends ChannelStats {
  /** Values taken by a thread that died before it had handed them on. */
  readonly lostWithThread: number;
}

// Words: the end.
const ENDER = SPARE; // who is ending it, or has
const HOW = SPARE + 1;
const REASON_LENGTH = SPARE + 2;
const SENT = SPARE + 3; // when it was ended

// How it has ended; 0 while it has not.
const SHUT = 1;
const GIVEN_UP = 2; // by its receiver, while it was open
const LEFT = 3; // by its receiver, after it had been closed

const KIND = "channel";
/** Bytes of large values that may be under way, unless more are asked for. */
const STANDARD_BYTES = 1 << 20;
const MOST_CAPACITY = 1 << 22;
const MOST_BYTES = 2 ** 30;

const cargo = new Cargo();
/** A reason travels without what could be handed over with it. */
const PLAIN = {
  refer(): void {
    throw misuse(
      "Channel.close: the error holds a shared object, which cannot travel with it. Send it as a value before.",
    );
  },
  hand: (): number => -1,
};
const BARE = { object: (): undefined => undefined, handed: (): undefined => undefined };

export class SharedChannel<T> extends SharedObject implements Channel<T> {
  declare private readonly ring: Ring;
  declare readonly receivers: Line;
  declare readonly senders: Line;

  constructor(memory: SharedArrayBuffer, name: string, id: number, fresh: { capacity: number; bytes: number } | null) {
    super(KIND, memory, name, id);
    const { commons, who } = here();
    this.ring = new Ring(memory, commons, who, fresh);
    this.receivers = new Line(this.words, RECEIVERS);
    this.senders = new Line(this.words, SENDERS);
    const { predecessor } = this.ring;
    if (predecessor !== 0 && predecessor !== who) this.mend(predecessor);
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
    return new Receive<T>(this);
  }

  next(): Selectable<IteratorResult<T, void>> {
    return new Next<T>(this);
  }

  trySend(value: T): boolean {
    return this.senders.isTurn() ? this.offer(value) !== NOT_READY : this.offerAtEnd();
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
    const reason = error === undefined ? null : reasonOf(error);
    if (this.end(SHUT, reason)) return;
    if (this.how >= GIVEN_UP) return;
    throw misuse(
      `Channel.close: "${this.name}" was closed before by ${this.ender}. Close a channel once, from the sending side.`,
    );
  }

  cancel(reason?: unknown): void {
    if (!this.end(GIVEN_UP, reason === undefined ? null : reasonOf(reason)))
      Atomics.compareExchange(this.words, HOW, SHUT, LEFT);
    this.empty();
    this.wakeAll();
  }

  stats(): SharedChannelStats {
    const { put, length, dropped, lost } = this.ring;
    return Object.freeze({
      sent: put,
      received: put - length - dropped,
      dropped,
      waitingSenders: this.senders.size,
      waitingReceivers: this.receivers.size,
      lostWithThread: lost,
    });
  }

  /** Commits a send if it need not wait. */
  offer(value: T): unknown {
    if (typeof value === "number") return this.gave(putNumber(this.ring, value));
    cargo.load(value, "Channel.send");
    const { length } = cargo;
    if (length > this.ring.pages.size && length > INLINE)
      throw misuse(
        `Channel.send: "${this.name}" has room for ${this.ring.pages.size} bytes, and the value takes ${length}. Make the channel with { bytes: ${length} } or more, or send less at a time.`,
      );
    return this.gave(cargo.put(this.ring));
  }

  private gave(ticket: number): unknown {
    if (ticket === FULL) return NOT_READY;
    if (ticket === CLOSED) throw this.closedError();
    this.receivers.wakeOne();
    if (steps.at !== null) steps.at("wake");
    return undefined;
  }

  /** Commits a receive if it need not wait; ENDED when the channel is closed and drained. */
  take(): unknown {
    const { ring } = this;
    if ((this.words[HOW] as number) >= GIVEN_UP) {
      this.empty();
      return ENDED;
    }
    const raw = takeFrom(ring);
    if (raw !== NOT_READY && raw !== ENDED) this.senders.wakeOne();
    return raw;
  }

  takesSend(): boolean {
    return this.senders.isTurn() && (this.ring.hasRoom || this.ring.isClosed);
  }

  takesReceive(): boolean {
    return this.receivers.isTurn() && (this.ring.peek() !== EMPTY || this.how >= GIVEN_UP);
  }

  get failed(): boolean {
    return this.how === SHUT && (this.words[REASON_LENGTH] as number) > 0;
  }

  endError(): unknown {
    return this.failed
      ? this.reason()
      : EndOfChannel.of(`Channel.receive: "${this.name}" is closed and drained. Use next() where the end is expected.`);
  }

  protected mendFor(dead: number): void {
    const isDone = this.ring.mend(dead, (ticket) => forgetIn(this.ring, ticket));
    if (!isDone) setImmediate(() => this.mend(dead)); // a living thread is at the same place
    // It may have died while it ended the channel: the next one ends it.
    this.receivers.clear(slotOf(dead));
    this.senders.clear(slotOf(dead));
    this.wakeAll();
  }

  /** Would a send only wait? The channel takes none now. */
  private offerAtEnd(): boolean {
    if (this.ring.isClosed) throw this.closedError();
    return false;
  }

  private get how(): number {
    return Atomics.load(this.words, HOW);
  }

  /** Ends the channel. False if that has been done before. */
  private end(how: number, reason: Uint8Array | null): boolean {
    const { words, ring } = this;
    const { commons, who } = here();
    // 1 one thread does, once
    for (;;) {
      const ender = Atomics.compareExchange(words, ENDER, 0, who);
      if (ender === 0) break;
      if (ring.isClosed || commons.isAlive(ender)) return false;
      if (Atomics.compareExchange(words, ENDER, ender, who) === ender) break;
    }
    if (steps.at !== null) steps.at("end");
    // 2 how and why
    if (reason !== null) ring.reason.set(reason);
    words[REASON_LENGTH] = reason?.length ?? 0;
    words[SENT] = ring.put | 0;
    Atomics.store(words, HOW, how);
    // 3 no more is put
    ring.close();
    this.wakeAll();
    return true;
  }

  /** Throws away what is in it. */
  private empty(): void {
    const { ring } = this;
    for (let ticket = ring.peek(); ticket >= 0; ticket = ring.peek()) {
      if (!ring.claimTake(ticket)) continue;
      forgetIn(ring, ticket);
      ring.drop();
      ring.release(ticket);
    }
  }

  private wakeAll(): void {
    this.receivers.wakeAll();
    this.senders.wakeAll();
    here().scheduler.visitSoon();
  }

  private reason(): unknown {
    const length = this.words[REASON_LENGTH] as number;
    return length === 0 ? undefined : decode(this.ring.reason.slice(0, length), BARE);
  }

  private get ender(): string {
    const { who } = here();
    const ender = this.words[ENDER] as number;
    return ender === who ? "this thread" : `thread ${slotOf(ender)}`;
  }

  private closedError(): ClosedError {
    const { runner } = machine;
    const task = runner === null ? undefined : { id: runner.id, name: runner.name };
    if (this.how === GIVEN_UP) {
      const message = `Channel.send: "${this.name}" was given up by ${this.ender}. Let the error end the sender, or stop sending.`;
      return new ClosedError(message, "receiver", { task, cause: this.reason() });
    }
    const message = `Channel.send: "${this.name}" was closed by ${this.ender} after ${this.words[SENT]} items. Close a channel only after the last send, from the sending side.`;
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

function reasonOf(error: unknown): Uint8Array {
  const bytes =
    error instanceof Error ? encodeError(error, PLAIN) : encode(error, PLAIN, "Channel.close", "the reason");
  if (bytes.length <= REASON_SIZE) return bytes.slice();
  const short = new Error(
    error instanceof Error ? error.message.slice(0, REASON_SIZE / 4) : "a reason too large to travel",
  );
  short.stack = "";
  return encodeError(short, PLAIN).slice();
}

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
