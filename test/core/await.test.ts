// Leaves awaited where no task is: at top level, in callbacks, in async functions after their first await.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  EndOfChannel,
  go,
  run,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { rejected } from "../support/caught.ts";

test("a leaf may be awaited with no task around, ready or not", async () => {
  const ch = channel<number>(1);
  await ch.send(1);
  assert.equal(await ch.receive(), 1);
  const waiting = ch.receive();
  const got = waiting.then((n) => n + 1);
  await ch.send(5);
  assert.equal(await got, 6);
  assert.equal(await always(3), 3);
  await yieldNow();
  await sleep(0);
});

test("each then is a fresh attempt", async () => {
  const ch = channel<number>(8);
  for (let n = 0; n < 4; n++) ch.trySend(n);
  const receive = ch.receive();
  assert.deepEqual([await receive, await receive, ...(await Promise.all([receive, receive]))], [0, 1, 2, 3]);
  const send = ch.send(9);
  await send;
  await send;
  assert.equal(ch.length, 2);
});

test("awaited leaves stand in line first come, first served, with tasks too", async () => {
  await simulate(async () => {
    const ch = channel<number>();
    const got: string[] = [];
    const one = ch.receive().then((n) => got.push(`one ${n}`));
    const task = go(function* () {
      got.push(`task ${yield* ch.receive()}`);
    });
    await new Promise((resolve) => setImmediate(resolve));
    const two = ch.receive().then((n) => got.push(`two ${n}`));
    for (let n = 0; n < 3; n++) await ch.send(n);
    await Promise.all([one, two, task]);
    assert.deepEqual(got, ["one 0", "task 1", "two 2"]);
  });
});

test("select may be awaited, mapped and chained", async () => {
  const ch = channel<number>(1);
  ch.trySend(4);
  const got = await select({ n: ch.receive().map((n) => n * 2), late: sleep(60_000) });
  assert.deepEqual(got, { key: "n", value: 8 });
  const waiting = select([ch.receive(), sleep(60_000)]).then(({ key }) => key);
  ch.trySend(1);
  assert.equal(await waiting, 0);
});

test("a for await receives until the channel is closed, and leaving it cancels nothing", async () => {
  const ch = channel<number>(8);
  for (let n = 0; n < 5; n++) ch.trySend(n);
  for await (const n of ch) if (n === 1) break;
  assert.equal(ch.closed, false);
  assert.ok(ch.trySend(5));
  ch.close();
  const rest: number[] = [];
  for await (const n of ch) rest.push(n);
  assert.deepEqual(rest, [2, 3, 4, 5]);
  await rejected(EndOfChannel, Promise.resolve(ch.receive()));
});

test("an error of an awaited leaf or of its mapping rejects the promise", async () => {
  const ch = channel<number>(1);
  ch.trySend(1);
  const failing = ch.receive().map(() => {
    throw new RangeError("in the mapping");
  });
  await rejected(RangeError, Promise.resolve(failing));
  assert.equal(ch.length, 0); // the receive had committed
  const later = rejected(RangeError, Promise.resolve(failing));
  ch.trySend(2);
  await later;
  const end = rejected(EndOfChannel, Promise.resolve(ch.receive()));
  ch.close();
  await end;
});

test("a task may be awaited from anywhere, again and again, also after its end", async () => {
  let task: Task<string> | undefined;
  const whole = run(function* () {
    task = go(() => sleep(1).map(() => "value"));
  });
  await new Promise((resolve) => setImmediate(resolve));
  const early = Promise.resolve(task);
  await whole;
  assert.deepEqual([await early, await task, await task], ["value", "value", "value"]);
});

test("await using cancels a task and waits for it", async () => {
  await simulate(async () => {
    const child = go(() => sleep(60_000));
    await child[Symbol.asyncDispose]();
    assert.equal(child.status, "cancelled");
    await rejected(TaskCancelledError, Promise.resolve(child));
  });
});
