// transformer and filter: functions of every kind, nothing as an answer, errors, cancellation, back-pressure.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, type Operation, run, sleep, yieldNow } from "offshoot";
import { Component, filter, pipeline, sequence, transformer } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { caught, thrown } from "../../support/caught.ts";
import { Collector, through } from "../../support/feeding.ts";

test("a transformer passes on what its function makes of each message, in order", async () => {
  await simulate(function* () {
    assert.deepEqual(
      yield* through(
        [1, 2, 3],
        transformer((n: number) => n * 2),
      ),
      [2, 4, 6],
    );
  });
});

test("null and undefined are no output; other falsy values are", async () => {
  await simulate(function* () {
    const results = [null, 0, undefined, "", false, Number.NaN];
    assert.deepEqual(
      yield* through(
        results,
        transformer((value: unknown) => value),
      ),
      [0, "", false, Number.NaN],
    );
  });
});

test("a generator function is performed, one message at a time, and what it waits for keeps the order", async () => {
  await simulate(function* () {
    const slow = transformer(function* (ms: number): Operation<string | null> {
      yield* sleep(ms);
      return ms === 5 ? null : `${ms} ms`;
    });
    assert.deepEqual(yield* through([20, 5, 1], slow), ["20 ms", "1 ms"]);
  });
});

test("an async function is awaited", async () => {
  const twice = transformer(async (n: number) => (n === 2 ? null : n * 2));
  assert.deepEqual(await run(() => through([1, 2, 3], twice)), [2, 6]);
});

test("what the function throws fails the component", async () => {
  const broken = transformer((): number => {
    throw new RangeError("no");
  });
  await simulate(function* () {
    assert.match(String(yield* caught(Error, through([1], broken))), /RangeError: no/);
  });
});

test("a promise that is not settled is not waited for when the component is cancelled", async () => {
  await run(function* () {
    const part = transformer(() => new Promise<number>(() => {}));
    const task = go(() => pipeline(sequence([1]), part));
    while (part.status !== "waiting") yield* yieldNow();
    task.cancel("enough");
    yield* caught(Error, task);
    assert.equal(part.status, "cancelled");
  });
});

test("a transformer does not run ahead of a consumer that is slow", async () => {
  await simulate(function* () {
    let made = 0;
    const count = transformer((n: number) => {
      made++;
      return n;
    });
    class Idle extends Component<{ inbox: number }, { outbox: never }> {
      override *main(): Operation<void> {
        yield* sleep(100);
        assert.equal(made, 4, "three lie in the box, and one waits for room");
        while (!(yield* this.next()).done);
      }
    }
    yield* pipeline(sequence(Array.from({ length: 50 }, (_, i) => i)), count, 3, new Idle());
    assert.equal(made, 50);
  });
});

test("a filter passes on what its predicate approves of", async () => {
  await simulate(function* () {
    const odd = [1, 3, 5];
    assert.deepEqual(
      yield* through(
        [1, 2, 3, 4, 5],
        filter((n: number) => n % 2 === 1),
      ),
      odd,
    );
    const slow = filter(function* (n: number): Operation<boolean> {
      yield* sleep(10 - n);
      return n % 2 === 1;
    });
    assert.deepEqual(yield* through([1, 2, 3, 4, 5], slow), odd);
  });
  assert.deepEqual(
    await run(() =>
      through(
        [1, 2, 3],
        filter(async (n: number) => n > 1),
      ),
    ),
    [2, 3],
  );
});

test("a predicate that tells types apart tells them of the outbox", async () => {
  await simulate(function* () {
    const collector = new Collector<string>();
    const texts = filter((value: string | number): value is string => typeof value === "string");
    yield* pipeline(sequence([1, "a", 2, "b"]), texts, collector);
    assert.deepEqual(collector.got, ["a", "b"]);
  });
});

test("what is no function is refused, and so are options that are none", () => {
  for (const make of [transformer, filter] as ((f: unknown, options?: unknown) => unknown)[]) {
    const error = thrown(MisuseError, () => make("x"));
    assert.match(error.message, /^(transformer|filter): the (function|predicate) must be a function, got a string/);
    assert.match(String(thrown(Error, () => make(() => true, null))), /options must be an object, got null/);
  }
});

test("a part is called as its kind, or as it is told", () => {
  assert.equal(transformer(() => 1).componentName, "Transformer");
  assert.equal(filter(() => true, { name: "wanted" }).componentName, "wanted");
});
