// What the tests of the store let other threads do.

import type { Operation } from "offshoot";
import type { Store } from "offshoot/component";
import type { SharedLatch } from "offshoot/parallel";
import { Random } from "../../src/base/random.ts";
import { steps } from "../../src/parallel/steps.ts";

export type Bank = Record<string, number>;

/** Moves random amounts between accounts, all of which it reads now and then; answers how often the sum was not what it should be. */
export function* transfer(bank: Store<Bank>, accounts: number, times: number, seed: number): Operation<number> {
  const random = new Random(seed);
  let wrong = 0;
  for (let i = 0; i < times; i++) {
    if (i % 5 === 0) {
      const sum = yield* bank.transaction((tx) => sumOf(accounts, (key) => tx.get(key)), { attempts: Infinity });
      if (sum !== accounts * 100) wrong++;
    }
    const [from, to] = [random.below(accounts), random.below(accounts)];
    const amount = random.below(20);
    yield* bank.transaction(
      (tx) => {
        // What is read twice is the same, and no mixture is ever seen, even in a run that does not count.
        const sum = i % 7 === 0 ? sumOf(accounts, (key) => tx.get(key)) : accounts * 100;
        if (sum !== accounts * 100) wrong++;
        tx.update(`account ${from}`, (old = 0) => old - amount);
        tx.update(`account ${to}`, (old = 0) => old + amount);
      },
      { attempts: Infinity },
    );
  }
  return wrong;
}

export function sumOf(accounts: number, get: (key: string) => number | undefined): number {
  let sum = 0;
  for (let i = 0; i < accounts; i++) sum += get(`account ${i}`) as number;
  return sum;
}

/** The same, and dies when it has come to a step so many times; without a name, to any of those at which something is half done. */
export function* transferAndDie(
  bank: Store<Bank>,
  accounts: number,
  step: string,
  nth: number,
  seed: number,
): Operation<void> {
  let left = nth;
  steps.at = (at) => {
    if ((step === "" || at === step) && --left === 0) process.exit(3);
  };
  yield* transfer(bank, accounts, 2_000, seed);
  steps.at = null;
}

export function* count(store: Store<{ n: number }>, times: number): Operation<void> {
  for (let i = 0; i < times; i++) yield* store.update("n", (n = 0) => n + 1);
}

/** Waits until the first number is that, answers with the second. */
export function* echo(store: Store<{ ping: number; pong: number }>, rounds: number): Operation<void> {
  for (let round = 1; round <= rounds; round++)
    yield* store.transaction((tx) => {
      if (tx.get("ping") !== round) tx.retry();
      tx.set("pong", round);
    });
}

/** Puts keys in and takes them out, always several at a time: there are none, or all. */
export function* comeAndGo(
  store: Store<Record<string, number>>,
  keys: number,
  begun: SharedLatch,
  stop: SharedLatch,
): Operation<number> {
  let rounds = 0;
  for (; !stop.isOpen; rounds++) {
    yield* store.transaction((tx) => {
      for (let i = 0; i < keys; i++) tx.set(`key ${i}`, rounds);
    });
    yield* store.transaction((tx) => {
      for (let i = 0; i < keys; i++) tx.delete(`key ${i}`);
    });
    begun.open();
  }
  return rounds;
}

/** Writes two keys, and dies at a step on the way. */
export function* writeAndDie(store: Store<Record<string, number>>, step: string): Operation<void> {
  steps.at = (at) => {
    if (at === step) process.exit(3);
  };
  yield* store.transaction((tx) => {
    tx.set("a", 1);
    tx.delete("b");
    tx.set("c", 1);
  });
}
