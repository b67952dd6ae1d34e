// What the tests in all orders share: the outcomes a program may come to, how tasks end, and who came first.

import assert from "node:assert/strict";
import { debuglog, inspect } from "node:util";
import { type Operation, type Task, TaskCancelledError } from "offshoot";
import { everyOrder, type Options } from "./every-order.ts";
import type { Watch } from "./explored.ts";

/** With NODE_DEBUG=orders: how many orders each program has. */
const told = debuglog("orders");

/** Runs a program in every order. It fails in none, and comes to each of these outcomes and to no other. Timers go off when nothing else can happen. */
export async function comesTo(
  outcomes: readonly unknown[],
  program: (watch: Watch) => () => Operation<unknown>,
  options: Options = {},
): Promise<void> {
  const found = await everyOrder(program, { time: "idle", ...options });
  told(
    "%d: %o",
    [...found.values()].reduce((sum, count) => sum + count, 0),
    found,
  );
  const expected = outcomes.map((outcome) => inspect(outcome, { depth: 8, sorted: true }));
  assert.deepEqual([...found.keys()].sort(), expected.sort());
}

/** What a task that may be cancelled comes to: its value as text, or "cancelled". */
export function* ending(task: Task<unknown>): Operation<string> {
  try {
    return String(yield* task);
  } catch (error) {
    if (error instanceof TaskCancelledError) return "cancelled";
    throw error;
  }
}

/** Notes in which order tasks begin to wait, as far as they do. */
export class Line {
  private readonly tasks: Task<unknown>[] = [];
  private readonly waiting: Task<unknown>[] = [];

  constructor(watch: Watch) {
    watch(this);
  }

  add<T>(task: Task<T>): Task<T> {
    this.tasks.push(task);
    return task;
  }

  /** The names of those who have waited, in the order they came. */
  get came(): string[] {
    return this.waiting.map(({ name }) => name);
  }

  check(): void {
    for (const task of this.tasks)
      if (task.status === "waiting" && !this.waiting.includes(task)) this.waiting.push(task);
  }
}
