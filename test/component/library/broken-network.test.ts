// duplicator, dropper and reorderer: how much harm, that the seed repeats it, and that nothing else happens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { type AnyComponent, dropper, duplicator, reorderer } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { thrown } from "../../support/caught.ts";
import { through } from "../../support/feeding.ts";

const MESSAGES = Array.from({ length: 1000 }, (_, i) => i);
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const harmedBy = (part: () => AnyComponent, seed: number): Promise<number[]> =>
  simulate((): Operation<number[]> => through(MESSAGES, part()), { seed });

test("a dropper loses some messages and keeps the order of the others", async () => {
  const part = dropper<number>({ probability: 0.25 });
  const got = await harmedBy(() => part, 1);
  assert.ok(got.length > 680 && got.length < 820, `${got.length}`);
  assert.deepEqual(got, sorted([...new Set(got)]));
  assert.deepEqual(part.stats(), { passed: got.length, harmed: 1000 - got.length });
});

test("a duplicator gives some messages twice, one after the other", async () => {
  const part = duplicator<number>({ probability: 0.25 });
  const got = await harmedBy(() => part, 1);
  assert.ok(got.length > 1180 && got.length < 1320, `${got.length}`);
  assert.deepEqual([...new Set(got)], MESSAGES);
  assert.deepEqual(got, sorted(got));
  assert.deepEqual(part.stats(), { passed: 2000 - got.length, harmed: got.length - 1000 });
});

test("a reorderer gives all messages in another order, none earlier than the window allows", async () => {
  for (const window of [1, 5, 2000]) {
    const got = await harmedBy(() => reorderer({ window }), 1);
    assert.notDeepEqual(got, MESSAGES);
    assert.deepEqual(sorted(got), MESSAGES);
    for (const [place, message] of got.entries()) assert.ok(message - place <= window, `${message} at ${place}`);
  }
});

test("the same seed does the same harm, another seed another", async () => {
  for (const part of [
    () => dropper({ probability: 0.5 }),
    () => duplicator({ probability: 0.5 }),
    () => reorderer({ window: 5 }),
  ] as (() => AnyComponent)[]) {
    assert.deepEqual(await harmedBy(part, 7), await harmedBy(part, 7));
    assert.notDeepEqual(await harmedBy(part, 7), await harmedBy(part, 8));
  }
});

test("at the ends of the scale nothing happens, or to all", async () => {
  assert.deepEqual(await harmedBy(() => dropper({ probability: 0 }), 1), MESSAGES);
  assert.deepEqual(await harmedBy(() => dropper({ probability: 1 }), 1), []);
  assert.deepEqual(await harmedBy(() => duplicator({ probability: 0 }), 1), MESSAGES);
  assert.equal((await harmedBy(() => duplicator({ probability: 1 }), 1)).length, 2000);
});

test("what is no probability and no window is refused", () => {
  for (const probability of [-0.1, 1.1, Number.NaN, "1" as never, undefined as never]) {
    assert.match(thrown(MisuseError, () => dropper({ probability })).message, /^dropper: the probability must be/);
    assert.match(thrown(MisuseError, () => duplicator({ probability })).message, /^duplicator: the probability must/);
  }
  for (const window of [0, 1.5, Number.POSITIVE_INFINITY])
    assert.match(thrown(MisuseError, () => reorderer({ window })).message, /^reorderer: the window must be/);
});
