// A report said of a task that waits for a promise that it waits for "the promise of a promise".

import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlockError, until } from "offshoot";
import { rejected } from "../support/caught.ts";
import { virtual } from "../support/virtual.ts";

const report = async (body: () => unknown): Promise<string> =>
  (await rejected(DeadlockError, virtual(body as () => Promise<unknown>))).report;

test("a report says whether a task waits for a promise, a call, or its own async body", async () => {
  const forever = new Promise<never>(() => {});
  assert.match(await report(() => until(forever)), /waits for until a promise,/);
  assert.match(await report(() => until(() => forever)), /waits for until a function,/);
  const ask = (): Promise<never> => forever;
  assert.match(await report(() => until(ask)), /waits for until ask,/);
  assert.match(await report(async () => await forever), /waits for the promise of its async body,/);
});
