// timer: something that happens once at a time that can be changed, and that anybody may wait for.
//
// A timer is a deadline. It stands in the heap of the scheduler only while somebody waits for it, so one that nobody waits for costs nothing, keeps nothing
// alive, and cannot deliver what is stale; stop and reset only change the deadline.
//
// Invariants
//   its alarm is in the heap exactly while it is armed, due at all, and somebody waits
//   `armed` means: the time that was set has not been received yet

import { List } from "../base/list.ts";
import { Alarm } from "../core/alarm.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { CLOCK, READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { delayOf, schedulerFor } from "./clock.ts";

/** A time that can be waited for, and changed. See `timer`. */
export interface Timer {
  /**
   * Completes when the time has come, once per arming, with the time it was due (on the clock of `now`). Of several who wait the first is served; the others
   * wait for the next arming. O(log n) in the number of timers that are waited for.
   *
   * **Cancellation.** Nothing is taken: the timer stays as it is.
   */
  readonly fired: Selectable<number>;
  /**
   * Disarms the timer. True if its time had not been received yet, whether or not it had come; then it never will be. False if it was not armed. O(log n).
   */
  stop(): boolean;
  /**
   * Arms the timer anew, to go off in `ms` milliseconds, whatever it was before. Answers as `stop` would have. O(log n).
   *
   * @throws {@link MisuseError} if `ms` is not a number
   */
  reset(ms: number): boolean;
}

class DeadlineTimer extends Alarm implements Timer {
  declare private readonly scheduler: Scheduler;
  declare private armed: boolean;
  declare private readonly waiters: List<Waiter>;

  constructor(scheduler: Scheduler, ms: number) {
    super();
    this.scheduler = scheduler;
    this.armed = true;
    this.waiters = new List();
    tellMade(this);
    scheduler.date(this, scheduler.host.now() + ms);
  }

  get fired(): Selectable<number> {
    return new Fired(this);
  }

  stop(): boolean {
    touch(this, SELF, WRITE);
    const was = this.armed;
    this.armed = false;
    this.settle();
    return was;
  }

  reset(ms: number): boolean {
    const delay = delayOf(ms, "Timer.reset");
    touch(this, SELF, WRITE);
    const was = this.armed;
    this.armed = false;
    this.settle();
    this.scheduler.date(this, this.scheduler.host.now() + delay);
    this.armed = true;
    this.settle();
    return was;
  }

  /** Has the time come for one who only comes now? Not before those in line. */
  isDue(): boolean {
    touch(this, SELF, WRITE);
    touch(this.scheduler, CLOCK, READ);
    return this.armed && this.waiters.head === null && this.deadline <= this.scheduler.host.now();
  }

  /** A timer goes by the clock of the run it was made in; on that of another it would never go off. */
  checkClock(): void {
    const scheduler = machine.runner?.program.scheduler ?? this.scheduler;
    if (scheduler !== this.scheduler)
      throw misuse("timer.fired: the timer was made outside this run and goes by another clock. Make it inside.");
  }

  /** Takes the time that has come. */
  take(): number {
    this.armed = false;
    this.settle();
    return this.deadline;
  }

  fire(): void {
    const waiter = this.waiters.shift();
    if (waiter === null) return;
    this.armed = false;
    complete(waiter, this.deadline);
  }

  enter(waiter: Waiter): void {
    this.waiters.push(waiter);
    this.settle();
  }

  leave(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.remove(waiter);
    this.settle();
  }

  /** Puts the alarm into the heap or takes it out, as it has to be now. */
  private settle(): void {
    const wanted = this.armed && this.waiters.head !== null && this.deadline !== Number.POSITIVE_INFINITY;
    if (wanted === this.place >= 0) return;
    if (wanted) this.scheduler.start(this);
    else this.scheduler.disarm(this);
  }

  /** As in "in 250 ms". */
  get said(): string {
    if (!this.armed) return "a timer that is stopped";
    return `a timer due in ${Math.ceil(this.deadline - this.scheduler.host.now())} ms`;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    this.waiters.check();
    const wanted = this.armed && this.waiters.head !== null && this.deadline !== Number.POSITIVE_INFINITY;
    if (wanted !== this.place >= 0) throw new Error(`timer: ${wanted ? "not armed" : "armed"} in the heap`);
  }
}

class Fired extends Leaf<number> {
  declare private readonly timer: DeadlineTimer;

  constructor(timer: DeadlineTimer) {
    super();
    this.timer = timer;
  }

  ready(): boolean {
    return this.timer.isDue();
  }

  poll(): unknown {
    this.timer.checkClock();
    return this.timer.isDue() ? this.timer.take() : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.timer.enter(waiter);
  }

  delist(waiter: Waiter): void {
    this.timer.leave(waiter);
  }

  describe(): Description {
    return { operation: "timer.fired", object: this.timer.said, heldBy: [] };
  }
}

/**
 * Arms a timer that goes off in `ms` milliseconds: below zero counts as zero, `Infinity` never. Unlike a `sleep` it runs from now on, whoever waits and when,
 * and can be stopped and set anew. Timers due at the same time go off in the order they were armed. Delays may be longer than 2^31 ms.
 *
 * **Cost.** Making, stopping and setting anew are O(1) while nobody waits. A timer that nobody waits for keeps neither the process nor a verdict away.
 *
 * @throws {@link MisuseError} at the call if `ms` is not a number
 * @example
 * const idle = timer(30_000);
 * for (;;) {
 *   const got = yield* select({ job: jobs.receive(), idle: idle.fired });
 *   if (got.key === "idle") return;
 *   handle(got.value);
 *   idle.reset(30_000);
 * }
 */
export function timer(ms: number): Timer {
  const delay = delayOf(ms, "timer");
  return new DeadlineTimer(schedulerFor("timer"), delay);
}
