// Cond as Go has it: Signal wakes the one that has waited longest and cannot be stolen, Broadcast wakes all, and nobody is woken for nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Condition, channel, go, Mutex, type Operation, sleep, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

test("each signal wakes one, and no more", async () => {
  await orders(40, function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const n = 2;
    const [running, awake] = [channel<boolean>(n), channel<boolean>(n)];
    for (let i = 0; i < n; i++)
      go(() =>
        mutex.withLock(function* () {
          yield* running.send(true);
          yield* changed.wait();
          yield* awake.send(true);
        }),
      );
    for (let i = 0; i < n; i++) yield* running.receive();
    for (let left = n; left > 0; left--) {
      yield* mutex.withLock(() => changed.signal());
      yield* awake.receive();
      yield* sleep(1);
      assert.equal(awake.length, 0);
    }
    changed.signal();
  });
});

test("signals wake in the order in which the waiters came", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const awake: number[] = [];
    const tasks = Array.from({ length: 100 }, (_, n) =>
      go(() =>
        mutex.withLock(function* () {
          yield* changed.wait();
          awake.push(n);
        }),
      ),
    );
    yield* sleep(1);
    for (let i = 0; i < 100; i++) {
      changed.signal();
      if (i % 3 === 0) yield* yieldNow();
    }
    for (const task of tasks) yield* task;
    assert.deepEqual(awake, [...Array(100).keys()]);
  });
});

test("a broadcast wakes all who wait, and those who come back wait for the next", async () => {
  await orders(20, function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const n = 20;
    const running = channel<number>(n);
    const awake = channel<number>(n);
    let exit = false;
    const tasks = Array.from({ length: n }, (_, id) =>
      go(() =>
        mutex.withLock(function* () {
          while (!exit) {
            yield* running.send(id);
            yield* changed.wait();
            yield* awake.send(id);
          }
        }),
      ),
    );
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < n; i++) yield* running.receive();
      yield* mutex.withLock(() => {
        exit = round === 2;
        changed.broadcast();
      });
      const seen = new Set<number>();
      for (let i = 0; i < n; i++) seen.add(yield* awake.receive());
      assert.equal(seen.size, n);
    }
    for (const task of tasks) yield* task;
  });
});

test("one that waits later does not steal the signal of one that has waited longer", async () => {
  await orders(60, function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const log: string[] = [];
    const start = (name: string): (() => Operation<void>) =>
      function* () {
        yield* mutex.withLock(function* () {
          log.push(`${name} waits`);
          yield* changed.wait();
          log.push(name);
        });
      };
    const first = go(start("first"));
    while (log.length === 0 || mutex.locked) yield* yieldNow();
    yield* mutex.withLock(() => changed.signal());
    const second = go(start("second"));
    yield* first;
    yield* sleep(1);
    assert.ok(!log.includes("second"));
    changed.signal();
    yield* second;
  });
});

test("a signal and a broadcast that nobody waits for are not kept", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    changed.signal();
    changed.broadcast();
    const task = go(() => mutex.withLock(() => changed.wait()));
    yield* sleep(1);
    assert.equal(task.status, "waiting");
    changed.signal();
    yield* task;
  });
});

test("turns are passed round a ring of tasks through one condition, with nobody woken for nothing but by broadcast", async () => {
  await orders(10, function* () {
    const mutex = new Mutex();
    const changed = new Condition(mutex);
    const n = 5;
    let turn = 0;
    const rounds: number[] = [];
    const tasks = Array.from({ length: n }, (_, id) =>
      go(function* () {
        for (let i = 0; i < 4; i++) {
          yield* mutex.withLock(function* () {
            while (turn % n !== id) yield* changed.wait();
            rounds.push(turn++);
            changed.broadcast();
          });
        }
      }),
    );
    for (const task of tasks) yield* task;
    assert.deepEqual(rounds, [...Array(20).keys()]);
  });
});
