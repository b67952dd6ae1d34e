// A box at which messages leave this thread or process: an inbox for those who send, which goes on elsewhere.
//
// A message goes into the port at once if there is room in it. Otherwise it lies here, as far as the size of the box allows, and an attendant in the line of the port moves it on.
// So a message that is accepted counts in the size of the box or in the queue of the port, and nowhere else.
//
// Invariants
//   while messages lie here, the attendant stands in the line
//   who puts stands in the line of the port itself, before or behind the attendant, in the order in which all of them came

import { Ring } from "../../base/ring.ts";
import { Leaf } from "../../core/leaf.ts";
import { machine, NOT_READY } from "../../core/machine.ts";
import { complete, type Description, fail, type Waiter } from "../../core/waiter.ts";
import { STAYS } from "../../parallel/line.ts";
import { Box, type Parcel } from "../box.ts";
import type { BoxOwner } from "../box-owner.ts";
import { Attendant, type OutPort } from "./port.ts";

/** Told of what happens to a box at which messages leave. */
export interface ExitKeeper {
  /** Messages that lay here have gone on. */
  moved(): void;
  /** All that led here have finished; or, after that, something comes all the same. */
  over(exit: Box, isOver: boolean): void;
}

export class Exit extends Box {
  declare readonly port: OutPort;
  /** Messages that it has taken on. */
  declare accepted: number;
  /** Somebody has said how large it is. */
  declare isSized: boolean;
  declare private readonly keeper: ExitKeeper | null;
  declare private readonly attendant: Attendant;
  /** Somebody was told that it is full, and will be stirred when it is no more. */
  declare private wasRefused: boolean;
  declare private isOverSaid: boolean;
  /** Those who wait until nothing lies here. */
  declare readonly leaving: Set<Waiter>;

  constructor(owner: BoxOwner, name: string, kind: number, limit: number, port: OutPort, keeper: ExitKeeper | null) {
    super(owner, name, kind, limit, false);
    this.port = port;
    this.putters = port.waiting;
    this.messages = new Ring();
    this.accepted = 0;
    this.isSized = false;
    this.keeper = keeper;
    const work = { attempt: () => this.moveOn(), box: this, message: undefined }; // as a parcel that goes nowhere else
    this.attendant = new Attendant(port, work);
    this.wasRefused = false;
    this.isOverSaid = false;
    this.leaving = new Set();
  }

  /** Messages that have left this box. */
  get gone(): number {
    return this.accepted - this.messages.size;
  }

  override get length(): number {
    return this.messages.size + this.port.length;
  }

  override get capacity(): number {
    return this.limit + this.port.capacity;
  }

  override get isFull(): boolean {
    const isFull = this.isFullNow;
    if (isFull) this.refuse();
    return isFull;
  }

  private get isFullNow(): boolean {
    const { size } = this.messages;
    return size >= this.limit && (size > 0 || !this.port.hasRoom);
  }

  override takesPut(): boolean {
    return this.isNext && this.hasRoom;
  }

  protected override get hasRoom(): boolean {
    const { size } = this.messages;
    if (size === 0 && this.port.hasRoom) return true;
    return size < this.limit && this.limit !== Number.POSITIVE_INFINITY;
  }

  override get vacancy(): number {
    return this.owner.hasEnded || this.takesPut() ? 1 : 0;
  }

  /** Does nobody stand in the line but the attendant? */
  private get isNext(): boolean {
    const { head } = this.putters;
    return head === null || (head === this.attendant && head.after === null);
  }

  override enter(message: unknown): unknown {
    const isFree = this.putters.head === null || this.isNext;
    if (isFree && this.messages.size === 0 && !this.isOverSaid && this.port.offer(message)) {
      this.accepted++;
      return undefined;
    }
    return super.enter(message);
  }

  override accept(message: unknown): boolean {
    const { port } = this;
    if (this.owner.hasEnded) return false;
    if (this.isOverSaid) this.say(false);
    if (this.messages.size === 0 && this.isNext && port.offer(message)) {
      this.accepted++;
      return true;
    }
    if (this.messages.size >= this.limit) {
      this.refuse();
      return false;
    }
    this.keep(message);
    return true;
  }

  override store(message: unknown): void {
    if (!this.accept(message) && !this.owner.hasEnded) this.keep(message);
  }

  /** The turn of one who puts has come. */
  override admit(message: unknown): unknown {
    if (this.owner.hasEnded) throw this.closedError(machine.runner);
    if (this.isOverSaid) this.say(false);
    if (!this.port.offer(message)) return NOT_READY;
    this.accepted++;
    return undefined;
  }

  override awaitRoom(waiter: Waiter): void {
    this.port.wait(waiter);
  }

  override servePutters(): void {
    this.port.look();
  }

  override setLimit(limit: number): void {
    this.isSized = true;
    this.adoptLimit(limit);
  }

  /** The size that is said where the messages go. */
  adoptLimit(limit: number): void {
    super.setLimit(limit);
  }

  override endIfOver(): void {
    if (!this.isOverSaid && this.isOver()) this.say(true);
  }

  override abandon(): void {
    this.lost += this.messages.size + this.port.length;
    this.messages = new Ring();
    this.attendant.leave();
    this.endPutters();
  }

  /** Nobody will take what those have who wait for room. The attendant stays. */
  override endPutters(): void {
    const { waiting } = this.port;
    for (let waiter = waiting.head; waiter !== null; ) {
      const { after }: Waiter = waiter;
      if (waiter !== this.attendant) {
        waiting.remove(waiter);
        fail(waiter, this.closedError(waiter.runner));
      }
      waiter = after;
    }
  }

  /** Waits until nothing lies here. */
  emptied(): Leaf<void> {
    return new Emptied(this);
  }

  override check(): void {
    this.putters.check();
    if (this.messages.size > 0 && !this.attendant.isThere)
      throw new Error(`Box "${this.label}": nobody moves what lies in it`);
  }

  private refuse(): void {
    this.wasRefused = true;
    this.attendant.enter();
  }

  private keep(message: unknown): void {
    this.messages.push(this.port.pack(message));
    this.accepted++;
    this.attendant.enter();
  }

  private say(isOver: boolean): void {
    this.isOverSaid = isOver;
    this.keeper?.over(this, isOver);
  }

  /** What the attendant does when its turn has come: 1 what lies here goes on 2 the next in line take its place 3 those are told who were refused 4 it leaves if it has no more to do. */
  private moveOn(): unknown {
    const { port, messages, attendant } = this;
    // 1
    const before = messages.size;
    const { accepted, gone } = this;
    while (messages.size > 0 && port.offerPacked(messages.peek(0))) messages.shift();
    // 2
    if (this.limit !== Number.POSITIVE_INFINITY)
      while (attendant.after !== null && messages.size > 0 && messages.size < this.limit) this.takeIn(attendant.after);
    if (before > 0) this.keeper?.moved();
    // 3
    const isTold = this.wasRefused && !this.isFullNow;
    if (isTold) {
      this.wasRefused = false;
      this.stirSources();
    }
    if (messages.size > 0 || this.wasRefused)
      return this.accepted === accepted && this.gone === gone && !isTold ? NOT_READY : STAYS;
    // 4
    attendant.leave();
    for (const waiter of this.leaving) complete(waiter, undefined);
    this.leaving.clear();
    return undefined;
  }

  private takeIn(waiter: Waiter): void {
    this.port.waiting.remove(waiter);
    try {
      this.keep((waiter.payload as Parcel).message);
      complete(waiter, undefined);
    } catch (error) {
      fail(waiter, error);
    }
  }
}

class Emptied extends Leaf<void> {
  declare private readonly exit: Exit;

  constructor(exit: Exit) {
    super();
    this.exit = exit;
  }

  ready(): boolean {
    return this.exit.messages.size === 0;
  }

  poll(): unknown {
    return this.ready() ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.exit.leaving.add(waiter);
  }

  delist(waiter: Waiter): void {
    this.exit.leaving.delete(waiter);
  }

  describe(): Description {
    return { operation: "component.send", object: this.exit.label, heldBy: [], outside: true };
  }
}

/** The control box of a part that is elsewhere: what comes there is told by note. */
export class ControlBox extends Box {
  declare private readonly keeper: ExitKeeper;
  declare private isOverSaid: boolean;

  constructor(owner: BoxOwner, name: string, kind: number, keeper: ExitKeeper) {
    super(owner, name, kind, Number.POSITIVE_INFINITY, false);
    this.keeper = keeper;
    this.isOverSaid = false;
  }

  override endIfOver(): void {
    if (this.isOverSaid || !this.isOver()) return;
    this.isOverSaid = true;
    this.keeper.over(this, true);
  }
}
