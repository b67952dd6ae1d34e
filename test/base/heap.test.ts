// The heap of timers, against a sorted array.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, Heap } from "../../src/base/heap.ts";
import { Random } from "../../src/base/random.ts";

const entry = (deadline: number, order: number): Entry => ({ deadline, order, place: -1 });
const byTime = (a: Entry, b: Entry): number => a.deadline - b.deadline || a.order - b.order;

function drain(heap: Heap<Entry>): Entry[] {
  const out: Entry[] = [];
  for (let first = heap.first(); first !== undefined; first = heap.first()) {
    heap.remove(first);
    assert.equal(first.place, -1);
    out.push(first);
  }
  return out;
}

test("entries come out by deadline, and those of one deadline in the order of arming", () => {
  const random = new Random(3);
  const heap = new Heap<Entry>();
  const entries = Array.from({ length: 2_000 }, (_, order) => entry(random.below(100), order));
  for (const one of entries) heap.push(one);
  heap.check();
  assert.deepEqual(drain(heap), entries.sort(byTime));
});

test("any entry can be removed, and the rest stays in order", () => {
  const random = new Random(5);
  const heap = new Heap<Entry>();
  let model: Entry[] = [];
  for (let order = 0; order < 5_000; order++) {
    if (random.below(3) < 2) {
      const one = entry(random.below(50), order);
      heap.push(one);
      model.push(one);
    } else if (model.length > 0) {
      const at = random.below(model.length);
      heap.remove(model[at] as Entry);
      model.splice(at, 1);
    }
    heap.check();
    assert.equal(heap.size, model.length);
    if (order % 50 === 0) assert.equal(heap.first(), [...model].sort(byTime)[0]);
  }
  model = model.sort(byTime);
  assert.deepEqual(drain(heap), model);
});

test("removing what is not there does nothing, and an entry can be pushed again", () => {
  const heap = new Heap<Entry>();
  const one = entry(1, 0);
  heap.remove(one);
  heap.push(one);
  heap.remove(one);
  heap.remove(one);
  assert.equal(heap.size, 0);
  assert.equal(heap.first(), undefined);
  heap.push(one);
  assert.equal(heap.first(), one);
});

test("deadlines of Infinity and of a fraction are deadlines like any other", () => {
  const heap = new Heap<Entry>();
  const late = entry(Number.POSITIVE_INFINITY, 0);
  const soon = entry(0.25, 1);
  const sooner = entry(0.125, 2);
  for (const one of [late, soon, sooner]) heap.push(one);
  assert.deepEqual(drain(heap), [sooner, soon, late]);
});

test("the check finds an entry that is before its parent", () => {
  const heap = new Heap<{ deadline: number; order: number; place: number }>();
  const one = entry(1, 0) as { deadline: number; order: number; place: number };
  const two = { deadline: 2, order: 1, place: -1 };
  heap.push(one);
  heap.push(two);
  two.deadline = 0;
  assert.throws(() => heap.check(), /before its parent/);
});
