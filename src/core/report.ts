// What every task is doing, and where: for dumps, verdicts and errors. Costs nothing until somebody asks.
//
// A parked generator is resumed with PROBE. The leaf at the bottom of its chain of yield* captures the stack, which then shows every frame of the chain,
// and parks again: the task has not noticed. Frames of this package and of Node are left out.

import { childrenOf } from "./held.ts";
import { probe } from "./leaf.ts";
import { PROBE } from "./machine.ts";
import { BODY, bodyScope, label, type Scope, type Tasklet } from "./task.ts";
import { type Description, RUNNING, WAITING } from "./waiter.ts";

/** One live task, as a dump shows it. */
export interface TaskReport {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  /** What it waits for, or null when it does not wait. */
  readonly waitsFor: Description | null;
  /** When it was parked, in milliseconds on the clock of the host. */
  readonly since: number;
  /** The id of the task that owns it; 0 for the main task. */
  readonly owner: number;
  /** Where it stands, innermost frame first: "name (file:line:column)". Empty for a task that has not started. */
  readonly stack: readonly string[];
  /** Where its owner stands, for a task without a stack: a branch that is a single operation. */
  readonly ownerAt: string | null;
  /** Where it was spawned, when that was recorded. */
  readonly spawned: string | null;
}

const own: string = new URL("..", import.meta.url).href;
const FRAMES = 64;
const PROBING = "offshootProbe";

/** The frames of users in a stack, innermost first. */
export function userFrames(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const frame = line.trim();
    if (frame.includes(PROBING)) break; // beyond lies whoever asked
    if (!frame.startsWith("at ") || frame.includes(own) || frame.includes("node:") || frame.includes("<anonymous>"))
      continue;
    frames.push(frame.slice(3).replace("file://", ""));
  }
  return frames;
}

/** Where a task stands. */
export function stackOf(task: Tasklet<unknown>): string[] {
  return userFrames(holdStackOf(task)?.stack ?? "");
}

/** The same, put into words only when somebody reads it. */
export function holdStackOf(task: Tasklet<unknown>): { readonly stack?: string } | null {
  if (task.generator === null || task.state === RUNNING) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  probe.held = null;
  try {
    offshootProbe(task.generator);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return probe.held;
}

const inWords = ({ operation, object }: Description): string => `${operation} ${object}`;

/** Its name in the stack tells the frames of the task from those of whoever asks. */
function offshootProbe(generator: Iterator<unknown, unknown, unknown>): void {
  generator.next(PROBE);
}

/** What a task waits for. */
export function waitOf(task: Tasklet<unknown>): Description | null {
  if (task.state !== WAITING) return null;
  const scope = task.scope;
  if (task.generator === null && scope !== null && scope.joining) return childrenOf(scope);
  return task.waiter?.leaf?.describe() ?? null;
}

/** Every live task below a root, owners before what they own. */
export function liveTasks(root: Tasklet<unknown>): Tasklet<unknown>[] {
  const tasks: Tasklet<unknown>[] = [root];
  for (let i = 0; i < tasks.length; i++) {
    const scopes: Scope[] = [];
    for (let scope = (tasks[i] as Tasklet<unknown>).scope; scope !== null; scope = scope.outer) scopes.unshift(scope);
    for (const scope of scopes) for (let child = scope.head; child !== null; child = child.after) tasks.push(child);
  }
  return tasks;
}

export function reportOf(task: Tasklet<unknown>, spawned: string | null): TaskReport {
  const stack = stackOf(task);
  const owner = task.owner?.task ?? null;
  return {
    id: task.id,
    name: task.name,
    status: task.status,
    waitsFor: waitOf(task),
    since: task.since,
    owner: owner === null ? 0 : owner.id,
    stack,
    ownerAt: owner === null || stack.length > 0 ? null : (stackOf(owner)[0] ?? null),
    spawned,
  };
}

/** Is this task only waiting for its children? It is then no part of the cause. */
export const onlyJoins = (task: Tasklet<unknown>): boolean => waitOf(task)?.operation === "children";

/** Has the main body returned? */
export function bodyReturned(root: Tasklet<unknown>): boolean {
  const scope = bodyScope(root);
  return scope.kind === BODY && scope.joining;
}

export const MOST_SHOWN = 100;

/** The report of a verdict as text: one paragraph for each task that waits. */
export function formatReports(reports: readonly TaskReport[], all: number, tick: number): string {
  const lines: string[] = [];
  for (const task of reports) {
    const wait = task.waitsFor;
    const what = wait === null ? `is ${task.status}` : `waits for ${inWords(wait)}`;
    const since = wait === null ? "" : `, for ${tick - task.since} ms`;
    const held = wait === null || wait.heldBy.length === 0 ? "" : `, held by ${wait.heldBy.join(", ")}`;
    const at = task.ownerAt === null ? "" : `, at ${task.ownerAt}`;
    const owner = task.owner === 0 ? "" : ` (owned by #${task.owner}${at})`;
    lines.push(`  ${label(task)}${owner} ${what}${since}${held}`);
    for (const frame of task.stack) lines.push(`      at ${frame}`);
    if (task.spawned !== null) lines.push(`      spawned at ${task.spawned}`);
  }
  if (all > reports.length) lines.push(`  ... and ${all - reports.length} more`);
  return lines.join("\n");
}
