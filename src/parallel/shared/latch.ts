// A latch in shared memory: shut until it is opened, and then open for ever. One word, and those who sleep on it.

import { INSPECT } from "../../base/inspect.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Selectable } from "../../core/types.ts";
import type { Description } from "../../core/waiter.ts";
import { slotOf } from "../commons.ts";
import { BODY, defineKind, SharedObject } from "../directory.ts";
import { Line, SharedLeaf } from "../line.ts";
import { here } from "../neighbours.ts";
import { WAIT_SET } from "../wait-set.ts";
import { Makings, makingsOf } from "./makings.ts";

const OPEN = BODY;
const SLEEPERS = BODY + 1;
const WORDS = SLEEPERS + WAIT_SET;

const KIND = "latch";

/**
 * Something that happens once, and that tasks of all threads wait for: a start signal, a shutdown. It may be given to any thread, and is used there as a `Latch` is.
 *
 * @example
 * const stop = new SharedLatch();
 * pool.go(jobs.serve, stop); // selects stop.wait() beside its work
 * stop.open();
 */
export class SharedLatch extends SharedObject {
  declare private readonly line: Line;

  constructor(options?: { name?: string | undefined }) {
    const { memory, name, id } = makingsOf(options, "SharedLatch", "shared latch", WORDS);
    super(KIND, memory, name, id);
    this.line = new Line(this.words, SLEEPERS);
  }

  get isOpen(): boolean {
    return Atomics.load(this.words, OPEN) === 1;
  }

  /** Opens it: all who wait go on, in every thread. Opening twice does nothing. O(waiting threads). */
  open(): void {
    if (Atomics.exchange(this.words, OPEN, 1) === 1) return;
    this.line.wakeAll();
    if (this.line.isWanted) here().scheduler.visitSoon();
  }

  /**
   * Waits until it is open. O(1).
   *
   * **Cancellation.** The place is given up, and nothing else changes.
   */
  wait(): Selectable<void> {
    return new Wait(this, this.line);
  }

  protected mendFor(dead: number): void {
    this.line.clear(slotOf(dead));
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared latch "${this.name}", ${this.isOpen ? "open" : "shut"}]`;
  }
}

defineKind(KIND, (memory, name, id) => new SharedLatch(new Makings(memory, name, id)));

class Wait extends SharedLeaf<void> {
  declare private readonly latch: SharedLatch;
  declare protected readonly line: Line;

  constructor(latch: SharedLatch, line: Line) {
    super();
    this.latch = latch;
    this.line = line;
  }

  ready(): boolean {
    return this.latch.isOpen;
  }

  attempt(): unknown {
    return this.latch.isOpen ? undefined : NOT_READY;
  }

  describe(): Description {
    return { operation: "latch.wait", object: this.latch.name, heldBy: [], outside: true };
  }
}
