// How programs end that wait for a shared channel in vain, each in a process of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../../support/process.ts";

const HEAD = `
  import { DeadlockError, LeakError, go, run, select, sleep, channel } from "offshoot";
  import { sharedChannel } from "offshoot/parallel";
  const ch = sharedChannel(1, { name: "letters" });
`;

test("where only this thread waits for a shared channel, it is a deadlock that says who waits for what", async () => {
  const { code, stdout, stderr } = await program(`${HEAD}
    await run(function* main() {
      yield* ch.send(1);
      go(function* writer() { try { yield* ch.send(2); } finally { console.log("cleaned up"); } });
      const other = sharedChannel(1, { name: "answers" });
      go(function* chooser() { yield* select({ a: other.receive(), b: channel(0, { name: "local" }).receive() }); });
      yield* other.next();
    });
  `);
  assert.equal(code, 1);
  assert.equal(stdout, "cleaned up\n");
  assert.match(stderr, /deadlock: 3 of 3 tasks can never go on/);
  assert.match(stderr, /task #1 "main" waits for channel\.next answers/);
  assert.match(stderr, /"writer" .* waits for channel\.send letters/);
  assert.match(stderr, /"chooser" .* waits for select \{ a: channel\.receive answers; b: channel\.receive local \}/);
});

test("the verdict can be caught, and the channel has lost nothing by it", async () => {
  const { code, stdout } = await program(`${HEAD}
    ch.trySend("kept");
    for (const body of [function* () { yield* ch.send("vain"); }, function* () { go(function* left() { yield* ch.send("vain"); }); }])
      await run(body).catch((error) => console.log(error instanceof DeadlockError, error instanceof LeakError));
    await run(function* () {
      const late = go(function* () { yield* sleep(300); yield* ch.send("late"); }); // a timer is no deadlock
      console.log(yield* ch.receive(), yield* ch.receive(), ch.stats().sent);
    });
  `);
  assert.deepEqual([stdout, code], ["true false\ntrue true\nkept late 2\n", 0]);
});

test("an await outside tasks that can never complete ends the process as in Node, with exit code 13", async () => {
  const { code, stdout } = await program(`${HEAD}
    ch.trySend(1);
    console.log(await ch.receive());
    await ch.receive();
    console.log("not reached");
  `);
  assert.deepEqual([stdout, code], ["1\n", 13]);
});

test("a channel that nobody waits for keeps no process alive", async () => {
  const { code, stdout } = await program(`${HEAD}
    const got = ch.receive().then((value) => console.log(value));
    await ch.send("got");
    await got;
    ch.trySend("left");
    console.log("end");
  `);
  assert.deepEqual([stdout, code], ["got\nend\n", 0]);
});
