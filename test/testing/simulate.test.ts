// simulate: virtual time, the same run for the same seed, invariants checked after every step, and nothing left behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  DeadlockError,
  go,
  LeakError,
  MisuseError,
  never,
  type Operation,
  select,
  sleep,
  yieldNow,
} from "offshoot";
import { machine } from "../../src/core/machine.ts";
import { RandomWalk } from "../../src/testing/policies/random.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { attempt } from "../../src/testing/trial.ts";
import { rejected } from "../support/caught.ts";

function* racing(): Operation<string> {
  let text = "";
  const tasks = ["a", "b", "c"].map((name) =>
    go(function* () {
      for (let i = 0; i < 3; i++) {
        text += name;
        yield* always(1);
      }
    }),
  );
  for (const task of tasks) yield* task;
  for (let i = 0; i < 5; i++) text += (yield* select([always(0), always(1)])).key;
  return text;
}

test("the same seed gives the same run, and other seeds give others", async () => {
  const runs = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const text = await simulate(racing, { seed });
    assert.equal(await simulate(racing, { seed }), text);
    runs.add(text);
  }
  assert.ok(runs.size > 40, `${runs.size}`);
});

test("the same seed takes the same steps, one after the other", async () => {
  const options = {
    racy: true,
    maxSteps: 1_000,
    external: false,
    leaks: false,
    races: false,
    records: false,
    check: null,
  };
  const hashes = new Set<number>();
  for (let seed = 0; seed < 20; seed++) {
    const { hash, steps } = await attempt(racing, new RandomWalk(seed), options);
    const again = await attempt(racing, new RandomWalk(seed), options);
    assert.deepEqual([again.hash, again.steps], [hash, steps]);
    hashes.add(hash);
  }
  assert.ok(hashes.size > 1);
});

test("without a seed the order is production's, and the choices of select are the same each time", async () => {
  const text = await simulate(racing);
  assert.equal(text.slice(0, 9), "aaabbbccc");
  assert.equal(await simulate(racing), text);
});

test("a day of sleep takes no time", async () => {
  await simulate(() => sleep(86_400_000)); // on a real clock this test would not end
});

test("an async body goes on between the turns, before time does", async () => {
  const log = await simulate(async () => {
    const log: string[] = [];
    const late = sleep(1).then(() => log.push("time"));
    for (let i = 0; i < 50; i++) await null;
    log.push("microtasks");
    await late;
    return log;
  });
  assert.deepEqual(log, ["microtasks", "time"]);
});

test("a program that can never go on rejects with DeadlockError, or LeakError when its body has returned", async () => {
  for (const seed of [undefined, 1, 2]) {
    const options = seed === undefined ? {} : { seed };
    const deadlock = await rejected(
      DeadlockError,
      simulate(() => never, options),
    );
    assert.equal(deadlock.kind, "deadlock");
    const leak = await rejected(
      LeakError,
      simulate(() => void go(() => channel().receive()), options),
    );
    assert.equal(leak.kind, "leak");
    assert.match(leak.report, /channel\.receive channel/);
  }
});

test("the check is called after every step, and the first error it throws is the run's", async () => {
  let calls = 0;
  await simulate(
    function* () {
      for (let i = 0; i < 10; i++) yield* yieldNow();
    },
    { check: () => void calls++ },
  );
  assert.ok(calls >= 10, `${calls}`);
  let left = 5;
  const check = (): void => {
    if (--left <= 0) throw new RangeError(`broken at ${left}`);
  };
  const error = await rejected(RangeError, simulate(racing, { check, seed: 3 }));
  assert.equal(error.message, "broken at 0");
});

test("an assertion that fails inside a task fails the simulation", async () => {
  for (const seed of [undefined, 1]) {
    await assert.rejects(
      simulate(
        function* () {
          go(function* () {
            yield* sleep(1);
            assert.equal(1, 2);
          });
          yield* never;
        },
        seed === undefined ? {} : { seed },
      ),
      { name: "AssertionError" },
    );
  }
});

test("operations awaited outside belong to the simulation while it runs, and to production after it", async () => {
  const { ambient } = machine;
  await simulate(async () => {
    await null;
    assert.notEqual(machine.ambient, ambient);
    await sleep(86_400_000);
  });
  assert.equal(machine.ambient, ambient);
  await rejected(
    DeadlockError,
    simulate(() => never),
  );
  assert.equal(machine.ambient, ambient);
});

test("a simulation that is refused leaves production as it was", async () => {
  const { ambient } = machine;
  try {
    await rejected(MisuseError, simulate(5 as unknown as () => void));
    assert.equal(machine.ambient, ambient);
  } finally {
    machine.ambient = ambient;
  }
});

test("two simulations at once leave production as it was", async () => {
  const { ambient } = machine;
  const pausing = (n: number) =>
    function* (): Operation<number> {
      for (let i = 0; i < n; i++) yield* sleep(1);
      return n;
    };
  try {
    assert.deepEqual(await Promise.all([simulate(pausing(1)), simulate(pausing(20))]), [1, 20]);
    assert.equal(machine.ambient, ambient);
  } finally {
    machine.ambient = ambient;
  }
});
