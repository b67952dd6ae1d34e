// ticker: beats on a grid, of which at most one is kept for whoever comes to take it.
//
// Nothing happens at a beat that nobody waits for: how many there have been is counted when somebody asks. So a ticker that nobody waits for costs nothing
// and keeps nothing alive.
//
// Invariants
//   beats are numbered from `origin`; `taken` is the number of the latest that was received, or passed over
//   its alarm is in the heap exactly while it runs and somebody waits

import { describeValue } from "../base/errors.ts";
import { Alarm } from "../core/alarm.ts";
import { misuse } from "../core/leaf.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { CLOCK, READ, SELF, touch, WRITE } from "../core/tracker.ts";
import type { Receiver } from "../core/types.ts";
import { schedulerFor } from "../time/clock.ts";
import { Feed } from "./feed.ts";

/** Milliseconds; below that the beats could not be told apart on the clock. */
const SHORTEST = 0.001;

/** Beats at a steady pace. See `ticker`. `cancel` ends it for good: receivers find the end. */
export interface Ticker extends Receiver<number> {
  /** Beats that were passed over because a later one came before anybody received them. The latest is not among them: it is kept. */
  readonly missed: number;
  /**
   * Starts a new grid: beats every `ms` milliseconds from now on. A beat that has not been received is gone. Starts a stopped ticker again. O(log n).
   *
   * @throws {@link MisuseError} if `ms` is not above zero, or the ticker was cancelled
   */
  reset(ms: number): void;
  /** No more beats, until `reset`; one that has not been received is gone. Whoever waits goes on waiting. O(log n). */
  stop(): void;
}

class GridTicker extends Feed<number> implements Ticker {
  declare private readonly scheduler: Scheduler;
  declare private readonly alarm: Beat;
  declare private period: number;
  declare private origin: number;
  declare private taken: number;
  declare private lost: number;
  declare private running: boolean;

  constructor(scheduler: Scheduler, ms: number) {
    super("ticker");
    this.scheduler = scheduler;
    this.alarm = new Beat(this);
    this.period = Math.max(ms, SHORTEST);
    this.origin = scheduler.host.now();
    this.taken = 0;
    this.lost = 0;
    this.running = true;
  }

  get kind(): string {
    return "ticker";
  }

  get outside(): boolean {
    return false;
  }

  get missed(): number {
    touch(this, SELF, WRITE);
    return this.lost + Math.max(this.latest() - this.taken - 1, 0);
  }

  reset(ms: number): void {
    checkPeriod(ms, "Ticker.reset");
    if (this.ended) throw misuse("Ticker.reset: the ticker was cancelled. Make a new one.");
    this.stop();
    this.period = Math.max(ms, SHORTEST);
    this.origin = this.scheduler.host.now();
    this.taken = 0;
    this.running = true;
    this.attend();
  }

  stop(): void {
    touch(this, SELF, WRITE);
    this.lost = this.missed;
    this.running = false;
    this.attend();
  }

  cancel(_reason?: unknown): void {
    if (this.ended) return;
    this.stop();
    this.end(undefined);
    this.attend();
  }

  /** Is there a beat for one who only comes now? Those in line have theirs first. */
  holds(): boolean {
    return this.waiters.head === null && this.latest() > this.taken;
  }

  pull(): number {
    const latest = this.latest();
    this.lost += Math.max(latest - this.taken - 1, 0);
    this.taken = latest;
    return this.origin + latest * this.period;
  }

  attend(): void {
    const { alarm, scheduler } = this;
    const wanted = this.running && this.waiters.head !== null && this.period !== Number.POSITIVE_INFINITY;
    if (wanted === alarm.place >= 0) return;
    if (!wanted) {
      scheduler.disarm(alarm);
      return;
    }
    scheduler.date(alarm, this.origin + (this.taken + 1) * this.period);
    scheduler.start(alarm);
  }

  /** The time of a beat has come, and somebody waits. */
  beat(): void {
    this.serve(this.pull());
    this.attend();
  }

  /** The number of the latest beat. */
  private latest(): number {
    touch(this.scheduler, CLOCK, READ);
    if (!this.running) return this.taken;
    const { origin, period } = this;
    const now = this.scheduler.host.now();
    let n = Math.floor((now - origin) / period);
    // The division may be off by one where the product, which the alarm is set to, is not.
    if (origin + (n + 1) * period <= now) n++;
    else if (origin + n * period > now) n--;
    return Math.max(n, this.taken);
  }

  override check(): void {
    super.check();
    if (
      this.waiters.head !== null &&
      this.running !== this.alarm.place >= 0 &&
      this.period !== Number.POSITIVE_INFINITY
    )
      throw new Error("ticker: somebody waits, but its alarm is not set");
  }
}

class Beat extends Alarm {
  declare private readonly ticker: GridTicker;

  constructor(ticker: GridTicker) {
    super();
    this.ticker = ticker;
  }

  fire(): void {
    this.ticker.beat();
  }
}

function checkPeriod(ms: number, from: string): void {
  if (typeof ms !== "number" || !(ms > 0))
    throw misuse(`${from}: the period must be a number of milliseconds above 0, got ${describeValue(ms)}.`);
}

/**
 * Beats every `ms` milliseconds from now on. A receiver gets the time the latest beat was due, on the clock of `now`; beats lie on the grid of when the ticker
 * was made, however late they are received. At most one is kept for a receiver that is slow: those passed over are counted in `missed`. Each beat goes to one
 * receiver, the first in line. Never ends by itself. A period below a microsecond counts as one.
 *
 * **Cost.** A ticker that nobody waits for costs nothing, and keeps neither the process nor a verdict away. Waiting is O(log n) in the number of timers.
 *
 * @throws {@link MisuseError} at the call if `ms` is not above zero
 * @example
 * const every = ticker(1_000);
 * for (;;) {
 *   yield* every.receive();
 *   yield* poll();
 * }
 */
export function ticker(ms: number): Ticker {
  checkPeriod(ms, "ticker");
  return new GridTicker(schedulerFor("ticker"), ms);
}
