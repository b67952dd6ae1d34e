// restart: a body that is started again when it fails.
//
//   1 perform the body in an extent of its own: nothing of a failed attempt goes on
//   2 succeeded? done
//   3 give up? another kind of error, no attempts left, too many failures within the period
//   4 wait, longer each time, with some chance in it so that many who fail together do not come back together

import { describeValue, MisuseError } from "../base/errors.ts";
import { Composite, checkBody } from "../core/body.ts";
import { extent } from "../core/extent.ts";
import { misuse } from "../core/leaf.ts";
import { runningTask } from "../core/run.ts";
import type { Checked, Operation, Outcome, Suspend } from "../core/types.ts";
import { now } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";

export interface Backoff {
  /** Milliseconds before the second attempt. Default: 100. */
  readonly initial?: number | undefined;
  /** How much longer each wait is than the one before, at least 1. Default: 2. */
  readonly factor?: number | undefined;
  /** The longest wait in milliseconds. An attempt that has lasted longer than that starts the waits afresh when it fails. Default: 30 000. */
  readonly max?: number | undefined;
  /** The share of a wait that is left to chance, from 0 to 1: with 0.5 it lies between half of it and the whole. Default: 0.5. */
  readonly jitter?: number | undefined;
}

export interface RestartOptions {
  /** How often the body is started in all, at most: a whole number of at least 1, or Infinity (the default). */
  readonly attempts?: number | undefined;
  /** The waits between attempts; false for none. */
  readonly backoff?: Backoff | false | undefined;
  /** Gives up at more than `failures` failures within `period` milliseconds. Default: no such limit. */
  readonly intensity?: { readonly failures: number; readonly period: number } | undefined;
  /** Is the body started again after this error of attempt number `attempt` (from 1)? Default: after every error but a `MisuseError`. */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Told before each wait: the error, the number of the attempt that failed, and how many milliseconds the wait is. */
  readonly onRestart?: ((error: unknown, attempt: number, delay: number) => void) | undefined;
}

type Settings = {
  readonly attempts: number;
  readonly backoff: Required<{ [K in keyof Backoff]: number }> | null;
  readonly intensity: { readonly failures: number; readonly period: number } | null;
  readonly when: (error: unknown, attempt: number) => boolean;
  readonly onRestart: (error: unknown, attempt: number, delay: number) => void;
};

function* attempts<T>(body: (attempt: number) => unknown, settings: Settings): Generator<Suspend, T, unknown> {
  const task = runningTask("restart");
  const failures: number[] = [];
  let wait = settings.backoff?.initial ?? 0;
  for (let attempt = 1; ; attempt++) {
    const started = now();
    try {
      return yield* extent<T>("restart", null, () => body(attempt));
    } catch (error) {
      if (task.cancelled !== null) throw error; // the cancellation, or what cleanup threw
      const failed = now();
      if (attempt >= settings.attempts || tooMany(failures, failed, settings) || !settings.when(error, attempt))
        throw error;
      const { backoff } = settings;
      if (backoff !== null && failed - started > backoff.max) wait = backoff.initial;
      const delay = wait * (1 - (backoff?.jitter ?? 0) * task.program.random());
      settings.onRestart(error, attempt, delay);
      if (backoff !== null) {
        yield* sleep(delay);
        wait = Math.min(wait * backoff.factor, backoff.max);
      }
    }
  }
}

/** Takes note of a failure. Have there been more than allowed within the period? */
function tooMany(failures: number[], failed: number, { intensity }: Settings): boolean {
  if (intensity === null) return false;
  failures.push(failed);
  while ((failures[0] as number) < failed - intensity.period) failures.shift();
  return failures.length > intensity.failures;
}

const always = (error: unknown): boolean => !(error instanceof MisuseError);

/**
 * Performs a body, and again when it has failed, after a wait that grows: for connections that break and services that come back. The body is told the number
 * of the attempt, from 1. Each attempt is an extent: what it has started is cancelled and has ended before the next begins.
 *
 * Gives up, and throws the error of the last attempt, when there are no attempts left, when the body fails too often within a period, or after an error that
 * `when` refuses. The chance in the waits is drawn from the seed of the run.
 *
 * **Cancellation.** Reaches the attempt or the wait; it is never a reason to start again.
 *
 * @throws what the last attempt threw; {@link MisuseError} at the call for options that cannot be
 * @example
 * yield* restart(stayConnected, { attempts: 10, backoff: { initial: 200, max: 5_000 }, when: (error) => error instanceof ConnectionError });
 */
export function restart<R>(
  body: (attempt: number) => R & Checked<R>,
  options: RestartOptions = {},
): Operation<Outcome<R>> {
  checkBody(body, "restart");
  const settings = settingsOf(options);
  return new Composite("restart", () => attempts<Outcome<R>>(body, settings));
}

function settingsOf(options: RestartOptions): Settings {
  if (typeof options !== "object" || options === null)
    throw misuse(`restart: options must be an object, got ${describeValue(options)}.`);
  const { attempts = Number.POSITIVE_INFINITY, backoff = {}, intensity, when = always, onRestart = () => {} } = options;
  if (attempts !== Number.POSITIVE_INFINITY) atLeast("attempts", attempts, 1, true);
  if (typeof when !== "function") throw misuse(`restart: when must be a function, got ${describeValue(when)}.`);
  if (typeof onRestart !== "function")
    throw misuse(`restart: onRestart must be a function, got ${describeValue(onRestart)}.`);
  if (intensity !== undefined) {
    atLeast("intensity.failures", intensity?.failures, 0, true);
    atLeast("intensity.period", intensity?.period, 0, false);
  }
  return {
    attempts,
    backoff: backoff === false ? null : waitsOf(backoff),
    intensity: intensity ?? null,
    when,
    onRestart,
  };
}

function waitsOf(backoff: Backoff): Settings["backoff"] {
  if (typeof backoff !== "object" || backoff === null)
    throw misuse(`restart: backoff must be an object or false, got ${describeValue(backoff)}.`);
  const { initial = 100, factor = 2, max = 30_000, jitter = 0.5 } = backoff;
  atLeast("backoff.initial", initial, 0, false);
  atLeast("backoff.factor", factor, 1, false);
  atLeast("backoff.max", max, 0, false);
  atLeast("backoff.jitter", jitter, 0, false);
  if (!Number.isFinite(initial) || !Number.isFinite(factor))
    throw misuse(
      "restart: backoff.initial and backoff.factor must be finite. Give max: Infinity for waits without a limit.",
    );
  if (jitter > 1) throw misuse(`restart: backoff.jitter must be a number from 0 to 1, got ${describeValue(jitter)}.`);
  return { initial: Math.min(initial, max), factor, max, jitter };
}

function atLeast(what: string, value: unknown, least: number, whole: boolean): void {
  if (typeof value === "number" && value >= least && (!whole || Number.isSafeInteger(value))) return;
  throw misuse(
    `restart: ${what} must be a ${whole ? "whole number" : "number"} of at least ${least}, got ${describeValue(value)}.`,
  );
}
