// A mailbox: who takes a letter waits until there is one.

import { Condition, group, Mutex, named, type Operation } from "offshoot";
import { type Cell, cell } from "offshoot/testing";

export type Habit = "look, then lock" | "lock, then look";

class Mailbox {
  readonly letters: Cell<number> = cell(0, { name: "letters" });
  readonly lock: Mutex = new Mutex({ name: "mailbox" });
  readonly arrived: Condition = new Condition(this.lock, { name: "arrived" });

  *put(): Operation<void> {
    using _lock = yield* this.lock.lock();
    yield* this.letters.update((n) => n + 1);
    this.arrived.signal();
  }

  /** Wrong: a letter that comes between the look and the wait wakes nobody. */
  *lookThenLock(): Operation<void> {
    const isEmpty = (yield* this.letters.get()) === 0;
    using _lock = yield* this.lock.lock();
    if (isEmpty) yield* this.arrived.wait();
    yield* this.letters.update((n) => n - 1);
  }

  /** Nobody can put a letter between the look and the wait: the wait gives the lock back, and is in line before anybody has it. */
  *lockThenLook(): Operation<void> {
    using _lock = yield* this.lock.lock();
    while ((yield* this.letters.get()) === 0) yield* this.arrived.wait();
    yield* this.letters.update((n) => n - 1);
  }
}

/** As many readers as letters. Returns how many letters are left. */
export function* correspondence(letters: number, habit: Habit): Operation<number> {
  const mailbox = new Mailbox();
  const take = habit === "look, then lock" ? () => mailbox.lookThenLock() : () => mailbox.lockThenLook();
  yield* group((g) => {
    for (let i = 1; i <= letters; i++) g.go(named(`reader ${i}`, take));
    g.go(
      named("postman", function* (): Operation<void> {
        for (let i = 0; i < letters; i++) yield* mailbox.put();
      }),
    );
  });
  return mailbox.letters.peek();
}
