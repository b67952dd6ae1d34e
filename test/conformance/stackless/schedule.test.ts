// schedule() is yieldNow(): the task goes to the tail of one queue, which is served in turn. The order is a contract in Stackless, and here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, currentTask, go, group, type Operation, run, sleep, type Task, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

const logOf = async (body: (log: string[]) => Operation<void>): Promise<string> => {
  const log: string[] = [];
  await simulate(() => body(log));
  return log.join(" ");
};

test("tasks start in the order they were made, after their maker has given up its turn", async () => {
  const log = await logOf(function* (log) {
    for (const name of ["a", "b", "c"]) {
      go(function* () {
        log.push(name);
      });
    }
    log.push("main");
    yield* yieldNow();
    log.push("main again");
  });
  assert.equal(log, "main a b c main again");
});

test("yieldNow is a round robin", async () => {
  const log = await logOf(function* (log) {
    for (const name of ["a", "b", "c"]) {
      go(function* () {
        for (let i = 0; i < 3; i++) {
          log.push(`${name}${i}`);
          yield* yieldNow();
        }
      });
    }
  });
  assert.equal(log, "a0 b0 c0 a1 b1 c1 a2 b2 c2");
});

test("two loops that yield alternate strictly, a thousand times", async () => {
  const log = await logOf(function* (log) {
    for (const name of ["x", "y"]) {
      go(function* () {
        for (let i = 0; i < 1_000; i++) {
          log.push(name);
          yield* yieldNow();
        }
      });
    }
  });
  assert.equal(log, "x y ".repeat(1_000).trim());
});

test("a task made by a task comes behind those who are in the queue, however deep the nesting", async () => {
  const log = await logOf(function* (log) {
    function* spawner(name: string, depth: number): Operation<void> {
      log.push(name);
      if (depth === 0) return;
      go(spawner, `${name}l`, depth - 1);
      go(spawner, `${name}r`, depth - 1);
    }
    go(spawner, "a", 2);
    go(spawner, "b", 2);
    yield* yieldNow();
    log.push("main");
  });
  assert.equal(log, "a b main al ar bl br all alr arl arr bll blr brl brr");
});

test("a task without a yield runs to its end in one step", async () => {
  const log = await logOf(function* (log) {
    for (const name of ["a", "b"]) {
      go(function* () {
        for (let i = 0; i < 3; i++) {
          log.push(`${name}${i}`);
          yield* always(i); // ready at once: keeps the turn
        }
      });
    }
  });
  assert.equal(log, "a0 a1 a2 b0 b1 b2");
});

test("after 128 operations that were ready at once a task gives up its turn, unlike a tasklet", async () => {
  const runs: number[] = [];
  await simulate(function* () {
    let current = -1;
    for (let name = 0; name < 2; name++) {
      go(function* () {
        for (let i = 0; i < 300; i++) {
          yield* always(i);
          if (current === name) runs[runs.length - 1]!++;
          else runs.push(1);
          current = name;
        }
      });
    }
  });
  assert.deepEqual(runs, [128, 128, 128, 128, 44, 44]);
});

test("a busy producer and consumer with room to spare do not keep others from their turns", async () => {
  let turns = 0;
  await simulate(function* () {
    const c = channel<number>(Number.POSITIVE_INFINITY);
    const hog = go(function* () {
      for (let n = 0; n < 12_800; n++) yield* c.send(n);
    });
    const other = go(function* () {
      while (hog.status !== "succeeded") {
        turns++;
        yield* yieldNow();
      }
    });
    yield* other;
  });
  assert.ok(turns >= 99 && turns <= 101, `${turns}`);
});

test("a task that is ready neither starves nor is starved: every one of 50 gets a turn in each round", async () => {
  const counts = Array<number>(50).fill(0);
  await simulate(function* () {
    for (let i = 0; i < 50; i++) {
      go(function* () {
        for (let n = 0; n < 100; n++) {
          counts[i]!++;
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
          yield* yieldNow();
        }
      });
    }
  });
  assert.deepEqual(counts, Array(50).fill(100));
});

test("calling the same generator function for two tasks keeps their locals apart", async () => {
  const log = await logOf(function* (log) {
    function* counter(name: string, from: number): Operation<void> {
      for (let n = from; n < from + 2; n++) {
        log.push(`${name}${n}`);
        yield* yieldNow();
      }
    }
    go(counter, "a", 0);
    go(counter, "b", 10);
  });
  assert.equal(log, "a0 b10 a1 b11");
});

test("getcurrent is currentTask: in each turn the task that runs, also after others have run", async () => {
  let checks = 0;
  await simulate(function* () {
    const tasks: Task<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      tasks.push(
        go(function* () {
          for (let n = 0; n < 3; n++) {
            assert.equal(currentTask(), tasks[i]);
            assert.equal(currentTask().status, "running");
            checks++;
            yield* yieldNow();
          }
        }),
      );
    }
  });
  assert.equal(checks, 9);
});

test("getruncount, of a group, is its size: all that have not ended, queued ones and daemons included, its own body not", async () => {
  const sizes: number[] = [];
  await simulate(function* () {
    yield* group(
      function* (g) {
        sizes.push(g.size);
        for (let i = 1; i <= 3; i++) {
          g.go(function* () {
            for (let n = 0; n < i; n++) yield* yieldNow();
          });
          sizes.push(g.size);
        }
        g.daemon(function* () {
          yield* sleep(1_000);
        });
        sizes.push(g.size);
        while (g.size > 1) {
          yield* yieldNow();
          if (sizes.at(-1) !== g.size) sizes.push(g.size);
        }
      },
      { limit: 1 },
    );
  });
  assert.deepEqual(sizes, [0, 1, 2, 3, 4, 3, 2, 1]);
});

test("sleepers wake in the order of their deadlines, equal ones in the order they lay down", async () => {
  const log = await logOf(function* (log) {
    for (const [name, ms] of [
      ["a", 30],
      ["b", 10],
      ["c", 20],
      ["d", 10],
      ["e", 0],
    ] as const) {
      go(function* () {
        yield* sleep(ms);
        log.push(name);
      });
    }
  });
  assert.equal(log, "e b d c a");
});

test("the production loop gives the very order that the simulation without a seed gives", async () => {
  function* program(log: string[]): Operation<void> {
    const c = channel<string>(1);
    for (const name of ["a", "b", "c"]) {
      go(function* () {
        for (let i = 0; i < 4; i++) {
          yield* c.send(`${name}${i}`);
          log.push(`${name} sent ${i}`);
          if (i === 2) yield* yieldNow();
        }
      });
    }
    for (let i = 0; i < 12; i++) log.push(yield* c.receive());
  }
  const [simulated, real]: [string[], string[]] = [[], []];
  await simulate(() => program(simulated));
  await run(() => program(real));
  assert.equal(simulated.length, 24);
  assert.deepEqual(real, simulated);
});
