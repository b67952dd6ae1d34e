// Tokens that are asked for by promises, as with Twisted's DeferredSemaphore. Other than there a semaphore without tokens may be made, and one may ask for
// several at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, go, group, type Lock, MisuseError, Semaphore, sleep } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../../support/caught.ts";

const pause = () => sleep(1);

test("with N tokens N promises are fulfilled at once, and the others as tokens come back, in order", async () => {
  for (const n of [1, 2, 3])
    await simulate(function* () {
      const tokens = new Semaphore(n);
      const got: number[] = [];
      const locks: Lock[] = [];
      for (let i = 0; i < 8; i++)
        Promise.resolve(tokens.acquire()).then((lock) => {
          got.push(i);
          locks.push(lock);
        });
      yield* pause();
      for (let i = 0; i < 8; i++) {
        assert.deepEqual(got, [...Array(Math.min(n + i, 8)).keys()]);
        locks[i]?.[Symbol.dispose]();
        yield* pause();
      }
      assert.equal(tokens.available, n);
    });
});

test("no more async functions run at once than there are tokens, and one that fails gives its token back", async () => {
  await simulate(function* () {
    const tokens = new Semaphore(3);
    let [running, most] = [0, 0];
    const tasks = Array.from({ length: 10 }, (_, n) =>
      go(async () => {
        const token = await tokens.acquire();
        most = Math.max(most, ++running);
        try {
          await sleep(5);
          if (n % 4 === 0) throw new RangeError(`${n}`);
        } catch (error) {
          assert.ok(error instanceof RangeError);
        } finally {
          running--;
          token[Symbol.dispose]();
        }
      }),
    );
    for (const task of tasks) yield* task;
    assert.deepEqual([running, most, tokens.available], [0, 3, 3]);
  });
});

test("a promise that is called off while it waits is rejected and takes no token", async () => {
  await simulate(function* () {
    const tokens = new Semaphore(1);
    const held = yield* tokens.acquire();
    const waiter = go(async () => {
      await rejected(Cancelled, Promise.resolve(tokens.acquire()));
    });
    yield* pause();
    waiter.cancel();
    yield* waiter;
    held[Symbol.dispose]();
    assert.equal(tokens.available, 1);
  });
});

test("giving back more tokens than were taken, and a number of tokens that cannot be, is told", async () => {
  const tokens = new Semaphore(2);
  thrown(MisuseError, () => tokens.release());
  thrown(MisuseError, () => new Semaphore(-1));
  await simulate(function* () {
    yield* tokens.acquire();
    tokens.release();
    thrown(MisuseError, () => tokens.release());
    assert.equal(tokens.available, 2);
  });
});

test("an error of the awaiting function reaches whoever joins it, and the line goes on", async () => {
  await simulate(function* () {
    const tokens = new Semaphore(1);
    const failing = async (): Promise<void> => {
      const token = await tokens.acquire();
      try {
        throw new RangeError("boom");
      } finally {
        token[Symbol.dispose]();
      }
    };
    const joined = group(
      function* (g) {
        const tasks = [g.go(failing), g.go(failing)];
        for (const task of tasks) yield* caught(RangeError, task);
      },
      { failures: "isolate" },
    );
    yield* joined;
    yield* tokens.acquire();
  });
});
