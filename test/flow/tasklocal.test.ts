// TaskLocal: a value for as long as an operation lasts. What is inherited is in tasklocal-inherited.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Cancelled,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  race,
  shield,
  sleep,
  TaskCancelledError,
  TaskLocal,
  timeout,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const name = new TaskLocal("name", "initial");

function* get(): Operation<string> {
  yield* yieldNow();
  return name.get();
}

test("the value is there within, the one before is there again after, and outside tasks it is the initial one", async () => {
  assert.equal(name.get(), "initial");
  await simulate(function* () {
    assert.equal(name.get(), "initial");
    assert.equal(yield* name.with("a", get()), "a");
    assert.equal(name.get(), "initial");
    const nested = function* (): Operation<string[]> {
      return [name.get(), yield* name.with("b", get()), name.get(), yield* name.with("c", get()), name.get()];
    };
    assert.deepEqual(yield* name.with("a", nested()), ["a", "b", "a", "c", "a"]);
  });
  assert.equal(name.get(), "initial");
});

test("a leaf, a composite or a mapped function sees it as well", async () => {
  await simulate(function* () {
    assert.equal(
      yield* name.with(
        "a",
        sleep(1).map(() => name.get()),
      ),
      "a",
    );
    assert.equal(
      yield* name.with(
        "a",
        group(() => get()),
      ),
      "a",
    );
    assert.equal(yield* name.with("a", name.with("b", get())), "b");
  });
});

test("several locals are there at once, whatever their order", async () => {
  await simulate(function* () {
    const other = new TaskLocal("other", 0);
    const both = function* (): Operation<[string, number]> {
      return [name.get(), other.get()];
    };
    assert.deepEqual(yield* name.with("a", other.with(1, both())), ["a", 1]);
    assert.deepEqual(yield* other.with(1, name.with("a", both())), ["a", 1]);
    assert.deepEqual(yield* name.with("a", other.with(1, name.with("b", both()))), ["b", 1]);
    assert.deepEqual(yield* both(), ["initial", 0]);
    const locals = Array.from({ length: 200 }, (_, i) => new TaskLocal(`${i}`, -1));
    let op: Operation<number[]> = all(locals.map((local) => sleep(1).map(() => local.get())));
    for (const [i, local] of locals.entries()) op = local.with(i, op);
    assert.deepEqual(yield* op, [...locals.keys()]);
  });
});

test("a value of undefined is one, and an object is not copied", async () => {
  await simulate(function* () {
    const local = new TaskLocal<{ n: number } | undefined>("object", { n: 0 });
    const object = { n: 1 };
    const getObject = function* (): Operation<unknown> {
      return local.get();
    };
    assert.equal(yield* local.with(object, getObject()), object);
    assert.equal(yield* local.with(undefined, getObject()), undefined);
  });
});

test("after a throw, and after a cancellation, the value before is there again", async () => {
  await simulate(function* () {
    const fails = function* (): Operation<never> {
      yield* yieldNow();
      throw new RangeError(name.get());
    };
    assert.equal((yield* caught(RangeError, name.with("a", fails()))).message, "a");
    assert.equal(name.get(), "initial");
    const seen: string[] = [];
    const task = go(function* () {
      try {
        yield* name.with("a", never);
      } catch (error) {
        assert.ok(error instanceof Cancelled);
        seen.push(name.get());
        assert.equal(yield* shield(name.with("b", get())), "b");
        yield* caught(Cancelled, name.with("c", get()));
        throw error;
      }
    });
    yield* yieldNow();
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.deepEqual(seen, ["initial"]);
  });
});

test("cleanup within still sees it, and cancellation reaches through it", async () => {
  await simulate(function* () {
    const seen: string[] = [];
    const op = function* (): Operation<void> {
      try {
        yield* never;
      } finally {
        seen.push(yield* shield(get()));
      }
    };
    yield* timeout(5, race([name.with("a", op()), sleep(1)]));
    assert.deepEqual(seen, ["a"]);
  });
});

test("with may be used again, and by two tasks at once", async () => {
  await simulate(function* () {
    const op = name.with(
      "a",
      group(() => get()),
    );
    const tasks = [go(() => op), go(() => op)];
    for (const task of tasks) assert.equal(yield* task, "a");
    assert.equal(yield* op, "a");
  });
});

test("what is no operation, or no name, is misuse at the call", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
  const loose = name as any;
  for (const op of [undefined, null, 5, () => {}, Promise.resolve(), []])
    assert.match(thrown(MisuseError, () => loose.with("a", op)).message, /^TaskLocal\.with: expected an operation/);
  assert.match(
    thrown(MisuseError, () => new TaskLocal(5 as unknown as string, 1)).message,
    /^TaskLocal: the name must be/,
  );
});
