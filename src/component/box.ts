// A box: an in-tray, where messages lie until their component collects them, or an out-tray, which leads to one.
//
// Links make boxes a tree: many may lead into one, each leads on to at most one. A box knows its `sink`, the in-tray where the tree ends, so that a message goes
// there in one hop however many boxes it passes through; linking and unlinking keep that true (linkage.ts).
//
// Invariants
//   sink is the last inbox of the chain that begins here; null if the chain ends in an outbox, which discards
//   an inbox that leads on holds no messages, and nobody waits for room in it
//   while somebody waits to receive, the box is empty; while somebody waits for room in a box with room, nobody does
//
// Who is woken: a delivery stirs the owner of the sink; a collection that makes room in a full box stirs the owners of the outboxes above it, and with
// `wake: "always"` every collection does. So does whatever else makes room for them: a larger size, a link to a box that is not full, the end of its
// component. Whoever waits in `put` is served first come, first served.

import type { ClosedError, EndOfChannel } from "../base/errors.ts";
import { type Link, List } from "../base/list.ts";
import { Ring } from "../base/ring.ts";
import { NO_WAITERS } from "../channel/leaves.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import { complete, fail, type Runner, type Waiter } from "../core/waiter.ts";
import { hasEnded, isFull, isOver } from "./box-errors.ts";
import type { BoxOwner } from "./box-owner.ts";
import { observer } from "./observer.ts";

/** Handed to a receiver in place of a message when there will be none. */
export const END: unknown = Symbol("end of box");

/** In a box without a size `put` waits while so many messages lie in it. */
export const PATIENCE = 16;

// Kinds of box.
export const OUTBOX = 0;
export const INBOX = 1;
/** An inbox whose signals its component need not read itself. */
export const CONTROL = 2;

/** What somebody carries who waits for room. */
export interface Parcel {
  readonly box: Box;
  readonly message: unknown;
}

/** What leads from one box to the next: linked in the list of those that lead to the same one. */
export interface Lead extends Link<Lead> {
  readonly from: Box;
  readonly to: Box;
}

export const NOTHING: Ring<unknown> = new Ring();
const NO_SOURCES: List<Lead> = new List();

export class Box {
  declare readonly owner: BoxOwner;
  declare readonly name: string;
  declare readonly kind: number;
  /** Messages it takes; Infinity without a size. */
  declare limit: number;
  /** Does every collection stir those above, rather than one that makes room? */
  declare wakesAlways: boolean;
  declare sink: Box | null;
  /** The link that leads on from here. */
  declare onward: Lead | null;
  /** What leads here, in the order in which it was linked. */
  declare sources: List<Lead>;
  /** How many of the boxes that lead here may still bring something. */
  declare feeding: number;
  /** May it still bring something to where it leads? What `mayBring` said last. */
  declare isLive: boolean;
  declare messages: Ring<unknown>;
  declare receivers: List<Waiter>;
  declare putters: List<Waiter>;
  /** No more is to come as far as is known: from a source that is gone, or by a signal. Sources that live on count for more. */
  declare told: boolean;
  /** Messages that were discarded here: nobody was linked, or the component ended before it had collected them. */
  declare lost: number;

  constructor(owner: BoxOwner, name: string, kind: number, limit: number, wakesAlways: boolean) {
    this.owner = owner;
    this.name = name;
    this.kind = kind;
    this.limit = limit;
    this.wakesAlways = wakesAlways;
    this.sink = kind === OUTBOX ? null : this;
    this.onward = null;
    this.sources = NO_SOURCES;
    this.feeding = 0;
    this.messages = NOTHING;
    this.receivers = NO_WAITERS;
    this.putters = NO_WAITERS;
    this.told = false;
    this.lost = 0;
    this.isLive = kind === OUTBOX && !this.isDone;
    tellMade(this);
  }

  get label(): string {
    return `${this.owner.label}.${this.name}`;
  }

  /** Messages that lie in this box. */
  get length(): number {
    touch(this, SELF, WRITE);
    return this.messages.size;
  }

  get capacity(): number {
    return this.limit;
  }

  get isFull(): boolean {
    touch(this, SELF, WRITE);
    return this.messages.size >= this.limit && !this.owner.hasEnded;
  }

  /** Sends into this box, at once. */
  send(message: unknown, from: string): void {
    if (machine.tracker !== null) touch(this, SELF, READ); // where it leads
    const { sink } = this;
    if (sink === null) {
      this.lost++;
      return;
    }
    if (!sink.accept(message)) throw sink.owner.hasEnded ? sink.closedError(machine.runner) : isFull(sink, this, from);
  }

  /** Commits a `put` if it need not wait. */
  offer(message: unknown): unknown {
    if (machine.tracker !== null) touch(this, SELF, READ);
    const { sink } = this;
    if (sink === null) {
      this.lost++;
      return undefined;
    }
    if (machine.tracker !== null) touch(sink, SELF, WRITE);
    if (sink.owner.hasEnded) throw sink.closedError(machine.runner);
    return sink.enter(message);
  }

  /** Takes a message of one who puts, if it is his turn and there is room. */
  enter(message: unknown): unknown {
    return this.takesPut() && this.accept(message) ? undefined : NOT_READY;
  }

  /** May one who puts come first, and is there room? */
  takesPut(): boolean {
    return this.hasRoom && this.putters.head === null;
  }

  /** How many messages of one who puts it takes now. When its component has ended, any number: they are lost. */
  get vacancy(): number {
    if (this.owner.hasEnded) return Number.POSITIVE_INFINITY;
    if (this.putters.head !== null) return 0;
    return (this.limit === Number.POSITIVE_INFINITY ? PATIENCE : this.limit) - this.messages.size;
  }

  /** Who waits for a message here takes a place in the line. */
  awaitMessage(waiter: Waiter): void {
    if (this.receivers === NO_WAITERS) this.receivers = new List();
    this.receivers.push(waiter);
  }

  /** Who waits for room here takes a place in the line. */
  awaitRoom(waiter: Waiter): void {
    if (this.putters === NO_WAITERS) this.putters = new List();
    this.putters.push(waiter);
  }

  /** Commits a put whose turn has come, where the line of those who wait is served from elsewhere. */
  admit(message: unknown): unknown {
    return this.accept(message) ? undefined : NOT_READY;
  }

  /** It leads to another sink now. */
  led(): void {}

  /** Would `offer` do anything but answer NOT_READY? */
  takesOffer(): boolean {
    touch(this, SELF, READ);
    const { sink } = this;
    if (sink === null) return true;
    touch(sink, SELF, WRITE);
    return sink.owner.hasEnded || sink.takesPut();
  }

  /** Takes the first message; END when there is none and none will come. */
  take(): unknown {
    if (machine.tracker !== null) touch(this, SELF, WRITE);
    const { messages } = this;
    if (messages.size > 0) {
      const wasFull = messages.size >= this.limit;
      const message = messages.shift();
      if (observer.tellQueues !== null) tellLength(this);
      if (this.putters.head !== null) this.servePutters();
      if (this.wakesAlways || (wasFull && messages.size < this.limit)) this.stirSources();
      return message;
    }
    return this.isOver() ? END : NOT_READY;
  }

  /** Would `take` do anything but answer NOT_READY? */
  takesTake(): boolean {
    touch(this, SELF, WRITE);
    return this.messages.size > 0 || this.isOver();
  }

  /** Will no more messages come? The box must be empty for that to mean the end. O(1). */
  isOver(): boolean {
    return this.owner.hasEnded || (this.told && this.feeding === 0);
  }

  /** A source has finished, or a signal has said so: tells those who wait if that was the last. */
  endIfOver(): void {
    touch(this, SELF, WRITE);
    if (this.messages.size > 0 || !this.isOver()) return;
    for (let waiter = this.receivers.shift(); waiter !== null; waiter = this.receivers.shift()) complete(waiter, END);
    this.owner.stir();
  }

  /** No more comes through this box; unless something else does, no more comes out at its end. */
  finish(): void {
    let box: Box = this;
    for (box.told = true; box.onward !== null; box.told = true) box = box.onward.to;
    box.endIfOver();
  }

  /** Whether it may still bring something has perhaps changed: tells those it leads to, as far as that changes them. What was unlinked has not finished. */
  refresh(unlinked = false): void {
    let box: Box = this;
    for (;;) {
      const live = box.mayBring;
      if (live === box.isLive) return;
      box.isLive = live;
      if (box.onward === null) break;
      const isToldOf = !live && (!unlinked || box.hasFinished);
      box = box.onward.to;
      box.feeding += live ? 1 : -1;
      if (isToldOf) box.told = true;
    }
    if (!box.isLive) box.endIfOver();
  }

  /** A box leads here from now on. */
  addSource(lead: Lead): void {
    if (this.sources === NO_SOURCES) this.sources = new List();
    this.sources.push(lead);
    const { from } = lead;
    if (from.isLive) this.feeding++;
    else if (from.hasFinished) this.finish();
    this.refresh();
  }

  /** A box leads here no more. */
  removeSource(lead: Lead): void {
    this.sources.remove(lead);
    if (lead.from.isLive) this.feeding--;
    if (lead.from.hasFinished) this.finish();
    this.refresh(true);
  }

  get isLinked(): boolean {
    return this.onward !== null || this.sources.head !== null;
  }

  /** Has it been said that no more will come from here, or is the component gone that it would come from? */
  private get hasFinished(): boolean {
    return this.told || (this.kind === OUTBOX && this.isDone);
  }

  /** Has its component ended, or said that it has finished? A signal may still follow that word. */
  private get isDone(): boolean {
    const { owner } = this;
    return owner.hasEnded || (owner.hasFinished && this.name !== "signal");
  }

  /** May something still come from here? From the outbox of a chassis that is fed by its parts, only what comes from them. */
  private get mayBring(): boolean {
    const { owner } = this;
    if (this.feeding > 0) return true;
    if (this.kind !== OUTBOX || this.isDone) return false;
    return !owner.relays || this.sources.head === null;
  }

  /** The component has ended: nobody will collect what lies here. Whoever pauses because the box is full is not to wait for that. */
  abandon(): void {
    touch(this, SELF, WRITE);
    const wasFull = this.messages.size >= this.limit;
    this.lost += this.messages.size;
    this.messages = NOTHING;
    for (let waiter = this.receivers.shift(); waiter !== null; waiter = this.receivers.shift()) complete(waiter, END);
    this.endPutters();
    if (wasFull) this.stirSources();
  }

  setLimit(limit: number): void {
    const wasFull = this.isFull;
    this.limit = limit;
    this.servePutters();
    if (wasFull && !this.isFull) this.stirSources();
  }

  closedError(runner: Runner | null): ClosedError {
    return hasEnded(this, runner);
  }

  /** What `receive` throws at the end. */
  endError(): EndOfChannel {
    return isOver(this);
  }

  protected get hasRoom(): boolean {
    const { size } = this.messages;
    return size < this.limit && (size < PATIENCE || this.limit !== Number.POSITIVE_INFINITY);
  }

  /** Stores a message and wakes who has to know. False, and nothing has happened, if there is no room or nobody left. */
  accept(message: unknown): boolean {
    if (machine.tracker !== null) touch(this, SELF, WRITE);
    const { owner } = this;
    if (owner.hasEnded) return false;
    if (this.kind === CONTROL && owner.hears(message)) return true; // needs no room
    if (this.messages.size >= this.limit) return false;
    this.lay(message);
    return true;
  }

  /** The same whether there is room or not, for what lay in another box before. */
  store(message: unknown): void {
    if (this.kind !== CONTROL || !this.owner.hears(message)) this.lay(message);
  }

  protected lay(message: unknown): void {
    const receiver = this.receivers.shift();
    if (receiver !== null) {
      complete(receiver, message);
    } else {
      if (this.messages === NOTHING) this.messages = new Ring();
      this.messages.push(message);
      if (observer.tellQueues !== null) tellLength(this);
    }
    this.owner.stir();
  }

  /** Room for those who wait for it. */
  servePutters(): void {
    while (this.putters.head !== null && this.hasRoom) {
      const putter = this.putters.shift() as Waiter;
      const { message } = putter.payload as Parcel;
      complete(putter, undefined); // first: all else that its select waits for is taken back, such as a receive from this box
      this.accept(message);
    }
  }

  /** Those who wait for room learn that there is nobody any more. */
  endPutters(): void {
    for (let putter = this.putters.shift(); putter !== null; putter = this.putters.shift())
      fail(putter, this.closedError(putter.runner));
  }

  /** The same for an outbox that leads nowhere any more: what they put is discarded. */
  discardPutters(): void {
    for (let putter = this.putters.shift(); putter !== null; putter = this.putters.shift()) {
      (putter.payload as Parcel).box.lost++;
      complete(putter, undefined);
    }
  }

  /** Stirs the owners of all outboxes above: O(boxes above). */
  stirSources(): void {
    for (let lead = this.sources.head; lead !== null; lead = lead.after) lead.from.stirUp();
  }

  /** The same, and the owner of this one if it is an outbox. */
  stirUp(): void {
    if (this.kind === OUTBOX) this.owner.stir();
    this.stirSources();
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    const last = this.onward === null ? (this.kind === OUTBOX ? null : this) : this.onward.to.sink;
    if (this.sink !== last) throw new Error(`Box "${this.label}": its sink is not where its chain ends`);
    let feeding = 0;
    for (let lead = this.sources.head; lead !== null; lead = lead.after) if (lead.from.isLive) feeding++;
    if (feeding !== this.feeding || this.isLive !== this.mayBring)
      throw new Error(`Box "${this.label}": what may still come is miscounted`);
    this.receivers.check();
    this.putters.check();
    if (this.messages.size > 0 && this.receivers.head !== null)
      throw new Error(`Box "${this.label}": messages lie in it although somebody waits for one`);
    if (this.putters.head !== null && this.hasRoom)
      throw new Error(`Box "${this.label}": there is room, and somebody waits for it`);
    if (this.onward !== null && (this.messages.size > 0 || this.putters.head !== null))
      throw new Error(`Box "${this.label}": it leads on, and yet holds messages`);
  }
}

function tellLength(box: Box): void {
  observer.tellQueues?.({ kind: "length", box: box.label, length: box.messages.size });
}
