// A select that has to wait: it stands in every line at once, the first peer commits it, and the other cases have done nothing. It never meets itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  DeadlockError,
  go,
  type Operation,
  type Selected,
  select,
  selectNow,
  sleep,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

const quiet = { waitingSenders: 0, waitingReceivers: 0 };
const waiting = (c: Channel<never> | Channel<number>): typeof quiet => {
  const { waitingSenders, waitingReceivers } = c.stats();
  return { waitingSenders, waitingReceivers };
};

test("a waiting select is woken by whichever of its channels comes first", async () => {
  for (const winner of [0, 1, 2]) {
    await simulate(function* () {
      const channels = [channel<string>(), channel<string>(), channel<string>()];
      const task = go(() => select(channels.map((c) => c.receive())));
      yield* yieldNow();
      yield* channels[winner]!.send("it");
      for (const c of channels) assert.equal(c.stats().waitingReceivers, 0); // in the same step
      assert.deepEqual(yield* task, { key: winner, value: "it" });
    });
  }
});

test("a waiting select can offer values: the receiver gets that of its own channel", async () => {
  await simulate(function* () {
    const a = channel<string>();
    const b = channel<string>();
    const task = go(() => select({ a: a.send("for a"), b: b.send("for b") }));
    yield* yieldNow();
    assert.equal(yield* b.receive(), "for b");
    assert.equal(a.stats().waitingSenders, 0);
    assert.equal(a.tryReceive().ok, false);
    assert.deepEqual(yield* task, { key: "b", value: undefined });
    assert.deepEqual([a.stats().sent, b.stats().sent], [0, 1]);
  });
});

test("a select may wait to send on one channel and to receive on another", async () => {
  const rounds: string[] = [];
  await simulate(function* () {
    const numbers = channel<number>();
    const stop = channel<string>();
    const source = go(function* fibonacci() {
      let [x, y] = [0, 1];
      for (;;) {
        const got = yield* select({ numbers: numbers.send(x), stop: stop.receive() });
        if (got.key === "stop") return got.value;
        [x, y] = [y, x + y];
      }
    });
    for (let i = 0; i < 10; i++) rounds.push(String(yield* numbers.receive()));
    yield* stop.send("enough");
    assert.equal(yield* source, "enough");
  });
  assert.deepEqual(rounds.join(" "), "0 1 1 2 3 5 8 13 21 34");
});

test("selects and plain operations stand in one line: first come, first served", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const c = channel<number>();
    const silent = channel<number>();
    for (const name of ["a", "b", "c", "d"]) {
      go(function* () {
        const value =
          name < "c" ? yield* c.receive() : (yield* select({ silent: silent.receive(), c: c.receive() })).value;
        log.push(`${name}${value}`);
      });
      yield* yieldNow();
    }
    for (let n = 0; n < 4; n++) yield* c.send(n);
  });
  assert.deepEqual(log, ["a0", "b1", "c2", "d3"]);
});

test("a select that sends and receives on one rendezvous never meets itself: it waits", async () => {
  let c!: Channel<number>;
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      c = channel<number>(0, { name: "c" });
      assert.equal(selectNow({ give: c.send(1), take: c.receive() }), undefined);
      yield* select({ give: c.send(1), take: c.receive() });
    }),
  );
  assert.match(error.report, /give: channel\.send c; take: channel\.receive c/);
  assert.deepEqual(waiting(c), quiet); // taken back by the cancellation
});

test("two such selects in two tasks meet: one gives, the other takes", async () => {
  const seen = new Set<string>();
  await orders(40, function* () {
    const c = channel<string>();
    const both = (name: string) => () => select({ give: c.send(name), take: c.receive() });
    const x = go(both("x"));
    const y = go(both("y"));
    const [gotX, gotY] = [yield* x, yield* y];
    assert.notEqual(gotX.key, gotY.key);
    const [giver, taken] = gotX.key === "give" ? ["x", gotY.value] : ["y", gotX.value];
    assert.equal(taken, giver);
    assert.deepEqual(c.stats(), { sent: 1, received: 1, dropped: 0, ...quiet });
    seen.add(giver);
  });
  assert.equal(seen.size, 2); // both outcomes do come about
});

test("a crowd of such selects pairs off: as many give as take, and each value goes to another task", async () => {
  await orders(20, function* () {
    const c = channel<number>();
    const tasks = Array.from({ length: 20 }, (_, i) => go(() => select({ give: c.send(i), take: c.receive() })));
    const takers: number[] = [];
    const takenFrom: number[] = [];
    for (const [i, task] of tasks.entries()) {
      const got: Selected<{ give: Operation<void>; take: Operation<number> }> = yield* task;
      if (got.key === "give") continue;
      takers.push(i);
      takenFrom.push(got.value);
    }
    assert.equal(takers.length, 10);
    assert.equal(new Set([...takers, ...takenFrom]).size, 20);
  });
});

test("two selects that could meet on either of two channels commit on exactly one", async () => {
  const used = new Set<string>();
  await orders(40, function* () {
    const a = channel<number>();
    const b = channel<number>();
    const sender = go(() => select({ a: a.send(1), b: b.send(2) }));
    const receiver = go(() => select({ b: b.receive(), a: a.receive() }));
    const [sent, got] = [yield* sender, yield* receiver];
    assert.equal(sent.key, got.key);
    assert.equal(got.value, got.key === "a" ? 1 : 2);
    assert.equal(a.stats().sent + b.stats().sent, 1);
    assert.equal(a.stats().received + b.stats().received, 1);
    assert.deepEqual([waiting(a), waiting(b)], [quiet, quiet]);
    used.add(got.key);
  });
  assert.equal(used.size, 2);
});

test("crossed selects, each offering what the other one takes, commit one case", async () => {
  await orders(40, function* () {
    const a = channel<string>();
    const b = channel<string>();
    const one = go(() => select({ out: a.send("from one"), in: b.receive() }));
    const two = go(() => select({ out: b.send("from two"), in: a.receive() }));
    const [first, second] = [yield* one, yield* two];
    assert.notEqual(first.key, second.key);
    assert.equal(first.key === "in" ? first.value : second.value, first.key === "in" ? "from two" : "from one");
    assert.equal(a.stats().sent + b.stats().sent, 1);
  });
});

test("two sends of one select on one channel meet receivers in the order written", async () => {
  await simulate(function* () {
    const c = channel<string>();
    const task = go(() => select({ first: c.send("one"), second: c.send("two") }));
    yield* yieldNow();
    assert.equal(yield* c.receive(), "one");
    assert.equal(c.stats().waitingSenders, 0);
    assert.deepEqual(yield* task, { key: "first", value: undefined });
  });
});

test("a select of two receives on one channel takes one value and leaves the next", async () => {
  await simulate(function* () {
    const c = channel<number>(4);
    const task = go(() => select({ first: c.receive(), second: c.receive() }));
    yield* yieldNow();
    assert.equal(c.stats().waitingReceivers, 2);
    yield* c.send(1);
    yield* c.send(2);
    assert.deepEqual(yield* task, { key: "first", value: 1 });
    assert.equal(yield* c.receive(), 2);
  });
});

test("a select that has been committed keeps its value though other channels become ready before it runs", async () => {
  await simulate(function* () {
    const a = channel<string>(1);
    const b = channel<string>(1);
    const task = go(() => select({ a: a.receive(), b: b.receive() }));
    yield* yieldNow();
    yield* a.send("a");
    yield* b.send("b"); // nobody waits there any more: into the buffer
    assert.equal(b.length, 1);
    assert.deepEqual(yield* task, { key: "a", value: "a" });
    assert.equal(yield* b.receive(), "b");
  });
});

test("a sleep beside a channel is a time limit: whichever is first, and the timer goes with the select", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const c = channel<number>();
    go(function* () {
      yield* sleep(50);
      yield* c.send(1);
    });
    log.push((yield* select({ c: c.receive(), late: sleep(10) })).key);
    log.push((yield* select({ c: c.receive(), late: sleep(1_000_000) })).key);
  });
  assert.deepEqual(log, ["late", "c"]);
});

test("a cancelled select has taken nothing and given nothing", async () => {
  await simulate(function* () {
    const a = channel<number>();
    const b = channel<number>(1);
    yield* b.send(0);
    const task = go(() => select({ take: a.receive(), give: b.send(1) }));
    yield* yieldNow();
    assert.deepEqual(
      [waiting(a), waiting(b)],
      [
        { waitingSenders: 0, waitingReceivers: 1 },
        { waitingSenders: 1, waitingReceivers: 0 },
      ],
    );
    task.cancel();
    assert.deepEqual([waiting(a), waiting(b)], [quiet, quiet]); // at once
    assert.equal(a.trySend(5), false);
    assert.equal(yield* b.receive(), 0);
    assert.equal(b.tryReceive().ok, false);
  });
});
