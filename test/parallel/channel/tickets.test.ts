// Tickets of a channel begin again after 2^31 values: nobody notices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, run } from "offshoot";
import { Pool, remote, sharedChannel, WorkerError } from "offshoot/parallel";
import { FIRST, HEAD, SEQUENCE, SLOT_WORDS, SLOTS, TAIL, TICKETS } from "../../../src/parallel/ring-layout.ts";
import { caught } from "../../support/caught.ts";
import { check, inOrders } from "../../support/channels.ts";
import { type Item, item, sends } from "./jobs.ts";

const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));

/** As after so many values, all of them received. */
function aged<C>(ch: C, ticket: number): C {
  const { words } = ch as unknown as { readonly words: Int32Array };
  const slots = words[SLOTS] as number;
  words[HEAD] = ticket;
  words[TAIL] = ticket << 1;
  for (let i = 0; i < slots; i++)
    words[FIRST + ((ticket + i) & (slots - 1)) * SLOT_WORDS + SEQUENCE] = (ticket + i) & TICKETS;
  return ch;
}

for (const capacity of [1, 2, 3, 8])
  test(`values go on in order when the tickets of a channel of ${capacity} begin again`, async () => {
    await inOrders(function* () {
      for (let before = 0; before < 2 * capacity + 2; before++) {
        const first = TICKETS - before;
        const ch = aged(sharedChannel<number | string>(capacity, { bytes: 4_096 }), first);
        assert.equal(ch.length, 0);
        check(ch);
        let full = 0;
        while (ch.trySend(full)) full++;
        assert.deepEqual([full, ch.length], [capacity, capacity]);
        for (let n = 0; n < full; n++) assert.deepEqual(ch.tryReceive(), { ok: true, value: n });
        const sender = go(function* (): Operation<void> {
          for (let n = 0; n < 40; n++) yield* ch.send(n % 4 === 0 ? `${n}`.repeat(500) : n);
        });
        for (let n = 0; n < 40; n++) assert.equal(yield* ch.receive(), n % 4 === 0 ? `${n}`.repeat(500) : n);
        yield* sender;
        assert.equal(ch.length, 0);
        assert.deepEqual([ch.stats().sent, ch.stats().received], [first + full + 40, first + full + 40]);
        check(ch);
        ch.trySend(7);
        ch.close();
        assert.deepEqual(yield* ch.next(), { done: false, value: 7 });
        assert.deepEqual(yield* ch.next(), { done: true, value: undefined });
      }
    });
  });

test("threads go on when the tickets begin again between them, also where one dies at that moment", async () => {
  const [mortal, living] = [new Pool({ threads: 1 }), new Pool({ threads: 1 })];
  await run(function* () {
    for (const step of ["claim", "publish"]) {
      const ch = aged(sharedChannel<Item>(4, { bytes: 4_096 }), TICKETS - 2);
      yield* caught(WorkerError, mortal.run(jobs.sendsToDeath, ch, 0, 5, step, 3));
      for (let n = 0; n < (step === "claim" ? 2 : 3); n++) assert.equal((yield* ch.receive()).n, n);
      const sending = go(() => living.run(jobs.sends, ch, 1, 60));
      for (let n = 0; n < 60; n++) assert.deepEqual(yield* ch.receive(), item(1, n));
      yield* sending;
      check(ch);

      const other = aged(sharedChannel<Item>(4, { bytes: 4_096 }), TICKETS - 2);
      const notes = { counts: new Int32Array(new SharedArrayBuffer(60 * 4)), each: 60 };
      const feeding = go(sends, other, 0, 60);
      yield* caught(WorkerError, mortal.run(jobs.receivesToDeath, other, notes, step === "claim" ? "take" : "read", 3));
      const receiving = go(() => living.run(jobs.notesAll, other, notes));
      yield* feeding;
      other.close();
      assert.equal(yield* receiving, 57);
      assert.deepEqual(
        [...notes.counts],
        Array.from({ length: 60 }, (_, n) => (n === 2 ? 0 : 1)),
      );
      assert.equal((other.stats() as { lostWithThread?: number }).lostWithThread, 1);
      check(other);
    }
  });
  await Promise.all([mortal.close(), living.close()]);
});
