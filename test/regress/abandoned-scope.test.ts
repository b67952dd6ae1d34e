// A group or shield that was iterated by hand and abandoned left its scope entered: the task ended before its children, or its body was called anew, for
// ever. The innermost scope was taken for that of the body.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, MisuseError, type Operation, run, shield, sleep } from "offshoot";

/** Starts an operation and forgets it. */
function abandon(op: Operation<unknown>): void {
  op[Symbol.iterator]().next(undefined);
}

for (const [what, make] of [
  ["a group that waits in its body", () => group(() => sleep(1))],
  ["a group that waits for its children", () => group((g) => void g.go(() => sleep(1)))],
  [
    "a group that waits for both",
    () =>
      group((g) => {
        g.go(() => sleep(1));
        return sleep(5);
      }),
  ],
  ["a shield", () => shield(sleep(1))],
] as const) {
  test(`a task that abandons ${what} runs once, and ends after all its children`, async () => {
    let runs = 0;
    let live = 0;
    let liveAtEnd = -1;
    await run(function* () {
      const task = go(function* () {
        if (++runs > 3) return;
        go(function* () {
          live++;
          try {
            yield* sleep(3);
          } finally {
            live--;
          }
        });
        yield* sleep(0);
        abandon(make());
      });
      try {
        yield* task;
      } finally {
        liveAtEnd = live;
      }
    }).catch((error: unknown) => assert.ok(error instanceof MisuseError, String(error))); // either will do
    await run(() => sleep(5));
    assert.equal(runs, 1);
    assert.equal(liveAtEnd, 0);
  });
}
