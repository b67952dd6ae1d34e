// Threads that die while they close a channel or give it up: it is ended by then or it is not, and what was in it is counted.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Channel, ClosedError, EndOfChannel, go, run } from "offshoot";
import { sharedChannel, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import { check, settle } from "../../support/channels.ts";
import { type Item, item } from "./jobs.ts";
import { closePools, goesOn, jobs, living, lostIn, mortal, notesFor, outcome } from "./mortality.ts";

after(closePools);

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
