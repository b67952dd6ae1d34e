// Selects under load: many channels of mixed capacities, many tasks, random orders. All values exactly once, nothing left over.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  channel,
  go,
  type Operation,
  run,
  type Selectable,
  select,
  selectNow,
  type Task,
  yieldNow,
} from "offshoot";
import { Random } from "../../../src/base/random.ts";
import { simulate } from "../../../src/testing/simulate.ts";
import { orders } from "../../support/orders.ts";

/** Tasks of every kind move `each` values through every channel; answers all values received, sorted. */
function* exchange(channels: readonly Channel<number>[], each: number): Operation<number[]> {
  const got: number[] = [];
  let left = channels.length * each * 2;
  const senders: Task<void>[] = [];
  for (const [i, c] of channels.entries()) {
    senders.push(
      go(function* plainSender() {
        for (let n = 0; n < each; n++) yield* c.send(i * each + n);
      }),
    );
  }
  const base = channels.length * each;
  senders.push(
    go(function* selectingSender() {
      const next = channels.map((_, i) => base + i * each);
      for (let n = 0; n < base; n++) {
        const open = channels.flatMap((_, i) => ((next[i] as number) < base + (i + 1) * each ? [i] : []));
        const { key } = yield* select(open.map((i) => channels[i]!.send(next[i]!)));
        next[open[key]!]!++;
      }
    }),
  );
  function* take(value: number): Operation<void> {
    got.push(value);
    left--;
    if (left === 0) for (const c of channels) c.close();
  }
  const receivers = channels.map((c) =>
    go(function* plainReceiver() {
      for (let next = yield* c.next(); next.done !== true; next = yield* c.next()) yield* take(next.value);
    }),
  );
  receivers.push(
    go(function* selectingReceiver() {
      while (left > 0) {
        const { value } = yield* select(channels.map((c) => c.next()));
        if (value.done !== true) yield* take(value.value);
      }
    }),
    go(function* lookingReceiver() {
      while (left > 0) {
        const got = selectNow(channels.map((c) => c.next()));
        if (got !== undefined && got.value.done !== true) yield* take(got.value.value);
        yield* yieldNow();
      }
    }),
  );
  for (const task of [...senders, ...receivers]) yield* task;
  return got.sort((a, b) => a - b);
}

test("mixed capacities, plain and selecting ends: every value exactly once, in every order tried", async () => {
  let runs = 0;
  await orders(40, function* () {
    const channels = [0, 1, 0, 5].map((capacity) => channel<number>(capacity));
    const got = yield* exchange(channels, 10);
    assert.deepEqual(
      got,
      Array.from({ length: 80 }, (_, n) => n),
    );
    for (const c of channels) {
      assert.deepEqual(c.stats(), { sent: 20, received: 20, dropped: 0, waitingSenders: 0, waitingReceivers: 0 });
    }
    runs++;
  });
  assert.equal(runs, 41);
});

test("the same at length on the production loop", async () => {
  const got = await run(
    () =>
      exchange(
        [0, 1, 2, 10, 100, 0].map((capacity) => channel<number>(capacity)),
        500,
      ),
    { seed: 1 },
  );
  assert.equal(got.length, 6_000);
  for (const [i, n] of got.entries()) assert.equal(n, i);
});

test("the invariants of all channels hold after every step of it", async () => {
  for (let seed = 0; seed < 10; seed++) {
    let channels!: (Channel<number> & { check(): void })[];
    await simulate(
      () => {
        channels = [0, 1, 3].map((capacity) => channel<number>(capacity) as Channel<number> & { check(): void });
        return exchange(channels, 6);
      },
      { seed, check: () => channels.forEach((c) => void c.check()) },
    );
  }
});

test("tasks that both give and take through one select conserve what there is", async () => {
  await orders(20, function* () {
    // 6 tasks hold 3 tokens each and pass them on through any of 3 channels, in both directions at once
    const channels = [0, 1, 2].map((capacity) => channel<string>(capacity));
    const held = Array.from({ length: 6 }, (_, i) => [0, 1, 2].map((n) => `${i}.${n}`));
    const tasks = held.map((mine) =>
      go(function* () {
        for (let n = 0; n < 30; n++) {
          const token = mine[0];
          const takes: Selectable<string | undefined>[] = channels.map((c) => c.receive());
          const gives: Selectable<string | undefined>[] =
            token === undefined ? [] : channels.map((c) => c.send(token).map(() => undefined));
          const got = selectNow([...takes, ...gives]);
          if (got !== undefined) {
            if (got.value === undefined) mine.shift();
            else mine.push(got.value);
          }
          yield* yieldNow();
        }
      }),
    );
    for (const task of tasks) yield* task;
    const inside = channels.flatMap((c) => {
      const rest: string[] = [];
      for (let got = c.tryReceive(); got.ok; got = c.tryReceive()) rest.push(got.value);
      return rest;
    });
    const all = [...held.flat(), ...inside];
    assert.equal(all.length, 18);
    assert.equal(new Set(all).size, 18);
  });
});

test("cancelling selects at random moments loses no value and doubles none", async () => {
  let cancelled = 0;
  for (let seed = 0; seed < 60; seed++) {
    await simulate(
      function* () {
        const random = new Random(seed);
        const a = channel<number>();
        const b = channel<number>(1);
        const received: number[] = [];
        const sent: number[] = [];
        const senders = [0, 1, 2].map((i) =>
          go(function* () {
            for (let n = 0; n < 10; n++) {
              yield* select({ a: a.send(i * 10 + n), b: b.send(i * 10 + n) });
              sent.push(i * 10 + n);
            }
          }),
        );
        const receivers = [0, 1, 2].map(() =>
          go(function* () {
            for (;;) received.push((yield* select({ a: a.receive(), b: b.receive() })).value);
          }),
        );
        for (let i = 0; i < 4; i++) {
          for (let n = random.below(12); n > 0; n--) yield* yieldNow();
          const victim = [...senders, ...receivers][random.below(6)]!;
          victim.cancel();
          cancelled++;
        }
        for (let n = 0; n < 200; n++) yield* yieldNow();
        for (const task of [...senders, ...receivers]) task.cancel();
        for (let n = 0; n < 50; n++) yield* yieldNow();
        const left: number[] = [];
        for (let got = b.tryReceive(); got.ok; got = b.tryReceive()) left.push(got.value);
        const arrived = [...received, ...left].sort((x, y) => x - y);
        assert.equal(new Set(arrived).size, arrived.length, "a value came twice");
        const { sent: givenA } = a.stats();
        const { sent: givenB } = b.stats();
        assert.equal(arrived.length, givenA + givenB, "a value was lost");
        for (const n of sent) assert.ok(arrived.includes(n), `${n} was sent and did not arrive`);
      },
      { seed },
    );
  }
  assert.equal(cancelled, 240);
});
