// Happens-before among the steps of one run, by vector clocks, and the pairs of steps that depend on each other and could be reversed.
//
// A step comes after the one before it of its strand, after the one that has spawned or woken its strand, and after each earlier step it depends on. Two steps are
// a race if the later one depends on the earlier, and nothing else puts it after that one: then there is an order in which it comes first.
//
// Invariant
//   the clock of a step is whole once the next one has begun

import { CLOCK, WRITE } from "../../core/tracker.ts";
import { type Clock, join, knows, set } from "./clock.ts";
import type { Location } from "./location.ts";
import type { Strand } from "./strand.ts";
import type { Observer } from "./tracker.ts";

/** What a step has accessed, by the names of the locations, and in which mode: WRITE if in several. */
export type Accesses = Map<string, number>;

export interface StepOrder {
  readonly strand: Strand;
  readonly accesses: Accesses;
  readonly locations: Map<Location, number>;
  /** Steps that come before in any order, by the location that tells so. */
  readonly after: Map<Location, number[]>;
  /** Of all that comes before it, and itself. */
  clock: Clock;
  /** It has looked at the time, or has armed or disarmed a timer. */
  hasToDoWithTime: boolean;
}

/** Is told of what a search goes by. */
export interface Races {
  /** A step of a strand begins: the how many-eth of the run. */
  begun(strand: number, count: number): void;
  /** A step is whole. `races` are the earlier steps that it could come before. */
  closed(index: number, races: readonly number[]): void;
}

export class Order implements Observer {
  declare readonly steps: StepOrder[];
  declare private readonly races: Races;
  /** Does time stand still while tasks can run? Then nothing can come before a timer that came before it. */
  declare private readonly idleTime: boolean;
  declare private open: boolean;

  constructor(idleTime: boolean, races: Races) {
    this.steps = [];
    this.races = races;
    this.idleTime = idleTime;
    this.open = false;
  }

  begun(strand: Strand): void {
    this.close();
    for (const step of strand.before) join(strand.clock, (this.steps[step] as StepOrder).clock);
    strand.before = [];
    if (this.idleTime && strand.name === "time") for (const { clock } of this.steps) join(strand.clock, clock);
    this.steps.push({
      strand,
      accesses: new Map(),
      locations: new Map(),
      after: new Map(),
      clock: [],
      hasToDoWithTime: false,
    });
    this.open = true;
    this.races.begun(strand.number, this.steps.length);
  }

  accessed(_strand: Strand, location: Location, part: number, mode: number): void {
    const step = this.steps.at(-1);
    if (step === undefined || !this.open) return;
    access(step, location, mode);
    if (part === CLOCK) step.hasToDoWithTime = true;
  }

  /** The step under way depends on what accesses this, as if it had accessed it. */
  depends(location: Location, mode: number): void {
    access(this.steps.at(-1) as StepOrder, location, mode);
  }

  shared(): void {}

  spawned(strand: Strand): void {
    if (this.steps.length > 0) strand.before.push(this.steps.length - 1);
  }

  /** It has been woken, by the step that is under way. */
  woken(strand: Strand): void {
    if (this.steps.length > 0) strand.before.push(this.steps.length - 1);
  }

  follows(strand: Strand, location: Location): void {
    strand.before.push(...location.current.map(plain));
    const step = this.steps.at(-1);
    if (step === undefined || !this.open || !step.locations.has(location)) return;
    strand.before.push(this.steps.length - 1, ...(step.after.get(location) ?? []));
  }

  ended(_strand: Strand, end: Location, children: Location | null, siblings: Location | null, mode: number): void {
    const step = this.steps.at(-1);
    if (step === undefined || !this.open) return;
    const before = children === null ? [] : [...children.current.map(plain), ...(step.after.get(children) ?? [])];
    for (const [location, how] of [[end, WRITE] as const, [siblings, mode] as const]) {
      if (location === null) continue;
      access(step, location, how);
      if (before.length > 0) step.after.set(location, [...(step.after.get(location) ?? []), ...before]);
    }
  }

  /** The step under way, if there is one, is whole. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    const { steps } = this;
    const index = steps.length - 1;
    const step = steps[index] as StepOrder;
    const { clock, number } = step.strand;
    // 1 what it depends on, the latest first: what comes before one of those is no race
    const earlier = new Set<number>();
    for (const [location, mode] of step.locations) for (const other of location.dependsOn(mode)) earlier.add(other);
    const races: number[] = [];
    for (const other of [...earlier].sort((a, b) => plain(b) - plain(a))) {
      const before = steps[plain(other)] as StepOrder;
      if (before === step || knows(clock, before.strand.number) > plain(other)) continue;
      if (other >= 0) races.push(other);
      join(clock, before.clock);
    }
    // 2 its clock
    set(clock, number, index + 1);
    step.clock = [...clock];
    // 3 who comes after it
    for (const [location, mode] of step.locations) location.add(index, mode, step.after.get(location) ?? []);
    this.races.closed(index, races);
  }
}

/** Of two modes in one step, what the step has done there. */
function access(step: StepOrder, location: Location, mode: number): void {
  const before = step.locations.get(location);
  const now = before === undefined || before === mode ? mode : WRITE;
  step.locations.set(location, now);
  const named = step.accesses.get(location.name);
  step.accesses.set(location.name, named === undefined || named === now || before !== undefined ? now : WRITE);
}

const plain = (step: number): number => (step < 0 ? -1 - step : step);

/** Do two steps depend on each other? */
export function dependent(a: Accesses, b: Accesses): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const [name, mode] of few) {
    const other = many.get(name);
    if (other !== undefined && (mode === WRITE || mode !== other)) return true;
  }
  return false;
}
