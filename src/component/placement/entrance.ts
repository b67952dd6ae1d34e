// An inbox into which messages come from another thread or process. They are taken out of the port when they are collected, and lie nowhere in between.
//
// Where the component has passed the box on to one of its children, a pump moves them (pump.ts). Until it has a port it is a box like any other.

import type { List } from "../../base/list.ts";
import { Ring } from "../../base/ring.ts";
import { NO_WAITERS } from "../../channel/leaves.ts";
import { NOT_READY } from "../../core/machine.ts";
import { complete, type Waiter } from "../../core/waiter.ts";
import { Box, END, NOTHING } from "../box.ts";
import type { BoxOwner } from "../box-owner.ts";
import { Attendant, type InPort } from "./port.ts";

/** What an entrance tells. */
export interface EntranceKeeper {
  /** A message is about to be taken: what was told before it was sent is heeded first. */
  heedFirst(): void;
  /** It leads on, or does so no more. */
  led(entrance: Entrance): void;
  /** No more comes, it was said. False if what has come is yet to be moved to where it leads: then that is said again, later. */
  ends(entrance: Entrance): boolean;
  /** It has been given a size. */
  sized(entrance: Entrance): void;
}

export class Entrance extends Box {
  declare port: InPort | null;
  declare private readonly keeper: EntranceKeeper;
  declare private watcher: Attendant | null;
  /** Takes messages out of the port although nobody wants them yet. */
  declare private hasty: Attendant | null;
  /** So many of them. */
  declare private goal: number;
  /** Messages that had been taken out of the way before. */
  declare private before: number;
  /** Messages that had come when the component was stirred for them last. */
  declare private seen: number;

  constructor(owner: BoxOwner, name: string, kind: number, limit: number, keeper: EntranceKeeper) {
    super(owner, name, kind, limit, false);
    this.port = null;
    this.keeper = keeper;
    this.watcher = null;
    this.hasty = null;
    this.goal = 0;
    this.before = 0;
    this.seen = 0;
  }

  /** From now on messages come here. Those who wait for one already go on waiting, in order. */
  attach(port: InPort, taken: number): void {
    const before = this.receivers;
    this.port = port;
    this.before = taken;
    this.hasty = new Attendant(port, { attempt: () => this.takeIn() });
    this.watcher = new Attendant(port, { attempt: () => this.tell() });
    this.receivers = port.waiting;
    if (before !== NO_WAITERS)
      for (let waiter = before.shift(); waiter !== null; waiter = before.shift()) this.awaitMessage(waiter);
    port.look();
  }

  override get length(): number {
    return this.messages.size + (this.port?.length ?? 0);
  }

  override take(): unknown {
    const { port } = this;
    if (port === null || this.messages.size > 0) return super.take();
    if (port.waiting.head !== null) port.look(); // they came before
    return this.messages.size > 0 ? super.take() : this.takeFrom(port);
  }

  override takesTake(): boolean {
    return this.length > 0 || this.isOver();
  }

  override awaitMessage(waiter: Waiter): void {
    if (this.port === null) {
      super.awaitMessage(waiter);
      return;
    }
    waiter.payload = this;
    this.port.wait(waiter);
  }

  /** The turn of one who waits for a message has come. */
  attempt(): unknown {
    return this.messages.size > 0 ? super.take() : this.takeFrom(this.port as InPort);
  }

  /** From a component of the same thread. */
  protected override lay(message: unknown): void {
    const { receivers, port } = this;
    if (port === null) {
      super.lay(message);
      return;
    }
    this.receivers = NO_WAITERS; // those who wait are served below
    super.lay(message);
    this.receivers = receivers;
    port.look();
  }

  override endIfOver(): void {
    if (this.port === null) {
      super.endIfOver();
      return;
    }
    if (this.length > 0 || !this.isOver()) return;
    this.port.look();
    this.owner.stir();
  }

  override finish(): void {
    if (this.keeper.ends(this)) super.finish();
  }

  override setLimit(limit: number): void {
    super.setLimit(limit);
    this.keeper.sized(this);
  }

  override led(): void {
    this.keeper.led(this);
  }

  override abandon(): void {
    this.watcher?.leave();
    this.hasty?.leave();
    if (this.port !== null) {
      endAll(this.port.waiting);
      this.receivers = NO_WAITERS;
    }
    super.abandon();
  }

  /** Messages are to be taken out of the way until it has been so many, whether somebody wants them or not. */
  hurry(count: number): void {
    this.goal = Math.max(this.goal, count);
    this.hasty?.enter();
    this.port?.look();
  }

  private takeIn(): unknown {
    const port = this.port as InPort;
    while (port.taken + this.before < this.goal) {
      const message = port.take();
      if (message === NOT_READY) return this.letPass();
      if (this.messages === NOTHING) this.messages = new Ring();
      this.messages.push(message);
    }
    this.hasty?.leave();
    return undefined;
  }

  /** Others may stand in the line who can go on with what lies here. */
  private letPass(): unknown {
    const { hasty } = this;
    if (hasty === null || hasty.after === null) return NOT_READY;
    hasty.leave();
    hasty.enter();
    return undefined;
  }

  /** Has something come since the component was stirred for it last? */
  get hasNews(): boolean {
    const { port } = this;
    if (port === null || this.sink !== this) return false;
    const come = port.taken + port.length;
    if (come === this.seen || this.length === 0) return false;
    this.seen = come;
    return true;
  }

  /** The component pauses: it is stirred as soon as something comes. */
  watch(): void {
    if (this.sink === this && !this.isOver()) this.watcher?.enter();
  }

  override check(): void {
    this.receivers.check();
  }

  private takeFrom(port: InPort): unknown {
    this.keeper.heedFirst();
    const raw = port.take();
    if (raw === NOT_READY && this.isOver() && port.length === 0) return END;
    return raw;
  }

  private tell(): unknown {
    const hasNews = this.hasNews;
    if (!hasNews && !this.isOver()) return NOT_READY; // at the end it must not stand before those who are to learn of it
    this.watcher?.leave();
    if (hasNews) this.owner.stir();
    return undefined;
  }
}

function endAll(waiting: List<Waiter>): void {
  for (let waiter = waiting.shift(); waiter !== null; waiter = waiting.shift()) complete(waiter, END);
}
