// What a user of plain JavaScript does with the installed package, on every Node that is supported.

import assert from "node:assert/strict";
import {
  all,
  Cancelled,
  channel,
  DeadlockError,
  fromIterable,
  go,
  group,
  Mutex,
  map,
  race,
  run,
  Semaphore,
  select,
  sleep,
  TaskCancelledError,
  TimeoutError,
  ticker,
  timeout,
  timer,
  toWebStream,
  until,
} from "offshoot";
import { explore, replay, simulate } from "offshoot/testing";
import { components } from "./components.mjs";
import { parallel } from "./parallel.mjs";

// tasks, a channel, and what a body returns
const sum = await run(function* () {
  const numbers = channel();
  go(function* producer() {
    for (let n = 1; n <= 10; n++) yield* numbers.send(n);
    numbers.close();
  });
  let total = 0;
  for (;;) {
    const next = yield* numbers.next();
    if (next.done) return total;
    total += next.value;
  }
});
assert.equal(sum, 55);

// bodies of every kind, and joining them
const joined = await run(async () => {
  const task = go(async () => {
    await null;
    return "async";
  });
  const plain = go(() => "plain");
  return [await task, await plain];
});
assert.deepEqual(joined, ["async", "plain"]);

// select commits one case; a sleep that loses has done nothing
const chosen = await run(function* () {
  const words = channel(1);
  yield* words.send("ready");
  const first = yield* select({ word: words.receive(), late: sleep(60_000) });
  const second = yield* select({ word: words.receive(), late: sleep(1) });
  return [first.key, first.value, second.key];
});
assert.deepEqual(chosen, ["word", "ready", "late"]);

// a group ends after its children; cancelling reaches them and their cleanup runs
const seen = [];
await run(function* () {
  yield* group(function* (g) {
    const child = g.go(function* child() {
      try {
        yield* sleep(60_000);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
        seen.push("cancelled");
        throw error;
      } finally {
        seen.push("cleaned up");
      }
    });
    yield* sleep(1);
    child.cancel("enough");
    try {
      yield* child;
    } catch (error) {
      assert.ok(error instanceof TaskCancelledError);
      seen.push(error.reason);
    }
  });
  seen.push("group ended");
});
assert.deepEqual(seen, ["cancelled", "cleaned up", "enough", "group ended"]);

// a failure reaches the owner
await assert.rejects(
  run(function* () {
    go(function* () {
      yield* sleep(1);
      throw new RangeError("from a child");
    });
    yield* sleep(60_000);
  }),
  { name: "RangeError", message: "from a child" },
);

// an operation may be awaited anywhere
const outside = channel(1);
await outside.send("top level");
assert.equal(await outside.receive(), "top level");

// tasks that can never go on are told, not waited for; what is printed meanwhile is the report
await assert.rejects(
  run(function* stuck() {
    yield* channel().receive();
  }),
  (error) => error instanceof DeadlockError && error.code === "OFFSHOOT_ERR_DEADLOCK" && error.kind === "deadlock",
);

// time, composites, locks and bridges
const both = await run(function* () {
  const soon = timer(1);
  const permits = new Semaphore(2);
  const squares = map([1, 2, 3], (n) => permits.withPermit(() => n * n), { concurrency: 2 });
  const { first, numbers } = yield* all({
    first: race([soon.fired.map(() => "timer"), sleep(60_000)]),
    numbers: squares,
  });
  const beat = yield* ticker(1).receive();
  const late = yield* settled(timeout(1, sleep(60_000)));
  const text = yield* until(new Response(toWebStream(fromIterable(words()))).text());
  return [first, numbers, typeof beat, late instanceof TimeoutError, text];
});
assert.deepEqual(both, ["timer", [1, 4, 9], "number", true, "one two"]);

function* settled(op) {
  try {
    return yield* op;
  } catch (error) {
    return error;
  }
}

async function* words() {
  for (const word of ["one ", "two"]) yield new TextEncoder().encode(word);
}

// programs on virtual time, and in every order
assert.equal(await simulate(() => sleep(86_400_000).map(() => "a day")), "a day");
function* lockOrder() {
  const [a, b] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];
  const take = function* (one, other) {
    yield* one.lock();
    yield* other.lock();
    other.unlock();
    one.unlock();
  };
  go(take, a, b);
  go(take, b, a);
}
const { failure } = await explore(lockOrder, { keep: false });
assert.equal(failure?.kind, "leak");
await assert.rejects(replay(lockOrder, failure.token), { name: "LeakError" });

await parallel();
await components();

console.log(`smoke ok ${process.version}`);
