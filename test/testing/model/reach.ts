// What can come of a program in the finest steps there are: a task that has been started or woken makes its way to its next operation as a turn of its own, and
// performs that in another. States are visited once, so nothing is counted.

import { operationOf, type Program } from "./program.ts";
import { State } from "./state.ts";

/** Outcomes and verdicts, sorted; undefined if there are more than `most` states. */
export function reach(program: Program, most: number): string[] | undefined {
  const seen = new Set<string>();
  const ends = new Set<string>();
  const states: [State, number | null][] = [[new State(program), null]];
  for (let next = states.pop(); next !== undefined; next = states.pop()) {
    const [state, current] = next;
    state.data.queue.sort();
    const key = `${current} ${JSON.stringify(state.data)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > most) return undefined;
    const candidates = current === null ? state.data.queue : [current, ...state.data.queue];
    for (const chosen of candidates) {
      const before = state.copy();
      before.data.queue = candidates.filter((task) => task !== chosen);
      const op = before.next(chosen);
      if (op === undefined || operationOf(op) === null) {
        states.push([before, goOn(before, chosen)]);
        continue;
      }
      for (let pick = 0; pick < before.ways(chosen); pick++) {
        const after = before.copy();
        states.push([after, after.perform(chosen, pick) ? goOn(after, chosen) : null]);
      }
    }
    if (candidates.length > 0) continue;
    const result = state.result();
    ends.add("outcome" in result ? result.outcome : result.blocked);
  }
  return [...ends].sort();
}

/** Goes on to the point before the next visible operation, or to the end. Answers the task if it can go on after that, else null. */
function goOn(state: State, task: number): number | null {
  for (let op = state.next(task); op !== undefined; op = state.next(task)) {
    if (operationOf(op) !== null) return task;
    state.perform(task);
  }
  state.finish(task);
  return null;
}
