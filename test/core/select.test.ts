// select: what settles it, what it leaves behind, nested and reused, over tasks; and what it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  channel,
  currentTask,
  go,
  MisuseError,
  never,
  type Operation,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import type { BufferedChannel } from "../../src/channel/channel.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

const idle = (ch: { stats(): { waitingSenders: number; waitingReceivers: number } }): void => {
  (ch as unknown as BufferedChannel<unknown>).check();
  assert.equal(ch.stats().waitingReceivers + ch.stats().waitingSenders, 0);
};

test("a select over tasks tells which has ended, and how", async () => {
  await simulate(function* () {
    const [slow, fast] = [go(() => sleep(20).map(() => "slow")), go(() => sleep(10).map(() => "fast"))];
    assert.deepEqual(yield* select({ slow, fast }), { key: "fast", value: "fast" });
    const doomed = go(() => never);
    go(() => doomed.cancel("gone"));
    const error = yield* caught(TaskCancelledError, select({ doomed, slow }));
    assert.equal(error.reason, "gone");
    assert.deepEqual(yield* select({ slow, never }), { key: "slow", value: "slow" });
    assert.deepEqual(selectNow({ slow }), { key: "slow", value: "slow" });
  });
});

test("a task that joins itself gets misuse, in a select too, and goes on unharmed", async () => {
  await simulate(function* () {
    const task = go(function* () {
      const me = currentTask();
      const ch = channel<number>();
      yield* caught(MisuseError, me);
      yield* sleep(1);
      yield* caught(MisuseError, select({ receive: ch.receive(), me, send: ch.send(1) }));
      idle(ch);
      yield* sleep(1);
      yield* caught(MisuseError, select([select([ch.receive(), me.map(() => 1)]), sleep(50)]));
      idle(ch);
      yield* yieldNow();
      return "unharmed";
    });
    const other = go(() => task);
    assert.equal(yield* task, "unharmed");
    assert.equal(yield* other, "unharmed");
  });
});

test("selects nest: the inner one is one case, and its losers are left as they were", async () => {
  await simulate(function* () {
    const channels = Array.from({ length: 4 }, () => channel<string>());
    const [a, b, c, d] = channels as [
      (typeof channels)[0],
      (typeof channels)[0],
      (typeof channels)[0],
      (typeof channels)[0],
    ];
    const nested = select({
      left: select({ a: a.receive(), b: b.receive() }),
      right: select([c.receive(), select({ d: d.receive().map((text) => text.toUpperCase()) })]),
    });
    const answers: [typeof a, unknown][] = [
      [a, { key: "left", value: { key: "a", value: "x" } }],
      [b, { key: "left", value: { key: "b", value: "x" } }],
      [c, { key: "right", value: { key: 0, value: "x" } }],
      [d, { key: "right", value: { key: 1, value: { key: "d", value: "X" } } }],
    ];
    for (const [ch, answer] of answers) {
      const waiting = go(() => nested);
      const first = go(() => ch.send("x"));
      assert.deepEqual(yield* waiting, answer);
      yield* first;
      const sender = go(() => ch.send("x"));
      yield* yieldNow();
      assert.deepEqual(yield* nested, answer); // the same, found ready
      yield* sender;
      for (const one of channels) idle(one);
    }
  });
});

test("one select may be used again, and by several tasks at once", async () => {
  await simulate(function* () {
    const [a, b] = [channel<number>(), channel<number>()];
    const either = select({ a: a.receive(), b: b.receive() });
    const tasks = [0, 1, 2, 3].map(() => go(() => either));
    yield* yieldNow();
    assert.equal(a.stats().waitingReceivers, 4);
    for (let n = 0; n < 4; n++) assert.ok((n % 2 === 0 ? a : b).trySend(n));
    idle(a);
    idle(b);
    const got: unknown[] = [];
    for (const task of tasks) got.push((yield* task).value);
    assert.deepEqual(got, [0, 1, 2, 3]);
  });
});

test("a task may select, then wait otherwise, then select over more or fewer cases", async () => {
  await simulate(function* () {
    const channels = Array.from({ length: 6 }, () => channel<number>());
    for (const n of [1, 6, 2, 5, 3]) {
      const cases = channels.slice(0, n).map((ch) => ch.receive());
      const last = channels[n - 1] as (typeof channels)[0];
      go(() => last.send(n));
      assert.deepEqual(yield* select(cases), { key: n - 1, value: n });
      yield* sleep(1);
      const sender = go(() => last.send(-n));
      assert.equal(yield* last.receive(), -n);
      yield* sender;
      for (const ch of channels) idle(ch);
    }
  });
});

test("a closing channel settles a select with its end, and takes back the rest", async () => {
  await simulate(function* () {
    const [a, b] = [channel<number>(), channel<number>()];
    const both = go(() => caught(RangeError, select({ next: a.next(), again: a.next(), send: b.send(1) })));
    const nested = go(() => caught(RangeError, select([select([a.receive()]), b.send(2)])));
    yield* yieldNow();
    a.close(new RangeError("closed with this"));
    idle(a);
    idle(b);
    yield* both;
    yield* nested;
  });
});

test("priority takes the first ready case in order, and does not change who waits", async () => {
  await simulate(function* () {
    for (let i = 0; i < 50; i++) {
      assert.equal((yield* select({ a: never, b: always(1), c: always(2) }, { priority: true })).key, "b");
      assert.equal((yield* select([always(1), always(2)], { priority: true })).key, 0);
    }
    const ch = channel<number>();
    const waiting = go(() => select({ first: never, second: ch.receive() }, { priority: true }));
    yield* yieldNow();
    ch.trySend(3);
    assert.deepEqual(yield* waiting, { key: "second", value: 3 });
  });
});

test("a select over nothing waits for ever, until it is cancelled", async () => {
  await simulate(function* () {
    for (const cases of [{}, []]) {
      const task = go(() => caught(Cancelled, select(cases)));
      yield* yieldNow();
      assert.equal(task.status, "waiting");
      task.cancel();
      yield* task;
    }
  });
});

test("what is no case is misuse, and names the case", async () => {
  await simulate(function* () {
    for (const cases of [undefined, null, 5, "text", sleep(1)])
      thrown(MisuseError, () => select(cases as unknown as []));
    const composite = (function* (): Operation<void> {})();
    for (const wrong of [undefined, null, 5, {}, Promise.resolve(), composite, channel<number>()]) {
      const error = yield* caught(MisuseError, select({ good: never, wrong } as unknown as []));
      assert.match(error.message, /case "wrong" is .*no single commit point/);
    }
    thrown(MisuseError, () => selectNow([5] as unknown as []));
    yield* sleep(1);
  });
});

test("a cancelled scope wins over ready cases, and none has committed", async () => {
  await simulate(function* () {
    const ch = channel<number>(1);
    ch.trySend(1);
    const task = go(function* () {
      currentTask().cancel();
      yield* caught(Cancelled, select({ n: ch.receive(), m: ch.send(2) }));
      yield* caught(Cancelled, select([ch.receive()], { priority: true }));
      assert.deepEqual(selectNow({ n: ch.receive() }), { key: "n", value: 1 }); // it cannot wait: it belongs to the step
    });
    yield* task;
    assert.equal(ch.length, 0);
  });
});
