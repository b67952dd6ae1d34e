// What several threads do at once in the tests of single calls of shared objects. Each begins when all are there.

import type { Channel, Operation } from "offshoot";
import type { InterlockedList, SharedBarrier, SharedCounter, SharedList, SharedMap } from "offshoot/parallel";

/** Sets its share of keys, each of them readable at once, some of them long or with long values; answers how many were not. */
export function* grow(start: SharedBarrier, map: SharedMap<unknown>, me: number, of: number, keys: number) {
  yield* start.wait();
  return growNow(map, me, of, keys);
}

export function growNow(map: SharedMap<unknown>, me: number, of: number, keys: number): number {
  let wrong = 0;
  for (let i = me; i < keys; i += of) {
    const value = valueFor(i);
    map.set(keyFor(i), value);
    const got = map.get(keyFor(i));
    if (!map.has(keyFor(i)) || JSON.stringify(got) !== JSON.stringify(value)) wrong++;
  }
  return wrong;
}

export const keyFor = (i: number): string => (i % 50 === 0 ? `key ${i} ${"and more ".repeat(8)}` : `key ${i}`);

export const valueFor = (i: number): unknown => (i % 70 === 0 ? { i, text: "long ".repeat(20) } : i);

/** Sets all keys, the same as others do, each to its own mark: answers how many had another's, or its own, when read: all have one. */
export function* overwrite(start: SharedBarrier, map: SharedMap<number>, me: number, keys: number): Operation<number> {
  yield* start.wait();
  let none = 0;
  for (let i = 0; i < keys; i++) {
    map.set(`key ${i}`, me);
    if (map.get(`key ${i}`) === undefined) none++;
  }
  return none;
}

/** Takes out what is there; answers how many keys it was that did. */
export function* remove(start: SharedBarrier, map: SharedMap<number>, keys: number): Operation<number> {
  yield* start.wait();
  let removed = 0;
  for (let i = 0; i < keys; i++) if (map.delete(`key ${i}`)) removed++;
  return removed;
}

/** Looks through the map until all keys are there: how often, and how often one that stays was not there once. */
export function* iterate(
  start: SharedBarrier,
  map: SharedMap<unknown>,
  stays: number,
  stop: SharedMap<boolean>,
): Operation<{ rounds: number; wrong: number }> {
  yield* start.wait();
  let rounds = 0;
  let wrong = 0;
  for (let isLast = false; !isLast; rounds++) {
    isLast = stop.has("stop");
    const seen = new Set<string>();
    let count = 0;
    let staying = 0;
    for (const [key] of map.entries()) {
      seen.add(key);
      count++;
      if (key.startsWith("stays")) staying++;
    }
    if (seen.size !== count || staying !== stays) wrong++;
  }
  return { rounds, wrong };
}

/** Sets keys of its own, in rounds, and clears all now and then. What it has set last it sets once more at the end. */
export function* clearing(start: SharedBarrier, map: SharedMap<unknown>, me: number, rounds: number): Operation<void> {
  yield* start.wait();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 200; i++) map.set(`${me} ${round} ${i}`, i % 5 === 0 ? "long ".repeat(i) : i);
    if (round % 3 === me % 3) map.clear();
  }
  for (let i = 0; i < 50; i++) map.set(`last ${me} ${i}`, i);
}

export function addOnes(counter: SharedCounter, times: number): number[] {
  const sums: number[] = [];
  for (let i = 0; i < times; i++) sums.push(counter.add(1));
  return sums;
}

/** Counts in a map, in a counter by adding, and in one by comparing; answers how often it was the one to be told so. */
export function* countAll(
  start: SharedBarrier,
  map: SharedMap<number>,
  added: SharedCounter,
  compared: SharedCounter,
  times: number,
): Operation<number[]> {
  yield* start.wait();
  const sums: number[] = [];
  for (let i = 0; i < times; i++) {
    map.update(`n ${i % 3}`, (n = 0) => n + 1);
    sums.push(added.add(1));
    for (let old = compared.get(); !compared.compareAndSet(old, old + 1); ) old = compared.get();
  }
  return sums;
}

/** Sets a counter to one of two numbers that differ in all their bytes, until it is told to stop. */
export function* flicker(
  start: SharedBarrier,
  counter: SharedCounter,
  values: readonly number[],
  stop: SharedCounter,
): Operation<void> {
  yield* start.wait();
  for (let i = 0; stop.get() === 0; i++) counter.set(values[i % values.length] as number);
}

/** Wins each number once, in a race with others. */
export function* win(start: SharedBarrier, counter: SharedCounter, most: number): Operation<number[]> {
  yield* start.wait();
  const won: number[] = [];
  for (let n = 0; n < most; n++) if (counter.compareAndSet(n, n + 1)) won.push(n);
  return won;
}

const nap = new Int32Array(new SharedArrayBuffer(4));

/** Pushes what is its turn: each number after the one before has been pushed, by whoever. */
export function* takeTurns(
  start: SharedBarrier,
  list: { push(n: number): unknown },
  turn: SharedCounter,
  me: number,
  of: number,
  count: number,
): Operation<void> {
  yield* start.wait();
  for (let n = me; n < count; n += of) {
    for (let i = 1; turn.get() !== n; i++) if (i % 100 === 0) Atomics.wait(nap, 0, 0, 0.05); // others need the core
    list.push(n);
    turn.set(n + 1);
  }
}

/** Reads all of a list that others push to: whether it has what `length` has said, and no hole. */
export function* readAll(start: SharedBarrier, list: SharedList<number>, count: number): Operation<string> {
  yield* start.wait();
  for (let before = 0; before < count; ) {
    const { length } = list;
    if (length < before) return `it had ${before}, then ${length}`;
    before = length;
    const values = list.slice();
    if (values.length < length) return `${length} were there, and ${values.length} in the slice`;
    if (values.some((value, i) => value !== i)) return `out of order: ${values.findIndex((value, i) => value !== i)}`;
    if (length > 0 && list.get(length - 1) !== length - 1) return `wrong at ${length - 1}`;
  }
  return "all there";
}

/** Replaces values in one order, again and again. */
export function* march(start: SharedBarrier, list: SharedList<number>, times: number): Operation<void> {
  yield* start.wait();
  for (let n = 1; n <= times; n++) for (let i = 0; i < list.length; i++) list.set(i, n);
}

export function* fillTogether(
  start: SharedBarrier,
  list: InterlockedList<{ me: number; i: number; pad: string }>,
  me: number,
  count: number,
  done: Channel<number>,
): Operation<void> {
  yield* start.wait();
  for (let i = 0; i < count; i++) list.push({ me, i, pad: "x".repeat(i % 40) });
  yield* done.send(me);
}
