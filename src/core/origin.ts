// Where an error came from: the task, and the chain of its owners with the line each stands at, told at the end of the error's stack.

import { stackOf } from "./report.ts";
import { label, type Scope, type Tasklet } from "./task.ts";

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
  error.stack = `${error.stack}\n${lines.join("\n")}`;
}

const told = new WeakSet<Error>();
