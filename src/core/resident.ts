// A program, as the scheduler sees it; and what it says when a task of one yields what it must not.

import { describeValue, type MisuseError } from "../base/errors.ts";
import { Composite } from "./body.ts";
import { Leaf, misuse } from "./leaf.ts";
import { label, type Tasklet } from "./task.ts";

export interface Resident {
  /** Runs a function in the async context the program was started in; null where there is none. */
  readonly within: ((run: () => void) => void) | null;
  /** Not null where each task has a context of its own. */
  readonly contexts: object | null;
  contextOf(task: Tasklet<unknown>): (run: () => void) => void;
}

/** The error for a value that was yielded and is no parked leaf of ours. */
export function foreign(task: Tasklet<unknown>, value: unknown): MisuseError {
  if (value instanceof Leaf)
    return misuse(
      `${label(task)}: yielded ${value.describe().operation} without the star. Write yield* before it; run(body, { debug: true }) tells the line.`,
    );
  if (value instanceof Composite)
    return misuse(
      `${label(task)}: yielded an operation (${value.operation}) without the star. Write yield* before it; run(body, { debug: true }) tells the line.`,
    );
  const what = describeValue(value);
  return misuse(
    `${label(task)}: yielded ${what}, which is no operation of offshoot. Write yield* before an operation, and yield* until(...) for a promise.`,
  );
}
