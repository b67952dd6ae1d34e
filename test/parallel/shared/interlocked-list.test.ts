// InterlockedList: order, taking all at once, waiting, growth and use of memory again, many threads, deaths, misuse.
// own process: its workers die, and the pool is closed after the last test

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Channel, go, MisuseError, never, run, select, type Task, yieldNow } from "offshoot";
import { InterlockedList, Pool, remote, sharedChannel, WorkerError } from "../../../src/parallel/index.ts";
import { caught, thrown } from "../../support/caught.ts";

const jobs = remote<typeof import("./list-jobs.ts")>(new URL("./list-jobs.ts", import.meta.url));
let pool: Pool;
before(() => {
  pool = new Pool({ threads: 2, name: "pushers" });
});
after(() => pool.close());

test("what was pushed is flushed in its order, once", () => {
  const list = new InterlockedList<number>();
  for (let i = 0; i < 1_000; i++) list.push(i);
  assert.deepEqual(list.flush(), [...Array(1_000).keys()]);
  assert.deepEqual(list.flush(), []);
  list.push(7);
  assert.deepEqual(list.flush(), [7]);
  list.check();
});

test("values of all kinds come out as they went in", () => {
  const list = new InterlockedList<unknown>();
  const values = [0, -0, 1.5, Number.NaN, "", "é", "€", "x".repeat(64), "x".repeat(65), true, false, null, undefined];
  const more = [{ a: [1, { b: "c" }] }, [1, 2], "y".repeat(100_000), { text: "z".repeat(16_000) }];
  for (const value of [...values, ...more]) list.push(value);
  assert.deepEqual(list.flush(), [...values, ...more]);
});

test("values are copied", () => {
  const list = new InterlockedList<{ n: number }>();
  const value = { n: 1 };
  list.push(value);
  value.n = 2;
  assert.deepEqual(list.flush(), [{ n: 1 }]);
});

test("random pushes and flushes are those of an array", () => {
  const list = new InterlockedList<string | number>();
  let model: (string | number)[] = [];
  let seed = 42;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % n;
  };
  for (let round = 0; round < 3_000; round++) {
    const what = random(10);
    if (what === 0) {
      assert.deepEqual(list.flush(), model);
      model = [];
    } else {
      const value = what < 5 ? round : "ab".repeat(random(what === 9 ? 20_000 : 50));
      list.push(value);
      model.push(value);
    }
  }
  assert.deepEqual(list.flush(), model);
  list.check();
});

test("memory of what was taken is used again", () => {
  const list = new InterlockedList<string>();
  const round = (): void => {
    for (let i = 0; i < 200; i++) list.push("x".repeat(1_000));
    assert.equal(list.flush().length, 200);
  };
  round();
  round();
  const { made } = list.blocks;
  for (let i = 0; i < 50; i++) round();
  assert.ok(list.blocks.made <= made + 2, `${list.blocks.made} blocks, ${made} at first`);
});

test("a list that is full says so, and takes more after it was flushed", () => {
  const list = new InterlockedList<string>({ name: "small", maxBytes: 2 ** 17 });
  const fill = (): number => {
    for (let n = 0; ; n++) {
      try {
        list.push("x".repeat(1_000));
      } catch (error) {
        assert.ok(error instanceof MisuseError);
        assert.match(
          error.message,
          /^InterlockedList\.push: "small" is full, with \d+ bytes that nobody has taken\. Flush/,
        );
        return n;
      }
    }
  };
  const n = fill();
  assert.ok(n > 90 && n < 132, String(n));
  assert.equal(list.flush().length, n);
  assert.ok(fill() >= n - 16);
});

test("wait completes with all there is, at once or when something comes", async () => {
  await run(function* () {
    const list = new InterlockedList<number>({ name: "log" });
    list.push(1);
    list.push(2);
    assert.deepEqual(yield* list.wait(), [1, 2]);
    const waiter = go(() => list.wait());
    yield* yieldNow();
    assert.equal(waiter.status, "waiting");
    list.push(3);
    assert.deepEqual(yield* waiter, [3]);
  });
});

test("a wait that lost a select, or was cancelled, has taken nothing", async () => {
  await run(function* () {
    const list = new InterlockedList<number>();
    const open = sharedChannel<number>(1);
    const task = go(() => list.wait());
    yield* yieldNow();
    task.cancel();
    const race = go(function* () {
      return yield* select({ list: list.wait(), open: open.receive(), never });
    });
    yield* yieldNow();
    yield* open.send(1);
    assert.deepEqual(yield* race, { key: "open", value: 1 });
    list.push(5);
    assert.deepEqual(list.flush(), [5]);
    list.push(6);
    assert.deepEqual(yield* select({ list: list.wait(), never }), { key: "list", value: [6] });
  });
});

test("of two that wait in one thread the first gets all, and the second what comes next", async () => {
  await run(function* () {
    const list = new InterlockedList<number>();
    const order: string[] = [];
    const wait = (name: string) =>
      function* () {
        order.push(`${name} ${yield* list.wait()}`);
      };
    const tasks = [go(wait("first")), go(wait("second"))];
    yield* yieldNow();
    list.push(1);
    yield* tasks[0] as (typeof tasks)[0];
    list.push(2);
    yield* tasks[1] as (typeof tasks)[0];
    assert.deepEqual(order, ["first 1", "second 2"]);
  });
});

test("shared objects are shared, also those that a thread made and did not keep", async () => {
  await run(function* () {
    const list = new InterlockedList<Channel<string>>();
    const mine = sharedChannel<string>(1);
    list.push(mine);
    assert.equal(list.flush()[0], mine);
    const there = go(() => pool.run(jobs.pushChannel, list));
    const [channel] = yield* list.wait();
    assert.equal(yield* (channel as Channel<string>).receive(), "hello");
    yield* there;
  });
});

test("three threads push 100 000 values each while one takes: each arrives once, and those of a thread in order", async () => {
  const each = 100_000;
  await run(function* () {
    const list = new InterlockedList<number>();
    const tasks = [1, 2].map((n) => go(() => pool.run(jobs.pushNumbers, list, n * 1_000_000, each)));
    const mine = go(function* () {
      for (let i = 0; i < each; i++) {
        list.push(3_000_000 + i);
        if (i % 1_000 === 0) yield* yieldNow();
      }
    });
    const next = [0, 0, 0];
    for (let left = 3 * each; left > 0; ) {
      for (const value of yield* list.wait()) {
        const from = Math.trunc(value / 1_000_000) - 1;
        assert.equal(value % 1_000_000, next[from]);
        next[from] = (next[from] as number) + 1;
        left--;
      }
    }
    assert.deepEqual(next, [each, each, each]);
    for (const task of [...tasks, mine]) yield* task;
    assert.deepEqual(list.flush(), []);
    list.check();
  });
});

test("several threads take: no value comes twice, none is lost, and each gets those of one thread in order", async () => {
  const each = 50_000;
  await run(function* () {
    const list = new InterlockedList<number>();
    const takers = [go(() => pool.run(jobs.drain, list, -1)), go(() => pool.run(jobs.drain, list, -1))];
    for (let i = 0; i < each; i++) {
      list.push(i);
      if (i % 500 === 0) yield* yieldNow();
    }
    list.push(-1);
    yield* select({ one: takers[0] as Task<number[]>, other: takers[1] as Task<number[]> });
    list.push(-1);
    const all: number[] = [];
    for (const task of takers) {
      const got = yield* task;
      assert.deepEqual(
        got,
        [...got].sort((a, b) => a - b),
      );
      all.push(...got);
    }
    assert.deepEqual(
      all.sort((a, b) => a - b),
      [...Array(each).keys()],
    );
    list.check();
  });
});

const big = "x".repeat(40_000);

for (const [step, left] of [
  ["log.write", []],
  ["log.publish", ["small"]],
  ["log.wake", ["small"]],
] as const)
  test(`a thread that dies in push at ${step} has pushed its value or has not, and the list goes on`, async () => {
    await run(function* () {
      const list = new InterlockedList<unknown>();
      list.push("before");
      const error = yield* caught(WorkerError, pool.run(jobs.dieInPush, list, step, ["small", big]));
      assert.equal(error.exitCode, 7);
      list.push("after");
      assert.deepEqual(list.flush(), ["before", ...left, "after"]);
      list.check();
      yield* pool.run(jobs.push, list, 1, big, 2);
      assert.deepEqual(list.flush(), [1, big, 2]);
      list.check();
    });
  });

test("a thread that dies between the blocks of one value has pushed nothing of it", async () => {
  await run(function* () {
    const list = new InterlockedList<unknown>();
    yield* pool.run(jobs.push, list, "first");
    yield* caught(WorkerError, pool.run(jobs.dieInPush, list, "log.block", [big]));
    yield* caught(WorkerError, pool.run(jobs.dieInPush, list, "log.link", [big]));
    yield* pool.run(jobs.push, list, big);
    assert.deepEqual(list.flush(), ["first", big]);
    list.check();
  });
});

test("blocks of a thread that has died are used by others once they have been flushed", async () => {
  await run(function* () {
    const list = new InterlockedList<unknown>();
    yield* caught(WorkerError, pool.run(jobs.dieInPush, list, "log.publish", [big]));
    assert.ok(list.blocks.owned > 2);
    assert.deepEqual(list.flush(), [big]);
    assert.equal(list.blocks.owned, 1);
    const { made } = list.blocks;
    list.push("x".repeat(25_000));
    assert.equal(list.blocks.made, made);
  });
});

test("a thread that dies in flush has taken nothing, or all of a log", async () => {
  await run(function* () {
    const list = new InterlockedList<unknown>();
    for (const value of [1, 2, 3]) list.push(value);
    yield* caught(WorkerError, pool.run(jobs.dieInFlush, list, "log.copy"));
    assert.deepEqual(list.flush(), [1, 2, 3]);
    for (const value of [4, 5]) list.push(value);
    yield* caught(WorkerError, pool.run(jobs.dieInFlush, list, "log.claim"));
    list.push(6);
    assert.deepEqual(list.flush(), [6]);
    list.check();
  });
});

test("one that waits is given a hint anew when the thread dies that had taken the first", async () => {
  await run(function* () {
    const list = new InterlockedList<unknown>();
    const waiter = go(() => list.wait());
    yield* caught(WorkerError, pool.run(jobs.dieInPush, list, "log.publish", ["value"]));
    assert.deepEqual(yield* waiter, ["value"]);
  });
});

test("misuse is told at the call", () => {
  assert.match(
    thrown(MisuseError, () => new InterlockedList(5 as never)).message,
    /options must be an object, got a number/,
  );
  assert.match(
    thrown(MisuseError, () => new InterlockedList({ name: 1 as never })).message,
    /the name must be a string/,
  );
  for (const maxBytes of [0, 1.5, 2 ** 31, Number.NaN])
    assert.match(
      thrown(MisuseError, () => new InterlockedList({ maxBytes })).message,
      /maxBytes must be a whole number from 65536/,
    );
  const list = new InterlockedList<unknown>();
  assert.throws(() => list.push(() => 1));
  assert.deepEqual(list.flush(), []);
});
