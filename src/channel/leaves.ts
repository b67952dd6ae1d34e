// The operations of a channel: send, receive, next. The channel decides; they speak the leaf protocol for it.

import type { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import type { Description, Waiter } from "../core/waiter.ts";

/** Handed to a receiver in place of a value when there will be none. */
export const END: unknown = Symbol("end of channel");

/** A channel, as its operations see it. */
export interface Ends<T> {
  readonly name: string;
  readonly senders: List<Waiter>;
  readonly receivers: List<Waiter>;
  readonly failed: boolean;
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

  ready(): boolean {
    return this.channel.takesSend();
  }

  poll(): unknown {
    return this.channel.offer(this.value);
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this.value;
    this.channel.senders.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.channel.senders.remove(waiter);
  }

  describe(): Description {
    return { operation: "channel.send", object: this.channel.name, heldBy: [] };
  }
}

abstract class Take<T, V> extends Leaf<V> {
  declare protected readonly channel: Ends<T>;

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
    this.channel.receivers.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.channel.receivers.remove(waiter);
  }
}

export class Receive<T> extends Take<T, T> {
  override finish(raw: unknown): T {
    if (raw === END) throw this.channel.endError();
    return raw as T;
  }

  describe(): Description {
    return { operation: "channel.receive", object: this.channel.name, heldBy: [] };
  }
}

export class Next<T> extends Take<T, IteratorResult<T, void>> {
  override finish(raw: unknown): IteratorResult<T, void> {
    if (raw !== END) return { done: false, value: raw as T };
    if (this.channel.failed) throw this.channel.endError();
    return { done: true, value: undefined };
  }

  describe(): Description {
    return { operation: "channel.next", object: this.channel.name, heldBy: [] };
  }
}
