// What a body may be, and what is refused: at the call, at the yield, or when it returns what it has not performed.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  group,
  MisuseError,
  named,
  type Operation,
  run,
  select,
  shield,
  sleep,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

type AnyBody = () => Operation<unknown>;
const untyped = (body: unknown): AnyBody => body as AnyBody;

test("a body is a generator function, an async one, or a plain one, which may return any operation", async () => {
  await simulate(function* () {
    const ch = channel<number>(4);
    for (let n = 0; n < 4; n++) ch.trySend(n);
    const generator = function* (): Operation<string> {
      yield* sleep(1);
      return "generator";
    };
    assert.equal(yield* go(generator), "generator");
    assert.equal(yield* go(() => generator()), "generator");
    assert.equal(yield* go(() => 5), 5);
    assert.equal(yield* go(() => {}), undefined);
    assert.equal(yield* go(() => null), null);
    assert.deepEqual(yield* go(() => ["a"]), ["a"]);
    assert.equal(yield* go(() => "text"), "text");
    assert.equal(yield* go(async () => 6), 6);
    assert.equal(yield* go(() => Promise.resolve(7)), 7);
    assert.equal(yield* go(() => ch.receive()), 0);
    assert.deepEqual(yield* go(() => ch.next()), { done: false, value: 1 });
    assert.deepEqual(yield* go(() => select([ch.receive()])), { key: 0, value: 2 });
    assert.equal(yield* go(() => group(() => 8)), 8);
    assert.equal(yield* go(() => shield(always(9))), 9);
    assert.equal(yield* go(() => go(() => 10)), 10);
    assert.equal(yield* go(() => ch), ch);
  });
});

test("arguments reach the body, and its name is the task's", async () => {
  await simulate(function* () {
    function* adding(a: number, b: number, c = 100): Operation<number> {
      return a + b + c;
    }
    const task = go(adding, 1, 2);
    assert.equal(task.name, "adding");
    assert.equal(yield* task, 103);
    const again = go(named("another", adding), 1, 2, 3);
    assert.equal(again.name, "another");
    assert.equal(yield* again, 6);
    assert.equal(go(() => {}).name, "anonymous");
    assert.ok(again.id > task.id);
  });
});

test("a body that returns an operation it has not performed is misuse", async () => {
  const ch = channel<number>(1);
  ch.trySend(1);
  const bodies: AnyBody[] = [
    function* () {
      return ch.receive();
    },
    function* () {
      return group(() => {});
    },
    function* () {
      return (function* (): Operation<void> {})();
    },
    function* () {
      return yield* group(function* () {
        return ch.receive();
      });
    },
  ];
  for (const body of bodies) {
    const error = await rejected(MisuseError, simulate(body));
    assert.match(error.message, /never ran.*Write return yield\*/);
  }
  assert.equal(ch.length, 1);
});

test("an async generator is no body", async () => {
  let ran = false;
  const error = await rejected(
    MisuseError,
    simulate(
      untyped(async function* listing() {
        ran = true;
      }),
    ),
  );
  assert.match(error.message, /^listing: the body is an async generator/);
  assert.equal(ran, false);
});

test("what cannot be called is refused at the call, with the remedy", async () => {
  await simulate(function* () {
    for (const value of [undefined, null, 5, "text", {}, [], sleep(1)]) thrown(MisuseError, () => go(untyped(value)));
    const generator = (function* (): Operation<void> {})();
    assert.match(thrown(MisuseError, () => go(untyped(generator))).message, /the generator function, without calling/);
    thrown(MisuseError, () => group(untyped(undefined)));
    thrown(MisuseError, () => named("x", untyped(undefined)));
    thrown(MisuseError, () => named(5 as unknown as string, () => {}));
  });
  thrown(MisuseError, () => run(untyped(undefined)));
});

test("go and currentTask outside a task are misuse", () => {
  assert.match(thrown(MisuseError, () => go(() => {})).message, /^go: no task is running/);
  assert.match(thrown(MisuseError, () => currentTask()).message, /^currentTask: no task is running/);
});

test("a generator that has been used is refused where it is used again", async () => {
  await simulate(function* () {
    const generator = (function* (): Operation<number> {
      return 5;
    })();
    assert.equal(yield* go(() => generator), 5);
    yield* group(
      function* (g) {
        assert.match(
          (yield* caught(
            MisuseError,
            g.go(() => generator),
          )).message,
          /used before/,
        );
        yield* caught(MisuseError, shield(generator));
      },
      { failures: "isolate" },
    );
  });
});

for (const [what, value, said] of [
  [
    "a receive without the star",
    () => channel<number>(0, { name: "jobs" }).receive(),
    /channel\.receive without the star/,
  ],
  ["a task without the star", () => go(() => {}), /task\.join without the star/],
  ["a group without the star", () => group(() => {}), /an operation \(group\) without the star/],
  ["a number", () => 5, /a number \(5\)/],
  ["undefined", () => undefined, /undefined/],
  ["a promise", () => Promise.resolve(1), /a Promise/],
  ["an object", () => ({}), /an object/],
  ["the operation of another library", () => ({ type: "fork", payload: {} }), /an object/],
  ["a generator", () => (function* () {})(), /a generator/],
  ["a symbol", () => Symbol("s"), /a symbol/],
] as const) {
  test(`yielding ${what} throws at that yield, and can be caught there`, async () => {
    await simulate(function* () {
      const task = go(
        untyped(function* () {
          for (let i = 0; i < 2; i++) {
            try {
              yield value();
              assert.fail("nothing was thrown");
            } catch (error) {
              assert.ok(error instanceof MisuseError, String(error));
              assert.match(error.message, said);
              assert.match(error.message, /^task #\d+ /);
              assert.equal(error.task?.id, task.id);
            }
          }
          yield* sleep(1);
          return "goes on";
        }),
      );
      assert.equal(yield* task, "goes on");
    });
  });
}

test("a foreign yield that is not caught is the failure of the task", async () => {
  const body = untyped(function* () {
    yield 5;
  });
  await rejected(MisuseError, simulate(body));
});

test("a foreign yield in a cancelled task is misuse too, and the cancellation stays", async () => {
  await simulate(function* () {
    const task = go(
      untyped(function* () {
        currentTask().cancel();
        try {
          yield 5;
        } catch (error) {
          assert.ok(error instanceof MisuseError);
        }
        yield* caught(Cancelled, always(1));
      }),
    );
    yield* task;
  });
});

test("an operation that users wrote as an object with an iterator works where one is expected", async () => {
  await simulate(function* () {
    const own: Operation<number> = {
      *[Symbol.iterator]() {
        yield* sleep(1);
        return 5;
      },
    };
    assert.equal(yield* own, 5);
    assert.equal(yield* shield(own), 5);
    assert.equal(yield* shield(own), 5);
    const wrapped: Operation<void> = {
      [Symbol.iterator]() {
        const inner = sleep(1)[Symbol.iterator]();
        return { next: (input: unknown) => inner.next(input as never) as IteratorResult<never, void> };
      },
    };
    yield* wrapped;
  });
});
