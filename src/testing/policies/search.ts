// Searching the tree of choices: depth first, the whole of it or what a bound allows.
//
// A run follows a path of choices, and 0 from its end on. The next path is the last one with its deepest choice that can be raised raised, if the cost of the path
// stays within the bound. What a choice costs is what makes the strategies: nothing (dfs), one for each departure from production's order (delay bounding, Emmi,
// Qadeer, Rakamaric 2011), one for each time a task is stopped that could go on (preemption bounding, Musuvathi, Qadeer 2007).
//
// Invariant
//   the nodes are the choices of the present run so far, each with the number of its options, which is the same in each run that gets there

import type { Point, Strategy } from "../strategy.ts";

interface Node {
  readonly n: number;
  choice: number;
  /** Of the choices before it. */
  readonly before: number;
  /** Of any choice here but 0. */
  readonly price: number;
}

export type Price = (point: Point) => number;

export const free: Price = () => 0;
export const delays: Price = () => 1;
export const preemptions: Price = ({ kind, ready }) =>
  kind === "task" && ready?.current === true && ready.timer !== 0 ? 1 : 0;

export class Search implements Strategy {
  declare private readonly price: Price;
  declare private readonly bound: number;
  declare private readonly path: Node[];
  /** The bound has kept the search from a choice. */
  declare cut: boolean;
  /** The first choice that was not the one found there before, or -1. */
  declare differs: number;

  constructor(price: Price, bound: number) {
    this.price = price;
    this.bound = bound;
    this.path = [];
    this.cut = false;
    this.differs = -1;
  }

  pick(point: Point): number {
    const { path } = this;
    const { index, n } = point;
    const known = path[index];
    if (known !== undefined) {
      if (known.n !== n && this.differs < 0) this.differs = index;
      return Math.min(known.choice, n - 1);
    }
    const last = path.at(-1);
    const before = last === undefined ? 0 : last.before + (last.choice === 0 ? 0 : last.price);
    path.push({ n, choice: 0, before, price: this.price(point) });
    return 0;
  }

  /** Goes to the next path. False when there is none. */
  next(): boolean {
    const { path } = this;
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (node.choice + 1 < node.n) {
        if (node.before + node.price <= this.bound) {
          node.choice++;
          return true;
        }
        this.cut = true;
      }
      path.pop();
    }
    return false;
  }
}
