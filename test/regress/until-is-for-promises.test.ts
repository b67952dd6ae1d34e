// until took an operation, which is thenable, for a promise: it gave the same value for ever. And a promise given to an until that never started, because
// its scope had been cancelled, had no handler: its rejection ended the process.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, group, MisuseError, map, type Selectable, sleep, until } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { program } from "../support/process.ts";

test("an operation given to until is misuse", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    for (const op of [ch.receive(), sleep(1), always(1).map((n) => n), go(() => 5)]) {
      const error = thrown(MisuseError, () => until(op as Selectable<unknown>));
      assert.match(error.message, /^until: .* is an operation\. Write yield\* before it, without until\(\)\.$/);
    }
    yield* group(() => {});
  });
});

test("a promise in the cleanup of a cancelled task may be rejected", async () => {
  const { code, stderr } = await program(
    `import { go, never, run, until, yieldNow } from "offshoot";
    const close = async () => { await null; throw new Error("close failed"); };
    await run(function* () {
      const task = go(function* () { try { yield* never; } finally { yield* until(close()); } });
      yield* yieldNow();
      task.cancel();
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
    });`,
  );
  assert.deepEqual([code, stderr], [0, ""]);
});

test("what a source comes to after map has failed is nobody's concern", async () => {
  for (let spent = 120; spent < 130; spent++) {
    let asked = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          if (++asked < 3) return { done: false, value: asked };
          await new Promise((resolve) => setImmediate(resolve));
          throw new Error("source closed");
        },
      }),
    };
    await simulate(function* () {
      const failing = map(
        source as AsyncIterable<number>,
        function* (n) {
          for (let i = 0; i < spent; i++) yield* always(0);
          if (n === 1) throw new Error("f failed");
        },
        { concurrency: 2 },
      );
      yield* group(
        (g) => {
          g.go(() => failing).then(undefined, () => {});
        },
        { failures: "isolate" },
      );
    });
  }
});
