// A semaphore in shared memory: a number of permits, how many are free, and how many each thread has.
//
// What a thread has is written down before the permits are taken away, all under a spin lock. So when a thread has died, what is free can be told anew from what the living
// have: its own permits are free by that.
//
// Invariants, while the lock is free
//   FREE plus what the threads have is PERMITS
//   what this thread has is the sum of its grants

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { machine, NOT_READY } from "../../core/machine.ts";
import type { Checked, Operation, Outcome, Selectable } from "../../core/types.ts";
import type { Description, Runner } from "../../core/waiter.ts";
import { Grant, Grants, holderOf, type Lock } from "../../sync/grant.ts";
import { holding } from "../../sync/holding.ts";
import { MOST_THREADS, slotOf } from "../commons.ts";
import { BODY, defineKind, SharedObject } from "../directory.ts";
import { Line, SharedLeaf } from "../line.ts";
import { here } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { WAIT_SET } from "../wait-set.ts";
import { Makings, makingsOf } from "./makings.ts";
import { SpinLock } from "./spin-lock.ts";

const LOCK = BODY;
const FREE = BODY + 1;
const PERMITS = BODY + 2;
const SLEEPERS = BODY + 4;
/** For each thread: its `who`, and how many it has. */
const HOLDERS = SLEEPERS + WAIT_SET;
const WORDS = HOLDERS + MOST_THREADS * 2;
const MOST = 2 ** 31 - 1;

const KIND = "semaphore";

/**
 * Limits how much goes on at once in all threads together: each acquires permits, and gives them back. It may be given to any thread, and is used there as a `Semaphore`
 * is.
 *
 * In one thread strictly first come, first served; between threads there is no order. Permits belong to the thread that has acquired them, and any task of it may release
 * them. When a thread dies, its permits are free again: a semaphore guards a number, not a state.
 *
 * @example
 * const connections = new SharedSemaphore(8);
 * const rows = yield* connections.withPermit(() => query(sql)); // in any thread
 */
export class SharedSemaphore extends SharedObject {
  /** @internal */
  declare readonly line: Line;
  declare private readonly lock: SpinLock;
  declare private readonly grants: Grants;
  declare private readonly own: number;

  /** @throws {@link MisuseError} if the permits are no whole number from 0 to 2^31 - 1 */
  constructor(permits: number, options?: { name?: string | undefined }) {
    const given = (permits as unknown) instanceof Makings ? (permits as unknown as Makings) : null;
    if (given === null && !(isCount(permits) && permits <= MOST))
      throw misuse(
        `SharedSemaphore: the permits must be a whole number from 0 to ${MOST}, got ${describeValue(permits)}.`,
      );
    const { memory, name, id } = given ?? makingsOf(options, "SharedSemaphore", "shared semaphore", WORDS);
    super(KIND, memory, name, id);
    this.line = new Line(this.words, SLEEPERS);
    this.lock = new SpinLock(this.words, LOCK, () => this.recount());
    this.grants = new Grants();
    this.own = HOLDERS + here().slot * 2;
    if (given === null) {
      this.words[PERMITS] = permits;
      this.words[FREE] = permits;
    }
    this.lock.lock();
    if (this.words[this.own] !== here().who) {
      this.words[this.own + 1] = 0; // of a thread that has died
      this.words[this.own] = here().who;
      this.recount();
    }
    this.lock.unlock();
  }

  /** Permits that nobody has. */
  get available(): number {
    return Atomics.load(this.words, FREE);
  }

  /**
   * Takes `n` permits (default 1) at once, waiting until so many are left. Disposing the value gives them back; after `release()` that does nothing. O(1).
   *
   * **Cancellation.** No permit is taken.
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
    const raw = this.line.isTurn() ? this.take(n, machine.runner) : NOT_READY;
    return raw === NOT_READY ? undefined : (raw as Lock);
  }

  /**
   * Gives back `n` permits (default 1) of those this thread has: first the ones the running task has had longest. O(holders) at worst; disposing what `acquire` returned is
   * O(1).
   *
   * @throws {@link MisuseError} if this thread has fewer; nothing is given back then
   */
  release(n = 1): void {
    if (!isCount(n))
      throw misuse(
        `SharedSemaphore.release: the permits must be a whole number of at least 0, got ${describeValue(n)}.`,
      );
    const held = this.words[this.own + 1] as number;
    if (n > held)
      throw misuse(
        `SharedSemaphore.release: ${n} permits of "${this.name}", but this thread has only ${held}. Release what was acquired, once, in the thread that has acquired it.`,
      );
    let left = n;
    while (left > 0) {
      const grant = this.grants.toGiveBack();
      if (grant === null) break; // they were acquired by a handle that is gone
      const part = Math.min(left, grant.count);
      left -= part;
      this.reduce(grant, part);
    }
    this.giveFree(n);
  }

  /**
   * Runs a body while it has a permit, and gives it back however the body ends.
   *
   * **Cancellation.** While it waits for the permit, as `acquire`. The body is cancelled as it would be without it.
   *
   * @throws what the body throws
   */
  withPermit<R>(body: () => R & Checked<R>): Operation<Outcome<R>> {
    return holding("SharedSemaphore.withPermit", () => this.acquire(), body);
  }

  /** Takes permits if so many are free. @internal */
  take(n: number, runner: Runner | null): unknown {
    const { words, own } = this;
    this.lock.lock();
    const free = words[FREE] as number;
    if (free < n) {
      this.lock.unlock();
      return NOT_READY;
    }
    words[own + 1] = (words[own + 1] as number) + n;
    if (steps.at !== null) steps.at("semaphore: noted");
    Atomics.store(words, FREE, free - n);
    this.lock.unlock();
    if (steps.at !== null) steps.at("semaphore: taken");
    const grant = new Grant(this, holderOf(runner), n);
    if (n > 0) this.grants.push(grant);
    return grant;
  }

  /** @internal */
  giveBack(grant: Grant): void {
    const n = grant.count;
    this.reduce(grant, n);
    this.giveFree(n);
  }

  /** Who has permits in this thread, in words. @internal */
  get holders(): string[] {
    return this.grants.holders();
  }

  protected mendFor(dead: number): void {
    const at = HOLDERS + slotOf(dead) * 2;
    this.lock.lock();
    if (this.words[at] === dead) {
      this.words[at] = 0;
      this.words[at + 1] = 0;
    }
    this.recount();
    this.lock.unlock();
    this.line.clear(slotOf(dead));
    this.line.wakeAll();
  }

  private reduce(grant: Grant, n: number): void {
    grant.count -= n;
    if (grant.count === 0 && n > 0) this.grants.remove(grant);
  }

  private giveFree(n: number): void {
    if (n === 0) return;
    const { words, own } = this;
    this.lock.lock();
    words[own + 1] = (words[own + 1] as number) - n;
    if (steps.at !== null) steps.at("semaphore: given back");
    Atomics.store(words, FREE, (words[FREE] as number) + n);
    this.lock.unlock();
    this.line.wakeAll();
    if (this.line.isWanted) this.line.look();
  }

  /** With the lock: tells from what the living have what is free. */
  private recount(): void {
    const { words } = this;
    const { commons } = here();
    let held = 0;
    for (let at = HOLDERS; at < HOLDERS + MOST_THREADS * 2; at += 2)
      if (commons.isAlive(words[at] as number)) held += words[at + 1] as number;
    Atomics.store(words, FREE, (words[PERMITS] as number) - held);
  }

  private checkRequest(n: number, verb: string): void {
    if (!isCount(n))
      throw misuse(
        `SharedSemaphore.${verb}: the permits must be a whole number of at least 0, got ${describeValue(n)}.`,
      );
    const permits = this.words[PERMITS] as number;
    if (n > permits)
      throw misuse(
        `SharedSemaphore.${verb}: ${n} permits of "${this.name}", which has only ${permits}. Ask for fewer, or make it with more.`,
      );
  }

  /** @internal */
  [INSPECT](): string {
    return `[shared semaphore "${this.name}", ${this.available} of ${this.words[PERMITS]} permits free]`;
  }

  /** Throws when an invariant does not hold. For a semaphore that no thread uses at the moment. @internal */
  check(): void {
    const free = this.available;
    this.recount();
    if (this.available !== free)
      throw new Error(`SharedSemaphore "${this.name}": ${free} free, and not ${this.available}`);
  }
}

defineKind(KIND, (memory, name, id) => new SharedSemaphore(new Makings(memory, name, id) as unknown as number));

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;

class Acquire extends SharedLeaf<Lock> {
  declare private readonly semaphore: SharedSemaphore;
  declare private readonly n: number;

  constructor(semaphore: SharedSemaphore, n: number) {
    super();
    this.semaphore = semaphore;
    this.n = n;
  }

  protected get line(): Line {
    return this.semaphore.line;
  }

  ready(): boolean {
    return this.line.isTurn() && this.semaphore.available >= this.n;
  }

  attempt(runner: Runner | null): unknown {
    return this.semaphore.take(this.n, runner ?? this.maker ?? null);
  }

  describe(): Description {
    const { name, holders } = this.semaphore;
    return { operation: "semaphore.acquire", object: name, heldBy: holders, outside: true };
  }
}
