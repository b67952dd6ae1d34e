// SingleFlight: one call for each key at a time, whose result all who ask meanwhile share.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  currentTask,
  go,
  group,
  Latch,
  MisuseError,
  never,
  type Operation,
  run,
  SingleFlight,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";

/** A body that counts its calls and takes 10 ms. */
function counting(): { readonly calls: number; readonly body: () => Operation<number> } {
  const count = {
    calls: 0,
    *body() {
      const n = ++count.calls;
      yield* sleep(10);
      return n;
    },
  };
  return count;
}

test("who asks alone gets the result for himself, and nothing is kept afterwards", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const count = counting();
    assert.deepEqual(yield* flights.do("a", count.body), { value: 1, shared: false });
    assert.deepEqual(yield* flights.do("a", count.body), { value: 2, shared: false });
  });
});

test("who asks while a call is under way gets its result, and all are told that it is shared", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const count = counting();
    const callers = [0, 1, 2].map((n) =>
      go(function* () {
        yield* sleep(n * 3);
        return yield* flights.do("a", count.body);
      }),
    );
    const other = go(() => flights.do("b", () => 7));
    for (const caller of callers) assert.deepEqual(yield* caller, { value: 1, shared: true });
    assert.deepEqual(yield* other, { value: 7, shared: false });
    assert.equal(count.calls, 1);
  });
});

test("keys are compared as in a Map", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<unknown, number>();
    const count = counting();
    const [one, two] = [{}, {}];
    const tasks = [Number.NaN, Number.NaN, 0, -0, one, one, two, "0", undefined].map((key) =>
      go(() => flights.do(key, count.body)),
    );
    const shared: boolean[] = [];
    for (const task of tasks) shared.push((yield* task).shared);
    assert.deepEqual(shared, [true, true, true, true, true, true, false, false, false]);
    assert.equal(count.calls, 6);
  });
});

test("what the body throws goes to all who asked, the same error, and is not kept", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const boom = new RangeError("boom");
    const failing = function* (): Operation<number> {
      yield* sleep(10);
      throw boom;
    };
    const callers = [0, 1].map(() => go(() => caught(RangeError, flights.do("a", failing))));
    for (const caller of callers) assert.equal(yield* caller, boom);
    assert.equal((yield* flights.do("a", () => 5)).value, 5);
    yield* caught(
      RangeError,
      flights.do("a", () => {
        throw boom;
      }),
    );
  });
});

test("callers that are cancelled leave the call to the others, the first one too", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const count = counting();
    const ask = (): Task<{ value: number; shared: boolean }> => go(() => flights.do("a", count.body));
    const [leader, second, third] = [ask(), ask(), ask()];
    yield* sleep(5);
    leader.cancel();
    second.cancel();
    yield* caught(TaskCancelledError, leader);
    assert.deepEqual(yield* third, { value: 1, shared: true });
    assert.equal(count.calls, 1);
  });
});

test("a call that everybody has left goes on, and who asks meanwhile joins it", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const count = counting();
    const leader = go(() => flights.do("a", count.body));
    yield* sleep(5);
    leader.cancel();
    yield* caught(TaskCancelledError, leader);
    assert.deepEqual(yield* flights.do("a", count.body), { value: 1, shared: true });
    assert.deepEqual(yield* flights.do("a", count.body), { value: 2, shared: false });
  });
});

test("forget lets the next one start anew, while those before still get their result", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, number>();
    const count = counting();
    flights.forget("a");
    const old = go(() => flights.do("a", count.body));
    yield* sleep(5);
    flights.forget("a");
    const young = go(() => flights.do("a", count.body));
    yield* sleep(3);
    const joined = go(() => flights.do("a", count.body));
    assert.deepEqual(yield* old, { value: 1, shared: false });
    const last = go(() => flights.do("a", count.body)); // the end of the old one has not ended the young one
    assert.deepEqual(
      [yield* young, yield* joined, yield* last].map(({ value }) => value),
      [2, 2, 2],
    );
    assert.equal(count.calls, 2);
  });
});

test("the call belongs to the run: a group that asked may end before it", async () => {
  const count = counting();
  const flights = new SingleFlight<string, number>();
  await simulate(function* () {
    yield* group(function* (g) {
      g.daemon(() => flights.do("a", count.body));
      yield* yieldNow();
      yield* yieldNow();
    });
    assert.deepEqual(yield* flights.do("a", count.body), { value: 1, shared: true });
  });
});

test("a call that the end of its run cuts short is started anew by callers of another", async () => {
  const flights = new SingleFlight<string, number>();
  const shut = new Latch();
  let calls = 0;
  const body = function* () {
    const n = ++calls;
    yield* n === 1 ? never : yieldNow();
    return n;
  };
  const first = run(function* () {
    go(() => flights.do("a", body));
    yield* shut.wait();
    throw new RangeError("boom");
  });
  const second = run(function* () {
    const callers = [go(() => flights.do("a", body)), go(() => flights.do("a", body))];
    for (let i = 0; i < 3; i++) yield* yieldNow();
    shut.open();
    for (const caller of callers) assert.deepEqual(yield* caller, { value: 2, shared: true });
  });
  await rejected(RangeError, first);
  await second;
});

test("a body that cancels itself ends the call for all who asked, and is not started again for them", async () => {
  await simulate(function* () {
    const flights = new SingleFlight<string, never>();
    let calls = 0;
    const body = function* (): Operation<never> {
      calls++;
      yield* yieldNow();
      currentTask().cancel("no");
      return yield* never;
    };
    const callers = [0, 1].map(() => go(() => caught(TaskCancelledError, flights.do("a", body))));
    for (const caller of callers) assert.equal((yield* caller).reason, "no");
    assert.equal(calls, 1);
  });
});

test("what is no body is misuse at the call, also while a call is under way; and do() works only inside a task", async () => {
  const flights = new SingleFlight<string, number>();
  for (const body of [undefined, 5, {}] as never[])
    assert.match(
      thrown(MisuseError, () => flights.do("a", body)).message,
      /^SingleFlight\.do: the body must be a function, got /,
    );
  const ask = flights.do("a", () => 1);
  assert.match(
    thrown(MisuseError, () => ask[Symbol.iterator]().next()).message,
    /^SingleFlight\.do: no task is running/,
  );
  await simulate(function* () {
    assert.equal((yield* ask).value, 1);
    assert.equal((yield* ask).value, 1);
    assert.equal((yield* go(async () => await currentTask().run(ask))).value, 1);
  });
});

test("a body that asks for its own key is misuse", async () => {
  const flights = new SingleFlight<string, number>();
  const body = function* (): Operation<number> {
    return (yield* flights.do("a", body)).value;
  };
  await simulate(function* () {
    const error = yield* caught(MisuseError, flights.do("a", body));
    assert.match(
      error.message,
      /^SingleFlight\.do: task #2 "body" asks for its own result\. A body must not call do\(\) for its own key\.$/,
    );
  });
});
