// Every order of a program of the model, by brute force: from each state each choice is tried, on a copy of the state. Knows nothing of the package.
//
//   A step is one visible operation that is performed: it completes, or its task waits. What is not visible belongs to the step it is made in.
//   Before each step there is one choice: the task that has just performed one, if it can go on, or any in the queue (started, woken, or passed over).
//   A task that gets its turn goes on from where it was up to and including its next visible operation, without another choice but
//   that of a select among its ready cases; unless it has started or woken somebody on the way: then the choice is made anew.
//   If that completes, it goes on to the point before its next visible operation. If it waits or its body ends, the choice is among those in the queue.

import { type Counts, operationOf, type Program } from "./program.ts";
import { State } from "./state.ts";
import { eventsOf, formOf } from "./trace.ts";

/** All that can come of a program; undefined if there are more runs than `most`. */
export function enumerate(program: Program, most = Number.POSITIVE_INFINITY): Counts | undefined {
  const outcomes: Record<string, number> = {};
  const blocked = new Set<string>();
  const traces = new Set<string>();
  let stuck = 0;
  const runs = everyRun(program, most, (state) => {
    traces.add(formOf(eventsOf(state.history, program.tasks.length)));
    const result = state.result();
    if ("outcome" in result) outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
    else {
      stuck++;
      blocked.add(result.blocked);
    }
  });
  return runs > most ? undefined : { runs, outcomes, stuck, blocked: [...blocked].sort(), traces: traces.size };
}

/** Calls `ended` with the last state of every run, and returns how many there are; it gives up when there are more than `most`. */
export function everyRun(program: Program, most: number, ended: (state: State) => void): number {
  let runs = 0;

  const visit = (state: State, current: number | null): void => {
    const candidates = current === null ? state.data.queue : [current, ...state.data.queue];
    if (candidates.length === 0) {
      runs++;
      ended(state);
    }
    for (const chosen of candidates) {
      const before = state.copy();
      before.data.queue = candidates.filter((task) => task !== chosen);
      before.history.note("turn", chosen);
      const others = before.data.queue.length;
      goOn(before, chosen);
      if (before.data.queue.length !== others && before.next(chosen) !== undefined) {
        visit(before, chosen); // whoever it has started or woken on the way could be first
        continue;
      }
      for (let pick = 0; pick < before.ways(chosen) && runs <= most; pick++) {
        const after = before.copy();
        after.history.note("pick", pick);
        visit(after, step(after, chosen, pick));
      }
    }
  };

  visit(new State(program), null);
  return runs;
}

/** A task at its next visible operation, or at its end, has its turn. Answers it if it can go on after that, else null. */
function step(state: State, task: number, pick: number): number | null {
  if (state.next(task) !== undefined) {
    if (!state.perform(task, pick)) return null;
    goOn(state, task);
    if (state.next(task) !== undefined) return task;
  }
  state.finish(task);
  return null;
}

/** Goes on to the point before the next visible operation. */
function goOn(state: State, task: number): void {
  for (let op = state.next(task); op !== undefined && operationOf(op) === null; op = state.next(task))
    state.perform(task);
}
