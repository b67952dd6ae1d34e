// Workers that die: what their calls come to, and that the pool heals.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { all, type Operation, run } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 1, name: "mortal" });
after(() => pool.close());

/** A call that has no answer: what it throws. Then the pool goes on. */
function* dies(op: Operation<unknown>): Operation<WorkerError> {
  const error = yield* caught(WorkerError, op);
  assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
  return error;
}

test("a worker that exits settles its calls with the exit code, and is replaced", async () => {
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    const plain = yield* dies(pool.run(jobs.exits, 7));
    assert.equal(plain.exitCode, 7);
    assert.match(
      plain.message,
      /^Pool\.run: "exits" of jobs\.ts has no answer: its thread in pool "mortal" ended with exit code 7/,
    );
    assert.equal((yield* dies(pool.run(jobs.exitsSlowly, 0))).exitCode, 0);
    // Those that share its thread are lost with it.
    const waiting = [0, 1].map(() => caught(WorkerError, pool.run(jobs.waits, started, gate)));
    const errors = yield* all([
      ...waiting,
      (function* (): Operation<WorkerError> {
        yield* started.receive();
        yield* started.receive();
        return yield* caught(WorkerError, pool.run(jobs.exits, 9));
      })(),
    ]);
    assert.deepEqual(
      errors.map(({ exitCode }) => exitCode),
      [9, 9, 9],
    );
  });
});

test("an error nobody caught in a worker settles its calls, with that error as the cause", async () => {
  const started = sharedChannel<number>(2);
  await run(function* () {
    for (const f of [jobs.leavesAnError, jobs.leavesARejection]) {
      const error = yield* dies(pool.run(f, started));
      assert.match(error.message, /ended by an error nobody had caught \(.*nobody (catches|handles) this/);
      assert.ok(error.cause instanceof RangeError);
      assert.equal(error.exitCode, 1);
      yield* started.receive();
    }
  });
});

test("a worker that runs out of memory says so", async () => {
  const small = new Pool({ threads: 1, name: "small", limits: { maxOldGenerationSizeMb: 16 } });
  await run(function* () {
    const error = yield* caught(WorkerError, small.run(jobs.eatsMemory));
    assert.match(error.message, /ran out of memory; give it more with limits/);
    assert.equal(yield* small.run(jobs.add, 1, 2), 3);
  });
  await small.close();
});

test("a worker that dies at any step of a call settles that call, and none is lost or answered twice", async () => {
  const named = ["take", "read", "taken", "claim", "write", "publish", "answered"];
  await run(function* () {
    for (const step of named) {
      yield* pool.run(jobs.diesAt, step, 3);
      let lost = 0;
      for (let i = 0; i < 20; i++) {
        try {
          assert.equal(yield* pool.run(jobs.add, i, i), 2 * i);
        } catch (error) {
          assert.ok(error instanceof WorkerError, `${step}: ${error}`);
          assert.equal(error.exitCode, 13);
          lost++;
        }
      }
      assert.ok(lost <= 1, `${step}: ${lost} lost`);
    }
  });
  assert.equal(pool.stats().queued, 0);
});
