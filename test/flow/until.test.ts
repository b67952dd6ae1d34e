// until(promise): one handler, ready only once the settlement has been seen, any number of waiters, what it is rejected with.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  DeadlockError,
  go,
  MisuseError,
  type Operation,
  run,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { program } from "../support/process.ts";
import { virtual } from "../support/virtual.ts";

interface Spied<T> {
  readonly promise: Promise<T>;
  readonly thens: () => number;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A promise to be settled by hand, which counts how often it was listened to. */
function spied<T>(): Spied<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  let thens = 0;
  Object.defineProperty(promise, "then", {
    value(...handlers: Parameters<Promise<T>["then"]>) {
      thens++;
      return Promise.prototype.then.apply(promise, handlers);
    },
  });
  return { promise, thens: () => thens, resolve, reject };
}

test("a task waits for a promise and gets its value", async () => {
  await simulate(function* () {
    const { promise, resolve } = spied<string>();
    const waits = go(() => until(promise).map((text) => `${text}!`));
    yield* sleep(10);
    assert.equal(waits.status, "waiting");
    resolve("hello");
    assert.equal(yield* waits, "hello!");
    assert.equal(yield* until(promise), "hello");
  });
});

test("a promise gets one handler, however often and by however many it is waited for", async () => {
  await simulate(function* () {
    const { promise, thens, resolve } = spied<number>();
    assert.equal(thens(), 0);
    until(promise);
    yield* sleep(1);
    assert.equal(thens(), 1); // from the call on: in a cancelled scope the operation never starts, and a rejection must not end the process
    const tasks = Array.from({ length: 50 }, () => go(() => until(promise)));
    yield* select([until(promise), always(1)]);
    yield* select([until(promise), until(promise), sleep(1)]);
    selectNow([until(promise)]);
    tasks[0]?.cancel();
    yield* sleep(1);
    assert.equal(thens(), 1);
    resolve(5);
    for (const task of tasks.slice(1)) assert.equal(yield* task, 5);
    assert.equal(yield* until(promise), 5);
    assert.equal(selectNow([until(promise)])?.value, 5);
    assert.equal(thens(), 1);
  });
});

test("a promise is not ready before its settlement was seen, also when it is settled already", async () => {
  await simulate(function* () {
    const settled = Promise.resolve(1);
    assert.equal(selectNow([until(settled)]), undefined);
    for (let i = 0; i < 50; i++) yield* always(i); // no microtask runs in between
    assert.equal(selectNow([until(settled)]), undefined);
    yield* sleep(1);
    assert.deepEqual(selectNow([until(settled)]), { key: 0, value: 1 });
    const got = yield* select({ fresh: until(Promise.resolve(2)), ready: always(3) });
    assert.equal(got.key, "ready");
  });
});

test("waiters are served in the order they came", async () => {
  await simulate(function* () {
    const { promise, resolve } = spied<void>();
    const log: number[] = [];
    const tasks = [0, 1, 2, 3].map((n) =>
      go(function* () {
        yield* until(promise);
        log.push(n);
      }),
    );
    yield* yieldNow();
    tasks[1]?.cancel();
    resolve();
    yield* sleep(1);
    assert.deepEqual(log, [0, 2, 3]);
  });
});

test("what a promise is rejected with is thrown as it is", async () => {
  await simulate(function* () {
    for (const reason of [new RangeError("boom"), undefined, null, 0, "text", { some: "object" }]) {
      const failing = Promise.reject(reason);
      for (const op of [until(failing), select([until(failing)]), until(failing).map(() => 1)]) {
        let error: unknown = "nothing";
        try {
          yield* op;
        } catch (thrownValue) {
          error = thrownValue;
        }
        assert.equal(error, reason);
      }
      assert.throws(
        () => selectNow([until(failing)]),
        (error) => error === reason,
      );
    }
  });
});

test("a rejection that has been waited for counts as handled, also when the waiter has gone", async () => {
  const { code, stderr } = await program(`
    import { run, go, until, select, always, yieldNow } from "offshoot";
    await run(function* () {
      let fail;
      const promise = new Promise((_, reject) => { fail = reject; });
      const task = go(() => until(promise));
      yield* yieldNow();
      task.cancel();
      fail(new Error("boom"));
    });`);
  assert.deepEqual([code, stderr], [0, ""]);
});

test("a waiter that was cancelled or lost a select leaves the others waiting", async () => {
  await simulate(function* () {
    const { promise, resolve } = spied<string>();
    const ch = channel<number>();
    const doomed = go(() => until(promise));
    const losing = go(() => select({ p: until(promise), ch: ch.receive() }));
    const nested = go(() => select([select([until(promise), sleep(50)]), sleep(5)]));
    const waiting = go(() => until(promise));
    yield* sleep(1);
    doomed.cancel();
    yield* ch.send(1);
    assert.equal((yield* losing).key, "ch");
    assert.equal((yield* nested).key, 1);
    yield* caught(TaskCancelledError, doomed);
    resolve("kept");
    assert.equal(yield* waiting, "kept");
  });
});

test("a thenable is asked once, and heard once", async () => {
  await simulate(function* () {
    let thens = 0;
    const thenable = {
      then(resolve: (value: number) => void) {
        thens++;
        resolve(thens);
        resolve(100);
        throw new Error("too late");
      },
    } as unknown as PromiseLike<number>;
    const tasks = [go(() => until(thenable)), go(() => until(thenable))];
    for (const task of tasks) assert.equal(yield* task, 1);
    assert.equal(yield* until(thenable), 1);
    assert.equal(thens, 1);
    const failing = {
      then() {
        throw new RangeError("boom");
      },
    } as unknown as PromiseLike<number>;
    yield* caught(RangeError, until(failing));
  });
});

test("a promise fulfilled with another is followed to its end", async () => {
  await simulate(function* () {
    const inner = spied<number>();
    const outer = spied<Promise<number>>();
    const waits = go(() => until(outer.promise));
    outer.resolve(inner.promise);
    yield* sleep(1);
    assert.equal(waits.status, "waiting");
    inner.resolve(5);
    assert.equal(yield* waits, 5);
  });
});

test("until can be awaited, in an async body and outside tasks", async () => {
  assert.equal(await until(Promise.resolve(1)), 1);
  await assert.rejects(async () => void (await until(Promise.reject(new RangeError("boom")))), RangeError);
  assert.equal(await run(async () => (await until(Promise.resolve(2))) + (await until(async () => 3))), 5);
});

test("what is neither a promise nor a function is misuse at the call", () => {
  for (const source of [undefined, null, 5, "text", {}, [], { then: 5 }]) {
    const error = thrown(MisuseError, () => until(source as unknown as PromiseLike<unknown>));
    assert.match(error.message, /^until: expected a promise, or a function that returns one, got/);
  }
});

test("a run that waits only for a promise that nothing settles is a deadlock", async () => {
  const bodies: (() => Operation<unknown>)[] = [
    () => until(new Promise(() => {})),
    () => until(() => new Promise(() => {})),
    () => select([until(new Promise(() => {})), channel<number>().receive()]),
  ];
  for (const body of bodies) await rejected(DeadlockError, virtual(body));
  const { stdout } = await program(`
    import { run, until } from "offshoot";
    await run(() => until(new Promise(() => {}))).catch((error) => console.log(error.name, /until a promise/.test(error.report)));
    await run(function* () {
      yield* until(new Promise((resolve) => setTimeout(resolve, 30)));
      yield* until(() => new Promise((resolve) => setTimeout(resolve, 30)));
      console.log("settled");
    });`);
  assert.deepEqual(stdout.trim().split("\n"), ["DeadlockError true", "settled"]);
});
