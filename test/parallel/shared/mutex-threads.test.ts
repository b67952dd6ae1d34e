// SharedMutex between threads.
// own process: starts threads

import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "offshoot";
import { SharedMutex } from "../../../src/parallel/shared/mutex.ts";
import { held } from "../../support/lock-threads.ts";
import { count } from "./bodies.ts";

test("two threads that lock are never inside together", async () => {
  const mutex = new SharedMutex();
  const numbers = new SharedArrayBuffer(8);
  const other = await held("count", mutex, numbers, 20_000);
  other.go();
  await run(() => count(mutex, numbers, 20_000));
  await other.result;
  assert.equal(new Float64Array(numbers)[0], 40_000);
  await other.ended;
});
