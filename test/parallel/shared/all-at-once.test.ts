// What takes or reads several values of a list does so at one moment.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Operation, run, yieldNow } from "offshoot";
import { InterlockedList, Pool, remote, SharedList } from "offshoot/parallel";

const jobs = remote<typeof import("./list-jobs.ts")>(new URL("./list-jobs.ts", import.meta.url));
const pool = new Pool({ threads: 1 });
after(() => pool.close());

const newGate = (): Int32Array => new Int32Array(new SharedArrayBuffer(16));

function* opens(gate: Int32Array, at: number): Operation<void> {
  while (Atomics.load(gate, at) === 0) yield* yieldNow();
}

test("a slice is what the list was at one moment, while another thread changes it", async () => {
  const list = new SharedList<number | string>();
  list.push(0);
  list.push(0);
  list.push("x".repeat(100));
  const gate = newGate();
  await run(function* () {
    const setting = pool.go(jobs.setsByTurns, list as SharedList<number>, gate);
    yield* opens(gate, 1);
    let seen = 0;
    for (let i = 0; i < 3_000; i++) {
      const [first, second, third] = list.slice() as [number, number, string];
      if (first > seen) seen = first;
      assert.ok(first === second || first === second + 1, `${first} and ${second}`);
      assert.equal(third.length, 100);
    }
    Atomics.store(gate, 0, 1);
    yield* setting;
    assert.ok(seen > 0);
    assert.deepEqual(list.slice(-1), ["x".repeat(100)]);
  });
});

test("of two threads that flush at the same time the first gets all", async () => {
  const list = new InterlockedList<number>();
  for (let i = 10; i < 15; i++) list.push(i);
  const gate = newGate();
  await run(function* () {
    const flushing = pool.go(jobs.flushesSlowly, list, gate);
    yield* opens(gate, 0);
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
    yield* opens(gate, 2);
    assert.deepEqual(list.flush(), []);
    const all = yield* flushing;
    assert.deepEqual(
      all.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 10, 11, 12, 13, 14],
    );
    list.check();
  });
});
