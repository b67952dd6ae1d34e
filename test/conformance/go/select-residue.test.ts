// What selects leave behind: nothing. Silent channels hold no record of the selects that once looked at them, and leaving a long line costs O(1).
// own process: collects garbage

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  currentTask,
  go,
  MisuseError,
  never,
  type Operation,
  select,
  selectNow,
  sleep,
  type Task,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";

const collect = (globalThis as { gc?: () => void }).gc;

/** Growth of the heap in bytes over a run of `body`; 0 where the collector cannot be called. */
async function growth(body: () => Promise<void>): Promise<number> {
  if (collect === undefined) {
    await body();
    return 0;
  }
  collect();
  const before = process.memoryUsage().heapUsed;
  await body();
  collect();
  return process.memoryUsage().heapUsed - before;
}

test("100 000 selects that waited leave no record on the silent channels they also named", async () => {
  let silent: Channel<number>[] = [];
  let full!: Channel<number>;
  const grown = await growth(() =>
    simulate(function* () {
      silent = [channel<number>(), channel<number>(3), channel<number>(Number.POSITIVE_INFINITY)];
      full = channel<number>(1);
      full.trySend(1);
      const ping = channel<number>();
      go(function* () {
        for (let n = 0; n < 100_000; n++) yield* ping.send(n);
      });
      for (let n = 0; n < 100_000; n++) {
        const got = yield* select({
          a: silent[0]!.receive(),
          b: silent[1]!.receive(),
          c: silent[2]!.receive(),
          full: full.send(2),
          ping: ping.receive(),
          never,
        });
        assert.equal(got.key, "ping");
      }
    }),
  );
  assert.equal(silent.length, 3);
  for (const c of [...silent, full]) {
    assert.deepEqual([c.stats().waitingSenders, c.stats().waitingReceivers], [0, 0]);
  }
  assert.ok(grown < 2_000_000, `the heap grew by ${grown} bytes`); // a record of 40 bytes for each would be 4 MB and more
});

test("100 000 selects with a time limit that was not needed leave no timer: the run ends at once", async () => {
  const started = await simulate(function* () {
    const c = channel<number>(1);
    for (let n = 0; n < 100_000; n++) {
      yield* c.send(n);
      yield* select({ c: c.receive(), late: sleep(1_000_000) });
    }
    const ended = go(function* () {
      const ping = channel<number>();
      go(function* () {
        for (let n = 0; n < 1_000; n++) yield* ping.send(n);
      });
      for (let n = 0; n < 1_000; n++) yield* select({ ping: ping.receive(), late: sleep(1_000_000) });
      return "done";
    });
    return yield* ended;
  });
  assert.equal(started, "done");
});

test("a timer of a losing case does not hold up a deadlock verdict", async () => {
  await assert.rejects(
    simulate(function* () {
      const c = channel<number>();
      go(function* () {
        yield* c.send(1);
      });
      yield* yieldNow();
      yield* select({ late: sleep(86_400_000), c: c.receive() });
      yield* c.receive();
    }),
    /deadlock: 1 of 1 tasks/,
  );
});

test("the winner's other cases are withdrawn in the step of the commit, not when the winner runs", async () => {
  await simulate(function* () {
    const channels = Array.from({ length: 50 }, () => channel<number>());
    const task = go(() => select(channels.map((c) => c.receive())));
    yield* yieldNow();
    assert.equal(
      channels.reduce((sum, c) => sum + c.stats().waitingReceivers, 0),
      50,
    );
    channels[25]!.trySend(1);
    assert.equal(
      channels.reduce((sum, c) => sum + c.stats().waitingReceivers, 0),
      0,
    );
    assert.equal(task.status, "ready");
    assert.equal((yield* task).key, 25);
  });
});

test("selectNow leaves no record, taken or not", () => {
  const a = channel<number>();
  const b = channel<number>(1);
  for (let n = 0; n < 100_000; n++) {
    selectNow({ a: a.receive(), give: a.send(1), take: b.receive() });
    selectNow({ a: a.receive(), b: b.send(1) });
  }
  for (const c of [a, b]) assert.deepEqual([c.stats().waitingSenders, c.stats().waitingReceivers], [0, 0]);
});

test("a value that was sent and taken is not kept by the channel", { skip: collect === undefined }, async () => {
  const refs: WeakRef<object>[] = [];
  let c!: Channel<object>;
  let meeting!: Channel<object>;
  await simulate(function* () {
    c = channel<object>(4);
    meeting = channel<object>();
    for (let n = 0; n < 20; n++) {
      const value = { n };
      refs.push(new WeakRef(value));
      yield* c.send(value);
      yield* c.receive();
    }
    const receiver = go(function* () {
      for (let n = 0; n < 10; n++) yield* select({ meeting: meeting.receive(), never });
    });
    for (let n = 0; n < 10; n++) {
      const value = { n };
      refs.push(new WeakRef(value));
      yield* select({ meeting: meeting.send(value), full: c.receive() });
    }
    yield* receiver;
  });
  await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds on until the turn has ended
  collect?.();
  assert.equal(refs.length, 30);
  assert.equal(refs.filter((ref) => ref.deref() !== undefined).length, 0);
  assert.equal(c.length + meeting.length, 0); // the channels themselves are still there
});

test("100 000 waiters leave a line in any order, from its middle too, without a search", async () => {
  const n = 100_000; // a search through the line for each would take some 2.5e9 steps
  let cleaned = 0;
  await simulate(function* () {
    const c = channel<number>();
    function* waiter(): Operation<void> {
      try {
        yield* c.receive();
      } finally {
        cleaned++;
      }
    }
    const tasks: Task<void>[] = [];
    for (let i = 0; i < n; i++) tasks.push(go(waiter));
    yield* yieldNow();
    assert.equal(c.stats().waitingReceivers, n);
    for (let i = n / 2; i < n; i++) tasks[i]!.cancel();
    for (let i = n / 2 - 1; i >= 0; i--) tasks[i]!.cancel();
    assert.equal(c.stats().waitingReceivers, 0);
  });
  assert.equal(cleaned, n);
});

test("selects of 1 000 cases, 1 000 of them at a time in every line, are settled one by one", async () => {
  let channels: Channel<number>[] = [];
  const winners = await simulate(function* () {
    channels = Array.from({ length: 1_000 }, () => channel<number>());
    const cases = channels.map((c) => c.receive());
    const tasks = channels.map(() => go(() => select(cases))); // one leaf, used by all of them at once
    yield* yieldNow();
    for (const c of channels) assert.equal(c.stats().waitingReceivers, 1_000);
    for (let i = 999; i >= 0; i--) {
      channels[i]!.trySend(i);
      assert.equal(channels[0]!.stats().waitingReceivers, i);
    }
    const winners: number[] = [];
    for (const task of tasks) winners.push((yield* task).value);
    return winners;
  });
  assert.deepEqual(
    winners,
    Array.from({ length: 1_000 }, (_, i) => 999 - i),
  );
  assert.equal(channels.length, 1_000);
  for (const c of channels) assert.equal(c.stats().waitingReceivers, 0);
});

test("a select that turns out to be misuse while it enlists leaves no record on the cases before the bad one", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const task = go(function* (): Operation<string> {
      yield* caught(MisuseError, select({ c: c.receive(), self: currentTask() }));
      assert.equal(c.stats().waitingReceivers, 0);
      assert.equal(c.trySend(1), false); // nobody is there to take it
      yield* yieldNow(); // and the task can go on
      return "went on";
    });
    assert.equal(yield* task, "went on");
  });
});
