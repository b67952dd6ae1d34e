// rateLimiter: messages and bytes a second, bursts, both at once; that nothing is lost, and nobody runs ahead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, now, type Operation, sleep } from "offshoot";
import {
  type Component,
  pipeline,
  type RateLimiterOptions,
  rateLimiter,
  sequence,
  transformer,
} from "offshoot/component";
import { simulate } from "offshoot/testing";
import { Pace } from "../../../src/component/library/pace.ts";
import { caught, thrown } from "../../support/caught.ts";
import { all, Collector, Timed, through } from "../../support/feeding.ts";

/** Notes when each message passes. */
const stamped = (start: number): Component<{ inbox: unknown }, { outbox: number }> =>
  transformer((_: unknown) => Math.round(now() - start));

function* passing<T>(messages: Iterable<T>, options: RateLimiterOptions<T>): Operation<number[]> {
  return yield* through<number>(messages, rateLimiter<T>(options), stamped(now()));
}

test("messages pass evenly spaced, the first at once", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* passing([..."abcd"], { messagesPerSecond: 10 }), [0, 100, 200, 300]);
  });
});

test("bytes are paid for by those behind: text as UTF-8, bytes, and what is told of others", async () => {
  await simulate(function* () {
    const messages = ["aaaa", "€", Buffer.from("bb"), new ArrayBuffer(1), new Uint16Array(2), "c"];
    assert.deepEqual(yield* passing<unknown>(messages, { bytesPerSecond: 100 }), [0, 40, 70, 90, 100, 140]);
    const sized = [{ size: 5 }, { size: 1 }, { size: 0 }, { size: 9 }];
    const options = { bytesPerSecond: 1000, bytesOf: (message: { size: number }) => message.size };
    assert.deepEqual(yield* passing(sized, options), [0, 5, 6, 6]);
  });
});

test("with both rates the slower one counts", async () => {
  await simulate(function* () {
    const messages = ["a", "a".repeat(50), "a", "a"];
    assert.deepEqual(yield* passing(messages, { messagesPerSecond: 100, bytesPerSecond: 1000 }), [0, 10, 60, 70]);
  });
});

test("time in which nothing passed is made up for, as far as burstMs goes", async () => {
  await simulate(function* () {
    const plan: [number, string][] = [
      [0, "a"],
      [0, "b"],
      [0, "c"],
      [0, "d"],
      [1000, "e"],
      [0, "f"],
      [0, "g"],
      [0, "h"],
    ];
    const options = { messagesPerSecond: 10, burstMs: 200 };
    const start = now();
    const times = yield* all<number>(new Timed(plan), rateLimiter<string>(options), stamped(start));
    assert.deepEqual(times, [0, 0, 0, 100, 1000, 1000, 1000, 1100]);
  });
});

test("the rate is held to over a long time, and after waits for room too", async () => {
  await simulate(function* () {
    const times = yield* passing(
      Array.from({ length: 1001 }, (_, i) => i),
      { messagesPerSecond: 30 },
    );
    assert.equal(times.at(-1), Math.round((1000 * 1000) / 30));
    const start = now();
    const collector = new Collector<number>(50);
    yield* pipeline(sequence([1, 2, 3, 4, 5, 6]), rateLimiter<number>({ messagesPerSecond: 100 }), 1, collector);
    assert.deepEqual(collector.got, [1, 2, 3, 4, 5, 6]);
    assert.equal(now() - start, 300);
  });
});

test("the sender is held up", async () => {
  await simulate(function* () {
    let given = 0;
    function* numbers(): Generator<number> {
      for (;;) yield given++;
    }
    const task = pipeline(sequence(numbers()), 2, rateLimiter<number>({ messagesPerSecond: 1 }), new Collector());
    task.start();
    yield* sleep(10_500);
    assert.equal(given, 15); // 11 have passed, one waits for its time, two lie in the box, one waits for room
    task.stop();
  });
});

test("a message without a size is refused, and so are rates that make no sense", async () => {
  await simulate(function* () {
    const error = yield* caught(MisuseError, passing<unknown>([{}], { bytesPerSecond: 1 }));
    assert.match(error.message, /^rateLimiter: how many bytes has an object\? /);
  });
  for (const options of [
    {},
    { messagesPerSecond: 0 },
    { bytesPerSecond: Number.NaN },
    { messagesPerSecond: 1, burstMs: -1 },
  ])
    assert.match(thrown(MisuseError, () => rateLimiter(options)).message, /^rateLimiter: /);
});

test("a bucket adds times up: none is lost to rounding or to being looked at late", () => {
  const pace = new Pace(3, 0);
  let clock = 0;
  for (let i = 0; i < 300; i++) {
    clock += pace.wait(clock);
    pace.spend(1, clock);
  }
  assert.ok(Math.abs(clock - (299 * 1000) / 3) < 1e-6, `${clock}`);
});
