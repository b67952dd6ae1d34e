// explore: a program run in many orders, until one fails, all have been seen, or the runs or the time are spent.

import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import { describeValue, MisuseError } from "../base/errors.ts";
import { checkBody } from "../core/body.ts";
import type { TaskReport } from "../core/report.ts";
import type { AnyBody } from "../core/task.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { cells } from "./cell.ts";
import type { Step } from "./driver.ts";
import { type Caller, callerOf, keepToken, keptSchedules } from "./kept.ts";
import { type Covered, type Planned, planOf } from "./plan.ts";
import { Replay } from "./policies/replay.ts";
import { RealTimers } from "./real-timers.ts";
import { circleIn, reportOf } from "./report.ts";
import { decode, deviationsOf, encode, type Schedule } from "./schedule.ts";
import { type ExploreOptions, type Settings, settingsOf } from "./settings.ts";
import { shrink } from "./shrink.ts";
import { production, type Strategy } from "./strategy.ts";
import { attempt, type FailureKind, signatureOf, type Trial, type TrialOptions } from "./trial.ts";
import { refuseFakeTimers } from "./world.ts";

export interface BlockedTask {
  readonly id: number;
  readonly name: string;
  /** As in "channel.receive". */
  readonly operation: string;
  /** The name of what it waits for. */
  readonly object: string;
  /** Virtual milliseconds from the beginning of the run. */
  readonly since: number;
  /** Who holds it, as in `task #3 "writer"`. */
  readonly heldBy: readonly string[];
  /** Who has used the other end of the channel last, if anybody has. */
  readonly lastUsedBy: string | undefined;
  /** Where it stands, innermost frame first. */
  readonly stack: string;
}

/** What went wrong, in the shortest order found that ends so. */
export interface Failure {
  readonly kind: FailureKind;
  /** All of it as text. */
  readonly report: string;
  /** For `replay`. */
  readonly token: string;
  /** What the run rejected with. */
  readonly error: unknown;
  readonly blocked: readonly BlockedTask[];
  /** Those who wait for each other in a circle, by what they wait for: as in `task #2 "a" -mutex.lock left-> task #3 "b"`. Empty if there is none. */
  readonly cycle: readonly string[];
  readonly steps: readonly Step[];
}

/** One result, and how often it came. */
export interface Seen<T> {
  readonly value: T;
  /** In how many runs. */
  readonly count: number;
  /** Of the first of these runs, for `replay`. */
  readonly token: string;
}

export interface ExploreResult<out T> {
  readonly ok: boolean;
  /** Runs made; those of kept schedules, and for shrinking and checking, are not counted. */
  readonly runs: number;
  /** Distinct traces seen: orders that differ in more than steps that have nothing to do with each other. */
  readonly traces: number;
  /** Has every trace been run, as far as there are choices? */
  readonly exhausted: boolean;
  /** What the exploration has covered, in words. */
  readonly covered: Covered;
  /** Runs that were given up after `maxSteps`: they say nothing. */
  readonly spent: number;
  /**
   * Where a search by traces had come to its end, and a random run after it was new: the token of that run. Tasks share something then that is not tracked, such
   * as a plain variable. Make it a cell, or explore by another strategy.
   */
  readonly untracked: string | undefined;
  /** Distinct results, by their inspected form. */
  readonly outcomes: ReadonlyMap<string, Seen<T>>;
  readonly failure: Failure | undefined;
}

/** As it is when this is loaded: the runs replace it. */
const clock = globalThis.performance;

const exploring = new AsyncLocalStorage<true>();

/**
 * Runs a body again and again, each time in another order, on virtual time: until it fails, until every order has been run, or until the runs or the time are
 * spent. Never throws for a failing program: read `ok`. A failure comes back shrunk, with a report and a token that `replay` runs again.
 *
 * The body must do the same when the same is chosen: make what it uses inside it, and leave out chance and the real clock.
 *
 * @throws (rejects with) {@link MisuseError} for options that cannot be, inside another exploration, and for a body that is not repeatable or leaves timers of the real
 * clock running
 */
export async function explore<R>(
  body: () => R & Checked<R>,
  options: ExploreOptions = {},
): Promise<ExploreResult<Outcome<R>>> {
  return begin(body as AnyBody, options, callerOf(options?.name)) as Promise<ExploreResult<Outcome<R>>>;
}

async function begin(body: AnyBody, options: ExploreOptions, caller: Caller): Promise<ExploreResult<unknown>> {
  checkBody(body, "explore");
  refuseFakeTimers("explore");
  const settings = settingsOf(options, caller);
  if (exploring.getStore() === true)
    throw new MisuseError("explore: called inside an exploration. Explore one program at a time.");
  return exploring.run(true, () => new Exploration<unknown>(body, settings, caller).run());
}

class Exploration<T> {
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
    const isSame = first.trace === second.trace && first.steps === second.steps;
    if (isSame && sayEnd(first) === sayEnd(second)) return;
    const [before, after] = isSame ? [[], []] : [(await run(true)).rows, (await run(true)).rows];
    let i = 0;
    while (i < before.length && sayStep(before[i]) === sayStep(after[i])) i++;
    const differs =
      i < before.length || i < after.length
        ? `step ${i + 1} was ${sayStep(before[i])}, and in another run of the same order ${sayStep(after[i])}`
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
    return kind !== "value" && kind !== "spent" && kind !== "redundant" && (kind !== "leak" || this.settings.leaks);
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
    return { racy: trial.racy, races, external: trial.external, maxSteps: trial.maxSteps };
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

function failureOf(trial: Trial, token: string, found: string, deviations: number): Failure {
  return {
    kind: trial.kind as FailureKind,
    report: reportOf({ trial, token, found, deviations }),
    token,
    error: trial.error,
    blocked: trial.blocked.map(blockedOf),
    cycle: circleIn(trial.blocked),
    steps: trial.rows,
  };
}

function blockedOf({ id, name, waitsFor, since, stack }: TaskReport): BlockedTask {
  const { operation = "", object = "", heldBy = [], lastUsedBy } = waitsFor ?? {};
  return {
    id,
    name,
    operation,
    object,
    since,
    heldBy,
    lastUsedBy,
    stack: stack.map((frame) => `    at ${frame}`).join("\n"),
  };
}

/**
 * For test runners: a function that explores, and throws one error whose message is the report. With the variable OFFSHOOT_REPLAY it does not explore, but runs
 * that token alone.
 *
 * @example
 * test("no order of these loses a message", explored(function* () { ... }));
 */
export function explored<R>(body: () => R & Checked<R>, options: ExploreOptions = {}): () => Promise<void> {
  checkBody(body, "explored");
  const caller = callerOf(options?.name); // now: a test runner calls the rest
  return async () => {
    const token = process.env["OFFSHOOT_REPLAY"];
    if (token !== undefined && token !== "") {
      await replay(body, token, options?.check === undefined ? {} : { check: options.check });
      return;
    }
    const { failure } = await begin(body as AnyBody, options, caller);
    if (failure === undefined) return;
    const error = new Error(failure.report, { cause: failure.error });
    if (failure.error instanceof Error && failure.error.stack !== undefined)
      error.stack = `${error.message}\n${failure.error.stack}`;
    throw error;
  };
}

export interface ReplayOptions {
  /** The check that the exploration was given. */
  readonly check?: (() => void) | undefined;
}

/**
 * Runs a body once more as a token says: returns its value, or throws its failure. The token carries what is needed for that.
 *
 * @throws (rejects with) {@link MisuseError} if the token does not fit the program, with the choice at which that shows
 */
export async function replay<R>(
  body: () => R & Checked<R>,
  token: string,
  options: ReplayOptions = {},
): Promise<Outcome<R>> {
  checkBody(body, "replay");
  refuseFakeTimers("replay");
  if (typeof options !== "object" || options === null)
    throw new MisuseError(`replay: options must be an object, got ${describeValue(options)}.`);
  const { check } = options;
  if (check !== undefined && typeof check !== "function")
    throw new MisuseError(`replay: check must be a function, got ${describeValue(check)}.`);
  const { deviations, ...scheduling } = decode(token, "replay");
  const strategy = new Replay(deviations);
  const trial = await attempt(body as AnyBody, strategy, { ...scheduling, records: true, check: check ?? null });
  if (strategy.misfit >= 0 || !strategy.isComplete) {
    const where =
      strategy.misfit >= 0
        ? `choice ${strategy.misfit + 1} is not the one that was recorded`
        : "it ended before all choices of the token came up";
    throw new MisuseError(
      `replay: the token does not fit this program: ${where}. It is of another program or version; explore again.`,
    );
  }
  if (trial.kind === "spent")
    throw new MisuseError(`replay: more than ${scheduling.maxSteps} steps: the run was given up.`);
  if (trial.kind === "value") return trial.value as Outcome<R>;
  throw trial.error;
}
