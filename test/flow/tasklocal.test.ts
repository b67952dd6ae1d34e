// TaskLocal: a value for as long as an operation lasts, and for all that is started in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  any,
  Cancelled,
  currentTask,
  type Group,
  go,
  group,
  MisuseError,
  map,
  never,
  type Operation,
  race,
  restart,
  settle,
  shield,
  sleep,
  TaskCancelledError,
  TaskLocal,
  timeout,
  WaitGroup,
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
