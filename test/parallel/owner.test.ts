// Owned objects: order, waiting methods, errors, cancelling, the end of the owner, deaths, from other threads and in select.
// own process: its workers die, and the pool is closed after the last test

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  always,
  type Channel,
  ClosedError,
  channel,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  run,
  select,
  sleep,
  TaskCancelledError,
  until,
  yieldNow,
} from "offshoot";
import { move, type Owned, owner, Pool, remote, sharedChannel, WorkerError } from "../../src/parallel/index.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

const jobs = remote<typeof import("./owner-jobs.ts")>(new URL("./owner-jobs.ts", import.meta.url));
let pool: Pool;
before(() => {
  pool = new Pool({ threads: 2, name: "callers" });
});
after(() => pool.close());

/** A method has begun to wait. */
const begun = channel<void>(Number.POSITIVE_INFINITY);

export class Account {
  balance = 0;
  readonly log: string[] = [];

  deposit(from: string, amount: number): number {
    this.log.push(from);
    this.balance += amount;
    return this.balance;
  }

  withdraw(amount: number): number {
    if (amount > this.balance) throw new RangeError(`there are ${this.balance}`);
    this.balance -= amount;
    return this.balance;
  }

  *slowly(name: string, gate: Channel<void>): Operation<string> {
    this.log.push(`${name} begins`);
    yield* gate.receive();
    this.log.push(`${name} ends`);
    return name;
  }

  async asynchronously(name: string): Promise<string> {
    this.log.push(`${name} begins`);
    await Promise.resolve();
    this.log.push(`${name} ends`);
    return name;
  }

  *waitForever(): Operation<void> {
    this.log.push("waits");
    begun.trySend();
    try {
      yield* sleep(Number.POSITIVE_INFINITY);
    } finally {
      this.log.push("cleaned up");
    }
  }

  *fails(): Operation<void> {
    yield* yieldNow();
    throw new SyntaxError("of its body");
  }

  takes(value: { n: number }): { n: number } {
    value.n++;
    return value;
  }

  returnsFunction(): unknown {
    return { run: () => 1 };
  }

  sizeOf(bytes: Uint8Array): number {
    return bytes.length;
  }

  large(length: number): string {
    return "x".repeat(length);
  }

  history(): string[] {
    return this.log;
  }
}

const opened = function* (): Operation<Owned<Account>> {
  return yield* owner(() => new Account());
};

test("methods answer operations: yielded, awaited, mapped", async () => {
  await run(function* () {
    const account = yield* opened();
    assert.equal(yield* account.deposit("a", 5), 5);
    assert.equal(yield* until(account.deposit("b", 1).then((n) => n)), 6);
    assert.equal(yield* account.withdraw(2).map((n) => -n), -4);
    assert.deepEqual(yield* account.history(), ["a", "b"]);
  });
});

test("calls are performed in order, each after the one before has ended", async () => {
  await run(function* () {
    const account = yield* opened();
    const gate = sharedChannel<void>(1);
    const tasks = [
      go(() => account.slowly("first", gate)),
      go(() => account.asynchronously("second")),
      go(() => account.deposit("third", 1)),
    ];
    yield* yieldNow();
    assert.equal(tasks[2]?.status, "waiting");
    yield* gate.send();
    for (const task of tasks) yield* task;
    const expected = ["first begins", "first ends", "second begins", "second ends", "third"];
    assert.deepEqual(yield* account.history(), expected);
  });
});

test("arguments and answers are copied, and what is marked is handed over", async () => {
  await run(function* () {
    const account = yield* opened();
    const value = { n: 1 };
    assert.deepEqual(yield* account.takes(value), { n: 2 });
    assert.equal(value.n, 1);
    const bytes = new Uint8Array(1_000);
    assert.equal(yield* account.sizeOf(move(bytes)), 1_000);
    assert.equal(bytes.length, 0);
    assert.equal(yield* account.sizeOf(new Uint8Array(6 << 20)), 6 << 20);
    assert.equal((yield* account.large(6 << 20)).length, 6 << 20);
  });
});

test("what a method throws is its caller's, with its class, and the owner goes on", async () => {
  await run(function* () {
    const account = yield* opened();
    assert.match((yield* caught(RangeError, account.withdraw(1))).message, /^there are 0/);
    assert.match((yield* caught(SyntaxError, account.fails())).message, /^of its body/);
    assert.equal(yield* account.deposit("a", 1), 1);
    const missing = (account as unknown as { missing(): typeof never }).missing();
    assert.match(
      (yield* caught(MisuseError, missing)).message,
      /^Owned\.missing: "Account" has no method "missing"\. Call one that the object has/,
    );
    yield* caught(MisuseError, (account as unknown as { constructor(): typeof never }).constructor());
    yield* caught(MisuseError, (account as unknown as { valueOf(): typeof never }).valueOf());
    const sent = yield* caught(MisuseError, account.deposit("f", (() => 1) as never));
    assert.match(sent.message, /^Owned\.deposit: argument 1 is a function/);
    assert.match(
      (yield* caught(MisuseError, account.returnsFunction())).message,
      /^the answer of Account\.returnsFunction: /,
    );
  });
});

test("a call that is cancelled before it has begun is not performed", async () => {
  await run(function* () {
    const account = yield* opened();
    const gate = sharedChannel<void>(1);
    const first = go(() => account.slowly("first", gate));
    const second = go(() => account.deposit("second", 1));
    yield* yieldNow();
    second.cancel();
    yield* caught(TaskCancelledError, second);
    yield* gate.send();
    yield* first;
    assert.deepEqual(yield* account.history(), ["first begins", "first ends"]);
  });
});

test("a call that is cancelled in its method has been cleaned up after when the caller's extent ends", async () => {
  await run(function* () {
    const object = new Account();
    const account = yield* owner(() => object);
    yield* group(function* (g) {
      g.go(() => account.waitForever());
      yield* begun.receive();
      assert.deepEqual(object.log, ["waits"]);
      g.cancel();
    });
    assert.deepEqual(object.log, ["waits", "cleaned up"]);
  });
});

test("a call loses a select as any other case", async () => {
  await run(function* () {
    const account = yield* opened();
    assert.deepEqual(yield* select({ call: account.deposit("a", 3), never }), { key: "call", value: 3 });
    assert.deepEqual(yield* select({ call: account.waitForever(), now: always(1) }), { key: "now", value: 1 });
    const stop = channel<string>();
    const task = go(function* () {
      return yield* select({ call: account.waitForever(), stop: stop.receive() });
    });
    yield* begun.receive();
    yield* stop.send("stop");
    assert.deepEqual(yield* task, { key: "stop", value: "stop" });
    assert.equal((yield* account.history()).at(-1), "cleaned up");
  });
});

test("when its extent has ended, calls that wait and calls made later throw ClosedError", async () => {
  await run(function* () {
    const kept: Owned<Account>[] = [];
    const ended: Promise<ClosedError>[] = [];
    yield* group(function* () {
      const account = yield* opened();
      kept.push(account);
      ended.push(
        rejected(
          ClosedError,
          run(() => account.waitForever()),
        ),
      );
      yield* begun.receive();
      ended.push(
        rejected(
          ClosedError,
          run(() => account.deposit("waits", 1)),
        ),
      );
      yield* until(new Promise(setImmediate));
    });
    assert.match(
      (yield* until(ended[0] as Promise<ClosedError>)).message,
      /^Owned\.waitForever: the owner of "Account" has ended\./,
    );
    yield* until(ended[1] as Promise<ClosedError>);
    const later = yield* caught(ClosedError, (kept[0] as Owned<Account>).deposit("later", 1));
    assert.equal(later.by, "sender");
    assert.match(later.message, /^Owned\.deposit: the owner of "Account" has ended\. Call it while the extent runs/);
  });
});

test("what cannot be owned is told at once, and what the function throws is thrown", async () => {
  assert.match(
    thrown(MisuseError, () => owner(5 as never)).message,
    /^owner: expected a function that makes the object, got a number/,
  );
  await run(function* () {
    assert.match(
      (yield* caught(
        MisuseError,
        owner(() => 5 as never),
      )).message,
      /must return the object to be owned, got a number/,
    );
    assert.match(
      (yield* caught(
        MisuseError,
        owner(async () => ({})),
      )).message,
      /got a promise/,
    );
    yield* caught(
      RangeError,
      owner((): object => {
        throw new RangeError("not made");
      }),
    );
    const account = yield* opened();
    assert.match(
      thrown(MisuseError, () => {
        (account as unknown as { balance: number }).balance = 5;
      }).message,
      /^Owned\.balance: fields of "Account" are its owner's/,
    );
  });
});

test("workers call an object of this thread, each in its own order", async () => {
  await run(function* () {
    const account = yield* opened();
    const tasks = ["a", "b"].map((name) => go(() => pool.run(jobs.depositMany, account, name, 500)));
    const balances = [...(yield* tasks[0] as (typeof tasks)[0]), ...(yield* tasks[1] as (typeof tasks)[0])];
    assert.deepEqual(
      balances.sort((a, b) => a - b),
      Array.from({ length: 1_000 }, (_, i) => i + 1),
    );
    assert.equal(yield* pool.run(jobs.awaitDeposit, account, 10), 1_010);
    assert.equal(yield* pool.run(jobs.withdrawTooMuch, account), "RangeError there are 1010");
  });
});

test("a call of a worker that is cancelled is cancelled at the owner", async () => {
  await run(function* () {
    const account = yield* opened();
    const task = pool.go(jobs.waitIn, account);
    const joined = go(() => caught(TaskCancelledError, task));
    yield* begun.receive();
    task.cancel();
    yield* joined;
    assert.deepEqual(yield* account.history(), ["waits", "cleaned up"]);
  });
});

interface Remote {
  deposit(amount: number): number;
  forever(): Operation<void>;
  die(): void;
}

test("this thread calls an object of a worker, until its extent ends there", async () => {
  await run(function* () {
    const accounts = sharedChannel<Owned<Remote>>(1);
    const orders = sharedChannel<string>(1);
    const there = go(() => pool.run(jobs.own, accounts as never, orders));
    const account = yield* accounts.receive();
    assert.equal(yield* account.deposit(2), 2);
    const waiting = [
      go(() => caught(ClosedError, account.forever())),
      go(() => caught(ClosedError, account.deposit(1))),
    ];
    yield* yieldNow();
    yield* orders.send("end");
    assert.equal(yield* there, "end");
    for (const task of waiting) yield* task;
    yield* caught(ClosedError, account.deposit(1));
  });
});

test("when the thread of the owner dies, calls under way, waiting and later throw WorkerError", async () => {
  await run(function* () {
    const accounts = sharedChannel<Owned<Remote>>(1);
    const orders = sharedChannel<string>(1);
    const there = go(() => caught(WorkerError, pool.run(jobs.own, accounts as never, orders)));
    const account = yield* accounts.receive();
    const dying = go(() => caught(WorkerError, account.die()));
    const waiting = go(() => caught(WorkerError, account.deposit(1)));
    for (const task of [dying, waiting]) {
      const error = yield* task;
      assert.equal(error.exitCode, 9);
      assert.match(error.message, /has no answer: the thread that owns the object ended with exit code 9/);
    }
    const later = yield* caught(WorkerError, account.deposit(1));
    assert.match(
      later.message,
      /^Owned\.call: Object\.deposit cannot be called: the thread that owns the object ended with/,
    );
    yield* there;
  });
});

test("what may wait is more than the queue holds, and comes in order", async () => {
  await run(function* () {
    const account = yield* opened();
    const gate = sharedChannel<void>(1);
    const first = go(() => account.slowly("first", gate));
    const tasks = Array.from({ length: 1_500 }, (_, i) => go(() => account.deposit(String(i), 1)));
    yield* yieldNow();
    yield* gate.send();
    yield* first;
    for (const [i, task] of tasks.entries()) assert.equal(yield* task, i + 1);
  });
});

test("an awaited call outside of tasks fails as any promise", async () => {
  let kept: Owned<Account> | null = null;
  await run(function* () {
    kept = yield* opened();
  });
  await rejected(ClosedError, (kept as unknown as Owned<Account>).deposit("x", 1).then());
});
