// explore: a program run in many orders, until one fails, all have been seen, or the runs or the time are spent. explored: the same for test runners. replay: one of
// these runs once more.

import { AsyncLocalStorage } from "node:async_hooks";
import { describeValue, MisuseError } from "../base/errors.ts";
import { checkBody } from "../core/body.ts";
import type { AnyBody } from "../core/task.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { Exploration } from "./exploration.ts";
import { type Caller, callerOf } from "./kept.ts";
import { Replay } from "./policies/replay.ts";
import type { ExploreResult } from "./result.ts";
import { decode } from "./schedule.ts";
import { type ExploreOptions, settingsOf } from "./settings.ts";
import { attempt } from "./trial.ts";
import { refuseFakeTimers } from "./world.ts";

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
