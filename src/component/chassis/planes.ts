// The backplanes of a run, by name, and those who wait for one to appear.
//
// Invariant
//   nobody waits for a name that is there

import { List } from "../../base/list.ts";
import { Leaf, misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { runningTask } from "../../core/run.ts";
import { SELF, tellMade, touch, WRITE } from "../../core/tracker.ts";
import type { Selectable } from "../../core/types.ts";
import { complete, type Description, type Waiter } from "../../core/waiter.ts";

/** What is found by its name. */
export interface Plane {
  readonly planeName: string;
}

class Planes {
  declare readonly there: Map<string, Plane>;
  declare readonly waiters: List<Waiter>;

  constructor() {
    this.there = new Map();
    this.waiters = new List();
    tellMade(this);
  }
}

/** By run. Nothing is kept of a run that has ended. */
const runs: WeakMap<object, Planes> = new WeakMap();

function planesHere(from: string): Planes {
  const run = runningTask(from).program;
  let planes = runs.get(run);
  if (planes === undefined) {
    planes = new Planes();
    runs.set(run, planes);
  }
  touch(planes, SELF, WRITE);
  return planes;
}

/** From now on it is found by its name, in this run. Answers what ends that. */
export function appear(plane: Plane): () => void {
  const planes = planesHere("backplane");
  const { planeName: name } = plane;
  if (planes.there.has(name))
    throw misuse(`backplane: there is a backplane ${JSON.stringify(name)} in this run already. Give it another name.`);
  planes.there.set(name, plane);
  for (let waiter = planes.waiters.head; waiter !== null; ) {
    const { after }: Waiter = waiter;
    if (waiter.payload === name) {
      planes.waiters.remove(waiter);
      complete(waiter, plane);
    }
    waiter = after;
  }
  return () => {
    touch(planes, SELF, WRITE);
    planes.there.delete(name);
  };
}

class Find extends Leaf<Plane> {
  declare private readonly planes: Planes;
  declare private readonly name: string;

  constructor(planes: Planes, name: string) {
    super();
    this.planes = planes;
    this.name = name;
  }

  ready(): boolean {
    touch(this.planes, SELF, WRITE);
    return this.planes.there.has(this.name);
  }

  poll(): unknown {
    return this.ready() ? this.planes.there.get(this.name) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this.name;
    this.planes.waiters.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.planes, SELF, WRITE);
    this.planes.waiters.remove(waiter);
  }

  describe(): Description {
    const names = [...this.planes.there.keys()].map((name) => JSON.stringify(name));
    const others = names.length === 0 ? "none" : names.join(", ");
    return {
      operation: "backplane.find",
      object: `${JSON.stringify(this.name)} (in this run there is ${others})`,
      heldBy: [],
    };
  }
}

/** Waits until there is a backplane of this name in this run. */
export function find(name: string, from: string): Selectable<Plane> {
  return new Find(planesHere(from), name);
}

/** How many names and waiters a run has: for tests. */
export function planeStats(from: string): { readonly there: number; readonly waiting: number } {
  const { there, waiters } = planesHere(from);
  return { there: there.size, waiting: waiters.size };
}
