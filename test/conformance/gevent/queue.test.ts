// gevent's queues, said with channels: bounded and unbounded queues, with and without waiting, with a time limit; channels without room; iteration to the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ClosedError,
  channel,
  EndOfChannel,
  go,
  type Operation,
  select,
  sleep,
  unbounded,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";

test("a bounded queue hands out what was put in, in order, and blocks at its bound", async () => {
  await simulate(function* () {
    const queue = channel<number>(2);
    const log: string[] = [];
    const putter = go(function* () {
      for (let n = 0; n < 4; n++) {
        yield* queue.send(n);
        log.push(`put ${n}`);
      }
    });
    yield* sleep(1);
    assert.deepEqual(log, ["put 0", "put 1"]);
    assert.equal(putter.status, "waiting");
    assert.deepEqual([queue.length, queue.trySend(9)], [2, false]);
    const got: number[] = [];
    for (let n = 0; n < 4; n++) got.push(yield* queue.receive());
    yield* putter;
    assert.deepEqual(got, [0, 1, 2, 3]);
    assert.deepEqual([queue.length, queue.tryReceive()], [0, { ok: false, closed: false }]);
  });
});

test("a get with a time limit gives up after it, and has taken nothing", async () => {
  await simulate(function* () {
    const queue = channel<string>(1);
    assert.equal((yield* select({ got: queue.receive(), late: sleep(10) })).key, "late");
    yield* queue.send("kept");
    assert.deepEqual(yield* select({ got: queue.receive(), late: sleep(10) }), { key: "got", value: "kept" });
  });
});

test("a put with a time limit gives up after it, and has put nothing", async () => {
  await simulate(function* () {
    const queue = channel<string>(1);
    yield* queue.send("first");
    assert.equal((yield* select({ put: queue.send("second"), late: sleep(10) })).key, "late");
    assert.equal(yield* queue.receive(), "first");
    assert.deepEqual(queue.tryReceive(), { ok: false, closed: false });
    assert.equal((yield* select({ put: queue.send("third"), late: sleep(10) })).key, "put");
  });
});

test("getters are served in the order they came, and one that gave up is passed over", async () => {
  await simulate(function* () {
    const queue = channel<number>(5);
    const log: string[] = [];
    for (const [name, ms] of [
      ["a", 100],
      ["b", 5],
      ["c", 100],
    ] as const) {
      go(function* () {
        const got = yield* select({ got: queue.receive(), late: sleep(ms) });
        log.push(`${name} ${got.key === "got" ? got.value : "late"}`);
      });
    }
    yield* sleep(10);
    yield* queue.send(1);
    yield* queue.send(2);
    yield* yieldNow();
    assert.deepEqual(log, ["b late", "a 1", "c 2"]);
  });
});

test("a queue without a bound takes everything at once", async () => {
  await simulate(function* () {
    const queue = channel<number>(unbounded());
    for (let n = 0; n < 10_000; n++) assert.equal(queue.trySend(n), true);
    assert.equal(queue.length, 10_000);
    for (let n = 0; n < 10_000; n++) assert.equal(yield* queue.receive(), n);
  });
});

test("in a channel without room a put is over when its value has been got", async () => {
  await simulate(function* () {
    const queue = channel<string>();
    const log: string[] = [];
    go(function* () {
      yield* queue.send("value");
      log.push("put");
    });
    yield* sleep(10);
    assert.equal(log.length, 0);
    log.push(yield* queue.receive());
    yield* yieldNow();
    assert.deepEqual(log, ["value", "put"]);
  });
});

test("iterating ends when the queue is shut down and drained", async () => {
  await simulate(async () => {
    const queue = channel<number>(5);
    for (const n of [1, 2, 3]) queue.trySend(n);
    queue.close();
    const got: number[] = [];
    for await (const n of queue) got.push(n);
    assert.deepEqual(got, [1, 2, 3]);
  });
});

test("after a shutdown puts fail, and so do gets once the queue is drained", async () => {
  await simulate(function* () {
    const queue = channel<number>(1);
    yield* queue.send(1);
    const putter = go(() => caught(ClosedError, queue.send(2)));
    yield* yieldNow();
    queue.close();
    assert.equal((yield* putter).by, "sender");
    thrown(ClosedError, () => queue.trySend(3));
    assert.equal(yield* queue.receive(), 1);
    yield* caught(EndOfChannel, queue.receive());
    assert.deepEqual(queue.tryReceive(), { ok: false, closed: true });
  });
});

test("a shutdown at once drops what is in the queue, and wakes getters and putters", async () => {
  await simulate(function* () {
    const queue = channel<number>(1);
    yield* queue.send(1);
    const putter = go(() => caught(ClosedError, queue.send(2)));
    yield* yieldNow();
    queue.cancel();
    assert.equal((yield* putter).by, "receiver");
    assert.deepEqual([queue.length, queue.stats().dropped], [0, 1]);
    const empty = channel<number>(1);
    const getter = go(() => empty.next());
    yield* yieldNow();
    empty.cancel();
    assert.deepEqual(yield* getter, { done: true, value: undefined });
  });
});

test("whoever waits for all jobs to be done goes on after the last", async () => {
  await simulate(function* () {
    const queue = channel<number>(unbounded());
    const jobs = new WaitGroup();
    let done = 0;
    const worker = function* (): Operation<void> {
      for (let job = yield* queue.next(); !job.done; job = yield* queue.next()) {
        yield* sleep(job.value);
        done++;
        jobs.done();
      }
    };
    for (let n = 0; n < 3; n++) go(worker);
    for (let n = 0; n < 10; n++) {
      jobs.add(1);
      queue.trySend(n);
    }
    yield* jobs.wait();
    assert.equal(done, 10);
    queue.close();
  });
});
