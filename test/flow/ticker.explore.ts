// ticker in some thousand orders: no beat is received twice, none comes after stop, and who waits is served in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, select, sleep, ticker } from "offshoot";
import { explored } from "../support/explored.ts";

test("two receivers share the beats: each goes to one of them, in order", async () => {
  const outcomes = await explored(1_000, (watch) => {
    return function* () {
      const t = watch(ticker(5));
      const got: number[] = [];
      const log: string[] = [];
      const tasks = ["a", "b"].map((name) =>
        go(function* () {
          for (let i = 0; i < 2; i++) {
            got.push(yield* t.receive());
            log.push(name);
          }
        }),
      );
      for (const task of tasks) yield* task;
      assert.deepEqual(got, [5, 10, 15, 20]);
      return log.join("");
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"abab"', '"baba"']);
});

test("a beat is received, or dropped by stop, never both", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(ticker(5));
      const got: number[] = [];
      const reader = go(function* () {
        for (;;) {
          const next = yield* t.next();
          if (next.done) return;
          got.push(next.value);
        }
      });
      yield* sleep(delay);
      t.stop();
      yield* sleep(50);
      assert.ok(got.length <= 1);
      const before = got.length;
      t.reset(3);
      yield* sleep(4);
      t.cancel();
      yield* reader;
      assert.equal(got.at(-1), delay + 53);
      assert.equal(got.length, before + 1);
      return before;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["0", "1"]);
});

test("a beat and a value that come together: the select takes one, the other stays", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    const ch = watch(channel<string>());
    return function* () {
      go(function* () {
        yield* sleep(delay);
        yield* ch.send("value");
      });
      const t = watch(ticker(5));
      const first = yield* select({ value: ch.receive(), beat: t.receive() });
      const second = yield* select({ value: ch.receive(), beat: t.receive() });
      assert.notEqual(first.key, second.key);
      return first.key;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"beat"', '"value"']);
});

test("cancel wakes whoever waits, once, with the end", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(ticker(5));
      const readers = [0, 1].map(() => go(() => t.next()));
      go(function* () {
        yield* sleep(delay);
        t.cancel();
      });
      const got: boolean[] = [];
      for (const reader of readers) got.push((yield* reader).done === true);
      return got.join();
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"false,true"', '"true,false"', '"true,true"']);
});
