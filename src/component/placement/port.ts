// A way between two placements, as the boxes at its ends see it: whatever it is made of, messages go in at one end and come out at the other, in order, and there is room for so many.
//
// Who waits at an end stands in its line with something that has an `attempt`: it is called when there may be something to do, and answers NOT_READY if there was not, STAYS
// if there was, and it waits for more.

import type { List } from "../../base/list.ts";
import { NOT_READY } from "../../core/machine.ts";
import { complete, fail, type Runner, Waiter } from "../../core/waiter.ts";
import { STAYS } from "../../parallel/line.ts";

/** What somebody has in his payload who stands in the line of a port. */
export interface Attempting {
  attempt(runner: Runner | null): unknown;
}

interface Port {
  /** Those who wait here, in order. */
  readonly waiting: List<Waiter>;
  /** Takes a place in the line. The payload of the waiter is an `Attempting`. */
  wait(waiter: Waiter): void;
  /** Serves those who wait, as far as that is possible now. */
  look(): void;
}

/** Where messages leave this thread or process. */
export interface OutPort extends Port {
  readonly capacity: number;
  /** How many messages are under way. */
  readonly length: number;
  readonly hasRoom: boolean;
  /** Sends a message if there is room. Throws what refuses the message. */
  offer(message: unknown): boolean;
  /** Copies a message that is to be sent later. Throws what refuses it. */
  pack(message: unknown): unknown;
  offerPacked(packed: unknown): boolean;
}

/** Where messages arrive. */
export interface InPort extends Port {
  readonly length: number;
  /** Can the next message be taken? It may yet have to be found out what it holds. */
  readonly hasNext: boolean;
  /** How many messages have been taken out. */
  readonly taken: number;
  /** The next message, or NOT_READY. */
  take(): unknown;
}

/** Stands in the line of a port without a task: does what there is to do, and leaves when it likes. */
export class Attendant extends Waiter {
  declare private readonly line: Port;
  declare private readonly work: Attempting;
  declare isThere: boolean;

  constructor(line: Port, work: Attempting) {
    super(null as never, null, 0); // no task is ever woken by it: it leaves by itself
    this.line = line;
    this.work = work;
    this.isThere = false;
  }

  enter(): void {
    if (this.isThere) return;
    this.isThere = true;
    this.payload = this.work;
    this.line.wait(this);
  }

  leave(): void {
    if (!this.isThere) return;
    this.isThere = false;
    this.line.waiting.remove(this);
  }
}

/** Serves those who stand in a line, for a port that has none in shared memory. */
export function serve(waiting: List<Waiter>): void {
  for (let waiter = waiting.head; waiter !== null; waiter = waiting.head) {
    let raw: unknown;
    let failure: { readonly error: unknown } | null = null;
    try {
      raw = (waiter.payload as Attempting).attempt(waiter.runner);
    } catch (error) {
      failure = { error };
    }
    if (failure === null && (raw === NOT_READY || raw === STAYS)) return;
    if (waiting.head !== waiter) continue; // it has left by itself
    waiting.remove(waiter);
    if (failure === null) complete(waiter, raw);
    else fail(waiter, failure.error);
  }
}
