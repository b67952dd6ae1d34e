// Many calls: more at once than there is room for, and so many in a row that what is left of each would be seen.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { run, yieldNow } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { directory } from "../../../src/parallel/directory.ts";
import { desk } from "../../../src/parallel/pool/desk.ts";
import { functions } from "../../../src/parallel/pool/functions.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2, name: "busy" });
after(() => pool.close());

test("more calls at once than the queue and the table of places hold", async () => {
  const answers = await Promise.all(Array.from({ length: 50_000 }, (_, i) => pool.run(jobs.twice, i)));
  for (let i = 0; i < 50_000; i++) assert.equal(answers[i], 2 * i);
  assert.equal(pool.stats().queued, 0);
  assert.equal(pool.stats().running, 0);
});

test("a pool with a short queue makes the rest wait, and takes them in order", async () => {
  const short = new Pool({ threads: 1, queue: 2 });
  const ran = sharedChannel<string>(300);
  await Promise.all(Array.from({ length: 300 }, (_, i) => short.run(jobs.notes, ran, String(i))));
  for (let i = 0; i < 300; i++) assert.deepEqual(ran.tryReceive(), { ok: true, value: String(i) });
  await short.close();
});

test("calls that were withdrawn, by the thousands, give their places back", async () => {
  const started = sharedChannel<number>(2);
  const gate = sharedChannel<number>(1);
  await run(function* () {
    for (let round = 0; round < 3; round++) {
      const blocked = [pool.go(jobs.keeps, started, gate), pool.go(jobs.keeps, started, gate)];
      yield* started.receive();
      yield* started.receive();
      const waiting = Array.from({ length: 7_000 }, (_, i) => pool.go(jobs.twice, i));
      yield* yieldNow();
      for (const task of waiting) task.cancel();
      yield* gate.send(1);
      yield* gate.send(1);
      for (const task of blocked) yield* task;
    }
  });
  const answers = await Promise.all(Array.from({ length: 17_000 }, (_, i) => pool.run(jobs.twice, i)));
  assert.equal(answers.length, 17_000); // more than there are places
});

/** The sizes of all collections that an object holds, by their paths. */
function sizes(object: object, path = "", found: Record<string, number> = {}): Record<string, number> {
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== "object" || value === null) continue;
    if (value instanceof Map || value instanceof Set) found[`${path}.${key}`] = value.size;
    else if (Array.isArray(value)) found[`${path}.${key}`] = value.length;
  }
  return found;
}

test("calls by the ten thousands leave nothing behind", async () => {
  const backend = (pool as unknown as { backend: { employer: object } }).backend;
  const held = (): Record<string, number> => ({
    ...sizes(desk(), "desk"),
    ...sizes(directory(), "directory"),
    ...sizes(functions(), "functions"),
    ...sizes(backend.employer, "client"),
    ...sizes(pool, "pool"),
  });
  const channel = sharedChannel<string>(1);
  const batch = async (): Promise<void> => {
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        i % 10 === 0
          ? pool.run(jobs.addLater, i, i)
          : i % 10 === 1
            ? pool.run(jobs.notes, channel, "x")
            : pool.run(jobs.twice, i),
      ),
    );
  };
  await batch();
  const before = held();
  for (let i = 0; i < 40; i++) await batch();
  for (const [what, size] of Object.entries(held())) assert.ok(size <= (before[what] ?? 0) + 1, `${what}: ${size}`);
});
