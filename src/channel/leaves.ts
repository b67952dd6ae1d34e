// The operations of a channel: send, receive, next. The channel decides; they speak the leaf protocol for it.
//
// The inherited `next` would do. These have their own, with the same steps, because V8 keeps what it has learned of a call site with the function: in the
// shared one the calls of poll and finish see every kind of leaf there is, here only one. That is worth a third of a ping-pong.

import { List } from "../base/list.ts";
import { Leaf, parking, resume, start } from "../core/leaf.ts";
import { machine, NOT_READY, PARKED, RESUME } from "../core/machine.ts";
import { lastAt, RECEIVERS, SENDERS, touch, WHOLE, WRITE } from "../core/tracker.ts";
import type { Suspend } from "../core/types.ts";
import { type Description, type Runner, VALUE, type Waiter } from "../core/waiter.ts";

/** Handed to a receiver in place of a value when there will be none. */
export const END: unknown = Symbol("end of channel");

/** The line of every channel at which nobody has waited yet: always empty. */
export const NO_WAITERS: List<Waiter> = new List();

/** What a send ends with; nobody keeps it, so one is enough. */
const DONE: IteratorReturnResult<void> = Object.freeze({ done: true, value: undefined });

/** A channel, as its operations see it. */
export interface Ends<T> {
  readonly name: string;
  senders: List<Waiter>;
  receivers: List<Waiter>;
  readonly failed: boolean;
  /** Is it fed from outside the library? */
  readonly outside: boolean;
  takesSend(): boolean;
  takesReceive(): boolean;
  offer(value: T): unknown;
  take(): unknown;
  endError(): unknown;
}

export class Send<T> extends Leaf<void> {
  declare private readonly channel: Ends<T>;
  declare private readonly value: T;

  constructor(channel: Ends<T>, value: T) {
    super();
    this.channel = channel;
    this.value = value;
  }

  override next(input?: unknown): IteratorResult<Suspend, void> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      if (this.channel.offer(this.value) !== NOT_READY) return DONE;
      this.enlist(parking(this));
      return PARKED;
    }
    if (input === RESUME && (machine.runner as Runner).wake === VALUE) return DONE;
    return resume(this, input);
  }

  ready(): boolean {
    return this.channel.takesSend();
  }

  poll(): unknown {
    return this.channel.offer(this.value);
  }

  enlist(waiter: Waiter): void {
    const { channel } = this;
    waiter.payload = this.value;
    if (channel.senders === NO_WAITERS) channel.senders = new List();
    channel.senders.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.channel, WHOLE, WRITE);
    this.channel.senders.remove(waiter);
  }

  describe(): Description {
    const { channel } = this;
    return {
      operation: "channel.send",
      object: channel.name,
      heldBy: [],
      lastUsedBy: lastAt(channel, RECEIVERS),
    };
  }
}

abstract class Take<T, V> extends Leaf<V> {
  declare readonly channel: Ends<T>;

  constructor(channel: Ends<T>) {
    super();
    this.channel = channel;
  }

  ready(): boolean {
    return this.channel.takesReceive();
  }

  poll(): unknown {
    return this.channel.take();
  }

  enlist(waiter: Waiter): void {
    const { channel } = this;
    if (channel.receivers === NO_WAITERS) channel.receivers = new List();
    channel.receivers.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.channel, WHOLE, WRITE);
    this.channel.receivers.remove(waiter);
  }

  protected described(operation: string): Description {
    const { channel } = this;
    const { name, outside } = channel;
    return { operation, object: name, heldBy: [], outside, lastUsedBy: lastAt(channel, SENDERS) };
  }
}

export class Receive<T> extends Take<T, T> {
  override next(input?: unknown): IteratorResult<Suspend, T> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      const raw = this.channel.take();
      if (raw !== NOT_READY) return { done: true, value: raw === END ? this.finish(raw) : (raw as T) };
      this.enlist(parking(this));
      return PARKED;
    }
    const runner = machine.runner as Runner;
    if (input === RESUME && runner.wake === VALUE) {
      const raw = runner.result;
      runner.result = undefined;
      return { done: true, value: raw === END ? this.finish(raw) : (raw as T) };
    }
    return resume(this, input);
  }

  override finish(raw: unknown): T {
    if (raw === END) throw this.channel.endError();
    return raw as T;
  }

  override fails(raw: unknown): boolean {
    return raw === END;
  }

  describe(): Description {
    return this.described("channel.receive");
  }
}

/** The receive operation of a channel: one of the two that the task made last, if it was of this channel. */
export function receiveFrom<T>(channel: Ends<T>): Receive<T> {
  return (remembered(channel) as Receive<T> | null) ?? remember(new Receive(channel));
}

/** One of the two operations that the task remembers, if it is of this channel. */
export function remembered(channel: object): OfChannel | null {
  const { runner } = machine;
  if (runner === null || machine.made !== null) return null;
  const { leaf, otherLeaf } = runner;
  if (leaf !== null && (leaf as OfChannel).channel === channel) return leaf as OfChannel;
  if (otherLeaf !== null && (otherLeaf as OfChannel).channel === channel) return otherLeaf as OfChannel;
  return null;
}

/** The task that runs keeps it, to be used again. */
export function remember<L extends OfChannel>(leaf: L): L {
  const { runner } = machine;
  if (runner === null || machine.made !== null) return leaf;
  runner.otherLeaf = runner.leaf;
  runner.leaf = leaf;
  return leaf;
}

interface OfChannel extends Leaf<unknown> {
  readonly channel: object;
}

/**
 * What a `for await` takes values with. It remembers the task in which the loop began, since none runs any more when an async body goes on, so that
 * cancelling the task reaches the loop. There is no return(): leaving the loop early changes nothing.
 */
export function iterate<T>(make: () => Leaf<IteratorResult<T, void>>): AsyncIterator<T> {
  const { runner } = machine;
  return {
    next(): Promise<IteratorResult<T, void>> {
      const leaf = make();
      leaf.maker ??= runner;
      return leaf as unknown as Promise<IteratorResult<T, void>>;
    },
  };
}

export class Next<T> extends Take<T, IteratorResult<T, void>> {
  override finish(raw: unknown): IteratorResult<T, void> {
    if (raw !== END) return { done: false, value: raw as T };
    if (this.channel.failed) throw this.channel.endError();
    return { done: true, value: undefined };
  }

  override fails(raw: unknown): boolean {
    return raw === END && this.channel.failed;
  }

  describe(): Description {
    return this.described("channel.next");
  }
}
