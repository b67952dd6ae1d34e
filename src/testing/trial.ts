// One run of a program under a strategy, from its beginning to what came of it.

import { DeadlockError, MisuseError } from "../base/errors.ts";
import { verdicts } from "../core/program.ts";
import type { TaskReport } from "../core/report.ts";
import { Runtime } from "../core/runtime.ts";
import type { AnyBody } from "../core/task.ts";
import { Driver, type GivenUp, type Step } from "./driver.ts";
import { raceError, signatureOfRace } from "./race.ts";
import type { RealTimers } from "./real-timers.ts";
import type { Choice } from "./schedule.ts";
import { Stage } from "./stage.ts";
import type { Strategy } from "./strategy.ts";
import { type Race, Sharing } from "./trace/sharing.ts";
import { Names } from "./trace/strand.ts";
import { StepTracker } from "./trace/tracker.ts";
import { VirtualHost } from "./virtual-host.ts";

export type FailureKind = "deadlock" | "leak" | "error" | "race" | "misuse";

export interface TrialOptions {
  /** May an armed timer go off while tasks can run? */
  readonly racy: boolean;
  readonly maxSteps: number;
  /** May tasks wait for something outside? */
  readonly external: boolean;
  /** Keep the steps, and where tasks were spawned. */
  readonly records: boolean;
  /** Called before each step, and at the end. */
  readonly check: (() => void) | null;
  /** Are children that can never go on no failure, once the body has returned? */
  readonly leaks: boolean;
  /** Look for races on shared state. */
  readonly races: boolean;
}

export interface Trial {
  /** "value" if it succeeded; or why it was given up, which says nothing. */
  readonly kind: FailureKind | "value" | GivenUp;
  readonly value: unknown;
  readonly error: unknown;
  readonly choices: readonly Choice[];
  readonly steps: number;
  /** A rolling hash of the steps: the same for two runs that took the same, one after the other. */
  readonly hash: number;
  /** The same for two runs that differ only in the order of steps that have nothing to do with each other. */
  readonly trace: number;
  readonly rows: readonly Step[];
  /** Two accesses to shared state that nothing orders, if races were looked for. */
  readonly race: Race | null;
  /** The tasks that could never go on. */
  readonly blocked: readonly TaskReport[];
  /** What the program would have told a person on the way. */
  readonly warnings: readonly string[];
  /** Promises took part, whose order nobody chooses here. */
  readonly promised: boolean;
}

/** Never rejects: what the program throws is in `error`. The real timers that it starts are watched if somebody is given who does, and who is closed when the run ends. */
export async function attempt(
  body: AnyBody,
  strategy: Strategy,
  options: TrialOptions,
  timers: RealTimers | null = null,
): Promise<Trial> {
  const host = new VirtualHost(0);
  let giveUp = (_why: GivenUp): void => {};
  const gaveUp = new Promise<GivenUp>((resolve) => {
    giveUp = (why) => {
      host.stop();
      resolve(why);
    };
  });
  const check = options.check === null ? null : checking(options.check, () => runtime.scheduler.check());
  const sharing = options.races ? new Sharing(options.records) : null;
  const order = strategy.observer?.(!options.racy) ?? null;
  const observers = [order, sharing].filter((observer) => observer !== null);
  const names = strategy.names ?? (observers.length > 0 ? new Names() : null);
  const tracker = new StepTracker(names, observers);
  const driver = new Driver(strategy, tracker, { ...options, check }, giveUp);
  const runtime: Runtime = new Runtime(host, driver, options.external ? "wait" : "refuse");
  const stage = new Stage(host, runtime, tracker, 0);
  try {
    const start = (): Promise<unknown> => runtime.run(body, { seed: 0, debug: options.records });
    const run = (timers === null ? start() : timers.within(start)).then(
      (value) => ({ kind: "value" as const, value, error: undefined }),
      (error) => ({ kind: kindOf(error), value: undefined, error }),
    );
    const ended = await Promise.race([run, gaveUp]);
    timers?.close();
    driver.look();
    const race = sharing?.race ?? null;
    const outcome = outcomeOf(ended, driver.broken, race, options.leaks);
    const { choices, steps, hash, rows } = driver;
    return {
      ...outcome,
      choices,
      steps,
      hash,
      trace: tracker.hash,
      rows: rows ?? [],
      blocked: blockedIn(outcome.error),
      race,
      warnings: host.warnings,
      promised: runtime.scheduler.promised,
    };
  } finally {
    timers?.close();
    stage.clear();
  }
}

type Outcome = Pick<Trial, "kind" | "value" | "error">;

/** What came of a run: first an invariant that did not hold, then its own failure, then a race. */
function outcomeOf(ended: Outcome | GivenUp, broken: Driver["broken"], race: Race | null, leaks: boolean): Outcome {
  if (broken !== null) return { kind: "error", value: undefined, error: broken.error };
  if (typeof ended === "string") return { kind: ended, value: undefined, error: undefined };
  const left = leaks && ended.kind === "leak" ? verdictIn(ended.error) : null;
  const outcome: Outcome =
    left === null ? ended : { kind: "value", value: verdicts.get(left)?.value, error: undefined };
  if (race !== null && outcome.kind === "value") return { kind: "race", value: undefined, error: raceError(race) };
  return outcome;
}

const checking = (check: () => void, checkScheduler: () => void) => (): void => {
  check();
  checkScheduler();
};

/** The verdict on a run that could never go on, also if its cleanup has failed after that. */
function verdictIn(error: unknown): DeadlockError | null {
  if (error instanceof DeadlockError) return error;
  return error instanceof AggregateError && error.errors[0] instanceof DeadlockError ? error.errors[0] : null;
}

function kindOf(error: unknown): FailureKind {
  const verdict = verdictIn(error);
  if (verdict !== null) return verdict.kind;
  return error instanceof MisuseError ? "misuse" : "error";
}

function blockedIn(error: unknown): readonly TaskReport[] {
  const verdict = verdictIn(error);
  return verdict === null ? [] : (verdicts.get(verdict)?.tasks ?? []);
}

/** What makes two failures the same: the kind, and who waits for what, or what the error says. */
export function signatureOf({ kind, error, blocked, race }: Trial): string {
  if (kind === "race" && race !== null) return signatureOfRace(race);
  if (kind !== "deadlock" && kind !== "leak") return `${kind}: ${String(error)}`;
  const said = blocked.map(({ name, waitsFor }) => `${name} ${waitsFor?.operation} ${waitsFor?.object}`);
  return `${kind}: ${said.sort().join("; ")}`;
}
