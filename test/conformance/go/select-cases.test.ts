// The cases of a select are settled when it is started: Go evaluates them on entering. What the program does with its list or record afterwards changes no
// select that waits. Where ours differ: a select can be kept, and started later or again; it then reads its list or record as it is at that moment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, never, type Selectable, select, selectNow, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

test("a list that is emptied and filled again while a select of it waits does not confuse the select", async () => {
  const got = await simulate(function* () {
    const a = channel<number>();
    const b = channel<number>();
    const cases: Selectable<string>[] = [a.receive().map((n) => `a${n}`), b.receive().map((n) => `b${n}`)];
    const task = go(() => select(cases));
    yield* yieldNow();
    cases.reverse();
    yield* b.send(5);
    return yield* task;
  });
  assert.deepEqual(got, { key: 1, value: "b5" });
});

test("a list that is cleared for the next round while a select of it waits loses no value", async () => {
  const got = await simulate(function* () {
    const a = channel<string>();
    const b = channel<string>();
    const cases = [a.receive(), b.receive()];
    const task = go(() => select(cases));
    yield* yieldNow();
    cases.length = 0;
    yield* b.send("value");
    assert.deepEqual([a.stats().waitingReceivers, b.stats().waitingReceivers], [0, 0]);
    return yield* task;
  });
  assert.deepEqual(got, { key: 1, value: "value" });
});

test("a record that is changed before the select is started is read as it is then", async () => {
  const got = await simulate(function* () {
    const a = channel<string>(1);
    const b = channel<string>(1);
    yield* a.send("a");
    yield* b.send("b");
    const cases = { only: a.receive() };
    const made = select(cases);
    cases.only = b.receive();
    return yield* made;
  });
  assert.deepEqual(got, { key: "only", value: "b" });
});

test("what counts as a case is the same for a select that waits and for one that need not", async () => {
  // whether inherited properties count is not said anywhere; that it does not depend on what happens to be ready goes without saying
  const keys: string[][] = [];
  for (const ready of [true, false]) {
    const seen = new Set<string>();
    for (let n = 0; n < 40; n++) {
      await simulate(function* () {
        const inherited = channel<number>(1);
        const own = channel<number>(1);
        const cases: { own: Selectable<number> } = Object.assign(Object.create({ inherited: inherited.receive() }), {
          own: own.receive(),
        });
        const give = (): void => {
          inherited.trySend(1);
          own.trySend(1);
        };
        if (ready) give();
        const task = go(() => select(cases));
        yield* yieldNow();
        if (!ready) give();
        seen.add((yield* task).key);
      });
    }
    keys.push([...seen].filter((key) => key === "inherited"));
  }
  assert.deepEqual(keys[0], keys[1]);
});

test("a select that is started twice reads its list each time", async () => {
  await simulate(function* () {
    const a = channel<number>(2);
    const cases = [a.receive()];
    const made = select(cases);
    yield* a.send(1);
    yield* a.send(2);
    assert.deepEqual(yield* made, { key: 0, value: 1 });
    cases.unshift(never as never);
    assert.deepEqual(yield* made, { key: 1, value: 2 });
    assert.equal(selectNow({ made }), undefined);
  });
});
