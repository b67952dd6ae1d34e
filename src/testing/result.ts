// What an exploration answers: what was covered, what came of it how often, and what went wrong.

import type { TaskReport } from "../core/report.ts";
import type { Step } from "./driver.ts";
import type { Covered } from "./plan.ts";
import { circleIn, reportOf } from "./report.ts";
import type { FailureKind, Trial } from "./trial.ts";

/** A task that could never go on. One that only waits for its children is left out, unless nothing else is there. */
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

/** The failure that a run was. `found` says where, as in "in run 12 (random)". */
export function failureOf(trial: Trial, token: string, found: string, deviations: number): Failure {
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
