// Every core, as a user of JavaScript has it.

import assert from "node:assert/strict";
import { all, channel, go, MisuseError, run, select, TimeoutError, timeout } from "offshoot";
import {
  blocking,
  InterlockedList,
  inline,
  move,
  owner,
  Pool,
  remote,
  SharedBarrier,
  SharedCounter,
  SharedLatch,
  SharedList,
  SharedMap,
  SharedMutex,
  SharedRwLock,
  SharedSemaphore,
  SharedWaitGroup,
  sharedChannel,
  WorkerError,
} from "offshoot/parallel";

const jobs = remote(new URL("./jobs.mjs", import.meta.url));

export async function parallel() {
  const pool = new Pool({ threads: 2 });
  await run(function* () {
    // calls
    assert.equal(yield* pool.run(jobs.add, 1, 2), 3);
    const error = yield* caught(pool.run(jobs.fails));
    assert.ok(error instanceof RangeError && error.cause.message === "the cause" && error.stack.includes("jobs.mjs"));
    assert.doesNotMatch(error.stack, /node_modules/); // nothing of the package, in either thread
    const { message } = yield* caught(pool.run(remote(new URL("./broken.mjs", import.meta.url)).job));
    assert.match(message, /threw while it was loaded \(broken\.mjs:3\)/);
    const factor = 3;
    assert.equal(
      yield* pool.run(
        inline((n) => n * factor, { factor }),
        4,
      ),
      12,
    );
    const doubled = pool.map(
      inline((n) => n * 2),
      [1, 2, 3],
      { chunk: 2 },
    );
    assert.deepEqual([yield* doubled.receive(), yield* doubled.receive(), yield* doubled.receive()], [2, 4, 6]);
    const bytes = new Uint8Array(1 << 20);
    assert.deepEqual([yield* pool.run(jobs.length, move(bytes)), bytes.length], [1 << 20, 0]);
    assert.match((yield* caught(pool.run(jobs.add, channel(), 1))).message, /argument 0 .*sharedChannel/);

    // channels, in one select with local operations
    const numbers = sharedChannel(8);
    const fed = pool.go(jobs.feeds, numbers, 1_000);
    let sum = 0;
    for (let i = 0; i < 1_000; i++) sum += (yield* select({ n: numbers.receive(), never: channel().receive() })).value;
    assert.deepEqual([sum, yield* fed], [499_500, "fed"]);

    // cancellation reaches the worker, and is waited for
    const started = sharedChannel(4);
    const napping = go(function* () {
      return yield* caught(timeout(60_000, pool.run(jobs.naps, started)));
    });
    yield* started.receive();
    napping.cancel();
    assert.equal(yield* started.receive(), 2);
    assert.ok((yield* caught(timeout(1, pool.run(jobs.naps, started)))) instanceof TimeoutError);

    // what threads share
    const [map, counter, list, mutex] = [new SharedMap(), new SharedCounter(), new SharedList(), new SharedMutex()];
    yield* all([1, 2].map(() => pool.run(jobs.increments, map, counter, 500)));
    yield* all([1, 2].map(() => pool.run(jobs.locks, mutex, list, 200)));
    assert.deepEqual([map.get("n"), counter.get()], [1_000, 1_000]);
    assert.deepEqual(
      list.slice(),
      Array.from({ length: 400 }, (_, i) => i),
    );
    const [latch, group, barrier] = [new SharedLatch(), new SharedWaitGroup(), new SharedBarrier(1)];
    const [semaphore, rwlock, log] = [new SharedSemaphore(1), new SharedRwLock(), new InterlockedList()];
    latch.open();
    yield* all([latch.wait(), group.wait(), barrier.wait()]);
    for (const lock of [yield* semaphore.acquire(), yield* rwlock.lock()]) lock[Symbol.dispose]();
    log.push({ of: "a log" });
    assert.deepEqual(log.flush(), [{ of: "a log" }]);
    const owned = yield* owner(() => ({ twice: (n) => n * 2 }));
    assert.equal(yield* owned.twice(4), 8);

    // death
    const died = yield* caught(pool.run(jobs.ends));
    assert.ok(died instanceof WorkerError && died.exitCode === 3);
    assert.equal(yield* pool.run(jobs.add, 2, 2), 4);
    assert.equal(yield* blocking(jobs.add, 3, 3), 6);
  });
  await pool.close();
  assert.throws(() => pool.run(jobs.add, 1, 1), MisuseError);

  const processes = new Pool({ processes: 1 });
  assert.equal(await processes.run(jobs.add, 4, 4), 8);
  await processes.close();
}

function* caught(op) {
  try {
    return yield* op;
  } catch (error) {
    return error;
  }
}
