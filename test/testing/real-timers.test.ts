// Real timers that a run has started and left running: told with their lines, and never blamed on a run that did not start them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as timers from "node:timers";
import { setInterval as beats, setTimeout as pause, scheduler } from "node:timers/promises";
import { go, MisuseError, type Operation, sleep, until } from "offshoot";
import { explore, explored, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const captured = globalThis.setTimeout;
const LONG = 600_000; // never reached: all are taken back when the tests have ended

const stop = new AbortController();
const started: NodeJS.Timeout[] = [];
const keep = (timer: NodeJS.Timeout): NodeJS.Timeout => {
  started.push(timer);
  return timer;
};

after(() => {
  stop.abort();
  for (const timer of started) timers.clearTimeout(timer);
});

const quiet = (promise: Promise<unknown>): void => void promise.catch(() => {});

const ways: Record<string, { name: string; start: () => void }> = {
  "setTimeout of node:timers": { name: "setTimeout", start: () => keep(timers.setTimeout(() => {}, LONG)) },
  "one that was captured before": { name: "setTimeout", start: () => keep(captured(() => {}, LONG)) },
  "one that does not keep the process alive": {
    name: "setTimeout",
    start: () => keep(timers.setTimeout(() => {}, LONG)).unref(),
  },
  "setInterval of node:timers": { name: "setInterval", start: () => keep(timers.setInterval(() => {}, LONG)) },
  "setImmediate of node:timers": { name: "setImmediate", start: () => timers.setImmediate(() => {}) },
  "setTimeout of node:timers/promises": {
    name: "setTimeout",
    start: () => quiet(pause(LONG, undefined, { signal: stop.signal })),
  },
  "setInterval of node:timers/promises": {
    name: "setInterval",
    start: () => quiet(beats(LONG, undefined, { signal: stop.signal })[Symbol.asyncIterator]().next()),
  },
  "scheduler.wait": { name: "setTimeout", start: () => quiet(scheduler.wait(LONG, { signal: stop.signal })) },
};

for (const [what, { name, start }] of Object.entries(ways)) {
  test(`${what}, left running, is told with its line`, async () => {
    const body = function* careless(): Operation<void> {
      yield* sleep(1_000);
      start();
    };
    const { message } = await rejected(MisuseError, simulate(body));
    const [first, second, ...frames] = message.split("\n");
    assert.equal(
      first,
      "simulate: a real timer was left running when the run ended. Use sleep(), or the global setTimeout inside the run: these go by its clock. Or clear it.",
    );
    assert.equal(second, `  ${name}, started`);
    assert.match(frames[0] ?? "", /^ {6}at .*real-timers\.test\.[jt]s:\d+:\d+/);
    assert.ok(frames.some((frame) => frame.startsWith("      at careless (")));
    await rejected(MisuseError, simulate(body, { seed: 1 }));
  });
}

test("several are counted, and an async body after its await is the run's too", async () => {
  const { message } = await rejected(
    MisuseError,
    simulate(async function awaiting() {
      await sleep(1);
      for (let i = 0; i < 10; i++) keep(timers.setTimeout(() => {}, LONG));
    }),
  );
  assert.match(message, /^simulate: 10 real timers were left running .* Or clear them\.\n/);
  assert.match(message, /\n {2}\.\.\. and 2 more$/);
  assert.match(message, /\n {6}at awaiting \(/);
});

test("timers that were cleared, or have gone off, are none", async () => {
  await simulate(
    function* (): Operation<void> {
      const timer = timers.setTimeout(() => {}, LONG);
      const interval = timers.setInterval(() => {}, LONG);
      yield* sleep(1);
      yield* until(new Promise((resolve) => timers.setImmediate(resolve)));
      timers.clearTimeout(timer);
      timers.clearInterval(interval);
      for (let i = 0; i < 1_000; i++) timers.clearTimeout(timers.setTimeout(() => {}, LONG));
    },
    { allowExternal: true },
  );
});

test("the timers of the run's own world are none", async () => {
  await simulate(function* (): Operation<void> {
    setTimeout(() => {}, LONG);
    setInterval(() => {}, LONG);
    setImmediate(() => {});
    yield* sleep(1);
  });
});

test("timers that others start while a run is under way are not the run's", async () => {
  let isOver = false;
  const run = simulate(function* (): Operation<void> {
    for (let i = 0; i < 20; i++) yield* sleep(1);
  }).then(() => {
    isOver = true;
  });
  let turns = 0;
  const beside = (): void => {
    keep(timers.setTimeout(() => {}, LONG));
    turns++;
    if (!isOver) timers.setImmediate(beside);
  };
  beside();
  await run;
  assert.ok(turns > 2, `${turns}`);
});

test("of two runs at once only the one that has left some is told", async () => {
  const body = (careless: boolean) =>
    function* (): Operation<void> {
      for (let i = 0; i < 5; i++) yield* sleep(1);
      if (careless) keep(timers.setTimeout(() => {}, LONG));
      for (let i = 0; i < 5; i++) yield* sleep(1);
    };
  const [first, second, third] = await Promise.allSettled([
    simulate(body(false)),
    simulate(body(true)),
    simulate(body(false)),
  ]);
  assert.deepEqual([first.status, second.status, third.status], ["fulfilled", "rejected", "fulfilled"]);
});

test("a run that has left some in a run before is not told for those", async () => {
  const careless = function* (): Operation<void> {
    keep(timers.setInterval(() => {}, LONG));
  };
  await rejected(MisuseError, simulate(careless));
  await simulate(() => sleep(1));
});

test("a run that fails is told for that", async () => {
  await rejected(
    RangeError,
    simulate(function* (): Operation<void> {
      keep(timers.setTimeout(() => {}, LONG));
      throw new RangeError("boom");
    }),
  );
});

test("an exploration is refused after its first run", async () => {
  let runs = 0;
  const body = function* careless(): Operation<void> {
    runs++;
    go(() => sleep(1));
    yield* sleep(1);
    keep(timers.setTimeout(() => {}, LONG));
  };
  const error = await rejected(MisuseError, explore(body, { keep: false }));
  assert.match(
    error.message,
    /^explore: a real timer was left running when the run ended\. .*\n {2}setTimeout, started\n/,
  );
  assert.match(error.message, /\n {6}at careless \(/);
  assert.equal(runs, 1);
  await rejected(MisuseError, explored(body, { keep: false })());
});

test("an exploration that finds a failure reports that, and one that may wait for the world is let", async () => {
  const failing = function* (): Operation<void> {
    keep(timers.setTimeout(() => {}, LONG));
    throw new RangeError("boom");
  };
  const { failure } = await explore(failing, { keep: false, strategy: "fifo" });
  assert.equal(failure?.kind, "error");
  const body = function* (): Operation<void> {
    keep(timers.setTimeout(() => {}, LONG));
  };
  assert.ok((await explore(body, { keep: false, strategy: "fifo", allowExternal: true })).ok);
});
