// One run of a program under a strategy, from its beginning to what came of it.

import { DeadlockError, MisuseError } from "../base/errors.ts";
import { verdicts } from "../core/program.ts";
import type { TaskReport } from "../core/report.ts";
import { Runtime } from "../core/runtime.ts";
import type { AnyBody } from "../core/task.ts";
import { enter, leave } from "./ambient.ts";
import { Driver, type Step } from "./driver.ts";
import type { Choice } from "./schedule.ts";
import type { Strategy } from "./strategy.ts";
import { VirtualHost } from "./virtual-host.ts";
import { enterWorld, leaveWorld, World } from "./world.ts";

export type FailureKind = "deadlock" | "leak" | "error" | "misuse";

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
}

export interface Trial {
  /** "value" if it succeeded; "spent" if it took more steps than allowed, which says nothing. */
  readonly kind: FailureKind | "value" | "spent";
  readonly value: unknown;
  readonly error: unknown;
  readonly choices: readonly Choice[];
  readonly steps: number;
  readonly hash: number;
  readonly rows: readonly Step[];
  /** The tasks that could never go on. */
  readonly blocked: readonly TaskReport[];
  /** What the program would have told a person on the way. */
  readonly warnings: readonly string[];
  /** Promises took part, whose order nobody chooses here. */
  readonly promised: boolean;
}

/** Never rejects: what the program throws is in `error`. */
export async function attempt(body: AnyBody, strategy: Strategy, options: TrialOptions): Promise<Trial> {
  const host = new VirtualHost(0);
  let spent = (): void => {};
  const gaveUp = new Promise<"spent">((resolve) => {
    spent = () => {
      host.stop();
      resolve("spent");
    };
  });
  const check = options.check === null ? null : checking(options.check, () => runtime.scheduler.check());
  const driver = new Driver(strategy, options.racy, options.maxSteps, options.records, check, spent);
  const runtime: Runtime = new Runtime(host, driver, options.external ? "wait" : "refuse");
  const home = runtime.ambient();
  const world = new World(runtime.scheduler, 0);
  enter(home);
  enterWorld(world);
  try {
    const run = runtime.run(body, { seed: 0, debug: options.records }).then(
      (value) => ({ kind: "value" as const, value, error: undefined }),
      (error) => ({ kind: kindOf(error), value: undefined, error }),
    );
    const ended = await Promise.race([run, gaveUp]);
    driver.look();
    const outcome =
      driver.broken !== null
        ? { kind: "error" as const, value: undefined, error: driver.broken.error }
        : ended === "spent"
          ? { kind: ended, value: undefined, error: undefined }
          : ended;
    const { choices, steps, hash, rows } = driver;
    return {
      ...outcome,
      choices,
      steps,
      hash,
      rows: rows ?? [],
      blocked: blockedIn(outcome.error),
      warnings: host.warnings,
      promised: runtime.scheduler.promised,
    };
  } finally {
    leaveWorld(world);
    leave(home);
  }
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
  return verdict === null ? [] : (verdicts.get(verdict) ?? []);
}

/** What makes two failures the same: the kind, and who waits for what, or what the error says. */
export function signatureOf({ kind, error, blocked }: Trial): string {
  if (kind !== "deadlock" && kind !== "leak") return `${kind}: ${String(error)}`;
  const said = blocked.map(({ name, waitsFor }) => `${name} ${waitsFor?.operation} ${waitsFor?.object}`);
  return `${kind}: ${said.sort().join("; ")}`;
}
