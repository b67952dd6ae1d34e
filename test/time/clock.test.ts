// now: the clock of sleep and the timers, virtual in a simulation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, go, now, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("now goes with sleep in a simulation, and stands still while tasks run", async () => {
  await simulate(function* () {
    const start = now();
    for (let i = 0; i < 1_000; i++) yield* always(i);
    assert.equal(now(), start);
    yield* sleep(0.25);
    assert.equal(now() - start, 0.25);
    yield* sleep(86_400_000);
    assert.equal(now() - start, 86_400_000.25);
  });
});

test("in an async body now is that of the simulation too, also after an await", async () => {
  await simulate(async () => {
    const start = now();
    await sleep(50);
    assert.equal(now() - start, 50);
  });
});

test("two simulations have each their own clock", async () => {
  const times = await Promise.all(
    [10, 20].map((ms) =>
      simulate(function* () {
        const start = now();
        yield* go(() => sleep(ms));
        return now() - start;
      }),
    ),
  );
  assert.deepEqual(times, [10, 20]);
});

test("outside tasks now is a clock that never goes back", () => {
  let last = now();
  for (let i = 0; i < 10_000; i++) {
    const next = now();
    assert.ok(next >= last);
    last = next;
  }
});
