// select: waits for several leaves, commits exactly one.
//
//   1 look: which cases are ready? The choice among them is uniform (or the first, with priority).
//   2 enlist: a waiter on every case, joined by one record.
//   3 undo: the peer that completes one of them takes the others back, in the same step.
//
// A select is a leaf itself, so selects nest and map; a nested one is one case of the outer choice.
//
// Invariants
//   its waiters are all linked while it waits, and none is once it has been settled
//   it never meets itself: it looks before it enlists, and enlisting commits nothing

import { describeValue } from "../base/errors.ts";
import { Leaf, misuse } from "./leaf.ts";
import { machine, NOT_READY } from "./machine.ts";
import type { Result, Selectable } from "./types.ts";
import { type Description, type Joint, Waiter } from "./waiter.ts";

/** The cases: a record, or an array (key = index) for lists made at run time. */
export type Cases = Readonly<Record<string, Selectable<unknown>>> | readonly Selectable<unknown>[];
type Key<K> = K extends number ? `${K}` : K;
type Index<K> = K extends `${infer N extends number}` ? N : number;
/** What a select over the cases `C` completes with: a union discriminated by `key`. */
export type Selected<C> = C extends readonly unknown[]
  ? { [K in keyof C]: { readonly key: Index<K>; readonly value: Result<C[K]> } }[number]
  : C extends unknown
    ? { [K in keyof C]: { readonly key: Key<K>; readonly value: Result<C[K]> } }[keyof C]
    : never;

/** How a select was settled: by which case, with what. */
class Settled {
  declare readonly index: number;
  declare readonly raw: unknown;

  constructor(index: number, raw: unknown) {
    this.index = index;
    this.raw = raw;
  }
}

/** The waiters of one select that waits. */
class Selecting implements Joint {
  declare readonly outer: Waiter;
  declare private readonly waiters: Waiter[];
  declare settled: boolean;

  constructor(outer: Waiter) {
    this.outer = outer;
    this.waiters = [];
    this.settled = false;
  }

  enlist(leaf: Leaf<unknown>, index: number): void {
    const waiter = new Waiter(this.outer.runner, this, index);
    waiter.leaf = leaf;
    this.waiters.push(waiter);
    leaf.enlist(waiter);
  }

  settle(inner: Waiter, raw: unknown): unknown {
    this.settled = true;
    this.withdraw(inner);
    return new Settled(inner.index, raw);
  }

  withdraw(but: Waiter | null): void {
    for (const waiter of this.waiters) {
      if (waiter === but) continue;
      waiter.leaf?.delist(waiter);
      waiter.payload = undefined;
    }
  }
}

class Select<C extends Cases> extends Leaf<Selected<C>> {
  declare private readonly leaves: Leaf<unknown>[];
  declare private readonly keys: string[] | null;
  declare private readonly priority: boolean;

  constructor(cases: C, priority: boolean) {
    super();
    this.leaves = [];
    this.priority = priority;
    if (Array.isArray(cases)) {
      this.keys = null;
      for (let i = 0; i < cases.length; i++) this.add(cases[i], i);
    } else {
      this.keys = [];
      for (const key in cases) {
        this.keys.push(key);
        this.add(cases[key], key);
      }
    }
  }

  private add(leaf: unknown, key: string | number): void {
    if (!(leaf instanceof Leaf)) throw notSelectable(leaf, key);
    this.leaves.push(leaf);
  }

  ready(): boolean {
    for (const leaf of this.leaves) if (leaf.ready()) return true;
    return false;
  }

  poll(): unknown {
    const { leaves } = this;
    let found = 0;
    let index = -1;
    for (let i = 0; i < leaves.length; i++) {
      if (!(leaves[i] as Leaf<unknown>).ready()) continue;
      if (found++ === 0) index = i;
      if (this.priority) break;
    }
    if (found === 0) return NOT_READY;
    if (found > 1) index = this.pick(found);
    return new Settled(index, (leaves[index] as Leaf<unknown>).poll());
  }

  /** The place of one of the `found` ready cases. */
  private pick(found: number): number {
    const home = machine.runner?.program ?? this.home();
    let left = home.choose("select", found);
    let i = 0;
    for (;;) {
      if ((this.leaves[i] as Leaf<unknown>).ready() && left-- === 0) return i;
      i++;
    }
  }

  enlist(waiter: Waiter): void {
    const selecting = new Selecting(waiter);
    waiter.payload = selecting;
    const { leaves } = this;
    for (let i = 0; i < leaves.length && !selecting.settled; i++) selecting.enlist(leaves[i] as Leaf<unknown>, i);
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Selecting).withdraw(null);
  }

  override finish(raw: unknown): Selected<C> {
    const { index, raw: inner } = raw as Settled;
    const key = this.keys === null ? index : this.keys[index];
    return { key, value: (this.leaves[index] as Leaf<unknown>).finish(inner) } as Selected<C>;
  }

  describe(): Description {
    const cases = this.leaves.map((leaf, i) => {
      const { operation, object } = leaf.describe();
      return `${this.keys === null ? i : this.keys[i]}: ${operation} ${object}`;
    });
    return { operation: "select", object: `{ ${cases.join("; ")} }`, heldBy: [] };
  }
}

function notSelectable(value: unknown, key: string | number): Error {
  const what = describeValue(value);
  return misuse(`select: case "${key}" is ${what}, which cannot be selected. Give it an operation with one commit point, or never; for others see race().`);
}

function checkCases(cases: unknown, from: string): void {
  if (typeof cases === "object" && cases !== null && !(cases instanceof Leaf)) return;
  throw misuse(`${from}: the cases must be a record or an array of operations, got ${describeValue(cases)}.`);
}

/**
 * Waits until one of several operations can commit, commits that one alone, and says which. The others have done nothing.
 *
 * **Fairness.** Among cases that are ready at once the choice is uniform, drawn from the seed of the run; with `priority` it is the first in the order
 * written (integer-like keys of a record come first in JavaScript: use an array there). Waiting cases stand in line first come, first served.
 *
 * **Cost.** O(1) a case, and nothing is left behind on the losers (timers: O(log n)).
 *
 * **Cancellation.** A cancelled scope always wins; no case has committed then.
 *
 * @throws what the case that won throws, such as `EndOfChannel` or `ClosedError`; {@link MisuseError} at the call if a case is no `Selectable`
 * @example
 * const got = yield* select({ job: jobs.receive(), stop: stop.receive() });
 * if (got.key === "stop") return;
 * handle(got.value);
 */
export function select<const C extends Cases>(cases: C, options?: { priority?: boolean | undefined }): Selectable<Selected<C>> {
  checkCases(cases, "select");
  return new Select(cases, options?.priority === true);
}

/**
 * Commits one of the cases if any is ready at this moment, and answers undefined if none is. The choice among ready cases is that of `select`.
 * Never waits and never gives up the turn, so it may be called anywhere. O(1) a case.
 *
 * @throws what the case that won throws
 */
export function selectNow<const C extends Cases>(cases: C): Selected<C> | undefined {
  checkCases(cases, "selectNow");
  const choice = new Select(cases, false);
  const raw = choice.poll();
  return raw === NOT_READY ? undefined : choice.finish(raw);
}
