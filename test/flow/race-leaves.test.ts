// race with leaves: they are the cases of one select, alone or beside composed operations, so no value is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  type Channel,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  Mutex,
  never,
  now,
  type Operation,
  race,
  select,
  shield,
  sleep,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

function filled(...values: string[]): Channel<string> {
  const ch = channel<string>(8);
  for (const value of values) ch.trySend(value);
  return ch;
}

function* composed(op: Operation<string>): Operation<string> {
  return yield* op;
}

test("one leaf commits, the others have done nothing", async () => {
  await simulate(function* () {
    const [a, b, c] = [filled("a"), filled("b"), channel<string>(1)];
    const got = yield* race([a.receive(), b.receive(), c.send("c").map(() => "sent")]);
    const taken = [a.length === 0, b.length === 0, c.length === 1];
    assert.deepEqual(taken, [got === "a", got === "b", got === "sent"]);
  });
});

test("a race of leaves alone is a leaf itself: it can be awaited, mapped, selected and raced", async () => {
  await simulate(function* () {
    const ch = filled("a", "b", "c", "d");
    const op = race([ch.receive(), never]) as ReturnType<typeof ch.receive>;
    assert.equal(yield* op.map((value) => value.toUpperCase()), "A");
    assert.deepEqual(yield* select({ it: op, late: sleep(1) }), { key: "it", value: "b" });
    assert.equal(yield* race([op, sleep(1)]), "c");
    assert.equal(yield* go(async () => await op), "d");
  });
});

test("among leaves that are ready at once the choice is uniform", async () => {
  await simulate(function* () {
    const counts = [0, 0, 0];
    for (let i = 0; i < 3_000; i++) {
      const at = yield* race([always(0), always(1), always(2)]);
      counts[at] = (counts[at] as number) + 1;
    }
    for (const count of counts) assert.ok(count > 900 && count < 1_100, `${counts}`);
  });
});

test("a leaf that is ready wins against composed operations, which never begin", async () => {
  await simulate(function* () {
    const [a, b] = [filled("a"), filled("b")];
    assert.equal(yield* race([composed(b.receive()), a.receive()]), "a");
    assert.equal(b.length, 1);
    assert.equal(now(), 0);
  });
});

test("a composed operation that ends first leaves the leaves undone", async () => {
  await simulate(function* () {
    const [a, b] = [channel<string>(), channel<string>()];
    const task = go(() => race([a.receive(), composed(b.receive()), never]));
    yield* sleep(1);
    yield* b.send("b");
    assert.equal(yield* task, "b");
    assert.equal(a.trySend("a"), false);
    assert.equal(a.stats().waitingReceivers + b.stats().waitingReceivers, 0);
  });
});

test("a leaf that commits while others wait cancels the composed ones and waits for their cleanup", async () => {
  await simulate(function* () {
    const [a, b] = [channel<string>(), channel<string>()];
    const slow = function* (): Operation<string> {
      try {
        return yield* b.receive();
      } finally {
        yield* shield(sleep(10));
      }
    };
    const task = go(() => race([slow(), a.receive()]));
    yield* sleep(1);
    yield* a.send("a");
    assert.equal(yield* task, "a");
    assert.equal(now(), 11);
    assert.equal(b.stats().waitingReceivers, 0);
  });
});

test("a leaf that fails wins with its error", async () => {
  await simulate(function* () {
    const closed = channel<string>(1);
    closed.close();
    yield* caught(EndOfChannel, race([closed.receive(), never]));
    yield* caught(ClosedError, race([closed.send("x"), composed(never)]));
    const boom = new RangeError("mapped");
    const throws = sleep(1).map((): string => {
      throw boom;
    });
    assert.equal(yield* caught(RangeError, race([composed(never), throws])), boom);
    const waiting = channel<string>();
    go(function* () {
      yield* sleep(1);
      waiting.close(boom);
    });
    assert.equal(yield* caught(RangeError, race([waiting.receive(), composed(never)])), boom);
  });
});

test("a lock that loses is not held", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    const held = yield* mutex.lock();
    assert.equal(yield* race([mutex.lock(), sleep(5)]), undefined);
    assert.equal(yield* race([mutex.lock(), shield(sleep(5))]), undefined);
    held[Symbol.dispose]();
    assert.equal(mutex.locked, false);
  });
});

test("tasks are raced by their end, and are not cancelled", async () => {
  await simulate(function* () {
    const tasks = [20, 10, 30].map((ms) =>
      go(function* () {
        yield* sleep(ms);
        return ms;
      }),
    );
    assert.equal(yield* race(tasks), 10);
    assert.deepEqual(
      tasks.map((task) => task.status),
      ["waiting", "succeeded", "waiting"],
    );
  });
});

test("the same leaf twice takes one value", async () => {
  await simulate(function* () {
    const ch = filled("a", "b");
    const receive = ch.receive();
    assert.equal(yield* race([receive, receive]), "a");
    assert.equal(yield* race([receive, receive, shield(receive)]), "b");
    assert.equal(ch.length, 0);
  });
});
