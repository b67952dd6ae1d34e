// One exploration under way: the schedules that are kept, the check that the body is repeatable, and then what the strategy tries.

import { inspect } from "node:util";
import { MisuseError } from "../base/errors.ts";
import type { AnyBody } from "../core/task.ts";
import { cells } from "./cell.ts";
import type { Step } from "./driver.ts";
import { type Caller, keepToken, keptSchedules } from "./kept.ts";
import { type Covered, type Planned, planOf } from "./plan.ts";
import { Replay } from "./policies/replay.ts";
import { RealTimers } from "./real-timers.ts";
import { type ExploreResult, type Failure, failureOf } from "./result.ts";
import { deviationsOf, encode, type Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { shrink } from "./shrink.ts";
import { production, type Strategy } from "./strategy.ts";
import { attempt, signatureOf, type Trial, type TrialOptions } from "./trial.ts";

/** As it is when this is loaded: the runs replace it. */
const clock = globalThis.performance;

export class Exploration<T> {
  declare private readonly body: AnyBody;
  declare private readonly settings: Settings;
  declare private readonly caller: Caller;
  declare private readonly started: number;
  declare private readonly outcomes: Map<string, { value: T; count: number; token: string }>;
  /** The traces that runs were. */
  declare private readonly traces: Set<number>;
  /** The latest run was a trace, or had an outcome, that had not been seen. */
  declare private latestIsNew: boolean;
  declare private spent: number;
  declare private untracked: string | undefined;
  declare private runs: number;
  declare private failure: Failure | undefined;
  /** How many cells had been made when it began. */
  declare private readonly cellsBefore: number;
  /** Promises took part in some run. */
  declare private promised: boolean;

  constructor(body: AnyBody, settings: Settings, caller: Caller) {
    this.body = body;
    this.settings = settings;
    this.caller = caller;
    this.started = clock.now();
    this.outcomes = new Map();
    this.traces = new Set();
    this.latestIsNew = false;
    this.spent = 0;
    this.untracked = undefined;
    this.runs = 0;
    this.failure = undefined;
    this.cellsBefore = cells.made;
    this.promised = false;
  }

  async run(): Promise<ExploreResult<T>> {
    const { settings, caller } = this;
    // 1 what failed before
    for (const { deviations } of settings.keeps ? keptSchedules(caller) : []) {
      const trial = await attempt(this.body, new Replay(deviations), this.options(true));
      if (this.isFailure(trial) && this.failure === undefined) await this.fail(trial, "as a kept schedule says");
      if (this.isOver()) return this.result("some orders");
    }
    // 2 does the body do the same when the same is chosen?
    if (!settings.trial.external) await this.checkRepeatable();
    // 3 what the strategy tries
    const { strategy, seed, bound, recheck } = settings;
    const plan = planOf(strategy, {
      seed,
      bound,
      recheck,
      progress: () => this.progress(),
      isNew: () => this.latestIsNew,
    });
    for (let next = plan.next(); ; ) {
      if (next.done === true) return this.result(next.value);
      const trial = await this.see(next.value);
      next = plan.next(trial);
      if (this.isOver())
        return this.result(next.done === true && this.failure === undefined ? next.value : "some orders");
    }
  }

  /** Runs production's order twice, and compares the steps. What is made outside the body, chance, captured clocks and real timers show here. */
  private async checkRepeatable(): Promise<void> {
    const run = (records: boolean, timers?: RealTimers): Promise<Trial> =>
      attempt(this.body, production, { ...this.settings.trial, records }, timers);
    const watched = async (): Promise<Trial> => {
      const timers = new RealTimers();
      const trial = await run(false, timers);
      if (trial.kind === "value") timers.refuse("explore");
      return trial;
    };
    const [first, second] = [await watched(), await watched()];
    if (first.kind === "spent")
      throw new MisuseError(
        `explore: the body has not ended after ${this.settings.trial.maxSteps} steps in production's order. Have it end, or allow more with maxSteps.`,
      );
    if (first.kind === "misuse" && second.kind === "misuse") return; // that is what will be found
    const isSame = first.hash === second.hash && first.trace === second.trace;
    if (isSame && sayEnd(first) === sayEnd(second)) return;
    const [before, after] = isSame ? [[], []] : [(await run(true)).rows, (await run(true)).rows];
    let i = 0;
    while (i < before.length && sayStep(before[i]) === sayStep(after[i])) i++;
    const differs =
      i < before.length || i < after.length
        ? `step ${i + 1} was ${sayStep(before[i])}, and in another run of the same order ${sayStep(after[i])}`
        : sayEnd(first) === sayEnd(second)
          ? "in two runs of the same order the steps had to do with other things: something outside takes part in it"
          : `of two runs of the same order one came to ${sayEnd(first)}, and the other to ${sayEnd(second)}`;
    throw new MisuseError(
      `explore: the body is not repeatable: ${differs}. Take chance, time and shared state out of the body; make what it uses inside it.`,
    );
  }

  private progress(): number {
    const { runs, timeMs } = this.settings;
    return Math.max(this.runs / runs, (clock.now() - this.started) / timeMs);
  }

  private isOver(): boolean {
    return this.progress() >= 1 || (this.failure !== undefined && !this.settings.keepGoing);
  }

  private async see({ strategy, name, rechecks }: Planned): Promise<Trial> {
    const trial = await attempt(this.body, strategy, this.options(false));
    if (trial.kind === "redundant") return trial;
    this.runs++;
    const before = this.traces.size + this.outcomes.size;
    if (trial.kind === "spent") this.spent++;
    else this.traces.add(trial.trace);
    this.promised ||= trial.promised;
    if (this.isFailure(trial)) {
      if (this.failure === undefined) await this.fail(trial, `in run ${this.runs} (${name})`);
    } else if (trial.kind !== "spent") this.count(trial);
    this.latestIsNew = this.traces.size + this.outcomes.size > before;
    if (this.latestIsNew && rechecks === true) this.untracked ??= this.tokenOf(trial);
    return trial;
  }

  private isFailure({ kind }: Trial): boolean {
    return kind !== "value" && kind !== "spent" && kind !== "redundant";
  }

  private count(trial: Trial): void {
    const key = inspected(trial.value);
    const seen = this.outcomes.get(key);
    if (seen === undefined) this.outcomes.set(key, { value: trial.value as T, count: 1, token: this.tokenOf(trial) });
    else seen.count++;
  }

  /** Looking for races takes time: there are none in a program that has no shared state. */
  private options(certainly: boolean): TrialOptions {
    const { races, trial } = this.settings;
    return { ...trial, races: races && (certainly || cells.made !== this.cellsBefore) };
  }

  private get scheduling(): Omit<Schedule, "deviations"> {
    const { races, trial } = this.settings;
    return { racy: trial.racy, races, leaks: trial.leaks, external: trial.external, maxSteps: trial.maxSteps };
  }

  private tokenOf({ choices }: Pick<Trial, "choices">): string {
    return encode({ ...this.scheduling, deviations: deviationsOf(choices) });
  }

  private async fail(trial: Trial, where: string): Promise<void> {
    const options = this.options(true);
    const run = (strategy: Strategy): Promise<Trial> => attempt(this.body, strategy, options);
    const shrunk = await shrink(trial, run);
    const before = deviationsOf(trial.choices).length;
    const recorded = await attempt(this.body, new Replay(shrunk.deviations), { ...options, records: true });
    const found =
      before > shrunk.deviations.length
        ? `${where}, shrunk from ${before} ${before === 1 ? "deviation" : "deviations"} in ${shrunk.runs} runs`
        : where;
    this.failure = failureOf(
      recorded.kind === trial.kind ? recorded : trial,
      encode({ ...this.scheduling, deviations: shrunk.deviations }),
      found,
      shrunk.deviations.length,
    );
    if (this.settings.keeps) keepToken(this.caller, this.failure.token);
  }

  private result(found: Covered): ExploreResult<T> {
    const { runs, outcomes, failure } = this;
    // What goes on between the awaits of an async body is not chosen here.
    const covered = this.promised ? "some orders" : found;
    return {
      ok: failure === undefined,
      runs,
      traces: this.traces.size,
      exhausted: covered !== "some orders",
      covered,
      spent: this.spent,
      untracked: this.untracked,
      outcomes,
      failure,
    };
  }
}

const inspected = (value: unknown): string => inspect(value, { depth: 8, sorted: true });

/** What came of a run. */
const sayEnd = (trial: Trial): string => (trial.kind === "value" ? inspected(trial.value) : signatureOf(trial));

const sayStep = (step: Step | undefined): string =>
  step === undefined ? "the end" : `${step.operation} ${step.object} of ${step.task}`;
