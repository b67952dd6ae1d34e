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

import { describeValue, type MisuseError } from "../base/errors.ts";
import { Leaf, misuse, park } from "./leaf.ts";
import { machine, NOT_READY } from "./machine.ts";
import type { Result, Selectable, Suspend } from "./types.ts";
import { type Description, Failed, type Joint, Waiter } from "./waiter.ts";

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

type AnyKey = string | number;
type AnyCases = Readonly<Record<AnyKey, Leaf<unknown>>>;

/** How a select was settled: by which case, with what. */
class Settled {
  declare readonly key: AnyKey;
  declare readonly leaf: Leaf<unknown>;
  declare readonly raw: unknown;

  constructor(key: AnyKey, leaf: Leaf<unknown>, raw: unknown) {
    this.key = key;
    this.leaf = leaf;
    this.raw = raw;
  }
}

/** The waiters of a select that waits. A task that selects again uses the same ones, as far as they go. */
class Selecting implements Joint {
  declare readonly outer: Waiter;
  declare private readonly waiters: Waiter[];
  /** The keys of a record; null where the index is the key. */
  declare private keys: readonly string[] | null;
  /** How many of the waiters are enlisted. */
  declare private enlisted: number;
  declare private settled: boolean;

  constructor(outer: Waiter) {
    this.outer = outer;
    this.waiters = [];
    this.keys = null;
    this.enlisted = 0;
    this.settled = false;
  }

  enlist(cases: AnyCases): void {
    this.settled = false;
    this.enlisted = 0;
    this.keys = Array.isArray(cases) ? null : (keysOf(cases) as readonly string[]);
    const n = this.keys === null ? (cases as unknown as unknown[]).length : this.keys.length;
    for (let i = 0; i < n && !this.settled; i++) {
      const leaf = cases[this.keys === null ? i : (this.keys[i] as string)] as Leaf<unknown>;
      let waiter = this.waiters[i];
      if (waiter === undefined) {
        waiter = new Waiter(this.outer.runner, this, i);
        this.waiters.push(waiter);
      }
      waiter.leaf = leaf;
      this.enlisted++;
      leaf.enlist(waiter);
    }
  }

  settle(inner: Waiter, raw: unknown): unknown {
    const leaf = inner.leaf as Leaf<unknown>;
    this.withdraw(inner);
    return new Settled(this.keys === null ? inner.index : (this.keys[inner.index] as string), leaf, raw);
  }

  withdraw(but: Waiter | null): void {
    this.settled = true; // perhaps while it is still enlisting: a case may call code of users
    for (let i = 0; i < this.enlisted; i++) {
      const waiter = this.waiters[i] as Waiter;
      if (waiter !== but) (waiter.leaf as Leaf<unknown>).delist(waiter);
      waiter.leaf = null;
      if (waiter.payload !== undefined) waiter.payload = undefined;
    }
  }
}

class Select<C extends Cases> extends Leaf<Selected<C>> {
  /** What the user gave: a record or an array, of leaves. */
  declare private readonly cases: AnyCases;
  declare private readonly priority: boolean;

  constructor(cases: C, priority: boolean, from: string) {
    super();
    if (typeof cases !== "object" || cases === null || cases instanceof Leaf) throw notCases(cases, from);
    this.cases = cases as unknown as AnyCases;
    if (machine.runner === null) this.refuse(); // in a task, where speed matters, `choose` finds out
    this.priority = priority;
  }

  // The inherited `next`, with a shorter way for two cases, which most selects have: one is drawn and tried, and the other only if that one is not ready.
  // Where there is credit, no policy has a say in the choice (see machine.ts). Where operations are tracked, each case has to be looked at.
  override next(input?: unknown): IteratorResult<Suspend, Selected<C>> {
    if (input !== undefined || machine.credit <= 0 || machine.made !== null) return super.next(input);
    const { cases } = this;
    let n = 0;
    let key0: AnyKey = 0;
    let key1: AnyKey = 1;
    let leaf0: Leaf<unknown> | undefined;
    let leaf1: Leaf<unknown> | undefined;
    if (Array.isArray(cases)) {
      n = cases.length;
      leaf0 = cases[0];
      leaf1 = cases[1];
    } else {
      for (const key in cases) {
        if (n === 0) {
          key0 = key;
          leaf0 = cases[key];
        } else if (n === 1) {
          key1 = key;
          leaf1 = cases[key];
        }
        n++;
      }
    }
    if (n === 0) this.refuse();
    if (n !== 2) return super.next(input);
    machine.credit--;
    const swap = !this.priority && this.draw(2) === 1;
    const first = (swap ? leaf1 : leaf0) as Leaf<unknown>;
    const second = (swap ? leaf0 : leaf1) as Leaf<unknown>;
    try {
      const raw = first.poll();
      if (raw !== NOT_READY) return done(swap ? key1 : key0, first.finish(raw));
      const other = second.poll();
      if (other !== NOT_READY) return done(swap ? key0 : key1, second.finish(other));
    } catch (error) {
      this.refuse();
      throw error;
    }
    return park(this) as IteratorResult<Suspend, Selected<C>>;
  }

  /** Draws nothing: as a case of another select it is asked before that has chosen. */
  ready(): boolean {
    try {
      return this.readyAt(0) !== null;
    } catch (error) {
      this.refuse();
      throw error;
    }
  }

  poll(): unknown {
    const key = this.choose();
    if (key === null) return NOT_READY;
    const leaf = this.cases[key] as Leaf<unknown>;
    const raw = leaf.poll();
    return raw === NOT_READY ? this.pollAny() : new Settled(key, leaf, raw);
  }

  /** The case that was chosen is not ready any more, as another thread was quicker: then any other. */
  private pollAny(): unknown {
    for (const key of keysOf(this.cases)) {
      const leaf = this.cases[key] as Leaf<unknown>;
      const raw = leaf.poll();
      if (raw !== NOT_READY) return new Settled(key, leaf, raw);
    }
    return NOT_READY;
  }

  /** The key of a ready case, or null. */
  private choose(): AnyKey | null {
    const { cases } = this;
    let found = 0;
    let first: AnyKey | null = null;
    let last: AnyKey | null = null;
    try {
      if (Array.isArray(cases)) {
        for (let i = 0; i < cases.length; i++) {
          if (!(cases[i] as Leaf<unknown>).ready()) continue;
          if (found++ === 0) first = i;
          last = i;
        }
      } else {
        for (const key in cases) {
          if (!(cases[key] as Leaf<unknown>).ready()) continue;
          if (found++ === 0) first = key;
          last = key;
        }
      }
    } catch (error) {
      this.refuse();
      throw error;
    }
    if (found <= 1 || this.priority) return first;
    const choice = this.draw(found);
    if (choice === 0) return first;
    return choice === found - 1 ? last : this.readyAt(choice);
  }

  /** Throws for the first case that cannot be selected. Looking at each before each select would cost as much as all the rest. */
  private refuse(): void {
    const { cases } = this;
    if (!Array.isArray(cases) && Symbol.iterator in cases) throw notCases(cases, "select");
    for (const key of keysOf(cases)) {
      const leaf: unknown = cases[key];
      if (leaf instanceof Leaf) continue;
      const what = describeValue(leaf);
      throw misuse(`select: case "${key}" is ${what}, which has no single commit point. ${remedyFor(leaf)}`);
    }
  }

  private draw(n: number): number {
    return (machine.runner?.program ?? this.home()).choose("select", n);
  }

  /** The key of the ready case that comes after `skip` others. */
  private readyAt(skip: number): AnyKey | null {
    const { cases } = this;
    let left = skip;
    if (Array.isArray(cases)) {
      for (let i = 0; i < cases.length; i++) if ((cases[i] as Leaf<unknown>).ready() && left-- === 0) return i;
    } else {
      for (const key in cases) if ((cases[key] as Leaf<unknown>).ready() && left-- === 0) return key;
    }
    return null;
  }

  enlist(waiter: Waiter): void {
    const used = waiter.payload;
    const selecting = used instanceof Selecting ? used : new Selecting(waiter);
    waiter.payload = selecting;
    selecting.enlist(this.cases);
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Selecting).withdraw(null);
  }

  override finish(raw: unknown): Selected<C> {
    const { key, leaf, raw: inner } = raw as Settled;
    return { key, value: inner instanceof Failed ? leaf.failed(inner.error) : leaf.finish(inner) } as Selected<C>;
  }

  override fails(raw: unknown): boolean {
    const { leaf, raw: inner } = raw as Settled;
    return inner instanceof Failed || leaf.fails(inner);
  }

  describe(): Description {
    const { cases } = this;
    const heldBy = new Set<string>();
    let outside = false;
    const said = keysOf(cases).map((key) => {
      const inner = (cases[key] as Leaf<unknown>).describe();
      for (const holder of inner.heldBy) heldBy.add(holder);
      outside ||= inner.outside === true;
      return `${key}: ${inner.operation} ${inner.object}`;
    });
    return { operation: "select", object: `{ ${said.join("; ")} }`, heldBy: [...heldBy], outside };
  }
}

function remedyFor(value: unknown): string {
  if (value === undefined) return "Write never for a case that is switched off.";
  if (typeof value === "function") return "Call it, or start it as a task and select on that.";
  const given = value as { then?: unknown; receive?: unknown; fired?: unknown } | null;
  if (typeof given?.then === "function") return "Write until(promise).";
  if (typeof given?.receive === "function") return "Write receive(), next() or send(value) after it.";
  if (typeof given === "object" && given !== null && "fired" in given) return "Write .fired after it.";
  return "Give it an operation such as ch.receive(), or start a task and select on that.";
}

const done = (key: AnyKey, value: unknown): IteratorReturnResult<never> => ({
  done: true,
  value: { key, value } as never,
});

/** The keys in the order in which `for in` finds them, as everywhere here. */
function keysOf(cases: AnyCases): readonly AnyKey[] {
  if (Array.isArray(cases)) return [...cases.keys()];
  const keys: string[] = [];
  for (const key in cases) keys.push(key);
  return keys;
}

function notCases(cases: unknown, from: string): MisuseError {
  return misuse(`${from}: the cases must be a record or an array of operations, got ${describeValue(cases)}.`);
}

/**
 * Waits until one of several operations can commit, commits that one alone, and says which. The others have done nothing.
 *
 * **Fairness.** Among cases that are ready at once the choice is uniform, drawn from the seed of the run; with `priority` it is the first in the order
 * written (integer-like keys of a record come first in JavaScript: use an array there). Waiting cases stand in line first come, first served.
 *
 * **Cost.** O(1) a case, and nothing is left behind on the losers (timers: O(log n)). The record or array is read when the select is started, and not
 * copied: change it only while no select that uses it is yet to start.
 *
 * **Cancellation.** A cancelled scope always wins; no case has committed then.
 *
 * @throws what the case that won throws, such as `EndOfChannel` or `ClosedError`; {@link MisuseError} if the cases are no record or array, or one of them is no `Selectable`
 * @example
 * const got = yield* select({ job: jobs.receive(), stop: stop.receive() });
 * if (got.key === "stop") return;
 * handle(got.value);
 */
export function select<const C extends Cases>(
  cases: C,
  options?: { priority?: boolean | undefined },
): Selectable<Selected<C>> {
  return new Select(cases, options?.priority === true, "select");
}

/**
 * Commits one of the cases if any is ready at this moment, and answers undefined if none is. The choice among ready cases is that of `select`.
 * Never waits and never gives up the turn, so it may be called anywhere. O(1) a case.
 *
 * @throws what the case that won throws
 */
export function selectNow<const C extends Cases>(cases: C): Selected<C> | undefined {
  const choice = new Select(cases, false, "selectNow");
  const raw = choice.poll();
  return raw === NOT_READY ? undefined : choice.finish(raw);
}
