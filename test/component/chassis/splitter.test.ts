// splitter: what comes goes to many.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, type Operation, sleep } from "offshoot";
import {
  type AnyComponent,
  box,
  type Component,
  component,
  graphline,
  NoSpaceInBoxError,
  pipeline,
  type Sink,
  type Splitter,
  splitter,
  UnknownBoxError,
} from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

type Gives = Component<{ inbox: unknown }, { outbox: number }>;

/** Gives the numbers from 0 to below `most`, one each millisecond. */
const ticks = (most: number) =>
  function* ticks(self: Gives): Operation<void> {
    for (let n = 0; n < most; n++) {
      yield* self.put(n);
      yield* sleep(1);
    }
  };

/** Takes one each `ms`, from a box of size 1. */
const Slow = component(
  { inboxes: { inbox: box<number>({ size: 1 }) } },
  function* slow(self, got: unknown[], ms: number) {
    for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
      got.push(item.value);
      yield* sleep(ms);
    }
    got.push("end");
  },
);

test("every outbox that is linked gives every message, the same object", async () => {
  await simulate(function* () {
    const [one, two] = [{ n: 1 }, { n: 2 }];
    const [a, b, c]: unknown[][] = [[], [], []] as [unknown[], unknown[], unknown[]];
    const split = splitter<object, "log" | "store" | "unused">({ outboxes: ["log", "store", "unused"] });
    const whole = graphline({
      parts: {
        feeds: source(one, two),
        split,
        a: collector(a as unknown[]),
        b: collector(b as unknown[]),
        c: collector(c as unknown[]),
      },
      links: {
        "feeds.outbox": "split.inbox",
        "split.outbox": "a.inbox",
        "split.log": "b.inbox",
        "split.store": "c.inbox",
      },
    });
    yield* whole;
    for (const got of [a, b, c]) {
      assert.equal(got?.[0], one);
      assert.equal(got?.[1], two);
      assert.equal(got?.[2], "end");
    }
    assertNothingLeft(whole, ...whole.children);
  });
});

test("sinks come and go while it runs, and each gets once what came meanwhile", async () => {
  await simulate(function* () {
    const split = splitter<number>({ persists: true });
    const [first, second]: [unknown[], unknown[]] = [[], []];
    const [a, b] = [collector(first), collector(second)];
    const row = pipeline(ticks(10), split);
    const sink = split.addSink(a);
    row.start();
    a.start();
    yield* sleep(3.5);
    const late = split.addSink(b, "inbox");
    b.start();
    assert.deepEqual(
      split.sinks.map((one) => one.box),
      ["outbox", "sink", "sink1"],
    );
    yield* sleep(3);
    assert.equal(split.removeSink(sink), true);
    assert.equal(split.removeSink(sink), false);
    yield* sleep(10);
    assert.deepEqual(first, [0, 1, 2, 3, 4, 5, 6, "end"]);
    assert.deepEqual(second, [4, 5, 6, 7, 8, 9, "end"]);
    assert.equal(late.lost, 0);
    assertNothingLeft(row, split, a, b);
  });
});

test("outboxes may be added and deleted while it runs", async () => {
  await simulate(function* () {
    const split = splitter<number>({ persists: true });
    const got: unknown[] = [];
    const wires = component({}, function* (self): Operation<void> {
      yield* sleep(2.5);
      assert.equal(split.addOutbox("extra"), "extra");
      const taker = collector(got);
      const link = self.link([split as AnyComponent, "extra"], [taker, "inbox"]);
      taker.start();
      yield* sleep(3);
      self.unlink(link);
      split.deleteOutbox("extra");
      assert.deepEqual(
        split.sinks.map((one) => one.box),
        ["outbox"],
      );
      taker.stop();
    });
    const row = pipeline(ticks(10), split);
    row.start();
    yield* wires();
    assert.deepEqual(got, [3, 4, 5]);
  });
});

test("one that is slow holds up all, is left out, or is shut down, as was said", async () => {
  await simulate(function* () {
    const numbers = [0, 1, 2, 3, 4, 5];
    for (const slow of ["wait", "drop", "fail"] as const) {
      const failures: string[] = [];
      const split = splitter<number>({ onFail: (error, { box }) => failures.push(`${box} ${error.limit}`) });
      const [fast, lagging]: [unknown[], unknown[]] = [[], []];
      const sluggish = Slow(lagging, 100);
      const sink: Sink = split.addSink(sluggish, "inbox", { slow, size: 2 });
      const row = pipeline(source(...numbers), split, collector(fast));
      go(() => sluggish);
      yield* row;
      yield* sleep(1_000);
      assert.deepEqual(fast, [...numbers, "end"]);
      assert.deepEqual(lagging, { wait: [...numbers, "end"], drop: [0, 1, 2, "end"], fail: [0] }[slow], slow);
      assert.equal(sink.lost, slow === "drop" ? 3 : 0);
      assert.deepEqual(failures, slow === "fail" ? ["sink 2"] : []);
      assert.equal(sluggish.status, slow === "fail" ? "cancelled" : "succeeded");
      assertNothingLeft(row, split, sluggish);
    }
  });
});

test("one that is too slow finds why it was shut down", async () => {
  await simulate(function* () {
    const split = splitter<number>();
    const reasons: unknown[] = [];
    const careful = component({ handlesControl: true }, function* careful(self): Operation<void> {
      const signal = yield* self.receive("control");
      if (signal.kind === "shutdown") reasons.push(signal.reason);
    })();
    split.addSink(careful, "inbox", { slow: "fail", size: 1 });
    go(() => careful);
    yield* pipeline(source(1, 2, 3), split, collector([]));
    const [error] = reasons;
    assert.ok(error instanceof NoSpaceInBoxError);
    assert.match(
      error.message,
      /^splitter: "careful#\d+\.inbox" had no room: 1 messages lie in it\. "careful#\d+" has been shut down\. Collect/,
    );
  });
});

test("without a size, one that is 16 messages behind is slow", async () => {
  await simulate(function* () {
    const split = splitter<number>({ slow: "drop" });
    const deaf = component({}, function* (): Operation<void> {
      yield* sleep(100);
    })();
    const sink = split.addSink(deaf);
    deaf.start();
    yield* pipeline(ticks(20), split, collector([]));
    assert.equal(deaf.dataReady(), 16);
    assert.equal(sink.lost, 4);
  });
});

test("those with room have a message before the slow one is waited for", async () => {
  await simulate(function* () {
    const split = splitter<number>();
    const [fast, lagging]: [unknown[], unknown[]] = [[], []];
    const sluggish = Slow(lagging, 100);
    split.addSink(sluggish);
    go(() => sluggish);
    const row = pipeline(source(1, 2, 3, 4), split, collector(fast));
    row.start();
    yield* sleep(50);
    assert.deepEqual(lagging, [1]);
    assert.deepEqual(fast, [1, 2, 3]);
  });
});

test("a slow sink that is removed while it is waited for does not get the message, and the others go on", async () => {
  await simulate(function* () {
    const split = splitter<number>();
    const [fast, lagging]: [unknown[], unknown[]] = [[], []];
    const sluggish = Slow(lagging, 100);
    const sink = split.addSink(sluggish);
    go(() => sluggish);
    const row = pipeline(source(1, 2, 3, 4), split, collector(fast));
    row.start();
    yield* sleep(50);
    split.removeSink(sink);
    yield* sleep(1);
    assert.deepEqual(fast, [1, 2, 3, 4, "end"]);
    yield* sleep(500);
    assert.deepEqual(lagging, [1, 2, "end"]);
  });
});

test("when all sinks have ended it ends, and whoever feeds it; unless it persists", async () => {
  for (const persists of [false, true])
    await simulate(function* () {
      const split = splitter<number>({ persists });
      const [a, b]: [unknown[], unknown[]] = [[], []];
      const brief = collector(a, 2);
      split.addSink(brief);
      brief.start();
      const row = pipeline(ticks(10), split, collector(b, 4));
      const feeds = row.children[0] as AnyComponent;
      const other = split.addSink(collector([], 1)); // never started, so never ended
      go(() => row);
      yield* sleep(2);
      split.removeSink(other);
      yield* sleep(100);
      assert.equal(split.status, persists ? "succeeded" : "cancelled");
      assert.equal(feeds.status, persists ? "succeeded" : "cancelled");
      assert.deepEqual(a, [0, 1]);
      assert.deepEqual(b, [0, 1, 2, 3]);
    });
});

test("cancelling it at any point leaves nothing behind", async () => {
  for (let at = 0; at < 6; at++)
    await simulate(function* () {
      const split = splitter<number>();
      const sluggish = Slow([], 3);
      const other = collector([]);
      split.addSink(sluggish);
      const sink = split.addSink(other);
      const row = pipeline(ticks(5), split);
      row.start();
      sluggish.start();
      other.start();
      yield* sleep(at);
      if (at === 3) split.removeSink(sink);
      row.stop();
      yield* sleep(10);
      assert.equal(sluggish.status, "succeeded"); // has learnt the end
      assertNothingLeft(row, split, sluggish, other, ...row.children);
    });
});

test("what cannot be is refused, and nothing has changed", async () => {
  const refused = (options: unknown): string => thrown(MisuseError, () => splitter(options as object)).message;
  assert.match(refused(7), /^splitter: options must be an object, got a number \(7\)\.$/);
  assert.match(refused({ outboxes: ["signal"] }), /^splitter: outboxes must be an array of names/);
  assert.match(refused({ slow: "never" }), /^splitter: slow must be "wait", "drop" or "fail"/);
  assert.match(refused({ onFail: 1 }), /^splitter: onFail must be a function/);
  assert.match(refused({ persists: 1 }), /^splitter: persists must be true or false/);
  await simulate(function* () {
    const split: Splitter<number> = splitter<number>();
    const taker = collector([]);
    split.addSink(taker);
    assert.match(
      thrown(MisuseError, () => split.addSink(taker)).message,
      /^Splitter\.addSink: "collector#\d+\.inbox" is a sink of "splitter#\d+" already\. It would get every message twice\.$/,
    );
    // @ts-expect-error no such box
    thrown(UnknownBoxError, () => split.addSink(taker, "letterbox"));
    // @ts-expect-error no such policy
    thrown(MisuseError, () => split.addSink(collector([]), "inbox", { slow: "sometimes" }));
    thrown(MisuseError, () => split.addSink(collector([]), "inbox", { size: -1 }));
    assert.equal(split.sinks.length, 2);
    go(() => taker);
    yield* pipeline(source(1), split);
    assert.match(
      thrown(MisuseError, () => split.addSink(collector([]))).message,
      /has ended\. Add sinks while it lives\.$/,
    );
    thrown(MisuseError, () => splitter<number>().addSink(taker)); // has ended
  });
});
