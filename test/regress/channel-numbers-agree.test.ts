// The numbers of a shared channel were read one after the other, in any order: while other threads used it, more had been received than sent, and its length was below zero.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, remote, sharedChannel } from "offshoot/parallel";

const jobs = remote<typeof import("../parallel/channel/jobs.ts")>(
  new URL("../parallel/channel/jobs.ts", import.meta.url),
);

test("the numbers of a shared channel agree at any moment, while others send and receive", async () => {
  const pool = new Pool({ threads: 2 });
  const ch = sharedChannel<number>(4);
  const receiving = pool.run(jobs.iterates, ch).then((got) => got.length);
  let isOver = false;
  const sending = pool.run(jobs.triesToSend, ch, 0, 3_000).then(() => {
    isOver = true;
  });
  while (!isOver) {
    for (let i = 0; i < 2_000; i++) {
      const { length } = ch;
      assert.ok(length >= 0 && length <= 4, `${length} values in a buffer for 4`);
      const { sent, received, dropped } = ch.stats();
      assert.ok(received >= 0 && received <= sent, `${received} received, ${sent} sent`);
      assert.equal(dropped, 0);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sending;
  ch.close();
  assert.equal(await receiving, 3_000);
  await pool.close();
});
