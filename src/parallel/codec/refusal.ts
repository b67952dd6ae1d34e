// Why a value cannot travel, and where it lies in what was sent.
//
// A refusal is thrown where the value is met, without a path; each array and object around it adds its step on the way out. So values that can travel pay
// nothing for a path. At the door it becomes a MisuseError.

import { describeValue, MisuseError, oneLine } from "../../base/errors.ts";
import { machine } from "../../core/machine.ts";

/** Names what is sent: the whole, as in "the result"; or each argument of a list by its index, as in "argument 0". */
export type Naming = string | ((index: number) => string);

export class Refusal {
  /** What is wrong with the value, after its path: "is a Promise, which cannot travel to another thread". */
  declare readonly what: string;
  declare readonly remedy: string;
  declare readonly cause: unknown;
  /** From the inside to the outside: indices, and what is written behind the object. */
  declare readonly path: (string | number)[];

  constructor(what: string, remedy: string, cause?: unknown) {
    this.what = what;
    this.remedy = remedy;
    this.cause = cause;
    this.path = [];
  }
}

/** A value that stays in its thread, for what it is. */
export function staysHere(value: unknown, remedy: string, described: string = describeValue(value)): Refusal {
  return new Refusal(`is ${described}, which cannot travel to another thread`, remedy);
}

/**
 * Adds a step to what was thrown while a part of an object was written: a refusal, or what a getter or a proxy of the user threw. A MisuseError has its own
 * words, and passes.
 */
export function within(thrown: unknown, step: string | number | null): unknown {
  if (thrown instanceof MisuseError) return thrown;
  const refusal = thrown instanceof Refusal ? thrown : unreadable(thrown);
  if (step !== null) refusal.path.push(step);
  return refusal;
}

function unreadable(thrown: unknown): Refusal {
  return new Refusal(`cannot be read: "${oneLine(thrown)}" was thrown`, "Send plain data.", thrown);
}

/** The step to a field. */
export const field = (name: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** The step to what a Map has under a key. */
export function entry(key: unknown, index: number): string {
  if (typeof key === "string") return `.get(${JSON.stringify(key)})`;
  return typeof key === "number" || typeof key === "boolean" ? `.get(${key})` : `[value ${index}]`;
}

/** The error for what was thrown while a value was encoded. */
export function misuseOf(thrown: unknown, from: string, naming: Naming): MisuseError {
  const refusal = within(thrown, null);
  if (!(refusal instanceof Refusal)) return refusal as MisuseError;
  const { runner } = machine;
  return new MisuseError(`${from}: ${pathOf(refusal, naming)} ${refusal.what}. ${refusal.remedy}`, {
    task: runner === null ? undefined : { id: runner.id, name: runner.name },
    cause: refusal.cause,
  });
}

/** How many steps of a path are shown, at each end. */
const SHOWN = 12;

function pathOf({ path }: Refusal, naming: Naming): string {
  const steps = path.reverse();
  const whole = typeof naming === "string";
  const first = steps[0];
  const root = whole ? naming : typeof first === "number" ? naming(first) : "the list of arguments";
  const told = (whole || typeof first !== "number" ? steps : steps.slice(1)).map((step) =>
    typeof step === "number" ? `[${step}]` : step,
  );
  if (told.length <= 2 * SHOWN) return `${root}${told.join("")}`;
  return `${root}${told.slice(0, SHOWN).join("")} ... ${told.slice(-SHOWN).join("")}`;
}
