// Many tasks that wait for a timer each while something else is measured, children of one task; shared by `timer` and
// `timer-waited`.

import { channel, go, never, type Operation, type Sender, type Task, timer, yieldNow } from "offshoot";

const SIZE = 100_000;

/** Cancelling what it returns cancels every one of them. */
export function* gather(): Operation<Task<void>> {
  const ready = channel<void>(1);
  const owner = go(own, ready);
  yield* ready.receive();
  return owner;
}

/** A task that gives up its turn comes after all those it has started, so they wait by then. */
function* own(ready: Sender<void>): Operation<void> {
  for (let i = 0; i < SIZE; i++) go(wait, 30_000 + ((i * 7919) % 60_000));
  yield* yieldNow();
  yield* ready.send(undefined);
  yield* never;
}

/** Due long after the workload has ended: from half a minute to one and a half. */
function* wait(ms: number): Operation<void> {
  yield* timer(ms).fired;
  throw new Error("a timer fired while the workload ran");
}
