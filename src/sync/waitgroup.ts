// WaitGroup: a count of what is not done yet, and those who wait until it is zero.
//
// Invariants
//   the count is never below zero
//   somebody waits only while the count is above zero
//   `returning` is how many have been woken by the last zero and have not had their turn yet

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { watch } from "../core/joiners.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { go } from "../core/run.ts";
import type { Tasklet } from "../core/task.ts";
import { ADD, EMPTIED, READ, SELF, TAKE, tellMade, touch, unseen, WRITE } from "../core/tracker.ts";
import type { Checked, Outcome, Selectable, Task } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { nameIn } from "./grant.ts";

/** What a waiter is completed with, so that its turn can be told from one that found zero. */
const WOKEN: unknown = Symbol("woken");

/**
 * Waits until a number of things are done that nobody owns together: callbacks, messages, tasks of several groups.
 *
 * For tasks alone a `group` does more: it ends after its tasks, and cancels them when one fails.
 *
 * @example
 * const uploads = new WaitGroup();
 * for (const file of files) uploads.go(upload, file);
 * yield* uploads.wait();
 */
export class WaitGroup {
  /** For messages and reports. */
  declare readonly name: string;
  declare private count: number;
  declare private returning: number;
  declare private readonly waiters: List<Waiter>;

  constructor(options?: { name?: string | undefined }) {
    this.name = nameIn(options, "WaitGroup");
    this.count = 0;
    this.returning = 0;
    this.waiters = new List();
    tellMade(this);
  }

  /** What is not done yet. */
  get pending(): number {
    touch(this, SELF, READ);
    return this.count;
  }

  /**
   * Adds `n` to the count; below zero that many are done. At zero all who wait go on. O(1), or O(waiting) at zero.
   *
   * @throws {@link MisuseError} if the count would be below zero; if it is used again before those who waited for the last zero have gone on; for what is no
   * whole number. The count is then as before.
   */
  add(n: number): void {
    this.change(n, "add");
  }

  /** One is done: `add(-1)`. */
  done(): void {
    this.change(-1, "done");
  }

  private change(n: number, verb: string): void {
    if (!Number.isSafeInteger(n))
      throw misuse(`WaitGroup.${verb}: the number must be a whole one, got ${describeValue(n)}.`);
    if (machine.tracker !== null) {
      touch(this, SELF, this.modeOf(n));
      if (n < 0 && this.count + n === 0) touch(this, EMPTIED, WRITE); // of two who could, the second is wrong
    }
    if (this.count + n < 0)
      throw misuse(
        `WaitGroup.${verb}: "${this.name}" would be at ${this.count + n}. Call done() once for each that was added.`,
      );
    if (n > 0 && this.count === 0 && this.returning > 0)
      throw misuse(
        `WaitGroup.${verb}: "${this.name}" is used again before ${this.returning} who waited have gone on. Make a new one for each round, or join those first.`,
      );
    this.count += n;
    if (n >= 0 || this.count > 0) return;
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) {
      this.returning++;
      if (machine.tracker !== null) machine.tracker.follows(waiter.runner, this);
      complete(waiter, WOKEN);
    }
  }

  /** Those who count up do not mind each other, nor do those who count down, unless one of them will wake somebody, or is wrong. */
  private modeOf(n: number): number {
    if (n > 0) return ADD;
    return this.count + n < 0 || this.waiters.head !== null ? WRITE : TAKE;
  }

  /**
   * Waits until the count is zero. Those who wait go on in the order they came. O(1).
   *
   * **Cancellation.** The place is given up; the count stays.
   */
  wait(): Selectable<void> {
    return new Wait(this);
  }

  /**
   * Starts a child of the current extent as `go` does, and counts it until it has ended, however that is. A failure still reaches its owner.
   *
   * @throws {@link MisuseError} as `go` and `add`
   */
  go<R, A extends readonly unknown[]>(body: (...args: A) => R & Checked<R>, ...args: A): Task<Outcome<R>> {
    this.change(1, "go");
    try {
      const task = go(body, ...args);
      watch(task as unknown as Tasklet<unknown>, this);
      return task;
    } catch (error) {
      this.change(-1, "go");
      throw error;
    }
  }

  /** A task started by `go` has ended. @internal */
  ended(): void {
    if (this.count > 0) this.change(-1, "go");
    else touch(this, SELF, WRITE); // somebody has called done() for it
  }

  /** @internal */
  enter(waiter: Waiter): void {
    this.waiters.push(waiter);
  }

  /** @internal */
  leave(waiter: Waiter): void {
    touch(this, SELF, READ);
    this.waiters.remove(waiter);
  }

  /** One who was woken has its turn. @internal */
  returned(): void {
    this.returning--;
  }

  /** @internal */
  [INSPECT](): string {
    return `[wait group "${this.name}", ${this.count} to go]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
    if (this.count < 0 || this.returning < 0) throw new Error(`WaitGroup "${this.name}": below zero`);
    if (this.count === 0 && this.waiters.head !== null) throw new Error(`WaitGroup "${this.name}": waits at zero`);
  }
}

class Wait extends Leaf<void> {
  declare private readonly group: WaitGroup;

  constructor(group: WaitGroup) {
    super();
    this.group = group;
  }

  ready(): boolean {
    return this.group.pending === 0;
  }

  poll(): unknown {
    return this.group.pending === 0 ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.group.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.group.leave(waiter);
  }

  override finish(raw: unknown): void {
    if (raw === WOKEN) this.group.returned();
  }

  describe(): Description {
    const { name } = this.group;
    const pending = unseen(() => this.group.pending);
    return { operation: "waitgroup.wait", object: `${name} (${pending} to go)`, heldBy: [] };
  }
}
