// The calls that this thread makes on one owned object.
//
// Invariants
//   calls that have no place yet are put in the order in which they were made, before later ones
//   a call that is not over is answered by the owner, or lost with its thread

import { ClosedError, WorkerError } from "../../base/errors.ts";
import { Ring as Fifo } from "../../base/ring.ts";
import { machine } from "../../core/machine.ts";
import type { Selectable } from "../../core/types.ts";
import { Cargo } from "../cargo.ts";
import { argument, encode } from "../codec.ts";
import type { Death, Message, Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import type { Origin } from "../origin.ts";
import { type Call, type Employer, PoolRun } from "../pool/call.ts";
import { desk } from "../pool/desk.ts";
import type { Parcel } from "../pool/parcel.ts";
import { transferable } from "../pool/reply.ts";
import { CLOSED, INLINE, SENDERS } from "../ring-layout.ts";
import { SHARE } from "../shareable.ts";
import { steps } from "../steps.ts";
import { addWaiter, removeWaiter } from "../wait-set.ts";
import { FETCH, type OwnerQueue } from "./queue.ts";

/** What a call takes along that its owner has fetched, or that it is cancelled. */
export interface CallMessage extends Message {
  readonly owner: number;
  readonly mailbox: number;
  readonly place: number;
  readonly generation: number;
}

export interface ParcelMessage extends CallMessage {
  readonly parcel: Parcel;
}

export interface CancelMessage extends CallMessage {
  readonly bytes: Uint8Array | null;
}

const cargo = new Cargo(true);
/** What lies in the queue for a call whose arguments are fetched. */
const NOTHING = new Cargo();
const label = { first: 0, second: 0, third: 0, fourth: 0 };

const WORDS = {
  verb: "Owned.call",
  operation: "owned.call",
  thread: "the thread that owns the object",
  place: "at its owner",
};

export class OwnerClient implements Employer, Watched {
  declare readonly name: string;
  declare readonly words: Employer["words"];
  declare readonly grace: number;
  declare readonly timeout: number;
  declare readonly queue: OwnerQueue;
  /** Those that are not over. */
  declare private readonly calls: Set<Call>;
  declare private readonly waiting: Fifo<Call>;
  /** Places of calls that were taken back, and their generations: their owner frees them, unless it dies before. */
  declare private readonly withdrawn: Map<number, number>;
  declare private death: Death | null;

  constructor(queue: OwnerQueue) {
    this.name = queue.name;
    this.words = WORDS;
    this.grace = Number.POSITIVE_INFINITY;
    this.timeout = Number.POSITIVE_INFINITY;
    this.queue = queue;
    this.calls = new Set();
    this.waiting = new Fifo();
    this.withdrawn = new Map();
    this.death = null;
    enlist(this);
  }

  /** The operation that calls a method. Each use is a call of its own. */
  call(method: string, args: readonly unknown[]): Selectable<unknown> {
    return new PoolRun<unknown>(this, originOf(this.name, method), args);
  }

  begin(call: Call): void {
    this.calls.add(call);
    try {
      if (!here().commons.isAlive(this.queue.owner)) throw this.lostError(call);
      if (this.waiting.size > 0 || !this.put(call)) {
        if (call.cargo === null) {
          this.load(call);
          call.cargo = cargo.copy();
        }
        this.waiting.push(call);
        here().watch(this);
      }
    } catch (error) {
      call.refused(error);
    }
  }

  retract(call: Call): boolean {
    if (call.place < 0) return true; // it is passed over when its turn comes
    if (!desk().retract(call.place)) return false;
    this.withdrawn.set(call.place, call.generation);
    return true;
  }

  cancel({ place, generation }: Call, reason: unknown): void {
    let bytes: Uint8Array | null = null;
    try {
      bytes = encode(reason, PLAIN, "").slice();
    } catch {
      // a reason that cannot travel: the method is cancelled without one
    }
    this.tell({ about: "cancel owned", ...this.address(place, generation), bytes });
  }

  replace(): void {}

  handOver(call: Call): void {
    const { place, generation } = call;
    try {
      const load = call.cargo as Cargo;
      const handed = [...load.handed];
      const parcel: Parcel = { bytes: load.message, objects: load.references, handed };
      this.tell({ about: "owned parcel", ...this.address(place, generation), parcel }, transferable(handed));
      call.cargo = null;
    } catch (error) {
      call.refused(error);
    }
  }

  startOf(): number | null {
    return null;
  }

  over(call: Call): void {
    this.calls.delete(call);
  }

  get isWanted(): boolean {
    return this.waiting.size > 0;
  }

  look(): boolean {
    const { waiting } = this;
    let done = false;
    while (waiting.size > 0) {
      const call = waiting.peek(0);
      if (!call.isOver) {
        try {
          if (!this.put(call)) break;
        } catch (error) {
          call.refused(error);
        }
      }
      waiting.shift();
      done = true;
    }
    return done;
  }

  announce(): void {
    addWaiter(this.queue.words, SENDERS, here().slot);
  }

  withdraw(): void {
    if (!removeWaiter(this.queue.words, SENDERS, here().slot)) this.queue.givers.wakeOne();
  }

  /** Puts a call into the queue. False if there is no place. */
  private put(call: Call): boolean {
    const { ring } = this.queue;
    if (!ring.isClosed && !ring.hasRoom) return false;
    if (ring.isClosed) throw closedError(this.name, call.origin.name);
    let load = call.cargo;
    if (load === null) {
      this.load(call);
      load = cargo;
    }
    const place = desk().enter(call);
    if (place < 0) return false;
    const generation = desk().generationOf(place);
    const mustFetch = load.handed.length > 0 || (load.length > INLINE && load.length > ring.pages.size);
    label.first = place;
    label.second = desk().mailbox[SHARE];
    label.third = 0;
    label.fourth = mustFetch ? generation | FETCH : generation;
    const ticket = (mustFetch ? NOTHING : load).put(ring, label);
    if (ticket < 0) {
      desk().leave(place);
      if (ticket === CLOSED) throw closedError(this.name, call.origin.name);
      return false;
    }
    this.withdrawn.delete(place);
    call.place = place;
    call.generation = generation;
    if (mustFetch && call.cargo === null) call.cargo = load.copy();
    this.queue.takers.wakeOne();
    if (steps.at !== null) steps.at("owner.called");
    return true;
  }

  private load({ origin, args }: Call): void {
    cargo.load([...args, origin.name], `Owned.${origin.name}`, argument);
  }

  private address(place: number, generation: number): Omit<CallMessage, "about"> {
    return { owner: this.queue[SHARE], mailbox: desk().mailbox[SHARE], place, generation };
  }

  private tell(message: ParcelMessage | CancelMessage, transfer?: ReturnType<typeof transferable>): void {
    here().tell(this.queue.owner, message, transfer);
  }

  private lostError({ origin }: Call): WorkerError {
    const { why, exitCode, cause } = this.death ?? GONE;
    const message = `${WORDS.verb}: ${origin.label} cannot be called: ${WORDS.thread} ${why}.`;
    return new WorkerError(message, exitCode, cause === undefined ? {} : { cause });
  }

  /** The thread of the owner has died: those of its calls are lost that it had not taken, too. */
  mourn(who: number, death: Death): void {
    if (who !== this.queue.owner) return;
    this.death = death;
    for (const [place, generation] of this.withdrawn) desk().lost(place, generation, who);
    this.withdrawn.clear();
    for (const call of [...this.calls]) {
      if (call.place >= 0) desk().leave(call.place);
      call.lost(death);
    }
  }
}

/** The clients of this thread. An object that nobody calls any more may be forgotten. */
const clients = new Set<WeakRef<OwnerClient>>();
let isListening = false;

function enlist(client: OwnerClient): void {
  clients.add(new WeakRef(client));
  if (isListening) return;
  isListening = true;
  desk().whenFree(() => {
    for (const one of known()) if (one.isWanted) one.look();
  });
  here().atDeath((who, death) => {
    for (const one of known()) one.mourn(who, death); // after the desk has, which came first
  });
}

function known(): OwnerClient[] {
  const found: OwnerClient[] = [];
  for (const reference of clients) {
    const client = reference.deref();
    if (client === undefined) clients.delete(reference);
    else found.push(client);
  }
  return found;
}

const GONE: Death = { why: "has ended", exitCode: undefined, cause: undefined };

const PLAIN = { refer: (): never => refuse(), hand: (): never => refuse() };

function refuse(): never {
  throw new WorkerError("it cannot travel with a reason");
}

/** For calls of an object whose owner has ended. */
export function closedError(name: string, method: string): ClosedError {
  const { runner } = machine;
  const task = runner === null ? undefined : { id: runner.id, name: runner.name };
  const message = `Owned.${method}: the owner of "${name}" has ended. Call it while the extent runs in which it was made.`;
  return new ClosedError(message, "sender", { task });
}

function originOf(name: string, method: string): Origin {
  return {
    key: method,
    label: `${name}.${method}`,
    module: null,
    name: method,
    source: null,
    captured: [],
    library: [],
    base: null,
    capturedValues: [],
  };
}
