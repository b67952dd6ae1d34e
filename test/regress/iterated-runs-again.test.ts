// An operation iterated by hand left its task in the run queue: the task ended, was stepped again, and its body was called anew, for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, type Operation, run, sleep, yieldNow } from "offshoot";

const iterable = (op: unknown): Iterable<unknown> => op as Iterable<unknown>;

/** Runs a body that must not run again. */
async function once(body: () => void | Operation<void>): Promise<unknown> {
  let runs = 0;
  const outcome = await run(function* () {
    if (++runs > 3) return;
    const result = body();
    if (result !== undefined) yield* result;
  }).catch((error: unknown) => error);
  await run(() => sleep(2));
  assert.equal(runs, 1);
  return outcome;
}

test("yieldNow spread into an array is misuse, once", async () => {
  assert.match(String(await once(() => void [...iterable(yieldNow())])), /MisuseError/);
});

test("yieldNow destructured is misuse, once", async () => {
  const outcome = await once(() => {
    const [one] = iterable(yieldNow());
    void one;
  });
  assert.match(String(outcome), /MisuseError/);
});

test("a receive completed from inside its own for-of is misuse, once", async () => {
  const ch = channel<number>();
  const outcome = await once(() => {
    for (const _ of iterable(ch.receive())) ch.trySend(1);
  });
  assert.match(String(outcome), /MisuseError/);
});

test("a receive iterated when the budget is spent is misuse, once", async () => {
  const ch = channel<number>();
  const outcome = await once(function* (): Operation<void> {
    for (let i = 0; i < 128; i++) yield* always(i);
    void Array.from(iterable(ch.receive()));
  });
  assert.match(String(outcome), /MisuseError/);
  assert.equal(ch.stats().waitingReceivers, 0);
});
