// An operation that was awaited outside any task and never completed was kept for ever, with its promise and its channel.
// own process: collects garbage

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel } from "offshoot";
import { settle } from "../support/memory.ts";

const MANY = 100;

test("an abandoned await outside tasks can be collected with its channel", async () => {
  const refs: WeakRef<object>[] = [];
  const abandon = async (): Promise<void> => {
    const ch = channel<number>();
    refs.push(new WeakRef(ch));
    await ch.receive();
  };
  for (let i = 0; i < MANY; i++) void abandon();
  await settle();
  await settle();
  const left = refs.filter((ref) => ref.deref() !== undefined).length;
  assert.equal(refs.length, MANY);
  assert.ok(left <= 1, `${left} are left`); // the last may still lie in a register
});

test("an await outside tasks is not lost while its channel is in use", async () => {
  const channels = Array.from({ length: MANY }, () => channel<number>());
  let sum = 0;
  for (const ch of channels) {
    void ch.receive().then((n) => {
      sum += n;
    });
  }
  await settle();
  for (const ch of channels) assert.equal(ch.trySend(1), true);
  // on a machine that is busy they may take more than one turn of the loop
  for (let turns = 0; turns < 1000 && sum < MANY; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sum, MANY);
});
