// Threads that die while they use a shared channel, at each of the steps at which something is half done, and in all the ways there are: the others go on, no value comes
// twice, and what is not received is counted.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import type { Worker } from "node:worker_threads";
import { type Channel, ClosedError, EndOfChannel, go, type Operation, type Receiver, run, type Task } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { check, settle } from "../../support/channels.ts";
import { type Item, item, type Notes, notesAll, sends } from "./jobs.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
const [mortal, living] = [new Pool({ threads: 1, name: "mortal" }), new Pool({ threads: 1, name: "living" })];
after(() => Promise.all([mortal.close(), living.close()]));

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const notesFor = (senders: number, each: number): Notes => ({
  counts: new Int32Array(new SharedArrayBuffer(senders * each * 4)),
  each,
});

/** How often the values of one sender have been received. */
const countsOf = ({ counts, each }: Notes, from: number): number[] => [
  ...counts.subarray(from * each, (from + 1) * each),
];

const lostIn = (ch: { stats(): object }): number => (ch.stats() as { lostWithThread: number }).lostWithThread;

/** Ends the thread of a pool from outside, at whatever it is. */
function terminate(pool: Pool): void {
  const { crew } = (pool as unknown as { backend: { crew: { hands: Set<{ readonly worker: Worker }> } } }).backend;
  for (const { worker } of crew.hands) void worker.terminate();
}

/** The channel is whole, and everybody can use it to its limits. */
function* goesOn(ch: Channel<Item>, bytes: number): Operation<void> {
  assert.equal(ch.length, 0);
  check(ch);
  const whole = { from: 0, n: 0, rest: "x".repeat(bytes - 100) };
  for (let i = 0; i < 2 * ch.capacity; i++) {
    yield* ch.send(whole);
    assert.deepEqual(yield* ch.receive(), whole);
  }
  const pump = go(() => living.run(jobs.sends, ch, 3, 20));
  for (let n = 0; n < 20; n++) assert.deepEqual(yield* ch.receive(), item(3, n));
  yield* pump;
  check(ch);
}

for (const [step, rest, isSent] of [
  ["claim", 5, false],
  ["write", 5, false],
  ["publish", 5, true],
  ["wake", 5, true],
  ["allocate", 900, false],
  ["claim", 900, false],
  ["assign", 900, false],
  ["write", 900, false],
  ["publish", 900, true],
] as const)
  test(`a sender that dies at "${step}" of ${rest < 100 ? "a small" : "a large"} value has ${isSent ? "sent it" : "sent nothing"}, and all others are received`, async () => {
    await run(function* () {
      const times = 3;
      const ch: Channel<Item> = sharedChannel<Item>(2, { bytes: 4_096 });
      const notes = notesFor(3, 60);
      const receiver = go(notesAll, ch, notes);
      const others = [go(() => living.run(jobs.sends, ch, 1, 60)), go(sends, ch, 2, 60)];
      const { exitCode } = yield* caught(WorkerError, mortal.run(jobs.sendsToDeath, ch, 0, rest, step, times));
      assert.equal(exitCode, 13);
      for (const other of others) yield* other;
      const before = ch.stats();
      assert.equal(before.sent, 120 + times - (isSent ? 0 : 1));
      while (ch.length > 0) yield* settle(receiver);
      yield* goesOnWith(receiver, ch);
      assert.deepEqual(countsOf(notes, 0), numbers(60).map((n) => (n < times - (isSent ? 0 : 1) ? 1 : 0))); // biome-ignore format: one line
      for (const sender of [1, 2]) assert.deepEqual(countsOf(notes, sender), new Array(60).fill(1));
      assert.equal(lostIn(ch), 0);
    });
  });

/** Takes a receiver out of a channel, then uses it. */
function* goesOnWith(receiver: Task<unknown>, ch: Channel<Item>): Operation<void> {
  yield* settle(receiver);
  receiver.cancel();
  yield* caught(Error, receiver);
  yield* goesOn(ch, 4_096);
}

for (const [step, rest] of [["take", 5], ["read", 5], ["take", 900], ["read", 900]] as const) // biome-ignore format: one line
  test(`what a receiver that dies at "${step}" of ${rest < 100 ? "a small" : "a large"} value had taken is counted as lost, and all else is received once`, async () => {
    await run(function* () {
      const ch: Channel<Item> = sharedChannel<Item>(2, { bytes: 4_096 });
      const notes = notesFor(1, 60);
      go(function* () {
        for (let n = 0; n < 60; n++) yield* ch.send({ from: 0, n, rest: "x".repeat(rest) });
        ch.close();
      });
      assert.equal((yield* caught(WorkerError, mortal.run(jobs.receivesToDeath, ch, notes, step, 4))).exitCode, 13);
      const others = [go(() => living.run(jobs.notesAll, ch, notes)), go(notesAll, ch, notes)];
      let received = 3;
      for (const other of others) received += yield* other;
      assert.deepEqual(countsOf(notes, 0), numbers(60).map((n) => (n === 3 ? 0 : 1))); // biome-ignore format: one line
      assert.equal(received, 59);
      const { sent, received: told, dropped } = ch.stats();
      assert.deepEqual([sent, told, dropped, lostIn(ch)], [60, 59, 0, 1]);
      check(ch);
    });
  });

/** How an operation ends, in words. */
function* outcome(op: Operation<unknown>): Operation<string> {
  try {
    return inspect(yield* op);
  } catch (error) {
    return String(error);
  }
}

test("a thread that dies before it has ended a channel has not ended it, and one that dies later has, with its reason", async () => {
  await run(function* () {
    for (const how of ["close", "cancel"] as const) {
      const open: Channel<Item> = sharedChannel<Item>(2, { bytes: 4_096 });
      yield* caught(WorkerError, mortal.run(jobs.endsToDeath, open, how, "end"));
      assert.equal(open.closed, false);
      yield* goesOn(open, 4_096);
      open[how]();
      yield* caught(EndOfChannel, open.receive());

      const ended: Channel<Item> = sharedChannel<Item>(2);
      const theirs = go(outcome, living.run(jobs.notesAll, ended, notesFor(1, 1)));
      const mine = go(outcome, ended.next());
      yield* settle(mine);
      yield* caught(WorkerError, mortal.run(jobs.endsToDeath, ended, how, "how"));
      assert.equal(ended.closed, true);
      const end = "RangeError: its last words";
      const expected = how === "cancel" ? ["{ done: true, value: undefined }", "0"] : [end, end];
      assert.deepEqual([yield* mine, yield* theirs], expected);
      const error = yield* caught(ClosedError, ended.send(item(0, 0)));
      assert.equal(error.by, how === "close" ? "sender" : "receiver");
      if (how === "cancel") assert.equal((error.cause as Error).message, "its last words");
      check(ended);
    }
  });
});

test("who ends a channel that a dying thread was about to end does not wait for the event loop to hear of the death", async () => {
  for (const how of ["close", "cancel"] as const) {
    const ch: Channel<Item> = sharedChannel<Item>(2);
    const word = new Int32Array(new SharedArrayBuffer(4));
    const dying = mortal.run(jobs.endsWhenTold, ch, how, word).then(
      () => undefined,
      (error) => error,
    );
    while (Atomics.load(word, 0) === 0) await new Promise((resolve) => setImmediate(resolve)); // it is started by messages
    Atomics.store(word, 0, 2);
    Atomics.notify(word, 0);
    Atomics.wait(word, 0, 2); // from here on this thread does not return to its event loop
    ch.close();
    assert.equal(ch.closed, true);
    assert.ok((await dying) instanceof WorkerError);
    assert.throws(() => ch.tryReceive().ok || ch.trySend(item(0, 0)), ClosedError);
  }
});

for (const step of ["take", "read"])
  test(`what a thread had dropped when it died at "${step}" is counted, and the rest is dropped by others`, async () => {
    await run(function* () {
      const ch: Channel<Item> = sharedChannel<Item>(4, { bytes: 4_096 });
      for (const n of [0, 1, 2, 3]) yield* ch.send({ from: 0, n, rest: "x".repeat(n * 300) });
      const sender = go(outcome, ch.send(item(0, 4)));
      yield* settle(sender);
      yield* caught(WorkerError, mortal.run(jobs.endsToDeath, ch, "cancel", step));
      assert.match(yield* sender, /^ClosedError: .* was given up by thread/);
      assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
      const { sent, received, dropped } = ch.stats();
      assert.deepEqual([sent, received, dropped + lostIn(ch), ch.length], [4, 0, 4, 0]);
      assert.ok(lostIn(ch) <= 1);
      check(ch);
    });
  });

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
