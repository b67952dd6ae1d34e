// Channels with back-pressure, built of what Effection has: queues, which are unbounded and whose `add` never waits.
//
// Each way holds two queues: items to the receiver, and permits (acknowledgements) back to the sender.

import { createQueue, type Operation } from "effection";

export interface Way<T> {
  send(value: T): Operation<void>;
  receive(): Operation<T>;
}

/** The sender waits until the receiver has taken the item. */
export function rendezvous<T>(): Way<T> {
  const items = createQueue<T, never>();
  const taken = createQueue<void, never>();
  return {
    *send(value) {
      items.add(value);
      yield* taken.next();
    },
    *receive() {
      const item = yield* items.next();
      taken.add();
      return item.value;
    },
  };
}

/** The sender waits while `capacity` items have not been received. */
export function bounded<T>(capacity: number): Way<T> {
  const items = createQueue<T, never>();
  const permits = createQueue<void, never>();
  for (let i = 0; i < capacity; i++) permits.add();
  return {
    *send(value) {
      yield* permits.next();
      items.add(value);
    },
    *receive() {
      const item = yield* items.next();
      permits.add();
      return item.value;
    },
  };
}
