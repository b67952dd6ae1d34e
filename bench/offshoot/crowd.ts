// Many tasks that wait to receive from one channel, children of one task; shared by `parked` and `cancel`.

import {
  type Channel,
  channel,
  go,
  never,
  type Operation,
  type Receiver,
  type Sender,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";

export interface Crowd {
  /** Cancelling it cancels every one of them. */
  readonly owner: Task<void>;
  readonly channel: Channel<number>;
}

export function* gather(size: number): Operation<Crowd> {
  const shared = channel<number>();
  const ready = channel<void>(1);
  const owner = go(own, size, shared, ready);
  yield* ready.receive();
  return { owner, channel: shared };
}

/** A task that gives up its turn comes after all those it has started, so they wait by then. */
function* own(size: number, shared: Receiver<number>, ready: Sender<void>): Operation<void> {
  for (let i = 0; i < size; i++) go(park, shared);
  yield* yieldNow();
  yield* ready.send(undefined);
  yield* never;
}

function* park(shared: Receiver<number>): Operation<void> {
  yield* shared.receive();
}

/** Cancels the crowd and waits until all have ended. */
export function* disperse(crowd: Crowd): Operation<void> {
  crowd.owner.cancel();
  try {
    yield* crowd.owner;
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
  }
}
