// Where an error came from: the task, and the chain of its owners with the line each stands at, told at the end of the error's stack.
//
// An error that cancels others is the reason of their signals too, and whoever gets it there may write over its stack: fetch does. So the stack is kept, and put
// back when the error is thrown to its owner, after all that it has cancelled has ended.

import { stackOf } from "./report.ts";
import { label, type Scope, type Tasklet } from "./task.ts";

/** The stacks of errors that have cancelled others, as they were then. */
const kept = new WeakMap<Error, string>();
const told = new WeakSet<Error>();

/** Appends to the stack of an error which task it came from, and the chain of its owners with the line each stands at. */
export function tellOrigin(error: unknown, task: Tasklet<unknown>, scope: Scope | null): void {
  try {
    if (error instanceof Error && typeof error.stack === "string" && !told.has(error)) appendOrigin(error, task, scope);
  } catch {
    // frozen, or with a stack that cannot be read: it keeps what it says
  }
}

function appendOrigin(error: Error, task: Tasklet<unknown>, scope: Scope | null): void {
  told.add(error);
  const lines = [`    in ${label(task)}`];
  let owner = scope === null ? null : scope.task;
  for (let i = 0; owner !== null && i < 10; i++) {
    const at = stackOf(owner)[0];
    lines.push(`    owned by ${label(owner)}${at === undefined ? "" : ` at ${at}`}`);
    owner = owner.owner?.task ?? null;
  }
  restoreStack(error);
  error.stack = `${error.stack}\n${lines.join("\n")}`;
  kept.set(error, error.stack);
}

/** The error is about to cancel others. */
export function keepStack(error: unknown): void {
  try {
    if (error instanceof Error && typeof error.stack === "string" && !kept.has(error)) kept.set(error, error.stack);
  } catch {
    // it cannot be read
  }
}

/** What the error has cancelled has ended. */
export function restoreStack(error: unknown): void {
  try {
    if (!(error instanceof Error)) return;
    const stack = kept.get(error);
    if (stack !== undefined && error.stack !== stack) error.stack = stack;
  } catch {
    // frozen
  }
}
