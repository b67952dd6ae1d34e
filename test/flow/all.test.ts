// all: results of tuples and records, operations that are used again, extents, and misuse. What failures do is in all-failures.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, always, channel, currentTask, go, group, MisuseError, now, type Operation, sleep } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { after } from "../support/bodies.ts";
import { caught, thrown } from "../support/caught.ts";

test("the results of an array come in its order, whatever ends first", async () => {
  await simulate(function* () {
    const start = now();
    assert.deepEqual(yield* all([after(30, "a"), after(10, "b"), always("c"), after(20, "d")]), ["a", "b", "c", "d"]);
    assert.equal(now() - start, 30);
  });
});

test("the results of a record come under its keys, in their order", async () => {
  await simulate(function* () {
    const got = yield* all({ slow: after(30, 1), fast: after(10, 2), never: always(undefined) });
    assert.deepEqual(Object.entries(got), [
      ["slow", 1],
      ["fast", 2],
      ["never", undefined],
    ]);
    const odd = yield* all({ ["__proto__"]: always(1), then: always(2) });
    assert.deepEqual(Object.keys(odd), ["__proto__", "then"]);
  });
});

test("with nothing to do it completes at once, with a fresh array or record", async () => {
  await simulate(function* () {
    const [none, empty] = [all([]), all({})];
    assert.deepEqual(yield* none, []);
    assert.deepEqual(yield* empty, {});
    assert.notEqual(yield* none, yield* none);
    assert.equal(now(), 0);
  });
});

test("each operation is a task of its own, which runs in the order given", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const me = currentTask();
    const say = function* (name: string): Operation<number> {
      log.push(name);
      assert.notEqual(currentTask(), me);
      return currentTask().id;
    };
    const ids = yield* all([say("a"), say("b"), say("c")]);
    assert.deepEqual(log, ["a", "b", "c"]);
    assert.equal(new Set(ids).size, 3);
  });
});

test("what an operation has started ends before all does", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const starting = function* (name: string, ms: number): Operation<string> {
      go(function* () {
        yield* sleep(ms);
        log.push(`${name} at ${now()}`);
      });
      return name;
    };
    assert.deepEqual(yield* all([starting("a", 20), starting("b", 10)]), ["a", "b"]);
    assert.deepEqual(log, ["b at 10", "a at 20"]);
    assert.equal(now(), 20);
  });
});

test("all is used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const ch = channel<number>(8);
    for (let n = 0; n < 8; n++) ch.trySend(n);
    const pair = all([ch.receive(), ch.receive()]);
    assert.deepEqual(yield* pair, [0, 1]);
    assert.deepEqual(yield* pair, [2, 3]);
    const tasks = [go(() => pair), go(() => pair)];
    const got: number[] = [];
    for (const task of tasks) got.push(...(yield* task));
    assert.deepEqual(got.sort(), [4, 5, 6, 7]);
  });
});

test("the list may change once all has been made", async () => {
  await simulate(function* () {
    const list: Operation<number>[] = [always(1), always(2)];
    const op = all(list);
    list.push(always(3));
    list[0] = always(9);
    assert.deepEqual(yield* op, [1, 2]);
  });
});

test("a bare generator serves once, as everywhere", async () => {
  await simulate(function* () {
    const op = all([after(1, "once"), sleep(5)]);
    assert.deepEqual(yield* op, ["once", undefined]);
    assert.match((yield* caught(MisuseError, op)).message, /this generator has been used before/);
    const twice = after(1, "twice");
    yield* caught(MisuseError, all([twice, twice]));
  });
});

test("all nests, in itself and in groups", async () => {
  await simulate(function* () {
    const got = yield* all({
      left: all([always(1), all([after(5, 2)])]),
      right: group(() => all({ deep: after(7, 3) })),
    });
    assert.deepEqual(got, { left: [1, [2]], right: { deep: 3 } });
    assert.equal(now(), 7);
  });
});

test("what is no operation is misuse at the call, and nothing is started", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
    const loose = all as any;
    for (const wrong of [undefined, null, 5, "ab", Promise.resolve(1), [always(1)], function* () {}]) {
      const error = thrown(MisuseError, () => loose([ch.send(1), wrong]));
      assert.match(error.message, /^all: expected an operation, got /);
      thrown(MisuseError, () => loose({ a: ch.send(1), wrong }));
    }
    for (const wrong of [undefined, null, 5, "ab", () => {}, new Set([always(1)]), new Map(), ch.send(1)])
      assert.match(
        thrown(MisuseError, () => loose(wrong)).message,
        /^all: expected an array or a record of operations/,
      );
    yield* sleep(1);
    assert.equal(ch.length, 0);
  });
});

test("a hundred thousand operations at once", async () => {
  await simulate(function* () {
    const got = yield* all(Array.from({ length: 100_000 }, (_, i) => always(i)));
    assert.equal(got.length, 100_000);
    assert.equal(got[99_999], 99_999);
  });
});
