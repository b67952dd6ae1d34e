// The ring buffer, against an array that does the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../src/base/random.ts";
import { Ring } from "../../src/base/ring.ts";

const inside = <T>(ring: Ring<T>): T[] => Array.from({ length: ring.size }, (_, i) => ring.peek(i));
const slots = (ring: Ring<unknown>): unknown[] => (ring as unknown as { slots: unknown[] }).slots;

test("a ring does what an array does, under random operations of all kinds", () => {
  const random = new Random(11);
  const ring = new Ring<number>();
  const model: number[] = [];
  for (let i = 0; i < 50_000; i++) {
    const what = random.below(i % 2_000 < 1_000 ? 8 : 14);
    if (what < 5) {
      ring.push(i);
      model.push(i);
    } else if (what === 5) {
      ring.unshift(i);
      model.unshift(i);
    } else if (model.length > 0 && what < 10) {
      assert.equal(ring.shift(), model.shift());
    } else if (model.length > 0) {
      const at = random.below(model.length);
      assert.equal(ring.takeAt(at), model.splice(at, 1)[0]);
    }
    assert.equal(ring.size, model.length);
    if (i % 500 === 0) assert.deepEqual(inside(ring), model);
  }
});

test("a slot is cleared when its value has been taken out", () => {
  const ring = new Ring<object>();
  for (let i = 0; i < 100; i++) ring.push({ i });
  ring.takeAt(50);
  for (let i = 0; i < 99; i++) ring.shift();
  assert.ok(slots(ring).every((slot) => slot === undefined));
});

test("the array of a burst is given back once the ring is empty, a small one is kept", () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 100_000; i++) ring.push(i);
  for (let i = 0; i < 100_000; i++) assert.equal(ring.shift(), i);
  assert.equal(slots(ring).length, 8);
  for (let i = 0; i < 100; i++) ring.push(i);
  for (let i = 0; i < 100; i++) ring.shift();
  assert.equal(slots(ring).length, 128);
});

test("a ring holds undefined as it does any other value", () => {
  const ring = new Ring<undefined>();
  ring.push(undefined);
  ring.push(undefined);
  assert.equal(ring.size, 2);
  assert.equal(ring.shift(), undefined);
  assert.equal(ring.size, 1);
});

test("a ring that is cleared starts anew", () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 20; i++) ring.push(i);
  ring.clear();
  assert.equal(ring.size, 0);
  ring.unshift(2);
  ring.unshift(1);
  assert.deepEqual(inside(ring), [1, 2]);
});
