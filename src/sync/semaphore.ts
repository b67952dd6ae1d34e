// Semaphore: a number of permits, and a line for those who want more than are left.
//
// Strict FIFO: whoever is first in line is served first, however much it wants, so a large request is not starved by small ones behind it. When the first
// gives up, those behind it that fit now are served.
//
// Invariants
//   available plus the counts of all grants is the number of permits
//   the first in line wants more than is available (or is served at the end of the step in which the one before gave up)

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { afterwards, machine, NOT_READY } from "../core/machine.ts";
import type { Tasklet } from "../core/task.ts";
import { READ, SELF, tellMade, touch, unseen, WRITE } from "../core/tracker.ts";
import type { Checked, Operation, Outcome, Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { Grant, Grants, holderOf, type Lock, nameIn, takerOf } from "./grant.ts";
import { holding } from "./holding.ts";

/**
 * Limits how much goes on at once: each acquires permits, and gives them back.
 *
 * Strictly first come, first served, also where permits are left that a later, smaller request could use. O(1) an operation.
 *
 * @example
 * const connections = new Semaphore(8, { name: "connections" });
 * const rows = yield* connections.withPermit(() => query(sql));
 */
export class Semaphore {
  /** For messages and reports. */
  declare readonly name: string;
  declare private readonly permits: number;
  declare private free: number;
  declare private readonly grants: Grants;
  declare private readonly waiters: List<Waiter>;

  /** @throws {@link MisuseError} if the permits are no whole number of at least 0, or Infinity */
  constructor(permits: number, options?: { name?: string | undefined }) {
    this.name = nameIn(options, "Semaphore");
    if (permits !== Number.POSITIVE_INFINITY && !isCount(permits))
      throw misuse(
        `Semaphore: the permits must be a whole number of at least 0, or Infinity, got ${describeValue(permits)}.`,
      );
    this.permits = permits;
    this.free = permits;
    this.grants = new Grants();
    this.waiters = new List();
    tellMade(this);
  }

  /** Permits that nobody has. */
  get available(): number {
    touch(this, SELF, READ);
    return this.free;
  }

  /**
   * Takes `n` permits (default 1) at once, waiting until so many are left and nobody is in line before. O(1). Disposing the value gives them back; after
   * `release()` that does nothing.
   *
   * **Cancellation.** No permit is taken, and those behind in line that fit now are served.
   *
   * @throws {@link MisuseError} at the call if `n` is no whole number of at least 0, or more than there are permits
   */
  acquire(n = 1): Selectable<Lock> {
    this.checkRequest(n, "acquire");
    return new Acquire(this, n);
  }

  /** Takes `n` permits if that needs no waiting. Part of the step it is called in, cancelled or not. O(1). */
  tryAcquire(n = 1): Lock | undefined {
    this.checkRequest(n, "tryAcquire");
    return this.admits(n) ? this.take(n, holderOf(machine.runner)) : undefined;
  }

  /**
   * Gives back `n` permits (default 1): of those the running task has, the ones it has had longest; then of all, those held longest. Serves who is first in
   * line. O(holders) at worst; disposing what `acquire` returned is O(1).
   *
   * @throws {@link MisuseError} if fewer are held; nothing is given back then
   */
  release(n = 1): void {
    if (!isCount(n))
      throw misuse(`Semaphore.release: the permits must be a whole number of at least 0, got ${describeValue(n)}.`);
    touch(this, SELF, WRITE);
    const held = this.held();
    if (n > held)
      throw misuse(
        `Semaphore.release: ${n} permits of "${this.name}", but only ${held} are held. Release what was acquired, once.`,
      );
    let left = n;
    while (left > 0) {
      const grant = this.grants.toGiveBack() as Grant;
      const part = Math.min(left, grant.count);
      left -= part;
      this.reduce(grant, part);
    }
    this.serve();
  }

  /**
   * Runs a body while it holds `n` permits (default 1), and gives them back however the body ends. What the body starts with `go` belongs to the extent around,
   * and may go on after that.
   *
   * **Cancellation.** While it waits for the permits, as `acquire`. The body is cancelled as it would be without them; they are held until it has ended.
   *
   * @throws what the body throws; {@link MisuseError} at the call as `acquire`, and for what is no body
   * @example
   * const rows = yield* connections.withPermit(() => query(sql));
   */
  withPermit<R>(body: () => R & Checked<R>, n = 1): Operation<Outcome<R>> {
    this.checkRequest(n, "withPermit");
    return holding("Semaphore.withPermit", () => this.acquire(n), body);
  }

  /** @internal */
  giveBack(grant: Grant): void {
    touch(this, SELF, WRITE);
    this.reduce(grant, grant.count);
    this.serve();
  }

  private reduce(grant: Grant, n: number): void {
    grant.count -= n;
    this.free += n;
    if (grant.count === 0) this.grants.remove(grant);
  }

  private held(): number {
    if (this.permits !== Number.POSITIVE_INFINITY) return this.permits - this.free;
    let held = 0;
    for (let grant = this.grants.head; grant !== null; grant = grant.after) held += grant.count;
    return held;
  }

  /** @internal */
  admits(n: number): boolean {
    touch(this, SELF, WRITE);
    return n <= this.free && this.waiters.head === null;
  }

  /** @internal */
  take(n: number, holder: Tasklet<unknown> | null): Grant {
    return this.grant(new Grant(this, holder, n));
  }

  private grant(grant: Grant): Grant {
    this.free -= grant.count;
    if (grant.count > 0) this.grants.push(grant);
    return grant;
  }

  private fits(waiter: Waiter | null): waiter is Waiter {
    return waiter !== null && (waiter.payload as number) <= this.free;
  }

  /** Serves who is first in line, as long as that one fits. */
  private serve(): void {
    for (let first = this.waiters.head; this.fits(first); first = this.waiters.head) {
      const n = first.payload as number;
      this.waiters.shift();
      complete(first, this.grant(new Grant(this, holderOf(first.runner), n)));
    }
  }

  /** @internal */
  enter(waiter: Waiter, n: number): void {
    waiter.payload = n;
    this.waiters.push(waiter);
  }

  /** @internal */
  leave(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    const first = this.waiters.head === waiter;
    this.waiters.remove(waiter);
    // Those behind are served when nothing is half done: one of them may be a case of the very select that is being withdrawn.
    if (first && this.fits(this.waiters.head)) afterwards(() => this.serve());
  }

  /** Who has permits, in words. @internal */
  holders(): string[] {
    return this.grants.holders();
  }

  private checkRequest(n: number, verb: string): void {
    if (!isCount(n))
      throw misuse(`Semaphore.${verb}: the permits must be a whole number of at least 0, got ${describeValue(n)}.`);
    if (n > this.permits)
      throw misuse(
        `Semaphore.${verb}: ${n} permits of "${this.name}", which has ${this.permits} in all. Ask for no more, or make it with more.`,
      );
  }

  /** @internal */
  [INSPECT](): string {
    return `[semaphore "${this.name}", ${this.free} of ${this.permits} permits left]`;
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    const where = `Semaphore "${this.name}"`;
    this.waiters.check();
    this.grants.check();
    let held = 0;
    for (let grant = this.grants.head; grant !== null; grant = grant.after) {
      if (grant.count <= 0) throw new Error(`${where}: a grant of ${grant.count}`);
      held += grant.count;
    }
    if (this.free + held !== this.permits)
      throw new Error(`${where}: ${this.free} free and ${held} held of ${this.permits}`);
    if (this.fits(this.waiters.head)) throw new Error(`${where}: the first in line waits for nobody`);
  }
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

class Acquire extends Leaf<Lock> {
  declare private readonly semaphore: Semaphore;
  declare private readonly n: number;

  constructor(semaphore: Semaphore, n: number) {
    super();
    this.semaphore = semaphore;
    this.n = n;
  }

  ready(): boolean {
    return this.semaphore.admits(this.n);
  }

  poll(): unknown {
    return this.semaphore.admits(this.n) ? this.semaphore.take(this.n, takerOf(this)) : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.semaphore.enter(waiter, this.n);
  }

  delist(waiter: Waiter): void {
    this.semaphore.leave(waiter);
  }

  describe(): Description {
    const { semaphore, n } = this;
    const object = n === 1 ? semaphore.name : `${semaphore.name} (${n} of ${unseen(() => semaphore.available)} left)`;
    return { operation: "semaphore.acquire", object, heldBy: semaphore.holders() };
  }
}
