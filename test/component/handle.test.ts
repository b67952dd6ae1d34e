// handle: a component in the hands of plain async code, and in those of a task.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, EndOfChannel, MisuseError, type Operation, run, sleep } from "offshoot";
import {
  box,
  Component,
  ComponentStartedError,
  component,
  handle,
  pipeline,
  UnknownBoxError,
} from "offshoot/component";

class Doubler extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value * 2);
  }
}

class Failing extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    yield* this.put(yield* this.receive());
    throw new RangeError("too much");
  }
}

test("async code puts, gets, and sees the end", async () => {
  const doubler = handle(new Doubler());
  await doubler.put(1);
  await doubler.put(2);
  assert.equal(await doubler.get(), 2);
  doubler.finish();
  doubler.finish();
  const rest: number[] = [];
  for await (const n of doubler) rest.push(n);
  assert.deepEqual(rest, [4]);
  await doubler.done;
  await assert.rejects(Promise.resolve(doubler.get()), EndOfChannel);
  assert.deepEqual(await doubler.next(), { done: true, value: undefined });
});

test("a chassis takes messages and its end through all its parts", async () => {
  const whole = handle(pipeline(new Doubler(), pipeline(new Doubler(), new Doubler())));
  await whole.put(1);
  whole.finish();
  assert.equal(await whole.get(), 8);
  await whole.done;
});

test("put waits while nobody gets", async () => {
  const doubler = handle(new Doubler());
  let put = 0;
  const putting = (async () => {
    for (let i = 0; i < 100; i++) {
      await doubler.put(i);
      put++;
    }
    doubler.finish();
  })();
  while (put < 32) await new Promise((resolve) => setImmediate(resolve));
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(put < 40, `${put} were put`); // 16 in each of two boxes, and one in the hand
  let sum = 0;
  for await (const n of doubler) sum += n;
  assert.equal(sum, 99 * 100);
  await putting;
});

test("what the component throws, get throws, and done rejects with it", async () => {
  const failing = handle(new Failing());
  await failing.put(1);
  assert.equal(await failing.get(), 1);
  await assert.rejects(Promise.resolve(failing.get()), RangeError);
  await assert.rejects(Promise.resolve(failing.next()), RangeError);
  await assert.rejects(failing.done, RangeError);
});

test("put to a component that has ended is refused, and so is put after finish", async () => {
  const once = handle(component({ name: "once" }, function* (self) { yield* self.receive(); })()); // biome-ignore format: one line
  await once.put(1);
  await once.done;
  await assert.rejects(Promise.resolve(once.put(2)), ClosedError);
  const doubler = handle(new Doubler());
  doubler.finish();
  assert.throws(() => doubler.put(1), MisuseError);
  await doubler.done;
});

test("shutdown cancels, disposing does too and waits, and done just ends", async () => {
  const ended: string[] = [];
  const stuck = component({ name: "stuck" }, function* (_self, name: string): Operation<void> {
    try {
      yield* sleep(1e9);
    } finally {
      ended.push(name);
    }
  });
  const one = handle(stuck("one"));
  await new Promise((resolve) => setImmediate(resolve));
  one.shutdown("enough");
  await one.done;
  {
    await using _two = handle(stuck("two"));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(ended, ["one", "two"]);
});

test("in a task it starts the component as a child, and its operations are yielded", async () => {
  const got = await run(function* (): Operation<number[]> {
    const doubler = handle(new Doubler());
    yield* doubler.put(5);
    doubler.finish();
    const first = yield* doubler.get();
    const end = yield* doubler.next();
    assert.equal(end.done, true);
    return [first];
  });
  assert.deepEqual(got, [10]);
});

test("a component that runs already is taken as it is, and cannot be started again", async () => {
  await run(function* (): Operation<void> {
    const doubler = new Doubler();
    const task = doubler.start();
    const outside = handle(doubler);
    yield* outside.put(1);
    assert.equal(yield* outside.get(), 2);
    assert.throws(() => doubler.start(), ComponentStartedError);
    outside.finish();
    yield* task;
  });
});

test("boxes of other names are reached by name, and what does not exist is told", async () => {
  const split = component(
    { inboxes: { inbox: box<number>() }, outboxes: { outbox: box<number>(), rest: box<number>() } },
    function* (self): Operation<void> {
      for (let n = yield* self.next(); !n.done; n = yield* self.next())
        yield* self.put(n.value, n.value % 2 === 0 ? "outbox" : "rest");
    },
  );
  const parts = handle(split());
  const rest = parts.messages("rest")[Symbol.asyncIterator]();
  await parts.put(1);
  await parts.put(2);
  assert.deepEqual(await rest.next(), { done: false, value: 1 });
  assert.equal(await parts.get(), 2);
  assert.throws(() => parts.get("nothing" as "outbox"), UnknownBoxError);
  assert.throws(() => parts.put(1, "outbox" as "inbox"), UnknownBoxError);
  parts.finish();
  await parts.done;
  assert.throws(() => handle({} as Doubler), MisuseError);
});
