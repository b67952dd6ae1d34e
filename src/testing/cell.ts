// cell: shared state whose accesses are visible steps, so that an exploration puts other tasks between them. choose: a choice of the test's own.

import { describeValue, MisuseError } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { READ, SELF, STATE, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import type { Description, Waiter } from "../core/waiter.ts";
import { nameIn } from "../sync/grant.ts";

/** How many there have been. */
export const cells: { made: number } = { made: 0 };

/**
 * Shared state. Each of its operations is one step and never waits; what is between two of them in one task may be another task's step. `update` and
 * `compareAndSet` are atomic. All are leaves: they may be awaited, mapped and selected.
 */
export interface Cell<in out T> {
  /** Completes with the value. */
  get(): Selectable<T>;
  /** Replaces the value. */
  set(value: T): Selectable<void>;
  /** Completes with the new value. */
  update(f: (old: T) => T): Selectable<T>;
  /** Sets the value if it is `expected`, as `Object.is` compares; says whether it was. */
  compareAndSet(expected: T, value: T): Selectable<boolean>;
  /** Looks without a step: for assertions. */
  peek(): T;
}

class Access<V> extends Leaf<V> {
  declare private readonly operation: string;
  declare private readonly cell: ValueCell<unknown>;
  declare private readonly access: () => V;

  constructor(operation: string, cell: ValueCell<unknown>, access: () => V) {
    super();
    this.operation = operation;
    this.cell = cell;
    this.access = access;
  }

  ready(): boolean {
    return true;
  }

  poll(): unknown {
    return this.access();
  }

  enlist(_waiter: Waiter): void {}

  delist(_waiter: Waiter): void {}

  describe(): Description {
    return { operation: this.operation, object: this.cell.name, heldBy: [] };
  }
}

// As a tracker is told: `get` and `set` order nothing; `update` and `compareAndSet` order what comes before and after them, as a lock does.
class ValueCell<T> implements Cell<T> {
  declare readonly name: string;
  declare private value: T;

  constructor(initial: T, name: string) {
    this.name = name;
    this.value = initial;
    tellMade(this);
    cells.made++;
  }

  get(): Selectable<T> {
    return this.made("cell.get", () => {
      this.tell(false);
      touch(this, SELF, READ);
      return this.value;
    });
  }

  set(value: T): Selectable<void> {
    return this.made("cell.set", () => {
      this.tell(true);
      this.value = value;
    });
  }

  update(f: (old: T) => T): Selectable<T> {
    if (typeof f !== "function") throw misuse(`Cell.update: expected a function, got ${describeValue(f)}.`);
    return this.made("cell.update", () => {
      this.touch(WRITE);
      this.value = f(this.value);
      return this.value;
    });
  }

  compareAndSet(expected: T, value: T): Selectable<boolean> {
    return this.made("cell.compareAndSet", () => {
      const fits = Object.is(this.value, expected);
      this.touch(fits && !Object.is(value, expected) ? WRITE : READ);
      if (fits) this.value = value;
      return fits;
    });
  }

  peek(): T {
    touch(this, STATE, READ);
    return this.value;
  }

  private made<V>(operation: string, access: () => V): Selectable<V> {
    return new Access(operation, this as ValueCell<unknown>, access);
  }

  private tell(changes: boolean): void {
    if (machine.tracker !== null) machine.tracker.shared(this, changes);
  }

  private touch(mode: number): void {
    touch(this, STATE, mode);
    touch(this, SELF, mode);
  }

  /** @internal */
  [INSPECT](): string {
    return `[cell "${this.name}"]`;
  }
}

/**
 * State that tasks share, in the place of a variable, so that an exploration tries other tasks between looking at it and changing it. Make it inside the body.
 * Works under `run` as well, where it is a variable.
 *
 * @example
 * const stock = cell(1);
 * if ((yield* stock.get()) > 0) yield* stock.update((left) => left - 1); // another task may be in between
 */
export function cell<T>(initial: T, options?: { name?: string | undefined }): Cell<T> {
  return new ValueCell(initial, nameIn(options, "cell"));
}

/**
 * A whole number below `n`, chosen by the exploration as it chooses orders: for faults and inputs that a test wants tried. 0 in production's order.
 * It is no step: it may be called wherever code of the body runs.
 *
 * @throws {@link MisuseError} outside a simulated or explored run, and for an `n` that is no whole number of at least 1
 * @example
 * if (choose(2) === 1) throw new Error("connection lost"); // both are tried
 */
export function choose(n: number): number {
  if (!Number.isSafeInteger(n) || n < 1)
    throw new MisuseError(`choose: n must be a whole number of at least 1, got ${describeValue(n)}.`);
  const home = machine.runner?.program ?? machine.ambient;
  const { policy, host } = (home?.scheduler ?? {}) as Partial<Scheduler>;
  if (host === undefined || !("leap" in host))
    throw new MisuseError("choose: called outside a simulated run. Call it in a body given to simulate or explore.");
  return policy === null || policy === undefined ? 0 : policy.choose("test", n, null);
}
