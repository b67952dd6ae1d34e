// cell: shared state whose accesses are visible steps, so that an exploration puts other tasks between them. choose: a choice of the test's own.

import { describeValue, MisuseError } from "../base/errors.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Selectable } from "../core/types.ts";
import type { Description, Waiter } from "../core/waiter.ts";

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
  declare private readonly access: () => V;

  constructor(operation: string, access: () => V) {
    super();
    this.operation = operation;
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
    return { operation: this.operation, object: "cell", heldBy: [] };
  }
}

class ValueCell<T> implements Cell<T> {
  declare private value: T;

  constructor(initial: T) {
    this.value = initial;
  }

  get(): Selectable<T> {
    return new Access("cell.get", () => this.value);
  }

  set(value: T): Selectable<void> {
    return new Access("cell.set", () => {
      this.value = value;
    });
  }

  update(f: (old: T) => T): Selectable<T> {
    if (typeof f !== "function") throw misuse(`Cell.update: expected a function, got ${describeValue(f)}.`);
    return new Access("cell.update", () => {
      this.value = f(this.value);
      return this.value;
    });
  }

  compareAndSet(expected: T, value: T): Selectable<boolean> {
    return new Access("cell.compareAndSet", () => {
      if (!Object.is(this.value, expected)) return false;
      this.value = value;
      return true;
    });
  }

  peek(): T {
    return this.value;
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
export function cell<T>(initial: T): Cell<T> {
  return new ValueCell(initial);
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
