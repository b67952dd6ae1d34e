// sequence, chooser, forwardChooser and clock: what they give, when they end, and how iterables learn that no more is wanted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, now, type Operation, run, sleep } from "offshoot";
import {
  type Choice,
  Component,
  chooser,
  clock,
  forwardChooser,
  pipeline,
  sequence,
  transformer,
} from "offshoot/component";
import { simulate } from "offshoot/testing";
import { caught, thrown } from "../../support/caught.ts";
import { all, Collector, Timed, through } from "../../support/feeding.ts";

/** Counts up for ever, and notes when it is told that no more is wanted. */
function* counting(log: string[]): Generator<number> {
  try {
    for (let n = 0; ; n++) {
      log.push(`made ${n}`);
      yield n;
    }
  } finally {
    log.push("closed");
  }
}

async function* countingAsync(log: string[]): AsyncGenerator<number> {
  yield* counting(log);
}

class TakesTwo extends Component<{ inbox: number }, { outbox: never }> {
  override *main(): Operation<void> {
    yield* this.receive();
    yield* this.receive();
  }
}

test("a sequence gives the values of an iterable, of either kind", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* all(sequence([1, 2, 3])), [1, 2, 3]);
    assert.deepEqual(yield* all(sequence(new Set("aab"))), ["a", "b"]);
    assert.deepEqual(yield* all(sequence([])), []);
  });
  async function* values(): AsyncGenerator<number> {
    yield 1;
    yield 2;
  }
  assert.deepEqual(await run(() => all(sequence(values()))), [1, 2]);
});

test("a sequence asks for a value only when it can be given, and tells the iterable when no more is wanted", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const source = sequence(counting(log));
    yield* pipeline(source, 1, new TakesTwo());
    assert.equal(source.status, "cancelled");
    assert.ok(log.length <= 5, log.join());
    assert.equal(log.at(-1), "closed");
  });
  const log: string[] = [];
  await run(() => pipeline(sequence(countingAsync(log)), 1, new TakesTwo()));
  await new Promise(setImmediate);
  assert.equal(log.at(-1), "closed");
});

test("a sequence on demand gives one value for each message, and ends when nobody can ask", async () => {
  await simulate(function* () {
    const log: string[] = [];
    assert.deepEqual(yield* through(["x", "y"], sequence(counting(log), { onDemand: true })), [0, 1]);
    assert.deepEqual(log, ["made 0", "made 1", "closed"]);
    assert.deepEqual(yield* through([1, 2, 3, 4], sequence(["a", "b"], { onDemand: true })), ["a", "b"]);
  });
  const log: string[] = [];
  assert.deepEqual(await run(() => through([1, 1], sequence(countingAsync(log), { onDemand: true }))), [0, 1]);
});

test("a sequence fails with what its iterable throws, and does not close what has thrown", async () => {
  await simulate(function* () {
    const closed: string[] = [];
    const broken: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next() {
          throw new RangeError("dried up");
        },
        return() {
          closed.push("closed");
          return { done: true, value: undefined };
        },
      }),
    };
    yield* caught(RangeError, all(sequence(broken)));
    assert.deepEqual(closed, []);
  });
});

test("what cannot be iterated is refused, and a string too", () => {
  for (const values of [1, "text", null, {}]) thrown(MisuseError, () => sequence(values as never));
  thrown(MisuseError, () => sequence([], { onDemand: "yes" as never }));
});

const SLIDES = ["a", "b", "c"];
const told = (words: string, loop: boolean): Operation<string[]> =>
  through<string>(words.split(" "), chooser(SLIDES, { loop }));

test("a chooser gives the first item, and then what it is told to choose", async () => {
  await simulate(function* () {
    assert.equal((yield* told("NEXT NEXT PREV LAST FIRST", false)).join(""), "abcbca");
  });
});

test("beyond the ends a chooser gives nothing and stays, or goes round", async () => {
  await simulate(function* () {
    assert.equal((yield* told("PREV NEXT NEXT NEXT NEXT PREV", false)).join(""), "abcb");
    assert.equal((yield* told("PREV NEXT NEXT NEXT NEXT PREV", true)).join(""), "acabcac");
  });
});

test("a chooser of nothing ends at once, and its list is its own", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* all(chooser([])), []);
    const list = ["a", "b"];
    const part = chooser(list);
    list.length = 0;
    assert.deepEqual(yield* through<string>(["NEXT"] satisfies Choice[], part), ["a", "b"]);
  });
});

test("a chooser refuses other words, and what is no list", async () => {
  await simulate(function* () {
    const error = yield* caught(MisuseError, through(["BACK"], chooser([1, 2])));
    assert.match(
      error.message,
      /^chooser: "Chooser#\d+" was told a string \(BACK\)\. Send "NEXT", "PREV", "FIRST" or "LAST"/,
    );
    yield* caught(MisuseError, through(["PREV"], forwardChooser([1, 2])));
  });
  thrown(MisuseError, () => chooser("abc" as never));
  thrown(MisuseError, () => chooser([], { loop: 1 as never }));
  thrown(MisuseError, () => forwardChooser(7 as never));
});

test("a forward chooser goes through what has no end, and closes it", async () => {
  await simulate(function* () {
    const log: string[] = [];
    assert.deepEqual(yield* through(["NEXT", "NEXT"], forwardChooser(counting(log))), [0, 1, 2]);
    assert.deepEqual(log, ["made 0", "made 1", "made 2", "closed"]);
  });
});

test("a forward chooser ends with its iterable", async () => {
  await simulate(function* () {
    const part = forwardChooser(["a", "b"]);
    const words = Array.from({ length: 30 }, () => "NEXT");
    assert.deepEqual(yield* through(words, part), ["a", "b"]);
    assert.equal(part.status, "succeeded");
  });
});

test("a clock gives a message at each beat, as many as it is told", async () => {
  await simulate(function* () {
    const start = now();
    const part = clock(250, { ticks: 4 });
    const times = yield* all<string>(
      part,
      transformer((beat: number) => `${beat - start} at ${now() - start}`),
    );
    assert.deepEqual(times, ["250 at 250", "500 at 500", "750 at 750", "1000 at 1000"]);
    assert.deepEqual(part.stats(), { ticks: 4, missed: 0 });
  });
});

test("beats for which there is no room are missed and counted, and the grid stays", async () => {
  await simulate(function* () {
    const start = now();
    const part = clock(10, { ticks: 6 });
    const beats: number[] = [];
    class Slow extends Component<{ inbox: number }, { outbox: never }> {
      override *main(): Operation<void> {
        for (let beat = yield* this.next(); !beat.done; beat = yield* this.next()) {
          beats.push(beat.value - start);
          yield* sleep(35);
        }
      }
    }
    yield* pipeline(part, 1, new Slow());
    assert.deepEqual(beats, [10, 20, 30, 40, 80, 110]);
    assert.deepEqual(part.stats(), { ticks: 6, missed: 5 });
  });
});

test("a clock ends when no more is wanted of it, and goes on with what is said to it", async () => {
  await simulate(function* () {
    const collector = new Collector<number>();
    const part = clock(10);
    yield* pipeline(
      new Timed([
        [15, "noise"],
        [20, "noise"],
      ]),
      part,
      collector,
    );
    assert.equal(collector.got.length, 3);
    assert.equal(part.status, "succeeded");
    const stopped = clock(10);
    stopped.start();
    yield* sleep(25);
    stopped.stop();
    yield* sleep(100);
    assert.deepEqual(stopped.stats(), { ticks: 2, missed: 0 });
  });
  thrown(MisuseError, () => clock(0));
  thrown(MisuseError, () => clock(10, { ticks: 0 }));
});
