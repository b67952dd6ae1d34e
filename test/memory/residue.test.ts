// What waited and gave up leaves nothing behind: not on channels, not on timers, not on tasks or signals.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  currentTask,
  go,
  group,
  never,
  type Operation,
  run,
  select,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { bytes } from "../support/memory.ts";

/** Bytes that `rounds` of a body leave behind, after as many to warm up. */
async function left(rounds: number, body: (rounds: number) => Operation<void>): Promise<number> {
  let grown = 0;
  await run(function* () {
    yield* body(rounds);
    const before = yield* go(bytes);
    yield* body(rounds);
    grown = (yield* go(bytes)) - before;
  });
  return grown;
}

test("100 000 cancelled waiters leave nothing behind", async () => {
  const ch = channel<number>();
  const grown = await left(100_000, function* (rounds) {
    for (let i = 0; i < rounds; i += 100) {
      const tasks = Array.from({ length: 100 }, (_, n) =>
        go(() => (n % 3 === 0 ? ch.receive() : n % 3 === 1 ? sleep(1_000_000) : select([ch.next(), sleep(1_000_000)]))),
      );
      yield* yieldNow();
      for (const task of tasks) task.cancel();
      yield* yieldNow();
      yield* yieldNow();
    }
    assert.equal(ch.stats().waitingReceivers, 0);
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("100 000 selects on silent channels leave nothing behind", async () => {
  const silent = Array.from({ length: 4 }, () => channel<number>());
  const busy = channel<number>();
  const grown = await left(100_000, function* (rounds) {
    const sender = go(function* () {
      for (let i = 0; i < rounds; i++) yield* busy.send(i);
    });
    for (let i = 0; i < rounds; i++) {
      const cases = [
        ...silent.map((ch) => ch.receive()),
        busy.receive(),
        select([silent[0]?.receive() ?? never, sleep(1_000_000)]),
      ];
      assert.equal((yield* select(cases)).key, 4);
    }
    yield* sender;
  });
  for (const ch of silent) assert.equal(ch.stats().waitingReceivers, 0);
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("selects and joins on one long-lived task leave nothing with it", async () => {
  await run(function* () {
    const long = go(() => never);
    const spin = function* (n: number): Operation<void> {
      for (let i = 0; i < n; i++) {
        yield* select({ long, now: sleep(0) });
        if (i % 3 === 0) yield* select({ long: long.map(() => 1), now: always(1) });
      }
    };
    yield* spin(2_000);
    const before = yield* go(bytes);
    yield* spin(20_000);
    const grown = (yield* go(bytes)) - before;
    assert.ok(grown < 300_000, `${grown} bytes`);
    long.cancel();
  });
});

test("groups, signals and isolated failures of the past are forgotten", async () => {
  const grown = await left(20_000, function* (rounds) {
    for (let i = 0; i < rounds; i++) {
      yield* group(
        function* (g) {
          const bad = g.go(() => {
            void currentTask().signal;
            throw new RangeError("boom");
          });
          void g.signal;
          try {
            yield* bad;
          } catch {}
          g.daemon(() => never);
        },
        { failures: "isolate", limit: 1 },
      );
      if (i % 100 === 0) {
        const doomed = go(() => never);
        doomed.cancel();
        try {
          yield* doomed;
        } catch (error) {
          assert.ok(error instanceof TaskCancelledError);
        }
      }
    }
  });
  assert.ok(grown < 500_000, `${grown} bytes`);
});

test("runs that have ended are forgotten", async () => {
  const rounds = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await run(() => go(yieldNow));
  };
  await rounds(2_000);
  const before = await bytes();
  await rounds(10_000);
  const grown = (await bytes()) - before;
  assert.ok(grown < 500_000, `${grown} bytes`);
});
