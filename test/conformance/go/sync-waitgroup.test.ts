// WaitGroup as Go has it. Other than there: a task of `go` that fails counts as done, because its failure reaches its owner; waiting can be cancelled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, MisuseError, never, TaskCancelledError, WaitGroup, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("sixteen tasks of one group wait for those of another, round after round, in any order", async () => {
  await orders(10, function* () {
    const [first, second] = [new WaitGroup(), new WaitGroup()];
    const exited = channel<boolean>(16);
    for (let round = 0; round < 4; round++) {
      first.add(16);
      second.add(16);
      for (let i = 0; i < 16; i++)
        go(function* () {
          first.done();
          yield* second.wait();
          yield* exited.send(true);
        });
      yield* first.wait();
      for (let i = 0; i < 16; i++) {
        assert.deepEqual(exited.tryReceive(), { ok: false, closed: false });
        second.done();
      }
      for (let i = 0; i < 16; i++) yield* exited.receive();
      yield* yieldNow();
    }
  });
});

test("a counter below zero cannot pass unseen", () => {
  const work = new WaitGroup();
  work.add(1);
  work.done();
  thrown(MisuseError, () => work.done());
  assert.equal(work.pending, 0);
});

test("adding before the waiters of the last round have gone on cannot pass unseen", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    work.add(1);
    const waiter = go(() => work.wait());
    yield* yieldNow();
    work.done();
    thrown(MisuseError, () => work.add(1));
    yield* waiter;
    work.add(1);
    work.done();
  });
});

test("each task counts itself in and out, and the one who waits sees what all of them did, in any order", async () => {
  for (let i = 0; i < 5; i++)
    await orders(20, function* () {
      const work = new WaitGroup();
      let done = 0;
      for (let n = 0; n < 4; n++) {
        work.add(1);
        go(function* () {
          yield* yieldNow();
          done++;
          work.done();
        });
      }
      yield* work.wait();
      assert.equal(done, 4);
    });
});

test("a task may add while others are not done yet", async () => {
  await orders(20, function* () {
    const work = new WaitGroup();
    let leaves = 0;
    const tree = (depth: number): void => {
      if (depth === 0) leaves++;
      else for (let i = 0; i < 2; i++) work.go(tree, depth - 1);
    };
    work.go(tree, 5);
    yield* work.wait();
    assert.equal(leaves, 32);
    assert.equal(work.pending, 0);
  });
});

test("go counts a task that succeeds, fails or is cancelled as done", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    yield* caught(
      RangeError,
      group(function* () {
        work.go(() => {});
        work.go(() => never);
        yield* yieldNow();
        work.go(() => {
          throw new RangeError("boom");
        });
        yield* work.wait();
      }),
    );
    yield* work.wait();
    const doomed = work.go(() => never);
    doomed.cancel();
    yield* work.wait();
    yield* caught(TaskCancelledError, doomed);
  });
});

test("many may wait for the same zero, and none for a group that was never used", async () => {
  await simulate(function* () {
    const work = new WaitGroup();
    yield* work.wait();
    work.add(1);
    const waiters = Array.from({ length: 100 }, () => go(() => work.wait()));
    yield* yieldNow();
    work.done();
    for (const waiter of waiters) yield* waiter;
  });
});
