// A run that only waited for another, stuck, run was given the verdict together with it, and could not recover. In processes of their own, because the
// verdict is given when nothing else keeps the process alive.

import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/process.ts";

async function printed(text: string): Promise<string> {
  const { code, stdout, stderr } = await program(text);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

test("a run that starts another, stuck, run can recover from its verdict", async () => {
  const text = `import { channel, run } from "offshoot";
    console.log(await run(async function outer() {
      try { await run(function* inner() { yield* channel().receive(); }); } catch (error) { return "recovered from " + error.name; }
    }).catch((error) => "outer is rejected with " + error.name));`;
  assert.equal(await printed(text), "recovered from DeadlockError");
});

test("a run that waits for the promise of a stuck run goes on, whichever was started first", async () => {
  for (const stuckFirst of [true, false]) {
    const text = `import { channel, run } from "offshoot";
      let settle;
      const promise = new Promise((resolve) => { settle = resolve; });
      const stuck = () => {
        const end = run(function* stuck() { yield* channel().receive(); });
        settle(end);
        return end;
      };
      const waiting = () => run(async function waiting() { try { await promise; } catch { return "goes on"; } });
      const ends = ${stuckFirst ? "[stuck(), waiting()]" : "[waiting(), stuck()]"};
      console.log((await Promise.allSettled(ends)).map((end) => end.value ?? end.reason.name).sort().join(", "));`;
    assert.equal(await printed(text), "DeadlockError, goes on");
  }
});

test("a chain of runs that wait for each other recovers where the stuck one is caught", async () => {
  const text = `import { channel, run } from "offshoot";
    console.log(await run(async function first() {
      return await run(async function second() {
        try { return await run(function* third() { yield* channel().receive(); }); } catch (error) { return error.name + " in second"; }
      });
    }).catch((error) => "first is rejected with " + error.name));`;
  assert.equal(await printed(text), "DeadlockError in second");
});

test("runs that are stuck by themselves are all told", async () => {
  const text = `import { channel, run } from "offshoot";
    const stuck = () => run(function* () { yield* channel().receive(); });
    console.log((await Promise.allSettled([stuck(), stuck(), stuck()])).map((end) => end.reason.name).join(", "));`;
  assert.equal(await printed(text), "DeadlockError, DeadlockError, DeadlockError");
});

test("an async body with children of its own recovers all the same", async () => {
  const text = `import { channel, go, run } from "offshoot";
    const ch = channel();
    console.log(await run(async function outer() {
      go(function* waits() { yield* ch.receive(); });
      try { await run(function* inner() { yield* channel().receive(); }); }
      catch (error) { ch.trySend(1); return "recovered from " + error.name; }
    }).catch((error) => "outer is rejected with " + error.name));`;
  assert.equal(await printed(text), "recovered from DeadlockError");
});
