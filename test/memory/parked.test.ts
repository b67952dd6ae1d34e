// What a parked task costs, and that an ended one costs nothing.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, never, type Operation, run, sleep, type Task, yieldNow } from "offshoot";
import { bytes, settle } from "../support/memory.ts";

const CROWD = 100_000;

test("a parked task costs at most 450 bytes", async () => {
  const ch = channel<void>();
  function* waiting(): Operation<void> {
    yield* ch.receive();
  }
  let perTask = 0;
  await run(function* () {
    for (let round = 0; round < 2; round++) {
      const before = yield* go(bytes);
      yield* group(function* (g) {
        for (let i = 0; i < CROWD; i++) g.go(waiting);
        while (ch.stats().waitingReceivers < CROWD) yield* yieldNow();
        perTask = ((yield* go(bytes)) - before) / CROWD;
        for (let i = 0; i < CROWD; i++) ch.trySend();
      });
    }
  });
  assert.ok(perTask <= 450, `${perTask} bytes`);
  assert.ok(perTask > 100, `${perTask} bytes`); // or nothing was measured
});

test("an ended task can be collected, while its run goes on", async () => {
  let left = 0;
  const registry = new FinalizationRegistry(() => left--);
  let one: WeakRef<Task<unknown>> | undefined;
  await run(function* () {
    for (let i = 0; i < 1_000; i++) {
      const task = go(() => sleep(0));
      left++;
      registry.register(task, undefined);
      one ??= new WeakRef(task);
    }
    const doomed = go(() => never);
    left++;
    registry.register(doomed, undefined);
    doomed.cancel();
    yield* sleep(5);
    yield* go(settle);
    yield* go(settle);
    assert.equal(one?.deref(), undefined);
    assert.ok(left <= 2, `${left} are left`); // the last may still lie in a register
  });
});

test("spawning and joining in a long loop does not grow", async () => {
  await run(function* () {
    const spin = function* (n: number): Operation<void> {
      for (let i = 0; i < n; i++) yield* go(yieldNow);
    };
    yield* spin(50_000);
    const before = yield* go(bytes);
    yield* spin(200_000);
    const grown = (yield* go(bytes)) - before;
    assert.ok(grown < 500_000, `${grown} bytes`);
  });
});

test("a value that was passed on is not kept by the channel, the sender or the receiver", async () => {
  await run(function* () {
    const ch = channel<object>();
    const buffered = channel<object>(4);
    const refs: WeakRef<object>[] = [];
    const fresh = (): object => {
      const value = { large: new Array(1_000).fill(0) };
      refs.push(new WeakRef(value));
      return value;
    };
    const receiver = go(function* () {
      for (;;) if ((yield* ch.next()).done) return;
    });
    yield* yieldNow();
    yield* ch.send(fresh());
    for (let i = 0; i < 4; i++) buffered.trySend(fresh());
    for (let i = 0; i < 4; i++) buffered.tryReceive();
    const sender = go(function* () {
      yield* buffered.send(fresh());
      yield* never;
    });
    yield* buffered.receive();
    yield* sleep(1);
    yield* go(settle);
    assert.deepEqual(refs.filter((ref) => ref.deref() !== undefined).length, 0, "values are still reachable");
    ch.close();
    yield* receiver;
    sender.cancel();
  });
});
