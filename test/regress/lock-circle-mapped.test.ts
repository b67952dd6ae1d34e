// A task that waited for a lock through map() was not seen by others who looked for a circle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, Mutex, yieldNow } from "offshoot";
import { stuck, warnings } from "../support/sync.ts";

test("locks waited for in a circle are told when one of them is mapped", async () => {
  let told: readonly string[] = [];
  await stuck(function* () {
    const [a, b] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];
    go(function* first() {
      yield* a.lock();
      yield* yieldNow();
      yield* b.lock().map(() => 1);
    });
    go(function* second() {
      yield* b.lock();
      yield* yieldNow();
      yield* yieldNow();
      yield* a.lock();
    });
    for (let i = 0; i < 4; i++) yield* yieldNow();
    told = [...warnings()];
  });
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /"second" waits for mutex.lock "a", held by .*"first", which waits for mutex.lock "b"/);
});
