// What workers do in the tests of owned objects.

import type { Operation } from "offshoot";
import { group, sleep } from "offshoot";
import { type Owned, owner, type sharedChannel } from "../../src/parallel/index.ts";
import type { Account } from "./owner.test.ts";

type Channel<T> = ReturnType<typeof sharedChannel<T>>;

export function* depositMany(account: Owned<Account>, from: string, times: number): Operation<number[]> {
  const balances: number[] = [];
  for (let i = 0; i < times; i++) balances.push(yield* account.deposit(from, 1));
  return balances;
}

export async function awaitDeposit(account: Owned<Account>, amount: number): Promise<number> {
  return await account.deposit("awaited", amount);
}

export function* withdrawTooMuch(account: Owned<Account>): Operation<string> {
  try {
    yield* account.withdraw(1_000_000);
    return "withdrawn";
  } catch (error) {
    return `${(error as object).constructor.name} ${(error as RangeError).message}`;
  }
}

/** Owns an account in this thread, gives it away, and keeps it until it is told to end. */
export function* own(accounts: Channel<Owned<object>>, orders: Channel<string>): Operation<string> {
  return yield* group(function* () {
    const account = yield* owner(() => ({
      balance: 0,
      deposit(amount: number) {
        this.balance += amount;
        return this.balance;
      },
      *forever() {
        yield* sleep(Number.POSITIVE_INFINITY);
      },
      die() {
        process.exit(9);
      },
    }));
    yield* accounts.send(account);
    return yield* orders.receive();
  });
}

/** Waits in a call until it is cancelled. */
export function* waitIn(account: Owned<Account>): Operation<void> {
  yield* account.waitForever();
}
