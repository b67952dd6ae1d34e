// ticker in all orders of two or three tasks, and in some thousand of more: no beat is received twice, none comes after stop, and who waits is served in
// order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, now, select, sleep, ticker } from "offshoot";
import { choose } from "offshoot/testing";
import { explored } from "../support/explored.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("two receivers share the beats: each goes to one of them, in order", async () => {
  const outcomes = await explored(1_000, (watch) => {
    return function* () {
      const t = watch(ticker(5));
      const got: number[] = [];
      const log: string[] = [];
      const tasks = ["a", "b"].map((name) =>
        go(function* () {
          for (let i = 0; i < 2; i++) {
            got.push(yield* t.receive());
            log.push(name);
          }
        }),
      );
      for (const task of tasks) yield* task;
      assert.deepEqual(got, [5, 10, 15, 20]);
      return log.join("");
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"abab"', '"baba"']);
});

test("a beat is received, or dropped by stop, never both", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(ticker(5));
      const got: number[] = [];
      const reader = go(function* () {
        for (;;) {
          const next = yield* t.next();
          if (next.done) return;
          got.push(next.value);
        }
      });
      yield* sleep(delay);
      t.stop();
      yield* sleep(50);
      assert.ok(got.length <= 1);
      const before = got.length;
      t.reset(3);
      yield* sleep(4);
      t.cancel();
      yield* reader;
      assert.equal(got.at(-1), delay + 53);
      assert.equal(got.length, before + 1);
      return before;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ["0", "1"]);
});

test("a beat and a value that come together: the select takes one, the other stays", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    const ch = watch(channel<string>());
    return function* () {
      go(function* () {
        yield* sleep(delay);
        yield* ch.send("value");
      });
      const t = watch(ticker(5));
      const first = yield* select({ value: ch.receive(), beat: t.receive() });
      const second = yield* select({ value: ch.receive(), beat: t.receive() });
      assert.notEqual(first.key, second.key);
      return first.key;
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"beat"', '"value"']);
});

test("cancel wakes whoever waits, once, with the end", async () => {
  let runs = 0;
  const outcomes = await explored(2_000, (watch) => {
    const delay = 4 + (runs++ % 3);
    return function* () {
      const t = watch(ticker(5));
      const readers = [0, 1].map(() => go(() => t.next()));
      go(function* () {
        yield* sleep(delay);
        t.cancel();
      });
      const got: boolean[] = [];
      for (const reader of readers) got.push((yield* reader).done === true);
      return got.join();
    };
  });
  assert.deepEqual([...outcomes.keys()].sort(), ['"false,true"', '"true,false"', '"true,true"']);
});

test("of two receivers at a ticker each beat goes to one, in order", async () => {
  await comesTo(["10 20", "20 10"], (watch) => {
    const beats = watch(ticker(10));
    return function* () {
      const start = now();
      const [one, other] = [go(() => beats.receive()), go(() => beats.receive())];
      const times = [(yield* one) - start, (yield* other) - start];
      beats.stop();
      return times.join(" ");
    };
  });
});

test("a beat is received, or taken back by stop, never both", async () => {
  await comesTo(
    ["received", "stopped"],
    (watch) => {
      const beats = watch(ticker(10));
      return function* () {
        const waits = go(() => select({ beat: beats.receive(), none: sleep(100) }).map(({ key }) => key));
        go(() => beats.stop());
        return (yield* waits) === "beat" ? "received" : "stopped";
      };
    },
    { time: "racy" },
  );
});

test("a receiver at a ticker that is cancelled leaves the beat to the other one; a ticker that is ends them both", async () => {
  await comesTo(["beat end", "cancelled beat", "cancelled end", "end end"], (watch) => {
    const beats = watch(ticker(10));
    return function* () {
      const next = () => beats.next().map(({ done }) => (done ? "end" : "beat"));
      const first = go(next);
      yield* sleep(1); // until it waits
      const second = go(next);
      const delays = [choose(2) * 10, 5 + choose(2) * 10] as const;
      go(function* () {
        yield* sleep(delays[0]);
        first.cancel();
      });
      go(function* () {
        yield* sleep(delays[1]);
        beats.cancel();
      });
      return `${yield* ending(first)} ${yield* ending(second)}`;
    };
  });
});

test("a slow receiver finds one beat, and the others counted as missed", async () => {
  await comesTo(["30, 2 missed"], (watch) => {
    const beats = watch(ticker(10));
    const ch = watch(channel<number>());
    return function* () {
      const start = now();
      go(function* () {
        yield* sleep(35);
        yield* ch.send((yield* beats.receive()) - start);
      });
      return `${yield* ch.receive()}, ${beats.missed} missed`;
    };
  });
});
