// The dining philosophers: each needs the two forks beside the plate, and shares each of them with a neighbour.

import { group, Mutex, named, type Operation, Semaphore } from "offshoot";

const NAMES = ["plato", "kant", "hume", "spinoza", "arendt"];
export const MOST: number = NAMES.length;

export type Manners = "left fork first" | "lower fork first" | "one seat less";

/** A dinner of `guests` philosophers who eat once. Returns how many have eaten. */
export function* dinner(guests: number, manners: Manners): Operation<number> {
  const forks = Array.from({ length: guests }, (_, i) => new Mutex({ name: `fork ${i + 1}` }));
  const seats = new Semaphore(guests - 1, { name: "seats" });
  let fed = 0;

  function* philosopher(first: Mutex, second: Mutex): Operation<void> {
    yield* first.lock();
    yield* second.lock();
    fed++;
    second.unlock();
    first.unlock();
  }

  /** With one seat less than forks somebody always gets two. */
  function* seated(first: Mutex, second: Mutex): Operation<void> {
    yield* seats.acquire();
    yield* philosopher(first, second);
    seats.release();
  }

  yield* group((g) => {
    for (let i = 0; i < guests; i++) {
      const body = named(NAMES[i] as string, manners === "one seat less" ? seated : philosopher);
      const left = forks[i] as Mutex;
      const right = forks[(i + 1) % guests] as Mutex;
      const isLast = i === guests - 1; // the only one with the lower fork at the right
      if (isLast && manners === "lower fork first") g.go(body, right, left);
      else g.go(body, left, right);
    }
  });
  return fed;
}
