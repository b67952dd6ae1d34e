// In how many orders a trace of the model can be run, counted from what happens before what in it. If the accesses tell all that matters, these are runs of the
// program that have this trace, no more and no less.
//
// An end is no step: it comes about at once when the last event of its task and the ends of its children have. An order in which something has not yet happened
// then that the end happens after belongs to another trace.

import type { Op, Program } from "./program.ts";
import type { Event } from "./trace.ts";

const at = <T>(list: readonly T[], i: number): T => list[i] as T;

export function ordersOf(events: readonly Event[], program: Program): number {
  const lines = program.tasks.map((_, task) => events.filter((event) => event.task === task));
  const children = program.tasks.map((ops) => ops.flatMap((op: Op) => (op[0] === "spawn" ? [op[1]] : [])));
  const known = new Map<string, number>();

  const hasHappened = ({ task, clock }: Event, progress: readonly number[]): boolean =>
    clock.every((n, other) => n <= at(progress, other) + (other === task ? 1 : 0));
  const hasEnded = (task: number, progress: readonly number[]): boolean =>
    at(progress, task) === at(lines, task).length && at(lines, task).at(-1)?.isEnd !== false;

  /** Lets all end that do now; false if that is too early for this trace. */
  const end = (progress: number[]): boolean => {
    for (let task = progress.length - 1, again = false; task >= 0; task = again ? progress.length - 1 : task - 1) {
      again = false;
      const next = at(lines, task)[at(progress, task)];
      if (!next?.isEnd || !at(children, task).every((child) => hasEnded(child, progress))) continue;
      if (!hasHappened(next, progress)) return false;
      progress[task] = at(progress, task) + 1;
      again = true;
    }
    return true;
  };

  const count = (progress: readonly number[]): number => {
    const key = progress.join();
    let orders = known.get(key);
    if (orders !== undefined) return orders;
    orders = 0;
    let isOver = true;
    for (const [task, line] of lines.entries()) {
      const next = line[at(progress, task)];
      if (next === undefined) continue;
      isOver = false;
      if (next.isEnd || !hasHappened(next, progress)) continue;
      const after = [...progress];
      after[task] = at(after, task) + 1;
      if (end(after)) orders += count(after);
    }
    if (isOver) orders = 1;
    known.set(key, orders);
    return orders;
  };
  return count(program.tasks.map(() => 0));
}
