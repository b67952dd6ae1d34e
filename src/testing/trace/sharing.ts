// Races on shared state: two accesses, one of them a change, of which nothing says which comes first.
//
// What says so: the order within a task; that a task was spawned, woken or waited for; and what tasks have locked, sent, opened or counted. Not the order in
// which the steps happened to be taken. So a race shows in most orders of the steps that have both accesses, also where it does no harm; not in one in which, say,
// a lock that has nothing to do with it happens to pass from the one task to the other in between. (As FastTrack, Flanagan and Freund 2009, but with whole clocks.)

import { READ, SELF, WRITE } from "../../core/tracker.ts";
import { holdStack } from "../place.ts";
import { type Clock, join, knows, set } from "./clock.ts";
import type { Location } from "./location.ts";
import type { Strand } from "./strand.ts";
import type { Observer } from "./tracker.ts";

/** One access to shared state. */
export interface Access {
  readonly strand: Strand;
  /** The time of the strand, by its own clock. */
  readonly at: number;
  readonly changes: boolean;
  /** Where the task stood, if that was asked for. */
  readonly stack: string;
}

/** Two accesses that nothing orders. */
export interface Race {
  readonly object: object;
  readonly first: Access;
  readonly second: Access;
}

interface State {
  write: Access | null;
  reads: Access[];
}

export class Sharing implements Observer {
  /** The first that was found. */
  declare race: Race | null;
  declare private readonly stacks: boolean;
  declare private readonly states: Map<object, State>;

  constructor(stacks: boolean) {
    this.race = null;
    this.stacks = stacks;
    this.states = new Map();
  }

  begun(strand: Strand): void {
    // Timers that go off one after the other have nothing to do with each other.
    if (strand.name === "time") strand.order.length = 0;
  }

  accessed(strand: Strand, location: Location, part: number, mode: number): void {
    if (part < SELF) return;
    const known = mode === READ || mode === WRITE ? location.all : location.writes;
    if (known !== null) join(strand.order, known);
    if (mode !== READ) release(strand, location, mode === WRITE);
  }

  spawned(strand: Strand, by: Strand): void {
    this.woken(strand, by);
  }

  woken(strand: Strand, by: Strand): void {
    join(strand.order, timeOf(by));
    tick(by);
  }

  follows(strand: Strand, location: Location): void {
    if (location.all !== null) join(strand.order, location.all);
  }

  ended(strand: Strand, end: Location, children: Location | null, siblings: Location | null, mode: number): void {
    if (children?.all) join(strand.order, children.all);
    release(strand, end, true);
    if (siblings !== null) release(strand, siblings, mode === WRITE);
  }

  shared(strand: Strand, object: object, _location: Location, changes: boolean): void {
    let state = this.states.get(object);
    if (state === undefined) {
      state = { write: null, reads: [] };
      this.states.set(object, state);
    }
    const at = knows(timeOf(strand), strand.number);
    const access = { strand, at, changes, stack: this.stacks ? (holdStack(this.shared).stack ?? "") : "" };
    const unordered = (other: Access): boolean =>
      other.strand !== strand && knows(strand.order, other.strand.number) < other.at;
    const { write, reads } = state;
    const other = write !== null && unordered(write) ? write : changes ? reads.find(unordered) : undefined;
    if (other !== undefined && this.race === null) this.race = { object, first: other, second: access };
    if (changes) {
      state.write = access;
      state.reads = [];
    } else {
      state.reads = reads.filter((read) => read.strand !== strand);
      state.reads.push(access);
    }
  }
}

/** The clock of a strand, in which its own time is at least 1. */
function timeOf(strand: Strand): Clock {
  if (knows(strand.order, strand.number) === 0) set(strand.order, strand.number, 1);
  return strand.order;
}

/** What a strand does from now on has not been seen by those who have seen what it did. */
function tick(strand: Strand): void {
  set(strand.order, strand.number, knows(strand.order, strand.number) + 1);
}

/** Whoever accesses the location later has seen what the strand has done. */
function release(strand: Strand, location: Location, isWrite: boolean): void {
  const time = timeOf(strand);
  location.all ??= [];
  join(location.all, time);
  if (isWrite) {
    location.writes ??= [];
    join(location.writes, time);
  }
  tick(strand);
}
