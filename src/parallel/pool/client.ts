// One thread's side of a pool: it puts calls into the queue of the pool, and keeps those for which there is no place yet.
//
// Invariant
//   calls that have no place yet are put in the order in which they were made, before later ones

import { Ring as LocalRing } from "../../base/ring.ts";
import { misuse } from "../../core/leaf.ts";
import { Cargo } from "../cargo.ts";
import { encode } from "../codec.ts";
import { slotOf } from "../commons.ts";
import { directory } from "../directory.ts";
import type { Message, Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import { INLINE, SENDERS } from "../ring-layout.ts";
import { SHARE } from "../shareable.ts";
import { steps } from "../steps.ts";
import { addWaiter, removeWaiter } from "../wait-set.ts";
import { type Call, type Employer, wordsOfPool } from "./call.ts";
import { type CallQueue, FETCH } from "./call-queue.ts";
import { desk } from "./desk.ts";
import { functions, namesIn } from "./functions.ts";
import { Durations } from "./histogram.ts";
import { loadOf } from "./load.ts";
import type { Parcel } from "./parcel.ts";
import { transferable } from "./reply.ts";

/** A call in a message to one worker. */
export interface DirectCall extends Message {
  readonly place: number;
  readonly mailbox: number;
  readonly fn: number;
  readonly generation: number;
  readonly parcel: Parcel;
  /** The worker has been reserved for it. */
  readonly isReserved: boolean;
}

/** A call is given up; `bytes` is why, if that can travel. */
export interface Cancel extends Message {
  readonly mailbox: number;
  readonly place: number;
  readonly generation: number;
  readonly bytes: Uint8Array | null;
}

export interface ClientOptions {
  readonly grace: number;
  readonly timeout: number;
  /** Calls that may wait in the queue. */
  readonly most: number;
}

/** What only the thread does that started the pool. */
export interface Hiring {
  /** Calls wait: more workers may be needed. */
  hire(): void;
  replace(worker: number, why: string): void;
}

const cargo = new Cargo(true);
const label = { first: 0, second: 0, third: 0, fourth: 0 };

export class Client implements Employer, Watched {
  declare readonly name: string;
  declare readonly words: Employer["words"];
  declare readonly grace: number;
  declare readonly timeout: number;
  declare readonly queue: CallQueue;
  declare readonly runs: Durations;
  declare readonly waits: Durations;
  declare done: number;
  declare failed: number;
  /** Calls that were begun here and are not over. */
  declare underWay: number;
  declare private isClosed: boolean;
  /** Told when the last call is over. */
  declare private emptied: (() => void) | null;
  declare private readonly most: number;
  declare private readonly hiring: Hiring | null;
  declare private readonly waiting: LocalRing<Call>;
  /** Told when the desk has a place again. */
  declare private readonly hope: () => void;

  constructor(queue: CallQueue, options: ClientOptions, hiring: Hiring | null) {
    this.name = queue.name;
    this.words = wordsOfPool(queue.name);
    this.grace = options.grace;
    this.timeout = options.timeout;
    this.queue = queue;
    this.runs = new Durations();
    this.waits = new Durations();
    this.done = 0;
    this.failed = 0;
    this.underWay = 0;
    this.isClosed = false;
    this.emptied = null;
    this.most = options.most;
    this.hiring = hiring;
    this.waiting = new LocalRing();
    this.hope = () => {
      if (this.waiting.size > 0) this.look();
    };
    desk().whenFree(this.hope);
  }

  begin(call: Call): void {
    this.underWay++;
    try {
      if (this.isClosed) throw this.closedError();
      if (this.waiting.size > 0 || this.isFullFor(call) || !this.put(call)) {
        this.waiting.push(call);
        if (this.waiting.size <= this.most - this.queue.ring.length) this.load(call);
        here().watch(this);
      }
    } catch (error) {
      call.refused(error);
      return;
    }
    if (this.queue.hired < this.queue.most) this.callForMore();
  }

  retract(call: Call): boolean {
    if (call.place < 0) return true; // it is passed over when its turn comes
    return desk().retract(call.place);
  }

  cancel(call: Call, reason: unknown): void {
    const mailbox = desk().mailbox[SHARE];
    let bytes: Uint8Array | null = null;
    try {
      bytes = encode(reason, PLAIN, "").slice();
    } catch {
      // a reason that cannot travel: the worker's task is cancelled without one
    }
    const { place, generation } = call;
    here().tell(this.takerOf(call), { about: "cancel", mailbox, place, generation, bytes } as Cancel);
  }

  replace(call: Call, why: string): void {
    const worker = this.takerOf(call);
    if (this.hiring !== null) this.hiring.replace(worker, why);
    else here().tell(this.queue.owner, { about: "replace", pool: this.queue[SHARE], worker, why } as Message);
  }

  handOver(call: Call, worker: number): void {
    const { place, generation } = call;
    const mailbox = desk().mailbox[SHARE];
    try {
      const { parcel, transfer } = this.pack(call.cargo as Cargo);
      here().tell(worker, { about: "parcel", mailbox, place, generation, parcel } as Message, transfer);
      call.cargo = null;
    } catch (error) {
      here().tell(worker, { about: "parcel", mailbox, place, generation, parcel: null } as Message);
      call.refused(error);
    }
  }

  startOf(call: Call): number | null {
    if (call.place < 0 || desk().mailbox.takerOf(call.place) <= 0) return null;
    return desk().mailbox.startOf(call.place);
  }

  over(call: Call, failed: boolean): void {
    if (failed) this.failed++;
    else this.done++;
    if (call.putAt > 0 && call.place >= 0) this.measure(call);
    if (--this.underWay === 0) this.emptied?.();
  }

  /** Takes no more calls, and waits for those that are under way. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.underWay > 0)
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
    desk().hopeless(this.hope);
  }

  get isWanted(): boolean {
    return this.waiting.size > 0;
  }

  /** Calls that have no place in the queue. */
  get size(): number {
    return this.waiting.size;
  }

  look(): boolean {
    const { waiting } = this;
    let done = false;
    while (waiting.size > 0) {
      const call = waiting.peek(0);
      if (!call.isOver) {
        if (this.isFullFor(call)) break;
        try {
          if (!this.put(call)) break;
        } catch (error) {
          call.refused(error);
        }
      }
      waiting.shift();
      done = true;
    }
    if (done && this.queue.hired < this.queue.most) this.callForMore();
    return done;
  }

  announce(): void {
    addWaiter(this.queue.words, SENDERS, here().slot);
  }

  withdraw(): void {
    if (!removeWaiter(this.queue.words, SENDERS, here().slot)) this.queue.givers.wakeOne();
  }

  /** Do as many calls wait as may? Besides, there may be one for each worker that is free; and one at least, for which a worker is started. */
  private isFullFor({ worker }: Call): boolean {
    if (this.most === Number.POSITIVE_INFINITY || worker !== 0) return false;
    const { length } = this.queue.ring;
    return length > 0 && length >= this.most + this.queue.free().length;
  }

  /** Puts a call into the queue, or sends it to its worker. False if there is no place. */
  private put(call: Call): boolean {
    const { queue } = this;
    if (queue.isClosed) throw this.closedError();
    if (call.worker === 0 && !queue.ring.hasRoom) return false;
    let load = call.cargo;
    if (load === null) {
      this.loadInto(cargo, call);
      load = cargo;
    }
    const place = desk().enter(call);
    if (place < 0) return false;
    const generation = desk().generationOf(place);
    call.place = place;
    call.generation = generation;
    const mustFetch = load.handed.length > 0 || (load.length > INLINE && load.length > queue.ring.pages.size);
    const reserved = call.worker === 0 && mustFetch ? queue.reserve() : 0;
    const worker = call.worker !== 0 ? call.worker : reserved;
    if (worker !== 0) {
      try {
        this.putDirectly(call, load, worker, reserved !== 0);
      } catch (error) {
        if (reserved !== 0) queue.unreserve(slotOf(reserved), here().who);
        desk().leave(place);
        throw error;
      }
      return true;
    }
    label.first = place;
    label.second = desk().mailbox[SHARE];
    label.third = functions().numberOf(call.origin);
    label.fourth = mustFetch ? generation | FETCH : generation;
    if ((mustFetch ? NOTHING : load).put(queue.ring, label) < 0) {
      desk().leave(place);
      call.place = -1;
      return false;
    }
    if (mustFetch && call.cargo === null) call.cargo = load.copy();
    call.wasPut(now());
    queue.wake();
    if (steps.at !== null) steps.at("called");
    return true;
  }

  private closedError(): Error {
    return misuse(`Pool.run: pool "${this.name}" is closed. Make the calls before close(), or another pool.`);
  }

  private putDirectly(call: Call, load: Cargo, worker: number, isReserved: boolean): void {
    const { place, generation } = call;
    const { mailbox } = desk();
    const fn = functions().numberOf(call.origin);
    const { parcel, transfer } = this.pack(load);
    // A worker that has just been started knows neither.
    directory().introduce(mailbox, worker);
    functions().introduce(fn, worker);
    mailbox.take(place, worker, now());
    const message: DirectCall = { about: "call", mailbox: mailbox[SHARE], place, fn, generation, parcel, isReserved };
    if (!here().tell(worker, message, transfer)) {
      desk().leave(place);
      call.lost({ why: "has ended", exitCode: undefined, cause: undefined });
      return;
    }
    call.wasPut(now());
  }

  private pack(load: Cargo): { parcel: Parcel; transfer: ReturnType<typeof transferable> } {
    const handed = [...load.handed];
    return { parcel: { bytes: load.message, objects: load.references, handed }, transfer: transferable(handed) };
  }

  private load(call: Call): void {
    this.loadInto(cargo, call);
    call.cargo = cargo.copy();
  }

  private loadInto(into: Cargo, { args, origin }: Call): void {
    into.load(loadOf(origin, args), "Pool.run", namesIn(origin));
  }

  private takerOf(call: Call): number {
    return desk().mailbox.takerOf(call.place);
  }

  private callForMore(): void {
    if (this.hiring !== null) this.hiring.hire();
    else here().tell(this.queue.owner, { about: "hire", pool: this.queue[SHARE] } as Message);
  }

  private measure(call: Call): void {
    const start = desk().mailbox.startOf(call.place);
    if (start === 0) return;
    this.waits.add(start - call.putAt);
    this.runs.add(now() - start);
  }
}

const PLAIN = { refer: (): never => refuse(), hand: (): never => refuse() };

function refuse(): never {
  throw new TypeError("it cannot travel with a reason");
}

/** What lies in the queue for a call that has to be fetched. */
const NOTHING = new Cargo();

/** Milliseconds, the same in all threads. */
const now = (): number => ORIGIN + performance.now();
const ORIGIN = performance.timeOrigin;
