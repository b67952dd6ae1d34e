// The calls of this thread that are under way, whichever pool they go to: their places in the table of the mailbox, and the answers.
//
// Invariant
//   a place belongs to a call from when it is put until its answer has come in, or its worker has died

import { whenKnown } from "../arrivals.ts";
import { ENDED, isReadable, read } from "../cargo.ts";
import { decode, type Unloader } from "../codec.ts";
import { directory } from "../directory.ts";
import type { Death, Message, Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import { RECEIVERS } from "../ring-layout.ts";
import { addWaiter, removeWaiter } from "../wait-set.ts";
import { type Mailbox, newMailbox, PLACES } from "./mailbox.ts";

// How a call has ended.
export const ANSWERED = 0;
export const FAILED = 1;
/** It was withdrawn before it had begun. */
export const DROPPED = 2;
/** Its task was cancelled. */
export const CANCELLED = 3;

/** A call, as this file sees it. */
export interface Answerable {
  /** It has ended, and its place is free. */
  answered(how: number, value: unknown): void;
  /** Its worker has died. */
  lost(death: Death): void;
  /** A worker has taken it, and wants what is to be handed over. */
  fetched(worker: number): void;
}

/** An answer that did not fit into the mailbox, or hands something over. */
export interface Answer extends Message {
  readonly place: number;
  readonly generation: number;
  readonly how: number;
  readonly bytes: Uint8Array;
  readonly handed: readonly unknown[];
  readonly objects: readonly number[];
}

/** In the place of a call that was withdrawn. */
const GONE: Answerable = { answered: () => undefined, lost: () => undefined, fetched: () => undefined };

/** Generations are counted up to this, and from 0 again. */
export const GENERATIONS = 0x3fff_ffff;
/** Deaths that are remembered: more than there are threads. */
const DEATHS = 256;

class Desk implements Watched {
  declare readonly mailbox: Mailbox;
  declare private readonly calls: (Answerable | null)[];
  declare private readonly generations: number[];
  declare private readonly free: number[];
  declare private underWay: number;
  /** Told when there is a place again after there was none. */
  declare private readonly hopeful: Set<() => void>;
  declare private readonly deaths: Map<number, Death>;

  constructor() {
    this.mailbox = newMailbox();
    directory().patronise(this.mailbox);
    this.calls = [];
    this.generations = [];
    this.free = [];
    this.underWay = 0;
    this.hopeful = new Set();
    const neighbours = here();
    neighbours.on("answer", (answer: Answer) => this.accept(answer));
    neighbours.on("fetch", ({ place, generation }: { place: number; generation: number }, from) => {
      if (this.generations[place] === generation) this.calls[place]?.fetched(from);
    });
    this.deaths = new Map();
    neighbours.on("lost call", ({ place, generation, dead }: { place: number; generation: number; dead: number }) =>
      this.lost(place, generation, dead),
    );
    neighbours.atDeath((who, death) => {
      this.deaths.set(who, death);
      if (this.deaths.size > DEATHS) this.deaths.delete(this.deaths.keys().next().value as number);
      this.look(); // what it had answered counts
      for (let place = 0; place < this.calls.length; place++) this.lose(place, who, death);
    });
  }

  /** Takes a place for a call; -1 if all are taken. */
  enter(call: Answerable): number {
    const place = this.free.pop() ?? (this.calls.length < PLACES ? this.calls.length : -1);
    if (place < 0) return -1;
    this.calls[place] = call;
    this.generations[place] = ((this.generations[place] ?? 0) + 1) & GENERATIONS;
    this.mailbox.open(place);
    if (this.underWay++ === 0) here().watch(this);
    return place;
  }

  /** Withdraws a call, if no worker has taken it yet. Its place is free when a worker has found that out. */
  retract(place: number): boolean {
    if (!this.mailbox.withdraw(place)) return false;
    this.calls[place] = GONE;
    this.underWay--;
    return true;
  }

  generationOf(place: number): number {
    return this.generations[place] as number;
  }

  /** Gives a place back that was never put. */
  leave(place: number): void {
    if (this.calls[place] !== GONE) this.underWay--;
    this.calls[place] = null;
    this.free.push(place);
  }

  /** Calls back when a place becomes free after there was none. */
  whenFree(hope: () => void): void {
    this.hopeful.add(hope);
  }

  /** Does so no more. */
  hopeless(hope: () => void): void {
    this.hopeful.delete(hope);
  }

  get isWanted(): boolean {
    return this.underWay > 0;
  }

  look(): boolean {
    const { ring } = this.mailbox;
    let done = false;
    for (;;) {
      const ticket = ring.peek();
      if (ticket < 0 || !isReadable(ring, ticket) || !ring.claimTake(ticket)) return done;
      const at = ring.labelAt(ticket);
      const { words } = ring;
      const place = words[at] as number;
      const generation = words[at + 1] as number;
      const how = words[at + 2] as number;
      let value: unknown = ENDED;
      let failure: unknown;
      try {
        value = read(ring, ticket);
      } catch (error) {
        failure = error;
      }
      ring.release(ticket);
      done = true;
      if (value === ENDED) this.answer(place, generation, FAILED, failure);
      else this.answer(place, generation, how, value);
    }
  }

  announce(): void {
    addWaiter(this.mailbox.words, RECEIVERS, here().slot);
  }

  withdraw(): void {
    removeWaiter(this.mailbox.words, RECEIVERS, here().slot);
  }

  /** An answer that came in a message. */
  private accept({ place, generation, how, bytes, handed, objects }: Answer): void {
    whenKnown(objects, () => {
      const known = new Map(objects.map((id) => [id, directory().arrive(id).face]));
      const unloader: Unloader = { object: (id) => known.get(id), handed: (index) => handed[index] };
      let value: unknown;
      try {
        value = decode(bytes, unloader);
      } catch (error) {
        this.answer(place, generation, FAILED, error);
        return;
      }
      this.answer(place, generation, how, value);
    });
  }

  private answer(place: number, generation: number, how: number, value: unknown): void {
    const call = this.calls[place];
    if (call === null || call === undefined || this.generations[place] !== generation) return;
    this.leave(place);
    call.answered(how, value);
    this.tellHopeful();
  }

  /** A worker that has died had taken a call, and another thread has found that out. */
  lost(place: number, generation: number, dead: number): void {
    if (this.generations[place] !== generation) return;
    const death = this.deaths.get(dead);
    if (this.calls[place] === GONE) {
      this.leave(place);
      this.tellHopeful();
    } else if (death !== undefined) this.lose(place, dead, death);
  }

  private lose(place: number, who: number, death: Death): void {
    const call = this.calls[place];
    if (call === null || call === undefined || this.mailbox.takerOf(place) !== who) return;
    this.leave(place);
    call.lost(death);
    this.tellHopeful();
  }

  private tellHopeful(): void {
    if (this.free.length === 1 && this.calls.length === PLACES) for (const hope of this.hopeful) hope();
  }
}

let instance: Desk | null = null;

export function desk(): Desk {
  instance ??= new Desk();
  return instance;
}
