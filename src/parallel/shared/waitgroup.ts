// A wait group in shared memory: a count of what is not done yet, and those who wait until it is zero.
//
// ZEROS says how often it has been at zero, so that who waits goes on although others have added more before it has looked.

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Selectable } from "../../core/types.ts";
import type { Description, Waiter } from "../../core/waiter.ts";
import { slotOf } from "../commons.ts";
import { BODY, defineKind, SharedObject } from "../directory.ts";
import { Line, SharedLeaf } from "../line.ts";
import { here } from "../neighbours.ts";
import { WAIT_SET } from "../wait-set.ts";
import { Makings, makingsOf } from "./makings.ts";

const COUNT = BODY;
const ZEROS = BODY + 1;
const SLEEPERS = BODY + 2;
const WORDS = SLEEPERS + WAIT_SET;
const MOST = 2 ** 31 - 1;

const KIND = "wait group";

/**
 * Waits until a number of things are done, in whatever threads. It may be given to any thread, and is used there as a `WaitGroup` is.
 *
 * Where the things are calls of a pool, waiting for these does more: a call that fails tells so. Nobody knows whose `done` is missing when a thread has died; so let who
 * has made the call count it as done, whatever it came to: `try { yield* pool.run(...) } finally { group.done() }`.
 *
 * @example
 * const pages = new SharedWaitGroup();
 * pages.add(files.length);
 * for (const file of files) pool.go(jobs.print, file, pages); // calls pages.done()
 * yield* pages.wait();
 */
export class SharedWaitGroup extends SharedObject {
  declare private readonly line: Line;

  constructor(options?: { name?: string | undefined }) {
    const { memory, name, id } = makingsOf(options, "SharedWaitGroup", "shared wait group", WORDS);
    super(KIND, memory, name, id);
    this.line = new Line(this.words, SLEEPERS);
  }

  /** What is not done yet. */
  get pending(): number {
    return Atomics.load(this.words, COUNT);
  }

  /** How often it has been at zero. @internal */
  get zeros(): number {
    return Atomics.load(this.words, ZEROS);
  }

  /**
   * Adds `n` to the count; below zero that many are done. At zero all who wait go on, in every thread. O(1), or O(waiting threads) at zero.
   *
   * @throws {@link MisuseError} if the count would be below zero or above 2^31 - 1, and for what is no whole number. The count is then as before.
   */
  add(n: number): void {
    this.change(n, "add");
  }

  /** One is done: `add(-1)`. */
  done(): void {
    this.change(-1, "done");
  }

  /**
   * Waits until the count is zero. O(1).
   *
   * **Cancellation.** The place is given up; the count stays.
   */
  wait(): Selectable<void> {
    return new Wait(this, this.line);
  }

  protected mendFor(dead: number): void {
    this.line.clear(slotOf(dead));
  }

  private change(n: number, verb: string): void {
    if (!Number.isSafeInteger(n))
      throw misuse(`SharedWaitGroup.${verb}: the number must be a whole one, got ${describeValue(n)}.`);
    for (;;) {
      const count = this.pending;
      const sum = count + n;
      if (sum < 0)
        throw misuse(
          `SharedWaitGroup.${verb}: "${this.name}" would be at ${sum}. Call done() once for each that was added.`,
        );
      if (sum > MOST)
        throw misuse(`SharedWaitGroup.${verb}: "${this.name}" would be at ${sum}, and ${MOST} is the most.`);
      if (Atomics.compareExchange(this.words, COUNT, count, sum) !== count) continue;
      if (sum > 0 || n === 0) return;
      Atomics.add(this.words, ZEROS, 1);
      this.line.wakeAll();
      if (this.line.isWanted) here().scheduler.visitSoon();
      return;
    }
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared wait group "${this.name}", ${this.pending} to go]`;
  }
}

defineKind(KIND, (memory, name, id) => new SharedWaitGroup(new Makings(memory, name, id)));

class Wait extends SharedLeaf<void> {
  declare private readonly group: SharedWaitGroup;
  declare protected readonly line: Line;

  constructor(group: SharedWaitGroup, line: Line) {
    super();
    this.group = group;
    this.line = line;
  }

  ready(): boolean {
    return this.group.pending === 0;
  }

  attempt(): unknown {
    return this.group.pending === 0 ? undefined : NOT_READY;
  }

  override enlist(waiter: Waiter): void {
    super.enlist(waiter);
    waiter.payload = new Use(this.group);
  }

  describe(): Description {
    const { name, pending } = this.group;
    return { operation: "waitgroup.wait", object: `${name} (${pending} to go)`, heldBy: [], outside: true };
  }
}

/** One who waits: what the line asks. */
class Use {
  declare private readonly group: SharedWaitGroup;
  declare private readonly zeros: number;

  constructor(group: SharedWaitGroup) {
    this.group = group;
    this.zeros = group.zeros;
  }

  attempt(): unknown {
    const { group } = this;
    return group.pending === 0 || group.zeros !== this.zeros ? undefined : NOT_READY;
  }
}
