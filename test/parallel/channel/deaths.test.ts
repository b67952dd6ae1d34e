// Threads that die while they send or receive, at each of the steps at which something is half done: the others go on, no value comes twice, and what is not received is
// counted.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Channel, go, type Operation, run, type Task } from "offshoot";
import { sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { check, settle } from "../../support/channels.ts";
import { type Item, notesAll, sends } from "./jobs.ts";
import { closePools, countsOf, goesOn, jobs, living, lostIn, mortal, notesFor, numbers } from "./mortality.ts";

after(closePools);

for (const [step, rest, isSent] of [
  ["claim", 5, false],
  ["write", 5, false],
  ["publish", 5, true],
  ["wake", 5, true],
  ["allocate", 900, false],
  ["assign", 900, false],
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

for (const [step, rest] of [["take", 5], ["read", 5], ["read", 900]] as const) // biome-ignore format: one line
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
