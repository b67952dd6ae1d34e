// Moves messages out of a port to where a box leads, as fast as there is room there.
//
// While there is room it moves them in the midst of the look that finds them, as many as there are: its task has a turn only when the box at the end was full.

import { Leaf } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Operation } from "../../core/types.ts";
import { complete, type Description, VALUE, type Waiter } from "../../core/waiter.ts";
import { ENDED } from "../../parallel/cargo.ts";
import { STAYS } from "../../parallel/line.ts";
import { Latch } from "../../sync/latch.ts";
import type { Box, Parcel } from "../box.ts";
import type { Attempting, InPort } from "./port.ts";

/** In place of a message: it has stopped, or there will be no more. */
const STOPPED: unknown = Symbol("stopped");
/** In place of a message: the box at the end is full. */
const FULL: unknown = Symbol("full");

/** Told of where the messages of a pump go. */
export interface PumpKeeper {
  /** The component at the end has ended, or there is another one now. */
  closed(pump: Pump, isClosed: boolean): void;
  /** The inbox at the end has a size, or has none any more. */
  sized(pump: Pump, isSized: boolean): void;
}

export class Pump {
  /** Where the messages begin their way in this thread. */
  declare readonly box: Box;
  declare readonly port: InPort;
  /** Messages that had come before it began. */
  declare readonly before: number;
  declare private readonly keeper: PumpKeeper | null;
  declare private wasClosed: boolean;
  declare private wasSized: boolean;
  /** It ends when the port is empty. */
  declare private isFinishing: boolean;
  declare private isStopped: boolean;
  /** Until so many messages have been delivered, it hurries. */
  declare private goal: number;
  /** Where its task waits. */
  declare private parked: { readonly waiter: Waiter; readonly leaf: Leaf<unknown> } | null;
  /** A message that was taken out, and is not delivered yet. */
  declare private held: { readonly message: unknown } | null;
  /** Told when so many have been delivered. */
  declare private readonly goals: { readonly count: number; readonly latch: Latch }[];

  constructor(box: Box, port: InPort, keeper: PumpKeeper | null) {
    this.box = box;
    this.port = port;
    this.before = port.taken + port.length;
    this.keeper = keeper;
    this.wasClosed = false;
    this.wasSized = isSized(box);
    this.isFinishing = false;
    this.isStopped = false;
    this.goal = 0;
    this.parked = null;
    this.held = null;
    this.goals = [];
  }

  /** How many messages have arrived where they were to go. */
  get delivered(): number {
    this.settle();
    return this.port.taken - (this.held === null ? 0 : 1);
  }

  *run(): Operation<void> {
    const moves = new Moves(this);
    const room = new Room(this);
    while ((yield* moves) === FULL) yield* room; // where it is stopped, the next move says so
    this.tellGoals(true);
  }

  /** It ends as soon as the port is empty. */
  finish(): void {
    this.isFinishing = true;
    this.port.look();
  }

  /** It ends now. What there is room for is moved before. */
  stop(): void {
    this.settle();
    this.move(true);
    this.isStopped = true;
    const { parked } = this;
    this.parked = null;
    if (parked !== null) {
      parked.leaf.delist(parked.waiter);
      complete(parked.waiter, STOPPED);
    }
    this.tellGoals(true);
  }

  /** Its task may have been woken by a delivery, and have had no turn yet. */
  settle(): void {
    const { parked } = this;
    if (parked === null || parked.waiter.payload !== undefined) return;
    this.parked = null;
    if (parked.leaf instanceof Room && parked.waiter.runner.wake === VALUE) this.held = null;
  }

  /** Moves the next messages, until so many have been delivered, wherever there is room: also where one who puts would have to wait. */
  hurry(count: number): void {
    this.goal = Math.max(this.goal, count);
    const { parked } = this;
    if (parked !== null && parked.leaf instanceof Room && parked.waiter.payload !== undefined) {
      this.parked = null;
      parked.leaf.delist(parked.waiter);
      complete(parked.waiter, STOPPED); // it looks again
    } else this.port.look();
  }

  /** Waits until so many messages have been delivered, and hurries them. */
  *reach(count: number): Operation<void> {
    if (this.delivered >= count || this.isStopped) return;
    this.hurry(count);
    if (this.delivered >= count) return;
    const latch = new Latch();
    this.goals.push({ count, latch });
    yield* latch.wait();
  }

  /** Moves what can be moved. Answers FULL, STOPPED, NOT_READY, or STAYS if it has moved some, and there are none left. `anyway` also where one who puts would have to wait, though there is room. */
  move(anyway = false): unknown {
    const { box } = this;
    this.settle();
    if (this.isStopped || box.sink === box) return STOPPED; // or it leads nowhere any more
    if (this.port.length > 0) this.watchEnd(box.sink);
    const { taken } = this.port;
    const answer = this.moveAll(anyway);
    this.tellGoals(false);
    return answer === NOT_READY && this.port.taken !== taken ? STAYS : answer;
  }

  private moveAll(anyway: boolean): unknown {
    const { box, port } = this;
    for (let room = 0; ; room--) {
      const { sink } = box;
      if (sink !== null && room <= 0) {
        room = anyway || port.taken < this.goal ? (sink.isFull ? 0 : 1) : sink.vacancy;
        if (room <= 0) {
          if (this.held !== null || port.hasNext) return FULL;
          return this.isFinishing && port.length === 0 ? STOPPED : NOT_READY;
        }
      }
      let message: unknown;
      if (this.held === null) {
        message = port.take();
        if (message === NOT_READY) return this.isFinishing && port.length === 0 ? STOPPED : NOT_READY;
        if (message === ENDED) return STOPPED;
      } else {
        message = this.held.message;
        this.held = null;
      }
      if (sink === null || !sink.accept(message)) box.lost++;
    }
  }

  /** The message that is next, which is held until it has been delivered. */
  next(): unknown {
    if (this.held !== null) return this.held.message;
    const message = this.port.take();
    if (message === NOT_READY || message === ENDED) return message;
    this.held = { message };
    return message;
  }

  park(waiter: Waiter, leaf: Leaf<unknown>): void {
    this.parked = { waiter, leaf };
  }

  private watchEnd(sink: Box | null): void {
    const isClosed = sink?.owner.hasEnded === true;
    if (isClosed !== this.wasClosed) {
      this.wasClosed = isClosed;
      this.keeper?.closed(this, isClosed);
    }
    if (isSized(this.box) !== this.wasSized) {
      this.wasSized = !this.wasSized;
      this.keeper?.sized(this, this.wasSized);
    }
  }

  private tellGoals(all: boolean): void {
    const { goals } = this;
    if (goals.length === 0) return;
    const { delivered } = this;
    for (let i = goals.length - 1; i >= 0; i--)
      if (all || delivered >= (goals[i] as { count: number }).count) goals.splice(i, 1)[0]?.latch.open();
  }
}

/** Does a box lead to one that has a size? */
export function isSized(box: Box): boolean {
  return box.sink !== null && box.sink.limit !== Number.POSITIVE_INFINITY;
}

/** Moves messages until the box at the end is full, or there will be none. */
class Moves extends Leaf<unknown> implements Attempting {
  declare private readonly pump: Pump;

  constructor(pump: Pump) {
    super();
    this.pump = pump;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    const answer = this.pump.move();
    return answer === STAYS ? NOT_READY : answer;
  }

  attempt(): unknown {
    return this.pump.move();
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.pump.park(waiter, this);
    this.pump.port.wait(waiter);
  }

  delist(waiter: Waiter): void {
    this.pump.port.waiting.remove(waiter);
  }

  describe(): Description {
    return { operation: "messages for", object: this.pump.box.label, heldBy: [], outside: true };
  }
}

/** Waits for room at the end of a box, as one does who puts. Its message is the next one that is in the port by then. */
class Room extends Leaf<unknown> implements Parcel {
  declare private readonly pump: Pump;

  constructor(pump: Pump) {
    super();
    this.pump = pump;
  }

  get box(): Box {
    return this.pump.box;
  }

  /** Asked for in the step in which it is delivered. */
  get message(): unknown {
    return this.pump.next();
  }

  ready(): boolean {
    return this.box.takesOffer();
  }

  poll(): unknown {
    return this.box.takesOffer() ? undefined : NOT_READY;
  }

  attempt(): unknown {
    return (this.box.sink as Box).admit(this.pump.next());
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.pump.park(waiter, this);
    (this.box.sink as Box).awaitRoom(waiter);
  }

  delist(waiter: Waiter): void {
    this.box.sink?.putters.remove(waiter);
  }

  override finish(raw: unknown): unknown {
    this.pump.settle();
    return raw;
  }

  override failed(error: unknown): unknown {
    this.pump.settle();
    if (this.box.sink?.owner.hasEnded === true) return undefined; // what comes is discarded from now on
    throw error;
  }

  describe(): Description {
    const { box } = this;
    return { operation: "component.put", object: (box.sink ?? box).label, heldBy: [] };
  }
}
