// A web stream made of a receiver waited in the name of the task that happened to read it: cancelling that task broke the stream, and the task could not end
// before a value had come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, sleep, TaskCancelledError, toWebStream, until } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a stream outlives the tasks that read it", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const reader = toWebStream(ch).getReader();
    yield* sleep(1); // from now on the stream asks within the call of read()
    const doomed = go(() => until(reader.read()));
    yield* sleep(1);
    doomed.cancel();
    yield* caught(TaskCancelledError, doomed);
    const second = reader.read();
    yield* ch.send(1); // for the read that was given up: a promise cannot be told
    yield* ch.send(2);
    assert.deepEqual(yield* until(second), { done: false, value: 2 });
  });
});

test("a task that has begun to read may end before a value comes", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const reader = toWebStream(ch).getReader();
    yield* sleep(1); // from now on the stream asks within the call of read()
    const task = go(() => ({ read: reader.read() }));
    yield* sleep(1);
    assert.equal(task.status, "succeeded");
    yield* ch.send(1);
    assert.deepEqual(yield* until((yield* task).read), { done: false, value: 1 });
  });
});
