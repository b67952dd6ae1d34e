// Dynamic partial order reduction: of all orders that differ only in steps that have nothing to do with each other, one.
//
// A depth-first search, as in search.ts, which does not try every task at every choice. After each run it looks for races: a step j that depends on an earlier step
// i, which nothing else puts before it. There has to be a run in which all goes on without i that does not come after it, and then j. So one of those who can begin
// that (an initial: nothing there comes before its step) is to be tried at the choice before i, unless one of them is to be already. That is a source set. A task
// that was tried at a choice need not be tried below the next ones as long as nothing it depends on has happened: it sleeps. (Abdulla, Aronsson, Jonsson, Sagonas
// 2014, "Optimal dynamic partial order reduction": source sets and sleep sets, with the races of whole runs.)
//
// That takes for granted that what a step accesses does not depend on what came before it, but here it does: a task that has been cancelled throws instead of
// receiving. So a task that sleeps and is woken by a step it depends on goes on as if it still accessed what it would have accessed (its ghosts). And the second
// step of a race is no initial as long as there is another one.
//
// Choices within a step, such as those of a select, are all tried.
//
// Invariants
//   the nodes are the choices of the present run so far, and those of tasks are its steps, one each
//   a strand has been tried at a node, is being tried, is to be, or need not be

import { WRITE } from "../../core/tracker.ts";
import type { Runner } from "../../core/waiter.ts";
import type { Point, Strategy } from "../strategy.ts";
import { knows } from "../trace/clock.ts";
import { type Accesses, dependent, Order, type Races, type StepOrder } from "../trace/order.ts";
import { Names } from "../trace/strand.ts";
import type { Observer, StepTracker } from "../trace/tracker.ts";

/** A choice among tasks, by the numbers of their strands. */
interface TaskNode {
  readonly kind: "task";
  /** Those who sleep here, and what their next steps access. */
  readonly sleeping: ReadonlyMap<number, Accesses>;
  /** Who was tried, or is being tried, and what the step has accessed in all that came of it. */
  readonly tried: Map<number, Accesses>;
  readonly toTry: Set<number>;
  /** What strands would have accessed in place of their next steps, had not something come before them that they depend on. */
  readonly ghosts: ReadonlyMap<number, Accesses>;
  /** Could a timer go off? */
  readonly hasTimer: boolean;
  chosen: number;
}

/** A choice within a step. */
interface WayNode {
  readonly kind: "way";
  readonly n: number;
  way: number;
}

export class Dpor implements Strategy, Races {
  readonly seesAll = true;
  declare readonly names: Names;
  declare private readonly path: (TaskNode | WayNode)[];
  /** How many nodes of the path this run has come to. */
  declare private depth: number;
  /** Those of them that are choices among tasks: one for each step. */
  declare private steps: TaskNode[];
  /** The first step that no run before has taken so. */
  declare private fresh: number;
  declare private order: Order;
  /** The races of this run, as pairs of steps, of which the later one is new. */
  declare private races: [earlier: number, later: number][];
  declare private tracker: StepTracker | null;
  declare private abandon: () => void;
  /** The first choice that was not the one found there before, or -1. */
  declare differs: number;
  /** Something has kept the search from looking further in some run. */
  declare cut: boolean;

  constructor() {
    this.names = new Names();
    this.path = [];
    this.depth = 0;
    this.steps = [];
    this.fresh = 0;
    this.order = new Order(false, this);
    this.races = [];
    this.tracker = null;
    this.abandon = () => {};
    this.differs = -1;
    this.cut = false;
  }

  observer(idleTime: boolean): Observer {
    this.order = new Order(idleTime, this);
    this.depth = 0;
    this.steps = [];
    return this.order;
  }

  begins(tracker: StepTracker, abandon: () => void): void {
    this.tracker = tracker;
    this.abandon = abandon;
  }

  pick({ kind, n, ready, index }: Point): number {
    if (kind !== "task" || ready === null) return this.way(n, index);
    this.order.close();
    const strands: number[] = [];
    for (let i = 0; i < n; i++) strands.push(this.strandOf(ready.at(i)));
    const node = this.nodeFor(strands, index);
    this.steps.push(node);
    const choice = strands.indexOf(node.chosen);
    if (choice >= 0) return choice;
    if (this.differs < 0) this.differs = index;
    return 0;
  }

  /** A step begins. If it is a timer that goes off because nothing else can happen, nobody has been asked for that choice, which is among one. */
  begun(strand: number, count: number): void {
    if (this.steps.length < count) this.steps.push(this.nodeFor([strand], -1));
    const tracker = this.tracker as StepTracker;
    for (const [name, mode] of this.steps[count - 1]?.ghosts.get(strand) ?? [])
      this.order.depends(tracker.locationOf(name), mode);
  }

  closed(index: number, races: readonly number[]): void {
    const step = this.order.steps[index] as StepOrder;
    const node = this.steps[index];
    if (node === undefined) return;
    const accesses = node.tried.get(node.chosen);
    if (accesses !== undefined) add(accesses, step.accesses);
    if (index < this.fresh) return;
    for (const earlier of races) this.races.push([earlier, index]);
    // The timer that could have gone off may never go off now, or not as the first: that is a race too, with a step that was not taken.
    if (node.hasTimer && step.hasToDoWithTime && !node.sleeping.has(this.time)) node.toTry.add(this.time);
  }

  /** Goes to the next path. False when there is none. */
  next(): boolean {
    this.order.close();
    for (const [earlier, later] of this.races) this.reverse(earlier, later);
    this.races = [];
    const { path } = this;
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (node.kind === "way" && node.way + 1 < node.n) {
        node.way++;
        this.fresh = this.stepsIn(path.length) - 1;
        return true;
      }
      const next = node.kind === "way" ? undefined : untried(node);
      if (node.kind === "task" && next !== undefined) {
        node.chosen = next;
        node.tried.set(next, new Map());
        this.fresh = this.stepsIn(path.length) - 1;
        return true;
      }
      path.pop();
    }
    return false;
  }

  private way(n: number, index: number): number {
    const known = this.path[this.depth];
    if (known === undefined) this.path.push({ kind: "way", n, way: 0 });
    else if ((known.kind !== "way" || known.n !== n) && this.differs < 0) this.differs = index;
    this.depth++;
    return known?.kind === "way" ? Math.min(known.way, n - 1) : 0;
  }

  private nodeFor(strands: readonly number[], index: number): TaskNode {
    const known = this.path[this.depth++];
    if (known?.kind === "task") return known;
    if (known !== undefined && this.differs < 0) this.differs = index;
    const { sleeping, ghosts } = this.inherited();
    const awake = strands.find((strand) => !sleeping.has(strand));
    if (awake === undefined) this.abandon();
    const chosen = awake ?? (strands[0] as number);
    const node: TaskNode = {
      kind: "task",
      sleeping,
      tried: new Map([[chosen, new Map()]]),
      toTry: new Set(),
      ghosts,
      hasTimer: strands.includes(this.time),
      chosen,
    };
    if (known === undefined) this.path.push(node);
    return node;
  }

  /**
   * What comes of the step that was taken last: who slept before it, or has been tried instead of it, goes on sleeping if it does not depend on it, and has ghosts
   * if it does.
   */
  private inherited(): { sleeping: Map<number, Accesses>; ghosts: Map<number, Accesses> } {
    const sleeping = new Map<number, Accesses>();
    const ghosts = new Map<number, Accesses>();
    const before = this.steps.at(-1);
    const step = this.order.steps[this.steps.length - 1];
    if (before === undefined || step === undefined) return { sleeping, ghosts };
    for (const [strand, accesses] of before.ghosts) if (strand !== before.chosen) ghosts.set(strand, accesses);
    for (const [strand, accesses] of [...before.sleeping, ...before.tried]) {
      if (strand === before.chosen) continue;
      if (!dependent(accesses, step.accesses)) sleeping.set(strand, accesses);
      else ghosts.set(strand, both(ghosts.get(strand), accesses));
    }
    return { sleeping, ghosts };
  }

  /** Sees to it that a run is made in which a later step comes before an earlier one. */
  private reverse(earlier: number, later: number): void {
    const node = this.steps[earlier];
    if (node === undefined) return;
    const initials = this.initials(earlier, later);
    if (initials.some((strand) => node.tried.has(strand) || node.toTry.has(strand) || node.sleeping.has(strand)))
      return;
    node.toTry.add(initials[0] as number);
  }

  /**
   * The strands that can begin what follows a step and does not come after it. If there is nothing, that of the later step. Otherwise not that one: when it comes
   * before the first it may do more than it did, or something else, and nobody knows yet what that depends on.
   */
  private initials(earlier: number, later: number): number[] {
    const { steps } = this.order;
    const first = (steps[earlier] as StepOrder).strand.number;
    const between: number[] = [];
    const initials: number[] = [];
    const seen = new Set<number>();
    for (let i = earlier + 1; i < steps.length; i++) {
      const { clock, strand } = steps[i] as StepOrder;
      if (knows(clock, first) > earlier) continue;
      const comesAfter = between.some((other) => knows(clock, (steps[other] as StepOrder).strand.number) > other);
      if (!seen.has(strand.number) && !comesAfter) initials.push(strand.number);
      seen.add(strand.number);
      between.push(i);
    }
    if (initials.length === 0) initials.push((steps[later] as StepOrder).strand.number);
    return initials;
  }

  /** The number of the strand whose steps are the timers. */
  private get time(): number {
    return (this.tracker as StepTracker).time.number;
  }

  private strandOf(runner: Runner | null): number {
    return (this.tracker as StepTracker).of(runner).number;
  }

  /** How many of the first nodes of the path are steps. */
  private stepsIn(nodes: number): number {
    let steps = 0;
    for (let i = 0; i < nodes; i++) if (this.path[i]?.kind === "task") steps++;
    return steps;
  }
}

function untried({ toTry, tried, sleeping }: TaskNode): number | undefined {
  for (const strand of toTry) if (!tried.has(strand) && !sleeping.has(strand)) return strand;
  return undefined;
}

function both(some: Accesses | undefined, more: Accesses): Accesses {
  if (some === undefined) return more;
  const all = new Map(some);
  add(all, more);
  return all;
}

function add(accesses: Accesses, more: Accesses): void {
  for (const [name, mode] of more) {
    const before = accesses.get(name);
    accesses.set(name, before === undefined || before === mode ? mode : WRITE);
  }
}
