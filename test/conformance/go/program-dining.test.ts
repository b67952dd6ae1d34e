// Philosophers at table: a deadlock that only some orders find, and the change that rules it out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Channel, channel, DeadlockError, go, type Operation, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

function* dine(seats: number, meals: number, polite: boolean): Operation<number> {
  const forks: Channel<void>[] = Array.from({ length: seats }, (_, i) => channel<void>(1, { name: `fork ${i}` }));
  for (const fork of forks) yield* fork.send();
  let eaten = 0;
  const philosophers = forks.map((left, i) =>
    go(function* philosopher() {
      const right = forks[(i + 1) % seats]!;
      const [first, second] = polite && i === seats - 1 ? [right, left] : [left, right];
      for (let n = 0; n < meals; n++) {
        yield* first.receive();
        yield* yieldNow();
        yield* second.receive();
        eaten++;
        yield* second.send();
        yield* first.send();
      }
    }),
  );
  for (const philosopher of philosophers) yield* philosopher;
  return eaten;
}

test("philosophers who all reach to the left first starve together, and the report shows each with a fork missing", async () => {
  await assert.rejects(
    simulate(() => dine(5, 1, false)),
    (error) => {
      assert.ok(error instanceof DeadlockError);
      for (let i = 0; i < 5; i++)
        assert.match(error.report, new RegExp(`"philosopher" .*waits for channel\\.receive fork ${i}`));
      return true;
    },
  );
});

test("in random orders they sometimes starve and sometimes dine; with one left-handed they always dine", async () => {
  let starved = 0;
  for (let seed = 0; seed < 60; seed++) {
    try {
      assert.equal(await simulate(() => dine(3, 2, false), { seed }), 6);
    } catch (error) {
      assert.ok(error instanceof DeadlockError);
      starved++;
    }
    assert.equal(await simulate(() => dine(3, 2, true), { seed }), 6);
  }
  assert.ok(starved > 0 && starved < 60, `${starved} of 60`);
});
