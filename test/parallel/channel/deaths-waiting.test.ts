// Threads that end in one way or another while they wait at channels, hold some, or have them on their way: the channels are those of the others.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { type Channel, go, type Receiver, run } from "offshoot";
import { type Pool, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { type Item, item } from "./jobs.ts";
import { closePools, countsOf, goesOn, jobs, living, lostIn, mortal, notesFor, numbers } from "./mortality.ts";

after(closePools);

/** Ends the thread of a pool from outside, at whatever it is. */
function terminate(pool: Pool): void {
  const { crew } = (pool as unknown as { backend: { crew: { hands: Set<{ readonly worker: Worker }> } } }).backend;
  for (const { worker } of crew.hands) void worker.terminate();
}

for (const how of ["exit", "throw", "fail", "terminate"] as const)
  test(`a thread that ends by "${how}" while it waits at channels leaves its place to others`, async () => {
    await run(function* () {
      const empty: Channel<Item> = sharedChannel<Item>(2, { bytes: 4_096 });
      const full: Channel<Item> = sharedChannel<Item>(1, { bytes: 4_096 });
      const [started, orders] = [sharedChannel<number>(1), sharedChannel<string>(1)];
      yield* full.send(item(1, 0));
      const notes = notesFor(3, 20);
      const dying = go(() => caught(Error, mortal.run(jobs.waitsForDeath, empty, full, started, orders)));
      yield* started.receive();
      const theirs = go(() => living.run(jobs.notesAll, empty, notes));
      const sender = go(() => living.run(jobs.sends, full, 2, 20)); // waits behind the dying
      if (how === "terminate") terminate(mortal);
      else yield* orders.send(how);
      const error = yield* dying;
      if (how === "fail") assert.equal(error.message, "it fails, and its thread lives");
      else assert.ok(error instanceof WorkerError);
      for (let n = 0; n < 20; n++) yield* empty.send(item(2, n));
      empty.close();
      assert.equal(yield* theirs, 20);
      assert.deepEqual(countsOf(notes, 2), new Array(20).fill(1));
      assert.deepEqual(yield* full.receive(), item(1, 0));
      for (let n = 0; n < 20; n++) assert.deepEqual(yield* full.receive(), item(2, n));
      yield* sender;
      yield* goesOn(full, 4_096);
    });
  });

test("a channel outlives the thread that made it, with what is in it", async () => {
  await run(function* () {
    const heirs = sharedChannel<Receiver<number>>(1);
    yield* caught(WorkerError, mortal.run(jobs.bequeaths, heirs));
    const heir = (yield* heirs.receive()) as Channel<number>;
    assert.equal(heir.name, "bequeathed");
    for (const n of [1, 2, 3]) assert.equal(yield* heir.receive(), n);
    heir.close();
    assert.deepEqual(yield* living.run(jobs.iterates, heir), []);
  });
});

test("a channel that was in a message which is lost with a thread is still the channel of the others", async () => {
  await run(function* () {
    const [outer, inner] = [sharedChannel<unknown>(2), sharedChannel<number>(2)];
    yield* outer.send({ inner });
    yield* caught(WorkerError, mortal.run(jobs.diesWithIt, outer));
    assert.equal(lostIn(outer), 1);
    yield* outer.send({ inner });
    assert.deepEqual(yield* outer.receive(), { inner });
    const there = go(() => living.run(jobs.iterates, inner));
    for (let n = 0; n < 5; n++) yield* inner.send(n);
    inner.close();
    assert.deepEqual(yield* there, numbers(5));
  });
});
