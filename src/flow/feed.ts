// A receiver that is fed by something else than senders: the beats of a ticker, what an async iterable hands out. The receiving half of a channel.
//
// Invariants
//   nobody waits once it has ended
//   nobody waits while there is something to take

import { EndOfChannel } from "../base/errors.ts";
import { List } from "../base/list.ts";
import { END, iterate } from "../channel/leaves.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Receiver, Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";

export abstract class Feed<T> implements Receiver<T> {
  declare readonly name: string;
  declare protected readonly waiters: List<Waiter>;
  declare protected ended: boolean;
  /** The error it ended with, or undefined. */
  declare protected reason: unknown;

  constructor(name: string) {
    this.name = name;
    this.waiters = new List();
    this.ended = false;
    this.reason = undefined;
    tellMade(this);
  }

  /** As in "ticker.next". */
  abstract readonly kind: string;
  /** Is it fed from outside the library? */
  abstract readonly outside: boolean;
  /** Is there something to take now? */
  abstract holds(): boolean;
  /** Takes it. */
  abstract pull(): T;
  /** Somebody has begun to wait, or has stopped. */
  abstract attend(): void;
  abstract cancel(reason?: unknown): void;

  receive(): Selectable<T> {
    return new Receive(this);
  }

  next(): Selectable<IteratorResult<T, void>> {
    return new Next(this);
  }

  tryReceive(): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly closed: boolean } {
    const raw = this.take();
    if (raw === NOT_READY) return { ok: false, closed: false };
    if (raw !== END) return { ok: true, value: raw as T };
    if (this.failed) throw this.reason;
    return { ok: false, closed: true };
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterate<T>(() => new Next(this));
  }

  takes(): boolean {
    touch(this, SELF, WRITE);
    return this.ended || this.holds();
  }

  /** The next value, END, or NOT_READY. */
  take(): unknown {
    touch(this, SELF, WRITE);
    if (this.holds()) return this.pull();
    return this.ended ? END : NOT_READY;
  }

  get failed(): boolean {
    return this.reason !== undefined;
  }

  endError(): unknown {
    if (this.failed) return this.reason;
    return EndOfChannel.of(`${this.kind}.receive: "${this.name}" has ended. Use next() where the end is expected.`);
  }

  enter(waiter: Waiter): void {
    this.waiters.push(waiter);
    this.attend();
  }

  leave(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.remove(waiter);
    this.attend();
  }

  /** Gives a value to the first in line, if there is one. */
  protected serve(value: T): boolean {
    touch(this, SELF, WRITE);
    const waiter = this.waiters.shift();
    if (waiter === null) return false;
    complete(waiter, value);
    return true;
  }

  /** Nothing more will come. */
  protected end(reason: unknown): void {
    touch(this, SELF, WRITE);
    this.ended = true;
    this.reason = reason;
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, END);
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    this.waiters.check();
    if (this.ended && this.waiters.head !== null)
      throw new Error(`${this.kind} "${this.name}": ended, but somebody waits`);
  }
}

abstract class Take<T, V> extends Leaf<V> {
  declare protected readonly feed: Feed<T>;

  constructor(feed: Feed<T>) {
    super();
    this.feed = feed;
  }

  ready(): boolean {
    return this.feed.takes();
  }

  poll(): unknown {
    return this.feed.take();
  }

  enlist(waiter: Waiter): void {
    this.feed.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.feed.leave(waiter);
  }

  protected described(verb: string): Description {
    const { kind, name, outside } = this.feed;
    return { operation: `${kind}.${verb}`, object: name, heldBy: [], outside };
  }
}

class Receive<T> extends Take<T, T> {
  override finish(raw: unknown): T {
    if (raw === END) throw this.feed.endError();
    return raw as T;
  }

  override fails(raw: unknown): boolean {
    return raw === END;
  }

  describe(): Description {
    return this.described("receive");
  }
}

class Next<T> extends Take<T, IteratorResult<T, void>> {
  override finish(raw: unknown): IteratorResult<T, void> {
    if (raw !== END) return { done: false, value: raw as T };
    if (this.feed.failed) throw this.feed.endError();
    return { done: true, value: undefined };
  }

  override fails(raw: unknown): boolean {
    return raw === END && this.feed.failed;
  }

  describe(): Description {
    return this.described("next");
  }
}
