// Workers are killed at random moments, and at random steps, under load of all kinds: every call settles once, and nothing hangs or is left.
// The choices come from a seed, OFFSHOOT_SEED; what they meet depends on the threads. OFFSHOOT_KILLS says how many there are.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
import { Cancelled, go, group, moveOnAfter, type Operation, run, sleep } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { desk } from "../../../src/parallel/pool/desk.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const KILLS = Number(process.env["OFFSHOOT_KILLS"] ?? 200);
const STEPS = [
  "take",
  "read",
  "taken",
  "claim",
  "write",
  "publish",
  "answered",
  "allocate",
  "assign",
  "called",
  "wake",
];

interface Insides {
  readonly backend: {
    readonly queue: { readonly ring: { check(): void; readonly length: number } };
    readonly employer: { readonly underWay: number };
    readonly crew: { readonly hands: Set<{ readonly worker: Worker; readonly isReady: boolean }> };
  };
}

test("however workers die, each call settles once, and nothing is left", async () => {
  const random = new Random(Number(process.env["OFFSHOOT_SEED"] ?? 20_130_817));
  const below = (n: number): number => random.below(n);
  const pool = new Pool({ threads: 3, name: "mortal", grace: 50 });
  const { queue, employer, crew } = (pool as unknown as Insides).backend;
  const source = sharedChannel<number>(8);
  const sink = sharedChannel<number>(8);
  let isOver = false;
  let begun = 0;
  let settled = 0;
  let lost = 0;

  /** One call: it has an answer, or its worker has died. */
  function* attempt(op: Operation<unknown>, right: (value: unknown) => boolean): Operation<void> {
    begun++;
    let times = 0;
    try {
      const value = yield* op;
      assert.ok(right(value), `answered ${String(value)}`);
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      const errors = error instanceof AggregateError ? error.errors : [error]; // of a map: several of its calls
      for (const one of errors) assert.ok(one instanceof WorkerError, String(error));
      lost++;
    } finally {
      times++;
      settled++;
    }
    assert.equal(times, 1);
  }

  function* calls(): Operation<void> {
    while (!isOver) {
      const n = below(1_000);
      const large = "x".repeat(below(4) === 0 ? 100_000 : 10);
      switch (below(6)) {
        case 0:
          yield* attempt(pool.run(jobs.twice, n), (value) => value === 2 * n);
          break;
        case 1:
          yield* attempt(pool.run(jobs.addSlowly, n, 1), (value) => value === n + 1);
          break;
        case 2:
          yield* attempt(pool.run(jobs.sizeOf, large), (value) => value === large.length);
          break;
        case 3:
          yield* attempt(pool.run(jobs.filled, large.length), (value) => value === large);
          break;
        case 4:
          yield* attempt(pool.run(jobs.depth, pool, 3), (value) => value === 3);
          break;
        default:
          yield* attempt(
            moveOnAfter(below(3), pool.run(jobs.addSlowly, 1, 2)),
            (value) => value === 3 || value === undefined,
          );
      }
    }
  }

  function* pumps(): Operation<void> {
    while (!isOver) yield* attempt(pool.run(jobs.pumps, source, sink), (value) => typeof value === "number");
  }

  function* mapped(): Operation<void> {
    while (!isOver)
      yield* attempt(
        (function* (): Operation<number> {
          const results = pool.map(jobs.twice, [1, 2, 3, 4, 5, 6, 7], { chunk: 2, ordered: below(2) === 0 });
          let sum = 0;
          for (let got = yield* results.next(); !got.done; got = yield* results.next()) sum += got.value;
          return sum;
        })(),
        (value) => value === 56,
      );
  }

  function* kills(): Operation<void> {
    for (let n = 0; n < KILLS; n++) {
      let ready = [...crew.hands].filter(({ isReady }) => isReady);
      for (; ready.length === 0; ready = [...crew.hands].filter(({ isReady }) => isReady)) yield* sleep(1);
      if (below(2) === 0) {
        const step = STEPS[below(STEPS.length)] as string;
        yield* attempt(moveOnAfter(200, pool.run(jobs.diesAt, step, 1 + below(20))), () => true);
      } else {
        yield* sleep(below(8));
        void ready[below(ready.length)]?.worker.terminate();
      }
    }
    isOver = true;
  }

  await run(function* () {
    yield* group(function* () {
      for (let i = 0; i < 8; i++) go(calls);
      for (let i = 0; i < 3; i++) go(pumps);
      go(mapped);
      go(kills);
      go(function* feeds() {
        for (let n = 0; !isOver; n++) {
          yield* moveOnAfter(10, source.send(n));
          sink.tryReceive();
        }
        source.close();
      });
      go(function* drains() {
        while (!isOver || employer.underWay > 0) {
          sink.tryReceive();
          yield* sleep(1);
        }
      });
    });
  });
  assert.equal(settled, begun);
  assert.ok(lost > 0);
  assert.equal(employer.underWay, 0);
  for (let i = 0; i < 300; i++)
    assert.equal(
      await pool.run(jobs.twice, i).then(
        (n) => n,
        () => 2 * i,
      ),
      2 * i,
    );
  await pool.close();
  assert.equal(queue.ring.length, 0);
  queue.ring.check();
  desk().mailbox.ring.check();
});
