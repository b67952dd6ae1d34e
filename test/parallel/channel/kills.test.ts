// Threads are killed at random moments and at random steps while they send and receive, under load: nothing hangs, no value comes twice, and what is missing is counted.
// The choices come from a seed, OFFSHOOT_SEED; what they meet depends on the threads. OFFSHOOT_KILLS says how many there are.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
import { Cancelled, type Channel, go, group, type Operation, run, until, yieldNow } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { check } from "../../support/channels.ts";
import { type Item, item, type Notes, note, RECEIVING, SENDING, sends } from "./jobs.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const KILLS = Number(process.env["OFFSHOOT_KILLS"] ?? 12);
const SEED = Number(process.env["OFFSHOOT_SEED"] ?? 20_130_817);
const STEPS = ["claim", "allocate", "assign", "write", "publish", "wake", "take", "read"];
const EACH = 30;
const MOST_SENDERS = 50_000;

/** Lets the event loop turn: workers come and go by its messages. */
const turn = (): Operation<void> => until(() => new Promise<void>((resolve) => setImmediate(resolve)));

interface Insides {
  readonly backend: { readonly crew: { readonly hands: Set<{ readonly worker: Worker; readonly isReady: boolean }> } };
}

test("however threads die that use a channel, no value comes twice, and each is received or counted as lost", async () => {
  const random = new Random(SEED);
  const [mortal, living] = [new Pool({ threads: 2, name: "mortal" }), new Pool({ threads: 1, name: "living" })];
  const { hands } = (mortal as unknown as Insides).backend.crew;
  const ch: Channel<Item> = sharedChannel<Item>(3, { bytes: 8_192 });
  const counts = new Int32Array(new SharedArrayBuffer(MOST_SENDERS * EACH * 4));
  const notes: Notes = { counts, each: EACH };
  const progress = new Int32Array(new SharedArrayBuffer(4)); // values received by threads that may die
  const [alive, dead]: [number[], number[]] = [[], []];
  const doomed = new Set<Worker>();
  let senders = 0;
  let deaths = 0;
  const isOver = (): boolean => deaths >= KILLS;

  const next = (n: number): number => {
    senders += n;
    assert.ok(senders <= MOST_SENDERS);
    return senders - n;
  };

  /** In a thread that may die: at a step, or when it is killed. */
  function* mortals(): Operation<void> {
    while (!isOver()) {
      const from = next(SENDING);
      const ids = Array.from({ length: SENDING }, (_, i) => from + i);
      const times = random.below(2) === 0 ? 1 + random.below(80) : 0;
      try {
        yield* mortal.run(jobs.churns, ch, notes, progress, from, STEPS[random.below(STEPS.length)] as string, times);
        alive.push(...ids);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        assert.ok(error instanceof WorkerError, String(error));
        dead.push(...ids);
        deaths++;
      }
    }
  }

  function* feeds(call: (from: number) => Operation<void>): Operation<void> {
    while (!isOver()) {
      const from = next(1);
      yield* call(from);
      alive.push(from);
      yield* turn();
    }
  }

  /** Receives here, and kills now and then. */
  function* reaper(): Operation<void> {
    let killAt = 50;
    for (let got = yield* ch.next(); !got.done; got = yield* ch.next()) {
      note(notes, got.value);
      yield* turn();
      const done = Atomics.load(progress, 0);
      if (done < killAt || isOver()) continue;
      killAt = done + 20 + random.below(300);
      const ready = [...hands].filter(({ isReady, worker }) => isReady && !doomed.has(worker));
      const { worker } = ready[random.below(Math.max(ready.length, 1))] ?? {};
      if (worker === undefined) continue;
      doomed.add(worker);
      void worker.terminate();
    }
  }

  await run(function* () {
    const receivers = [go(reaper), go(() => living.run(jobs.notesAll, ch, notes))];
    yield* group(function* (g) {
      for (let i = 0; i < 4; i++) g.go(mortals);
      g.go(feeds, (from: number) => living.run(jobs.sends, ch, from, EACH));
      g.go(feeds, (from: number) => sends(ch, from, EACH));
    });
    while (ch.length > 0) yield* yieldNow();
    ch.close();
    for (const receiver of receivers) yield* receiver;
  });

  const { sent, received, dropped } = ch.stats();
  const lost = (ch.stats() as unknown as { lostWithThread: number }).lostWithThread;
  const of = (sender: number): number[] => [...counts.subarray(sender * EACH, (sender + 1) * EACH)];
  const noted = counts.reduce((sum, count) => sum + count, 0);
  const missing = alive.flatMap(of).filter((count) => count === 0).length;
  const limbo = deaths * RECEIVING; // received by tasks that had no turn any more
  assert.ok(counts.every((count) => count <= 1), "a value came twice"); // biome-ignore format: one line
  assert.equal(sent, received + lost);
  assert.equal(dropped, 0);
  assert.ok(received >= noted && received - noted <= limbo, `${received} received, ${noted} of them by tasks`);
  assert.ok(missing <= lost + received - noted, `${missing} missing, ${lost} lost, ${received - noted} untold`);
  const sentByDead = sent - alive.length * EACH;
  assert.ok(sentByDead >= 0 && sentByDead <= dead.length * EACH);
  assert.ok(lost <= deaths);
  check(ch);

  // The others go on.
  const after: Channel<Item> = sharedChannel<Item>(2);
  await run(function* () {
    const pump = go(() => mortal.run(jobs.sends, after, 0, 20));
    for (let n = 0; n < 20; n++) assert.deepEqual(yield* after.receive(), item(0, n));
    yield* pump;
  });
  await Promise.all([mortal.close(), living.close()]);
});
