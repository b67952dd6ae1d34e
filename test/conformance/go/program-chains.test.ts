// Long chains, rings, and pairs: programs of many tasks that each do next to nothing. They caught most bugs that schedulers ever had.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation, type Receiver, run, type Sender, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

function* link(left: Sender<number>, right: Receiver<number>): Operation<void> {
  yield* left.send(1 + (yield* right.receive()));
}

function* daisyChain(links: number, capacity: number): Operation<number> {
  const leftmost = channel<number>(capacity);
  let right = leftmost;
  for (let i = 0; i < links; i++) {
    const left = right;
    right = channel<number>(capacity);
    go(link, left, right);
  }
  yield* right.send(0);
  return yield* leftmost.receive();
}

for (const capacity of [0, 1]) {
  test(`a value goes through a daisy chain of 100 000 tasks, each adding one (capacity ${capacity})`, async () => {
    assert.equal(await run(() => daisyChain(100_000, capacity)), 100_000);
  });
}

test("a daisy chain of calls is no deeper for the length of the chain: 100 000 tasks that each own the next", async () => {
  function* nest(depth: number): Operation<number> {
    if (depth === 0) return 0;
    return 1 + (yield* go(nest, depth - 1));
  }
  assert.equal(await run(() => nest(100_000)), 100_000);
});

test("cancelling the first of 100 000 tasks that each own the next ends all of them", async () => {
  let cleaned = 0;
  function* nest(depth: number, ready: Sender<void>): Operation<void> {
    try {
      if (depth > 0) go(nest, depth - 1, ready);
      else yield* ready.send();
      yield* channel().receive();
    } finally {
      cleaned++;
    }
  }
  await simulate(function* () {
    const ready = channel<void>();
    const first = go(nest, 99_999, ready);
    yield* ready.receive();
    first.cancel();
    while (first.status !== "cancelled") yield* yieldNow();
  });
  assert.equal(cleaned, 100_000);
});

test("an error at the end of a chain of 10 000 owners arrives at the top, the very same object", async () => {
  const failure = new Error("at the bottom");
  function* nest(depth: number): Operation<void> {
    if (depth === 0) throw failure;
    yield* go(nest, depth - 1);
  }
  await assert.rejects(
    simulate(() => nest(10_000)),
    (error) => error === failure,
  );
});

for (const capacity of [0, 1]) {
  test(`a token goes round a ring of 500 tasks 50 times, visiting everyone each time (capacity ${capacity})`, async () => {
    const visits = Array<number>(500).fill(0);
    const last = await simulate(function* () {
      const channels = visits.map(() => channel<number>(capacity));
      let last = -1;
      function* station(i: number): Operation<void> {
        const out = channels[(i + 1) % channels.length]!;
        for (let got = yield* channels[i]!.next(); got.done !== true; got = yield* channels[i]!.next()) {
          visits[i]!++;
          if (got.value === 0) last = i;
          if (got.value > 0) yield* out.send(got.value - 1);
          else for (const c of channels) c.close();
        }
      }
      for (let i = 0; i < channels.length; i++) go(station, i);
      yield* channels[0]!.send(500 * 50 - 1);
      return () => last;
    });
    assert.equal(last(), 499);
    assert.deepEqual(new Set(visits), new Set([50]));
  });
}

test("many tokens in one ring neither overtake nor vanish", async () => {
  await orders(15, function* () {
    const stations = 8;
    const tokens = 5;
    const rounds = 4;
    const channels = Array.from({ length: stations }, () => channel<number>());
    const seen: number[][] = channels.map(() => []);
    const tasks = channels.map((c, i) =>
      go(function* () {
        for (let n = 0; n < tokens * rounds; n++) {
          const token = yield* c.receive();
          seen[i]!.push(token);
          const done = i === stations - 1 && n >= tokens * (rounds - 1); // the last station takes them out
          if (!done) yield* channels[(i + 1) % stations]!.send(token);
        }
      }),
    );
    for (let token = 0; token < tokens; token++) yield* channels[0]!.send(token);
    for (const task of tasks) yield* task;
    assert.equal(seen[0]?.length, tokens * rounds);
    for (const list of seen) assert.deepEqual(list, seen[0]);
    assert.deepEqual(new Set(seen[0]), new Set([0, 1, 2, 3, 4]));
  });
});

test("ping and pong alternate strictly, in every order of tasks", async () => {
  const expected = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? `ping ${n}` : `pong ${n}`));
  await orders(30, function* () {
    const log: string[] = [];
    const [there, back] = [channel<number>(), channel<number>()];
    const pong = go(function* () {
      for (let got = yield* there.next(); got.done !== true; got = yield* there.next()) {
        log.push(`pong ${got.value}`);
        yield* back.send(got.value + 1);
      }
    });
    let n = 0;
    while (n < 40) {
      log.push(`ping ${n}`);
      yield* there.send(n + 1);
      n = yield* back.receive();
    }
    there.close();
    yield* pong;
    assert.deepEqual(log, expected);
  });
});

test("100 000 round trips of ping-pong do not lose count", async () => {
  const total = await run(function* () {
    const [there, back] = [channel<number>(), channel<number>()];
    go(function* () {
      for (let got = yield* there.next(); got.done !== true; got = yield* there.next()) yield* back.send(got.value + 1);
    });
    let n = 0;
    while (n < 100_000) {
      yield* there.send(n);
      n = yield* back.receive();
    }
    there.close();
    return n;
  });
  assert.equal(total, 100_000);
});

test("a pipeline that doubles and adds gives for each input what a loop would", async () => {
  for (const capacity of [0, 1, 8]) {
    const got = await simulate(function* () {
      function stage(source: Receiver<number>, f: (n: number) => number): Receiver<number> {
        const out = channel<number>(capacity);
        go(function* () {
          for (let next = yield* source.next(); next.done !== true; next = yield* source.next())
            yield* out.send(f(next.value));
          out.close();
        });
        return out;
      }
      const source = channel<number>(capacity);
      go(function* () {
        for (let n = 0; n < 100; n++) yield* source.send(n);
        source.close();
      });
      let out: Receiver<number> = source;
      for (let i = 0; i < 20; i++) out = stage(out, i % 2 === 0 ? (n) => n * 2 : (n) => n + 1);
      const got: number[] = [];
      for (let next = yield* out.next(); next.done !== true; next = yield* out.next()) got.push(next.value);
      return got;
    });
    const byHand = (n: number): number => {
      for (let i = 0; i < 20; i++) n = i % 2 === 0 ? n * 2 : n + 1;
      return n;
    };
    assert.deepEqual(
      got,
      Array.from({ length: 100 }, (_, n) => byHand(n)),
    );
  }
});

test("a tree of tasks, ten children to each, sums a hundred thousand leaves", async () => {
  function* node(out: Sender<number>, first: number, size: number): Operation<void> {
    if (size === 1) {
      yield* out.send(first);
      return;
    }
    const sums = channel<number>();
    for (let i = 0; i < 10; i++) go(node, sums, first + (i * size) / 10, size / 10);
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += yield* sums.receive();
    yield* out.send(sum);
  }
  const sum = await run(function* () {
    const out = channel<number>();
    go(node, out, 0, 100_000);
    return yield* out.receive();
  });
  assert.equal(sum, (99_999 * 100_000) / 2);
});
