// What a body of Once locked was put down to the main task, and what an async body awaits was taken for all it does: both were told as locks waited for in a
// circle where there was none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, Mutex, Once, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { stuck, warnings } from "../support/sync.ts";

test("the body of a Once that waits for a lock of the main task waits in no circle", async () => {
  await simulate(function* () {
    const mutex = new Mutex({ name: "db" });
    const once = new Once(() => mutex.withLock(() => 1));
    const lock = yield* mutex.lock();
    const asker = go(() => once.do());
    yield* sleep(1);
    assert.equal(asker.status, "waiting");
    lock[Symbol.dispose]();
    assert.equal(yield* asker, 1);
    assert.deepEqual(warnings(), []);
  });
});

test("what the body of a Once has locked is its own", async () => {
  const report = await stuck(function* main() {
    const mutex = new Mutex({ name: "db" });
    const once = new Once(function* setup() {
      yield* mutex.lock();
      yield* mutex.lock();
    });
    go(() => once.do());
    yield* yieldNow();
    yield* yieldNow();
    assert.match(warnings().join(), /task #\d+ "setup" waits for mutex.lock "db", held by task #\d+ "setup"/);
  });
  assert.match(report, /"setup".* waits for mutex.lock db.*held by task #\d+ "setup"/);
});

test("an async body that runs two operations at once waits in no circle", async () => {
  await simulate(function* () {
    const mutex = new Mutex({ name: "db" });
    yield* go(async () => {
      const me = currentTask();
      const first = await me.run(mutex.lock());
      const second = me.run(mutex.lock());
      await me.run(sleep(1));
      first[Symbol.dispose]();
      (await second)[Symbol.dispose]();
    });
    assert.deepEqual(warnings(), []);
  });
});
