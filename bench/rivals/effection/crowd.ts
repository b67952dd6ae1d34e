// Many tasks that wait to receive from one queue, children of one task; shared by `parked` and `cancel`.

import { createQueue, type Operation, type Queue, spawn, suspend, type Task, withResolvers } from "effection";

export interface Crowd {
  /** Halting it halts every one of them. */
  readonly owner: Task<void>;
  readonly count: Count;
}

export interface Count {
  started: number;
  ended: number;
}

export function* gather(size: number): Operation<Crowd> {
  const count: Count = { started: 0, ended: 0 };
  const ready = withResolvers<void>();
  const owner = yield* spawn(function* () {
    const queue = createQueue<number, never>();
    const begun = (): void => {
      if (++count.started === size) ready.resolve();
    };
    for (let i = 0; i < size; i++) yield* spawn(() => park(queue, count, begun));
    yield* suspend();
  });
  yield* ready.operation;
  return { owner, count };
}

function* park(queue: Queue<number, never>, count: Count, begun: () => void): Operation<void> {
  begun();
  try {
    yield* queue.next();
  } finally {
    count.ended++;
  }
}
