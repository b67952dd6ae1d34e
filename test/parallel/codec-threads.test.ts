// The codec between two real threads.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { ClosedError } from "offshoot";
import { Random } from "../../src/base/random.ts";
import { decode, encode } from "../../src/parallel/codec.ts";
import { tellPlaces } from "../../src/parallel/error-codec.ts";
import { move } from "../../src/parallel/move.ts";
import { UNLOADER } from "../support/carrying.ts";
import { lend } from "../support/carrying-worker.ts";
import { assertAlike, Values } from "../support/values.ts";

const worker = new Worker(new URL("../support/carrying-worker.ts", import.meta.url));
after(() => worker.terminate());

/** Sends a value to the thread, and gives what it answers. */
async function echo(value: unknown): Promise<{ failed: boolean; value: unknown }> {
  const handed: ArrayBuffer[] = [];
  const hand = (marked: unknown): number => handed.push(marked as ArrayBuffer) - 1;
  const bytes = lend(encode(value, { refer: () => {}, hand }, "test"));
  worker.postMessage({ bytes, handed }, handed);
  const [answer] = (await once(worker, "message")) as [{ failed: boolean; bytes: Uint8Array }];
  return { failed: answer.failed, value: decode(answer.bytes, UNLOADER) };
}

test("values go to another thread and back through shared memory", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const value = new Values(new Random(seed), 80).value();
    assertAlike((await echo({ value })).value, structuredClone({ value }), undefined, `seed ${seed}:`);
  }
});

test("what is moved is in the other thread, and no more in this one", async () => {
  const buffer = Uint8Array.of(1, 2, 3).buffer;
  const { value } = await echo([move(buffer)]);
  assert.equal(buffer.byteLength, 0);
  assertAlike(value, [Uint8Array.of(1, 2, 3).buffer]);
});

test("an error thrown in another thread tells its class, its cause and both places", async () => {
  const { failed, value } = await echo("throw");
  assert.ok(failed && value instanceof RangeError);
  const error = value as RangeError & { code: number; resource: unknown };
  assert.deepEqual(
    [error.message, error.code, error.resource],
    ["failed in the worker", 7, "{ close: [Function: close] }"],
  );
  assert.ok(error.cause instanceof ClosedError);
  assert.equal(error.cause.by, "receiver");
  tellPlaces(error, new Error("here").stack as string);
  const [there, here] = (error.stack as string).split("    at [called from]\n");
  assert.match(there as string, /^RangeError: failed in the worker\n {4}at failAsAsked .*carrying-worker/);
  assert.match(here as string, /codec-threads\.test/);
});
