// The messages to an owned object that it has not taken yet: any thread puts calls in, its owner takes them out, one after the other. Closed when the owner ends.

import { forgetIn } from "../cargo.ts";
import { slotOf } from "../commons.ts";
import { defineKind, NEW, SharedObject } from "../directory.ts";
import { Line } from "../line.ts";
import { here } from "../neighbours.ts";
import { Ring } from "../ring.ts";
import { RECEIVERS, ringSize, SENDERS, SPARE } from "../ring-layout.ts";

const KIND = "owner";
const CAPACITY = 1024;
const BYTES = 4 << 20;

/** The thread of the owner. */
const OWNER = SPARE;

/** In the generation of a call: its owner has to fetch what it takes along. */
export const FETCH = 0x4000_0000;

let makeFace: (queue: OwnerQueue) => object = (queue) => queue;

/** Says how an owned object is called in a thread that it was sent to. */
export function defineOwned(make: (queue: OwnerQueue) => object): void {
  makeFace = make;
  defineKind(KIND, (memory, name, id) => new OwnerQueue(memory, name, id, false));
}

export class OwnerQueue extends SharedObject {
  declare readonly ring: Ring;
  declare readonly takers: Line;
  declare readonly givers: Line;
  declare private owned: object | null;

  constructor(memory: SharedArrayBuffer, name: string, id: number, isNew: boolean) {
    super(KIND, memory, name, id);
    const { commons, who } = here();
    this.ring = new Ring(memory, commons, who, isNew ? { capacity: CAPACITY, bytes: BYTES } : null);
    this.takers = new Line(this.words, RECEIVERS);
    this.givers = new Line(this.words, SENDERS);
    this.owned = null;
    if (isNew) this.words[OWNER] = who;
    const { predecessor } = this.ring;
    if (predecessor !== 0 && predecessor !== who) this.mend(predecessor);
    this.ring.begin();
  }

  override get face(): unknown {
    this.owned ??= makeFace(this);
    return this.owned;
  }

  /** The thread of the owner. */
  get owner(): number {
    return this.words[OWNER] as number;
  }

  protected mendFor(dead: number): void {
    const isDone = this.ring.mend(dead, (ticket) => forgetIn(this.ring, ticket));
    if (!isDone) setImmediate(() => this.mend(dead));
    this.takers.clear(slotOf(dead));
    this.givers.clear(slotOf(dead));
    this.takers.wakeAll();
    this.givers.wakeAll();
  }
}

/** `name` is what the object is called in messages. */
export function newOwnerQueue(name: string): OwnerQueue {
  return new OwnerQueue(new SharedArrayBuffer(ringSize(CAPACITY, BYTES)), name, NEW, true);
}
