// A shared channel that was closed with an error kept it only up to 1 KiB, which a stack of a few frames exceeds: receivers got an Error with the message alone, not an
// instance of its class, without its fields.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, TimeoutError } from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { rejected } from "../support/caught.ts";

/** An error whose stack has so many frames. */
function deep(frames: number, make: () => Error): Error {
  return frames === 0 ? make() : deep(frames - 1, make);
}

async function received(error: Error): Promise<Error> {
  const ch = sharedChannel<number>(1);
  ch.close(error);
  return await rejected(Error, Promise.resolve(ch.receive()));
}

test("an error with an ordinary stack, a cause and fields comes whole to the receivers of a shared channel", async () => {
  const boom = deep(10, () => new RangeError("boom", { cause: deep(10, () => new TypeError("why")) }));
  const error = await received(Object.assign(boom, { code: 7, path: ["a", "b"] }));
  assert.ok(error instanceof RangeError);
  assert.equal(error.stack, boom.stack);
  const { code, path, cause } = error as RangeError & { code: number; path: string[] };
  assert.deepEqual([code, path], [7, ["a", "b"]]);
  assert.ok(cause instanceof TypeError && cause.message === "why");
});

test("an error that is too long keeps its class, its message and its short fields", async () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const boom = deep(150, () => new TimeoutError("too late"));
  Error.stackTraceLimit = limit;
  assert.ok((boom.stack as string).length > 4_096);
  const error = await received(Object.assign(boom, { attempt: 3, host: "here", list: new Array(2_000).fill(7) }));
  assert.ok(error instanceof TimeoutError);
  const { attempt, host, message, code, stack } = error as TimeoutError & { attempt: number; host: string };
  assert.deepEqual([message, code, attempt, host], ["too late", "OFFSHOOT_ERR_TIMEOUT", 3, "here"]);
  assert.ok(boom.stack?.startsWith(stack as string) && stack?.includes("\n"));
  assert.ok(!("list" in error));
  const ch = sharedChannel<number>(1);
  ch.cancel(boom);
  assert.ok((await rejected(ClosedError, Promise.resolve(ch.send(1)))).cause instanceof TimeoutError);
});

test("an error with an endless message keeps its class and the beginning of the message", async () => {
  const error = await received(new RangeError("\u65e5".repeat(100_000)));
  assert.ok(error instanceof RangeError);
  assert.match(error.message, /^\u65e5{200,}$/);
});
