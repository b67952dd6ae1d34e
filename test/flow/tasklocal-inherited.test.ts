// TaskLocal: what is started takes the values of whoever starts it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  any,
  currentTask,
  type Group,
  go,
  group,
  map,
  never,
  type Operation,
  race,
  restart,
  settle,
  shield,
  sleep,
  TaskLocal,
  timeout,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

const name = new TaskLocal("name", "initial");

function* get(): Operation<string> {
  yield* yieldNow();
  return name.get();
}

test("tasks inherit it when they are started, and keep it beyond the end of with", async () => {
  await simulate(function* () {
    const seen: string[] = [];
    const child = function* (): Operation<void> {
      seen.push(name.get());
      yield* sleep(10);
      seen.push(name.get());
      go(() => seen.push(`grandchild ${name.get()}`));
    };
    yield* name.with(
      "a",
      (function* () {
        go(child);
      })(),
    );
    const outside = go(child);
    assert.equal(name.get(), "initial");
    yield* outside;
    yield* sleep(1);
    assert.deepEqual(seen, ["a", "initial", "a", "initial", "grandchild a", "grandchild initial"]);
  });
});

test("a child of an outer group takes it from the one who starts it, not from its owner", async () => {
  await simulate(function* () {
    const within = function* (g: Group): Operation<string[]> {
      const tasks = [g.go(get), g.daemon(get), g.go(() => group(() => get()))];
      const seen: string[] = [];
      for (const task of tasks) seen.push(yield* task);
      return seen;
    };
    yield* group(function* (g) {
      assert.deepEqual(yield* name.with("a", within(g)), ["a", "a", "a"]);
      assert.deepEqual(yield* within(g), ["initial", "initial", "initial"]);
      const other = g.go(() => name.with("b", within(g)));
      assert.deepEqual(yield* other, ["b", "b", "b"]);
    });
    assert.equal(
      yield* name.with(
        "a",
        group(function* (g) {
          return yield* yield* name.with(
            "b",
            (function* () {
              return g.go(get);
            })(),
          );
        }),
      ),
      "b",
    );
  });
});

test("a group whose places are taken starts its children late, with the value of their start", async () => {
  await simulate(function* () {
    const seen = yield* group(
      function* (g) {
        const tasks: Operation<string>[] = [];
        const start = function* (): Operation<void> {
          tasks.push(g.go(get));
        };
        for (const value of ["a", "b", "c"]) yield* name.with(value, start());
        return yield* all(tasks);
      },
      { limit: 1 },
    );
    assert.deepEqual(seen, ["a", "b", "c"]);
  });
});

test("branches, calls, attempts and other bodies within see it", async () => {
  await simulate(function* () {
    const waits = new WaitGroup();
    const within = function* (): Operation<string[]> {
      const settled = (yield* settle([get()]))[0];
      return [
        ...(yield* all([get(), shield(get())])),
        yield* race([get(), never]),
        yield* any([get(), never]),
        settled?.status === "fulfilled" ? settled.value : "rejected",
        ...(yield* map([1, 2], get, { concurrency: 2 })),
        yield* timeout(5, get()),
        yield* restart(get),
        yield* waits.go(get),
      ];
    };
    assert.deepEqual(new Set(yield* name.with("a", within())), new Set(["a"]));
    assert.deepEqual(new Set(yield* within()), new Set(["initial"]));
  });
});

test("branches have values of their own: those of one are unknown to the others", async () => {
  await simulate(function* () {
    const branch = function* (value: string): Operation<string> {
      return yield* name.with(value, get());
    };
    assert.deepEqual(yield* all([branch("a"), get(), branch("b")]), ["a", "initial", "b"]);
  });
});

test("an async body sees it before its first await, and hands it on to what it runs", async () => {
  await simulate(function* () {
    const body = async (): Promise<string[]> => {
      const me = currentTask();
      const first = name.get();
      const child = go(get);
      await null;
      return [first, await child, await me.run(get())];
    };
    assert.deepEqual(yield* name.with("a", group(body)), ["a", "a", "a"]);
    assert.deepEqual(
      yield* name.with(
        "a",
        (function* () {
          return yield* go(body);
        })(),
      ),
      ["a", "a", "a"],
    );
  });
});
