// A schedule: where a run departs from production's order, and how, as a short text that replays it.
//
//   v1:r:10000:2.1.7a-1.1.03
//
// The version; whether timers may go off early (r) or only when nothing else can run (i), with n where races were not looked for, l where leaks were no failure and e where tasks could wait for
// something outside; the limit of steps; and the deviations: how many choices before it were
// 0, which one was made, and a check on who could have been chosen. A run without a deviation is "-". Choices among one are not counted.

import { describeValue, MisuseError } from "../base/errors.ts";

/** One choice that was made, and its check, in one number: a run makes many. */
export type Choice = number;

export interface Deviation {
  readonly skip: number;
  readonly choice: number;
  readonly check: number;
}

export interface Schedule {
  readonly racy: boolean;
  readonly races: boolean;
  /** Are leaks no failure? */
  readonly leaks: boolean;
  readonly external: boolean;
  readonly maxSteps: number;
  readonly deviations: readonly Deviation[];
}

const VERSION = "v1";
const CHECKS = 36 ** 2;

/** The check of a choice: `first` is the id of the task that choice 0 stands for. */
export const checkOf = (first: number, n: number): number => (first * 31 + n) % CHECKS;

/** A check tells whether it is the same choice again: it is made of the number of options and the first of them. */
export const choiceOf = (choice: number, check: number): Choice => choice * CHECKS + check;

/** Which one was made. */
export const madeIn = (choice: Choice): number => Math.floor(choice / CHECKS);

export function deviationsOf(choices: readonly Choice[]): Deviation[] {
  const deviations: Deviation[] = [];
  let skip = 0;
  for (const made of choices) {
    const choice = madeIn(made);
    const check = made % CHECKS;
    if (choice === 0) {
      skip++;
      continue;
    }
    deviations.push({ skip, choice, check });
    skip = 0;
  }
  return deviations;
}

export function encode({ racy, races, leaks, external, maxSteps, deviations }: Schedule): string {
  const text = deviations.map(({ skip, choice, check }) => `${skip}.${choice}.${check.toString(36).padStart(2, "0")}`);
  return `${VERSION}:${racy ? "r" : "i"}${races ? "" : "n"}${leaks ? "l" : ""}${external ? "e" : ""}:${maxSteps}:${text.join("-") || "-"}`;
}

/** @throws {@link MisuseError} if the text is no token of this version */
export function decode(token: string, from: string): Schedule {
  const parts = /^(v\d+):([ri]n?l?e?):(\d+):(.*)$/.exec(typeof token === "string" ? token : "");
  if (parts === null)
    throw new MisuseError(
      `${from}: ${describeValue(token)} is no token. Copy it whole from a report, as in "v1:r:10000:2.1.7a".`,
    );
  const [, version, flags, maxSteps, list] = parts as unknown as [string, string, string, string, string];
  if (version !== VERSION)
    throw new MisuseError(
      `${from}: the token is of version ${version}, and this is ${VERSION}. Explore again for a new one.`,
    );
  const deviations = list === "-" ? [] : list.split("-").map((text) => deviationOf(text, token, from));
  return {
    racy: flags.startsWith("r"),
    races: !flags.includes("n"),
    leaks: flags.includes("l"),
    external: flags.includes("e"),
    maxSteps: Number(maxSteps),
    deviations,
  };
}

function deviationOf(text: string, token: string, from: string): Deviation {
  const parts = /^(\d+)\.(\d+)\.([0-9a-z]{2})$/.exec(text);
  if (parts === null)
    throw new MisuseError(`${from}: "${text}" in the token "${token}" is no deviation. Copy the token whole.`);
  return { skip: Number(parts[1]), choice: Number(parts[2]), check: Number.parseInt(parts[3] as string, 36) };
}
