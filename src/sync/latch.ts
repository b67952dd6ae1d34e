// Latch: shut until it is opened, and then open for ever.
//
// Invariant
//   nobody waits once it is open

import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { nameIn } from "./grant.ts";

/**
 * Something that happens once, and that tasks wait for: a start signal, a shutdown. As a case of a `select` it is what a closed channel is in Go.
 *
 * @example
 * const ready = new Latch();
 * go(function* () { yield* ready.wait(); yield* serve(); });
 * ready.open();
 */
export class Latch {
  /** For messages and reports. */
  declare readonly name: string;
  declare private opened: boolean;
  declare private readonly waiters: List<Waiter>;

  constructor(options?: { name?: string | undefined }) {
    this.name = nameIn(options, "Latch");
    this.opened = false;
    this.waiters = new List();
    tellMade(this);
  }

  get isOpen(): boolean {
    touch(this, SELF, READ);
    return this.opened;
  }

  /** Opens it: all who wait go on, in the order they came. Opening twice does nothing. O(waiting). */
  open(): void {
    touch(this, SELF, this.opened ? READ : WRITE);
    if (this.opened) return;
    this.opened = true;
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, undefined);
  }

  /**
   * Waits until it is open. O(1).
   *
   * **Cancellation.** The place is given up, and nothing else changes.
   */
  wait(): Selectable<void> {
    return new Wait(this);
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

  /** @internal */
  [INSPECT](): string {
    return `[latch "${this.name}", ${this.opened ? "open" : "shut"}]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.waiters.check();
    if (this.opened && this.waiters.head !== null) throw new Error(`Latch "${this.name}": open, but somebody waits`);
  }
}

class Wait extends Leaf<void> {
  declare private readonly latch: Latch;

  constructor(latch: Latch) {
    super();
    this.latch = latch;
  }

  ready(): boolean {
    return this.latch.isOpen;
  }

  poll(): unknown {
    return this.latch.isOpen ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.latch.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.latch.leave(waiter);
  }

  describe(): Description {
    return { operation: "latch.wait", object: this.latch.name, heldBy: [] };
  }
}
