// The last seats of a theatre, and clerks who sell them: each looks whether there is a seat left, and takes it.

import assert from "node:assert/strict";
import { group, named, type Operation } from "offshoot";
import { type Cell, cell } from "offshoot/testing";

export type Manner = "look, then set" | "look, then take" | "look and take at once";

const NAMES = ["ann", "bob", "cy"];
export const MOST: number = NAMES.length;

type Taking = (left: Cell<number>) => Operation<boolean>;

/** A race: nothing orders the get of the one and the set of the other. */
function* lookThenSet(left: Cell<number>): Operation<boolean> {
  const before = yield* left.get();
  if (before === 0) return false;
  yield* left.set(before - 1);
  return true;
}

/** No race, as update is atomic. Yet what was true at the look need not be true any more. */
function* lookThenTake(left: Cell<number>): Operation<boolean> {
  if ((yield* left.get()) === 0) return false;
  yield* left.update((n) => n - 1);
  return true;
}

/** Takes the seat if nothing has changed since the look, and else looks again. */
function* lookAndTake(left: Cell<number>): Operation<boolean> {
  for (;;) {
    const before = yield* left.get();
    if (before === 0) return false;
    if (yield* left.compareAndSet(before, before - 1)) return true;
  }
}

const takings: Readonly<Record<Manner, Taking>> = {
  "look, then set": lookThenSet,
  "look, then take": lookThenTake,
  "look and take at once": lookAndTake,
};

/** Each clerk has one customer. Returns how many seats were sold. */
export function* sale(clerks: number, seats: number, manner: Manner): Operation<number> {
  const left = cell(seats, { name: "seats left" });
  const take = takings[manner];
  let sold = 0;
  yield* group((g) => {
    for (const name of NAMES.slice(0, clerks))
      g.go(
        named(name, function* (): Operation<void> {
          if (yield* take(left)) sold++;
        }),
      );
  });
  assert.ok(sold <= seats, `${sold} sold of ${seats}`);
  return sold;
}
