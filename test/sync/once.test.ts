// Once: one body for all who ask, whoever asks first, and whatever comes of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  currentTask,
  go,
  MisuseError,
  never,
  Once,
  type Operation,
  type Selectable,
  select,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

test("the body runs when it is first asked for, once, and everybody gets its value", async () => {
  await simulate(function* () {
    let ran = 0;
    const value = {};
    const once = new Once(function* () {
      ran++;
      yield* sleep(10);
      return value;
    });
    yield* sleep(1);
    assert.equal(ran, 0);
    const callers = [0, 1, 2].map(() => go(() => once.do()));
    for (const caller of callers) assert.equal(yield* caller, value);
    assert.equal(yield* once.do(), value);
    assert.equal(ran, 1);
  });
});

test("plain, async and generator bodies, and those that return an operation, will do", async () => {
  await simulate(function* () {
    assert.equal(yield* new Once(() => 1).do(), 1);
    assert.equal(yield* new Once(async () => 2).do(), 2);
    assert.equal(yield* new Once(() => always(3)).do(), 3);
    assert.equal(yield* new Once(() => undefined).do(), undefined);
    const inner = new Once(() => 4);
    assert.equal(yield* new Once(() => inner.do()).do(), 4);
  });
});

test("a throw counts as done, and the same error is thrown to every caller, then and later", async () => {
  let ran = 0;
  const boom = new RangeError("boom");
  const once = new Once(function* (): Operation<number> {
    ran++;
    yield* sleep(10);
    throw boom;
  });
  await simulate(function* () {
    const callers = [0, 1].map(() => go(() => caught(RangeError, once.do())));
    for (const caller of callers) assert.equal(yield* caller, boom);
    assert.equal(yield* caught(RangeError, once.do()), boom);
  });
  await simulate(function* () {
    assert.equal(yield* caught(RangeError, once.do()), boom);
  });
  assert.equal(ran, 1);
  await rejected(
    RangeError,
    simulate(() => once.do()),
  );
});

test("callers go on in the order they came", async () => {
  await simulate(function* () {
    const once = new Once(() => sleep(10));
    const order: number[] = [];
    const callers = [0, 1, 2].map((n) =>
      go(function* () {
        yield* once.do();
        order.push(n);
      }),
    );
    for (const caller of callers) yield* caller;
    assert.deepEqual(order, [0, 1, 2]);
  });
});

test("a caller that is cancelled leaves the others and the body alone, the first one too", async () => {
  await simulate(function* () {
    let ran = 0;
    const once = new Once(function* () {
      ran++;
      yield* sleep(10);
      return "done";
    });
    const callers = [0, 1, 2].map(() => go(() => once.do())) as [Task<string>, Task<string>, Task<string>];
    yield* sleep(5);
    callers[0].cancel();
    callers[1].cancel();
    yield* caught(TaskCancelledError, callers[0]);
    assert.equal(yield* callers[2], "done");
    assert.equal(ran, 1);
  });
});

test("the body goes on when all callers have gone, and its value is there for the next one", async () => {
  await simulate(function* () {
    let ended = false;
    const once = new Once(function* () {
      yield* sleep(10);
      ended = true;
      return 7;
    });
    const caller = go(() => once.do());
    yield* sleep(5);
    caller.cancel();
    yield* caught(TaskCancelledError, caller);
    assert.equal(ended, false);
    yield* sleep(10);
    assert.equal(ended, true);
    assert.equal(yield* once.do(), 7);
  });
});

test("an error that no caller is left for is kept for the next one, and harms nobody else", async () => {
  await simulate(function* () {
    const once = new Once(function* () {
      yield* sleep(10);
      throw new RangeError("boom");
    });
    const caller = go(() => once.do());
    yield* sleep(5);
    caller.cancel();
    yield* sleep(10);
    assert.equal((yield* caught(RangeError, once.do())).message, "boom");
  });
});

test("what is no body is misuse when it is made, and do() works only inside a task", async () => {
  for (const body of [undefined, 5, {}, always(1)] as never[])
    assert.match(thrown(MisuseError, () => new Once(body)).message, /^Once: the body must be a function, got /);
  let ran = 0;
  const once = new Once(() => ++ran);
  const error = thrown(MisuseError, () => once.do()[Symbol.iterator]().next());
  assert.match(error.message, /^Once\.do: no task is running/);
  await simulate(function* () {
    const asCase = once.do() as Selectable<number>;
    assert.match((yield* caught(MisuseError, select({ asCase }))).message, /no single commit point/);
    assert.equal(ran, 0);
    const careless = new Once(function* () {
      yield* yieldNow();
      return never;
    });
    assert.match((yield* caught(MisuseError, careless.do())).message, /returned an operation that never ran \(never\)/);
  });
});

test("an async body asks through Task.run, and one do() may be used again", async () => {
  await simulate(function* () {
    const once = new Once(() => sleep(5).map(() => "done"));
    const ask = once.do();
    const task = go(async () => await currentTask().run(ask));
    assert.equal(yield* ask, "done");
    assert.equal(yield* ask, "done");
    assert.equal(yield* task, "done");
  });
});
