// Two simulations or explorations at once took each other's tasks, time and chance for their own: with an async body the process ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, group, now, type Operation, sleep, yieldNow } from "offshoot";
import { explore, simulate } from "offshoot/testing";

const asynchronous = async (): Promise<number> => {
  const ch = channel<number>(1);
  await ch.send(1);
  await sleep(1);
  return ch.receive();
};

function* generated(): Operation<string> {
  const drawn: number[] = [];
  yield* group((g) => {
    for (let i = 1; i <= 3; i++)
      g.go(function* (): Operation<void> {
        yield* sleep(i);
        drawn.push(Math.random(), Date.now(), now());
        yield* yieldNow();
      });
  });
  return drawn.join(" ");
}

test("two explorations at once find what each finds alone", async () => {
  const quiet = { keep: false, runs: 50 };
  const alone = await explore(asynchronous, quiet);
  for (const { ok, runs, outcomes } of await Promise.all([explore(asynchronous, quiet), explore(asynchronous, quiet)]))
    assert.deepEqual([ok, runs, [...outcomes.keys()]], [alone.ok, alone.runs, [...alone.outcomes.keys()]]);
});

test("two simulations at once do what each does alone", async () => {
  const alone = await simulate(generated, { seed: 3 });
  assert.deepEqual(await Promise.all([simulate(generated, { seed: 3 }), simulate(generated, { seed: 3 })]), [
    alone,
    alone,
  ]);
  assert.deepEqual(
    await Promise.all([simulate(asynchronous), simulate(asynchronous), simulate(generated, { seed: 3 })]),
    [1, 1, alone],
  );
});
