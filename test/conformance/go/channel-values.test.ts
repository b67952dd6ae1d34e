// What a channel can carry: anything, including nothing. And the channel that is none: Go's nil channel is `never`.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  DeadlockError,
  go,
  MisuseError,
  never,
  type Receiver,
  type Sender,
  select,
  selectNow,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected, thrown } from "../../support/caught.ts";

const odd: readonly unknown[] = [
  undefined,
  null,
  false,
  0,
  -0,
  Number.NaN,
  "",
  0n,
  Symbol.iterator,
  [],
  () => {},
  { then: 1 },
];

for (const capacity of [0, 1, 20]) {
  test(`undefined, null, false and their like are values as any other (capacity ${capacity})`, async () => {
    const got: unknown[] = [];
    const nexts: unknown[] = [];
    const selected: unknown[] = [];
    await simulate(function* () {
      const c = channel<unknown>(capacity);
      go(function* () {
        for (let round = 0; round < 3; round++) for (const value of odd) yield* c.send(value);
        c.close();
      });
      for (let i = 0; i < odd.length; i++) got.push(yield* c.receive());
      for (let i = 0; i < odd.length; i++) nexts.push((yield* c.next()).value);
      for (let i = 0; i < odd.length; i++) selected.push((yield* select({ c: c.receive() })).value);
      assert.equal((yield* c.next()).done, true);
    });
    for (const list of [got, nexts, selected]) {
      assert.equal(list.length, odd.length);
      for (const [i, value] of list.entries()) assert.ok(Object.is(value, odd[i]), `value ${i}`);
    }
  });
}

test("tryReceive and selectNow tell undefined as a value from no value", () => {
  const c = channel<undefined>(2);
  assert.deepEqual(c.tryReceive(), { ok: false, closed: false });
  assert.equal(selectNow({ c: c.receive() }), undefined);
  c.trySend(undefined);
  c.trySend(undefined);
  assert.deepEqual(c.tryReceive(), { ok: true, value: undefined });
  assert.deepEqual(selectNow({ c: c.receive() }), { key: "c", value: undefined });
});

test("a promise is carried as it is", async () => {
  const promise = Promise.resolve(1);
  await simulate(function* () {
    const c = channel<Promise<number>>(1);
    yield* c.send(promise);
    assert.equal(yield* c.receive(), promise);
  });
});

test("a channel carries channels: a request brings the way of its answer", async () => {
  interface Request {
    readonly n: number;
    readonly answer: Sender<number>;
  }
  const answers = await simulate(function* () {
    const requests = channel<Request>();
    go(function* server() {
      for (let got = yield* requests.next(); got.done !== true; got = yield* requests.next()) {
        yield* got.value.answer.send(got.value.n ** 2);
      }
    });
    const list: number[] = [];
    for (let n = 0; n < 20; n++) {
      const answer = channel<number>();
      yield* requests.send({ n, answer });
      list.push(yield* answer.receive());
    }
    requests.close();
    return list;
  });
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, (_, n) => n * n),
  );
});

test("a channel can be sent through itself", async () => {
  interface Self extends Channel<Self> {}
  await simulate(function* () {
    const c: Self = channel<Self>(1);
    yield* c.send(c);
    assert.equal(yield* c.receive(), c);
  });
});

test("channels of channels of channels keep their identity", async () => {
  await simulate(function* () {
    const outer = channel<Channel<Channel<number>>>();
    const middle = channel<Channel<number>>();
    const inner = channel<number>();
    go(function* () {
      yield* outer.send(middle);
      yield* middle.send(inner);
      yield* inner.send(42);
    });
    const a: Receiver<Channel<number>> = yield* outer.receive();
    const b: Receiver<number> = yield* a.receive();
    assert.equal(yield* b.receive(), 42);
    assert.equal(b, inner);
  });
});

test("never, in place of a channel that is not wanted now, drops out of a select", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const a = channel<number>(3);
    const b = channel<string>(3);
    for (let n = 0; n < 3; n++) yield* a.send(n);
    for (const s of ["x", "y", "z"]) yield* b.send(s);
    a.close();
    b.close();
    let openA = true;
    let openB = true;
    while (openA || openB) {
      const got = yield* select({ a: openA ? a.next() : never, b: openB ? b.next() : never });
      if (got.value.done === true) {
        if (got.key === "a") openA = false;
        else openB = false;
      } else log.push(String(got.value.value));
    }
  });
  assert.deepEqual(log.sort(), ["0", "1", "2", "x", "y", "z"]);
});

test("never is never ready, however often it is asked", () => {
  for (let i = 0; i < 1_000; i++) assert.equal(selectNow({ a: never, b: never }), undefined);
});

test("waiting on never alone is a deadlock, as on a nil channel", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      yield* never;
    }),
  );
  assert.match(error.report, /waits for never/);
});

test("never in a select costs the other cases nothing: they still meet", async () => {
  const value = await simulate(function* () {
    const c = channel<number>();
    go(function* () {
      yield* yieldNow();
      yield* select({ never, c: c.send(5) });
    });
    return (yield* select({ never, c: c.receive() })).value;
  });
  assert.equal(value, 5);
});

test("a capacity that can be none is misuse at the call, as makechan panics", () => {
  for (const bad of [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 40, "3", {}, null]) {
    const error = thrown(MisuseError, () => channel(bad as number));
    assert.match(error.message, /capacity/, String(bad));
  }
});
