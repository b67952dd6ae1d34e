// With debug, an operation that was given to another one was told as never started if that came to its end without it: a loser of a race, a limit not needed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, always, any, type Operation, race, run, settle, shield, sleep, TaskLocal, timeout } from "offshoot";

/** What is written to standard error while a body runs with debug. */
async function warnings(body: () => Operation<unknown>): Promise<string> {
  const { write } = process.stderr;
  let text = "";
  process.stderr.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await run(body, { debug: true });
  } finally {
    process.stderr.write = write;
  }
  return text;
}

function* fails(): Operation<never> {
  throw new RangeError("boom");
}

test("what has lost before it began is not told as never started", async () => {
  const local = new TaskLocal("name", "");
  const text = await warnings(function* () {
    yield* race([always(1), timeout(5, shield(sleep(1)))]);
    yield* any([always(1), shield(sleep(1))]);
    yield* race<Operation<unknown>>([always(1), local.with("x", all([sleep(1)])), settle([sleep(1)])]);
    try {
      yield* all([fails(), shield(sleep(1)), sleep(1)]);
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
  });
  assert.equal(text, "");
});

test("a composite that is never started is told, but not what it was given", async () => {
  const text = await warnings(function* () {
    timeout(5, shield(sleep(1)));
    all([sleep(1), always(2)]);
    race([sleep(1), shield(sleep(2))]);
  });
  const told = [...text.matchAll(/offshoot: (\w+): an operation was made and never started/g)].map(([, name]) => name);
  assert.deepEqual(told, ["timeout", "all", "race"]);
});
