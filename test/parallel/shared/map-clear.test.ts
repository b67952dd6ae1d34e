// SharedMap.clear takes all entries out at one moment, whatever other threads do, and whoever dies of it.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Operation, run, settle, until, yieldNow } from "offshoot";
import { Pool, remote, SharedMap, WorkerError } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { steps } from "../../../src/parallel/steps.ts";

const jobs = remote<typeof import("./map-jobs.ts")>(new URL("./map-jobs.ts", import.meta.url));
const pool = new Pool({ threads: 1 });
after(() => pool.close());

const keyOf = (i: number): string => (i % 3 === 0 ? `${i}` : i % 3 === 1 ? `a longer key ${i} than fits` : `ключ ${i}`);

function filled(count: number): SharedMap<number> {
  const map = new SharedMap<number>();
  for (let i = 0; i < count; i++) map.set(keyOf(i), i / 2);
  return map;
}

test("while a thread is still freeing what it has taken out, the others find none of it, and what they set stays", async () => {
  const map = filled(300);
  await run(function* () {
    for (const step of ["map: epoch", "map: removed", "map: unlocked"]) {
      const gate = new Int32Array(new SharedArrayBuffer(8));
      const clearing = pool.go(jobs.clearsAt, map, step, gate);
      while (Atomics.load(gate, 1) === 0) yield* yieldNow();
      for (let i = 0; i < 300; i++) {
        assert.equal(map.get(keyOf(i)), undefined);
        assert.equal(map.has(keyOf(i)), false);
      }
      assert.deepEqual([...map.entries()], []);
      assert.equal(map.delete(keyOf(7)), false);
      map.set(keyOf(1), 1);
      assert.equal(map.setOnce(keyOf(2), 2), true);
      assert.equal(map.setOnce(keyOf(2), 3), false);
      assert.equal(
        map.update(keyOf(3), (old) => {
          assert.equal(old, undefined);
          return 3;
        }),
        3,
      );
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      yield* clearing;
      assert.deepEqual(
        [...map.entries()].sort(([, a], [, b]) => a - b),
        [1, 2, 3].map((i) => [keyOf(i), i]),
      );
      assert.equal(map.size, 3);
      map.check();
      for (let i = 0; i < 300; i++) map.set(keyOf(i), i / 2);
    }
  });
});

test("a thread that dies while it frees what it has taken out brings nothing back", async () => {
  await run(function* () {
    for (const step of ["map: epoch", "map: removed", "map: unlocked"]) {
      const map = filled(100);
      const [outcome] = yield* settle([pool.run(jobs.clearsAt, map, step, null)]);
      assert.ok(outcome?.status === "rejected" && outcome.reason instanceof WorkerError, JSON.stringify(outcome));
      assert.deepEqual([...map.entries()], []);
      map.set(keyOf(5), 5);
      while (map.size > 1) yield* until(new Promise((resolve) => setImmediate(resolve)));
      map.check();
      map.clear();
      map.set(keyOf(6), 6);
      assert.deepEqual([...map.entries()], [[keyOf(6), 6]]);
      map.check();
    }
  });
});

test("a change that was begun before all was taken out counts before that, or after it", async () => {
  const map = filled(10);
  await run(function* () {
    /** Another thread takes all out when this one is in the midst of a change. */
    function* meanwhile(change: () => void): Operation<void> {
      const gate = new Int32Array(new SharedArrayBuffer(12));
      const clearing = pool.go(jobs.clearsWhen, map, gate);
      while (Atomics.load(gate, 2) === 0) yield* yieldNow();
      steps.at = (now) => {
        if (now !== "map: value") return;
        steps.at = null;
        Atomics.store(gate, 0, 1);
        Atomics.notify(gate, 0);
        Atomics.wait(gate, 1, 0);
      };
      change();
      assert.equal(steps.at, null);
      yield* clearing;
    }
    yield* meanwhile(() => map.set(keyOf(20), 0.5));
    assert.deepEqual([...map.entries()], [[keyOf(20), 0.5]]);
    yield* meanwhile(() => assert.equal(map.setOnce(keyOf(20), 1.5), true));
    assert.deepEqual([...map.entries()], [[keyOf(20), 1.5]]);
    const olds: unknown[] = [];
    yield* meanwhile(() =>
      map.update(keyOf(20), (old) => {
        olds.push(old);
        return 2.5;
      }),
    );
    assert.deepEqual(olds, [1.5, undefined]);
    assert.deepEqual([...map.entries()], [[keyOf(20), 2.5]]);
    assert.equal(map.size, 1);
    map.check();
  });
});

test("a map that is cleared again and again does what a Map does", () => {
  const random = new Random(7);
  const map = new SharedMap<number>();
  const model = new Map<string, number>();
  for (let i = 0; i < 4_000; i++) {
    const key = keyOf(random.below(60));
    const choice = random.below(100);
    if (choice < 3) {
      map.clear();
      model.clear();
    } else if (choice < 30) assert.equal(map.delete(key), model.delete(key));
    else if (choice < 60) assert.equal(map.get(key), model.get(key));
    else {
      map.set(key, i + 0.5);
      model.set(key, i + 0.5);
    }
    assert.equal(map.size, model.size);
  }
  assert.deepEqual(new Map(map.entries()), model);
  map.check();
});
