// Chance, dates and timers inside a simulated run: the run's, and the same each time. Outside: untouched.

import assert from "node:assert/strict";
import { test } from "node:test";
import { promisify } from "node:util";
import { go, MisuseError, now, type Operation, sleep, timeout, until } from "offshoot";
import { explore, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const real = { Date, setTimeout, setInterval, setImmediate, random: Math.random, performance };

test("timers of an async body go by virtual time, in order, and may be taken back", async () => {
  const log: string[] = [];
  const started = real.performance.now();
  await simulate(function* () {
    const note = (text: string): void => void log.push(`${text} at ${now()}`);
    const never = setTimeout(note, 5, "never");
    clearTimeout(never);
    clearTimeout(undefined);
    setTimeout(note, 3_600_000, "hour");
    const every = setInterval(note, 1_000, "beat");
    setImmediate(note, "at once");
    yield* go(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      note("body");
      clearInterval(every);
      await promisify(setTimeout)(10);
      note("promisified");
    });
    yield* sleep(4_000_000);
  });
  assert.deepEqual(log, [
    "at once at 0",
    "beat at 1000",
    "beat at 2000",
    "body at 2500",
    "promisified at 2510",
    "hour at 3600000",
  ]);
  assert.ok(real.performance.now() - started < 60_000);
});

test("dates and chance are the run's: the same for the same seed", async () => {
  const body = function* (): Operation<unknown[]> {
    const before = [Math.random(), new Date().toISOString(), Date.now(), performance.now(), typeof Date()];
    yield* sleep(86_400_000);
    assert.ok(new Date() instanceof Date);
    assert.equal(new Date(2020, 1, 1).getFullYear(), 2020);
    return [...before, new Date().toISOString(), Math.random()];
  };
  const first = await simulate(body, { seed: 1 });
  assert.deepEqual(await simulate(body, { seed: 1 }), first);
  assert.equal(first[1], "2000-01-01T00:00:00.000Z");
  assert.equal(first[5], "2000-01-02T00:00:00.000Z");
  assert.notDeepEqual(await simulate(body, { seed: 2 }), first);
});

test("after a run, and after one that fails, the globals are Node's", async () => {
  await rejected(
    RangeError,
    simulate(() => {
      assert.notEqual(globalThis.setTimeout, real.setTimeout);
      throw new RangeError("boom");
    }),
  );
  for (const name of ["Date", "setTimeout", "setInterval", "setImmediate", "performance"] as const)
    assert.equal(globalThis[name], real[name], name);
  assert.equal(Math.random, real.random);
});

test("a timer may go off early as a choice", async () => {
  const { outcomes } = await explore(
    function* (): Operation<string> {
      const delay = until(new Promise<string>((resolve) => setTimeout(resolve, 50, "timer")));
      const works = go(function* (): Operation<void> {
        yield* sleep(10);
      });
      yield* works;
      const first = yield* delay;
      return first;
    },
    { strategy: "random", runs: 50 },
  );
  assert.deepEqual([...outcomes.keys()], ["'timer'"]);
});

test("an interval that was forgotten does not keep a stuck run going for ever", async () => {
  const error = await rejected(
    Error,
    simulate(function* () {
      setInterval(() => {}, 10);
      yield* timeout(Number.POSITIVE_INFINITY, sleep(Number.POSITIVE_INFINITY));
    }),
  );
  assert.equal(error.name, "DeadlockError");
});

test("the same chance in every explored run makes a body with chance repeatable", async () => {
  const { ok, runs } = await explore(
    function* (): Operation<void> {
      const n = Math.floor(Math.random() * 3) + 1;
      for (let i = 0; i < n; i++) go(() => sleep(i));
    },
    { strategy: "dfs", time: "idle" },
  );
  assert.ok(ok && runs >= 1);
});

test("fake timers of a test framework are refused", async () => {
  const fake = Object.assign(() => 0, { clock: {} });
  globalThis.setTimeout = fake as never;
  try {
    const error = await rejected(
      MisuseError,
      simulate(() => 5),
    );
    assert.match(error.message, /^simulate: fake timers of a test framework are installed/);
    await rejected(
      MisuseError,
      explore(() => 5),
    );
  } finally {
    globalThis.setTimeout = real.setTimeout;
  }
});
