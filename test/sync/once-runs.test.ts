// Once, and the run its body belongs to: groups that end before it, runs that are cut short, callers of another run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, Latch, MisuseError, named, never, Once, type Operation, run, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";
import { stuck } from "../support/sync.ts";

test("the body belongs to the run: a group that asked may end before it, the run ends after it", async () => {
  let ended = 0;
  const once = new Once(function* () {
    yield* sleep(10);
    ended++;
  });
  await simulate(function* () {
    yield* group(function* (g) {
      g.daemon(() => once.do());
      yield* yieldNow();
    });
    assert.equal(ended, 0);
  });
  assert.equal(ended, 1);
});

test("a run that is cancelled midway has not done it: the next one starts anew", async () => {
  let ran = 0;
  const cleaned: number[] = [];
  const once = new Once(function* () {
    const n = ++ran;
    try {
      yield* sleep(10);
      return n;
    } finally {
      cleaned.push(n);
    }
  });
  await rejected(
    RangeError,
    simulate(function* () {
      go(() => once.do());
      yield* sleep(5);
      throw new RangeError("boom");
    }),
  );
  assert.deepEqual([ran, ...cleaned], [1, 1]);
  assert.equal(await simulate(() => once.do()), 2);
  assert.equal(await simulate(() => once.do()), 2);
});

test("a caller of another run starts anew what the end of the first has cut short", async () => {
  let ran = 0;
  const shut = new Latch();
  const once = new Once(function* () {
    const n = ++ran;
    yield* n === 1 ? never : yieldNow();
    return n;
  });
  const first = run(function* () {
    go(() => once.do());
    yield* shut.wait();
    throw new RangeError("boom");
  });
  const second = run(function* () {
    const callers = [go(() => once.do()), go(() => once.do())];
    for (let i = 0; i < 3; i++) yield* yieldNow();
    assert.equal(ran, 1);
    shut.open();
    for (const caller of callers) assert.equal(yield* caller, 2);
  });
  await rejected(RangeError, first);
  await second;
  assert.equal(ran, 2);
});

test("a body that asks for itself is misuse, and one whose child does is told as a deadlock", async () => {
  await simulate(function* () {
    const once: Once<number> = new Once(
      named("setup", function* (): Operation<number> {
        return yield* once.do();
      }),
    );
    const error = yield* caught(MisuseError, once.do());
    assert.match(
      error.message,
      /^Once\.do: task #2 "setup" asks for its own result\. A body must not call do\(\) of its own Once\.$/,
    );
  });
  const report = await stuck(function* () {
    const once: Once<void> = new Once(
      named("setup", function* () {
        yield* go(() => once.do());
      }),
    );
    yield* once.do();
  });
  assert.match(report, /waits for once\.do setup, for 0 ms, held by task #2 "setup"/);
});
