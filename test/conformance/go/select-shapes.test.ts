// The shapes a select can have: records, arrays made at run time, mapped cases, selects as cases of selects. Go has none but the first; reflect.Select is
// the second.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  go,
  MisuseError,
  never,
  type Operation,
  type Selectable,
  select,
  selectNow,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("a list of cases made at run time answers with the index, for any number of cases", async () => {
  await simulate(function* () {
    for (const n of [1, 2, 10, 1_000, 70_000]) {
      const cases: Selectable<number>[] = Array(n).fill(never);
      cases[n - 1] = always(5);
      assert.deepEqual(yield* select(cases), { key: n - 1, value: 5 });
    }
  });
});

test("a list of 70 000 cases, more than Go allows, can wait", async () => {
  await simulate(function* () {
    const channels = Array.from({ length: 70_000 }, () => channel<number>());
    const task = go(() => select(channels.map((c) => c.receive())));
    yield* yieldNow();
    yield* channels[66_000]!.send(1);
    assert.deepEqual(yield* task, { key: 66_000, value: 1 });
    assert.equal(channels[0]!.stats().waitingReceivers, 0);
  });
});

test("a mapped case maps the value in the task that wins, once, and not when it loses", async () => {
  let mapped = 0;
  await simulate(function* () {
    const a = channel<number>();
    const b = channel<number>();
    const twice = a.receive().map((n) => {
      mapped++;
      return n * 2;
    });
    const loser = b.receive().map(() => assert.fail("lost"));
    const task = go(() => select({ twice, loser }));
    yield* yieldNow();
    yield* a.send(21);
    assert.equal(mapped, 0); // the sender does not run it
    assert.deepEqual(yield* task, { key: "twice", value: 42 });
    go(() => a.send(5));
    assert.equal(yield* twice, 10); // a leaf may be used again
  });
  assert.equal(mapped, 2);
});

test("an error of the mapping is thrown from the select, after the commit", async () => {
  await simulate(function* () {
    const c = channel<number>(2);
    yield* c.send(1);
    yield* c.send(2);
    const failure = new Error("cannot map");
    const fails = c.receive().map((): number => {
      throw failure;
    });
    assert.equal(yield* caught(Error, select({ fails })), failure);
    assert.equal(c.length, 1); // the value was taken
    assert.equal(
      thrown(Error, () => selectNow({ fails })),
      failure,
    );
    assert.equal(c.length, 0);
  });
});

test("maps of maps apply from the inside out", async () => {
  const value = await simulate(function* () {
    return (yield* select([
      always(2)
        .map((n) => n + 1)
        .map((n) => `<${n}>`),
    ])).value;
  });
  assert.equal(value, "<3>");
});

test("a nested select is one case of the outer one, and commits one leaf of all", async () => {
  await orders(30, function* () {
    const channels = [0, 1, 2, 3].map(() => channel<number>());
    const [a, b, c, d] = channels.map((each) => each.receive()) as [
      Selectable<number>,
      Selectable<number>,
      Selectable<number>,
      Selectable<number>,
    ];
    const task = go(() => select({ left: select({ a, b }), right: select({ c, deep: select([d, never]) }) }));
    for (let i = 0; i < 10; i++) yield* yieldNow();
    const which = channels.map((each) => each.stats().waitingReceivers);
    if (task.status === "waiting") assert.deepEqual(which, [1, 1, 1, 1]);
    yield* channels[3]!.send(9);
    for (const each of channels) assert.equal(each.stats().waitingReceivers, 0);
    assert.deepEqual(yield* task, { key: "right", value: { key: "deep", value: { key: 0, value: 9 } } });
  });
});

test("ready leaves inside nested selects are found without waiting", async () => {
  const c = channel<number>(1);
  c.trySend(1);
  const nested = select({ a: select({ b: select({ c: c.receive() }) }), never });
  assert.deepEqual(selectNow({ nested }), {
    key: "nested",
    value: { key: "a", value: { key: "b", value: { key: "c", value: 1 } } },
  });
  assert.equal(selectNow({ nested }), undefined);
});

test("an outer select chooses among its own cases, so a nested one counts once", async () => {
  const inner = await simulate(function* () {
    let inner = 0;
    for (let n = 0; n < 10_000; n++) {
      const got = yield* select({ plain: always(0), many: select([always(1), always(2), always(3)]) });
      if (got.key === "many") inner++;
    }
    return inner;
  });
  assert.ok(inner > 4_750 && inner < 5_250, `${inner} of 10 000`);
});

test("close reaches a receive in a nested select", async () => {
  await simulate(function* () {
    const c = channel<number>();
    const other = channel<number>();
    const task = go(() => select({ inner: select({ c: c.next(), never }), other: other.receive() }));
    yield* yieldNow();
    c.close();
    assert.equal(other.stats().waitingReceivers, 0);
    assert.deepEqual(yield* task, { key: "inner", value: { key: "c", value: { done: true, value: undefined } } });
  });
});

test("a cancelled nested select leaves every line", async () => {
  await simulate(function* () {
    const channels = [0, 1, 2].map(() => channel<number>());
    const task = go(() =>
      select([channels[0]!.receive(), select([channels[1]!.receive(), select([channels[2]!.send(1), sleep(1e9)])])]),
    );
    yield* yieldNow();
    task.cancel();
    for (const c of channels) assert.deepEqual([c.stats().waitingReceivers, c.stats().waitingSenders], [0, 0]);
  });
});

test("priority in a nested select holds there, and only there", async () => {
  await simulate(function* () {
    const inner = select([never, always("first"), always("second")], { priority: true });
    const keys = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const got = yield* select({ inner, other: always("other") });
      if (got.key === "inner") keys.add(got.value.key);
      else keys.add(-1);
    }
    assert.deepEqual([...keys].sort(), [-1, 1]);
  });
});

test("one select object is used by several tasks at once, and again", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const a = channel<number>();
    const b = channel<number>();
    const shared = select({ a: a.receive(), inner: select({ b: b.receive() }) });
    function* use(name: string): Operation<void> {
      for (let i = 0; i < 2; i++) got.push(`${name} ${(yield* shared).key}`);
    }
    go(use, "x");
    go(use, "y");
    for (const c of [b, a, a, b]) {
      yield* yieldNow();
      yield* c.send(1);
    }
  });
  assert.deepEqual(got, ["x inner", "y a", "x a", "y inner"]);
});

test("what cannot be selected is misuse at the call, naming the case", () => {
  const composite = (function* (): Operation<void> {})();
  for (const bad of [composite, Promise.resolve(), null, 5, channel(), function* () {}]) {
    const error = thrown(MisuseError, () => select({ fine: never, wrong: bad as never }));
    assert.match(error.message, /case "wrong"/);
    thrown(MisuseError, () => selectNow([bad as never]));
  }
  for (const bad of [null, undefined, 5, never, "abc"]) thrown(MisuseError, () => select(bad as never));
});

test("the key of a record is its name, also where it looks like a number; that of a list is a number", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* select({ 7: always("x"), 3: never }), { key: "7", value: "x" });
    assert.deepEqual(yield* select([never, always("x")]), { key: 1, value: "x" });
  });
});
