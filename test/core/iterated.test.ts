// An operation that is iterated by hand is misuse: it does nothing, and the task is none the worse for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  type Channel,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  select,
  shield,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

/** Made anew by the body of each run. */
let jobs!: Channel<number>;

const operations: Record<string, () => Iterable<unknown>> = {
  receive: () => jobs.receive(),
  next: () => jobs.next(),
  send: () => jobs.send(1),
  "a mapped receive": () => jobs.receive().map((n) => n),
  select: () => select({ a: jobs.receive(), b: jobs.send(2), late: sleep(50) }),
  sleep: () => sleep(50),
  join: () => go(() => sleep(1)),
  yieldNow: () => yieldNow(),
  group: () => group(() => sleep(1)),
  "a group with children": () => group((g) => void g.go(() => sleep(1))),
  shield: () => shield(jobs.receive()),
} as unknown as Record<string, () => Iterable<unknown>>;

function assertNobodyWaits(): void {
  const stats = jobs.stats();
  assert.equal(stats.waitingReceivers + stats.waitingSenders, 0);
}

/** Without it an operation that always parks would fill the memory. */
function bounded(_: unknown, i: number): void {
  if (i > 1_000) throw new Error("iterated without an end");
}

const ways: Record<string, (op: Iterable<unknown>) => void> = {
  "Array.from": (op) => void Array.from(op, bounded),
  destructuring: (op) => {
    const [one] = op;
    void one;
  },
  "for-of": (op) => {
    let i = 0;
    for (const _ of op) bounded(_, i++);
  },
  "for-of with a send": (op) => {
    let i = 0;
    for (const _ of op) {
      bounded(_, i++);
      jobs.trySend(1);
    }
  },
};

for (const [what, make] of Object.entries(operations)) {
  for (const [how, iterate] of Object.entries(ways)) {
    test(`${what} iterated by ${how} is MisuseError, and leaves everything as it was`, async () => {
      for (const seed of [undefined, 0, 1, 2, 3, 4, 5]) {
        let runs = 0;
        const body = function* () {
          if (++runs > 1) return; // a task in the queue twice would be told by the count
          jobs = channel<number>();
          const other = go(() => yieldNow());
          try {
            iterate(make());
            if (how !== "destructuring") assert.fail("nothing was thrown");
          } catch (error) {
            if (!(error instanceof MisuseError)) throw error;
            assert.match(error.message, /was iterated/);
          }
          assert.equal(currentTask().status, "running");
          assertNobodyWaits();
          yield* other;
          yield* sleep(5);
        };
        await simulate(body, seed === undefined ? {} : { seed });
        assert.equal(runs, 1, `seed ${seed}`);
        assertNobodyWaits();
      }
    });
  }
}

test("an operation iterated when the budget is spent is misuse all the same", async () => {
  let runs = 0;
  await simulate(function* () {
    if (++runs > 1) return;
    jobs = channel<number>();
    for (let i = 0; i < 128; i++) yield* always(i);
    assert.throws(() => [...(jobs.receive() as unknown as Iterable<unknown>)], MisuseError);
    yield* sleep(1);
  });
  assert.equal(runs, 1);
});
