// seq: parts one after the other, with the boxes of the whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, type Operation, sleep } from "offshoot";
import {
  type AnyComponent,
  box,
  Component,
  component,
  graphline,
  pipeline,
  producerFinished,
  type Signal,
  seq,
  shutdown,
} from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

/** Takes so many, and gives them with its name. */
const Taker = component(
  { inboxes: { inbox: box<number>() }, outboxes: { outbox: box<string>() } },
  function* taker(self, name: string, most: number): Operation<void> {
    for (let i = 0; i < most; i++) {
      const message = yield* self.next();
      yield* self.put(message.done ? `${name}:end` : `${name}:${message.value}`);
      if (message.done) return;
    }
  },
);

test("the parts run one after the other, and their output is that of the whole", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const whole = seq(source("a", "b"), source("c"), source("d", "e"));
    yield* pipeline(whole, collector(got));
    assertNothingLeft(whole, ...whole.children);
  });
  assert.deepEqual(got, ["a", "b", "c", "d", "e", "end"]);
});

test("what one part has not collected waits for the next, in order", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const whole = seq(Taker("first", 2), Taker("second", 1), Taker("third", 99));
    yield* pipeline(source(1, 2, 3, 4, 5, 6), whole, collector(got));
    assertNothingLeft(whole, ...whole.children);
  });
  assert.deepEqual(got, ["first:1", "first:2", "second:3", "third:4", "third:5", "third:6", "third:end", "end"]);
});

test("so it does where senders wait for room, and where the inbox of the next is smaller than what waits", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const small = Taker("small", 25);
    small.setInboxSize("inbox", 2);
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    yield* pipeline(source(...numbers), seq(Taker("wide", 3), small, Taker("last", 99)), collector(got));
    const order = got.slice(0, -2).map((line) => Number(line.split(":")[1]));
    assert.deepEqual(order, numbers);
    assert.deepEqual(got.slice(-2), ["last:end", "end"]);
    assert.equal(got[3], "small:3");
  });
});

test("what a pipeline within has not collected waits for the next as well", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const slow = function* (self: Component<{ inbox: string }, { outbox: string }>): Operation<void> {
      for (let line = yield* self.next(); !line.done; line = yield* self.next()) {
        yield* sleep(10);
        yield* self.put(line.value);
      }
    };
    const feed = function* (self: Component<object, { outbox: number }>): Operation<void> {
      for (let n = 0; n < 4; n++) {
        yield* sleep(1);
        yield* self.put(n);
      }
    };
    yield* pipeline(
      feed,
      seq(pipeline(Taker("first", 1), slow), seq(Taker("second", 1)), Taker("third", 9)),
      collector(got),
    );
  });
  assert.deepEqual(got, ["first:0", "second:1", "third:2", "third:3", "third:end", "end"]);
});

test("what comes before it is started is there for the first part", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const whole = seq(Taker("first", 1), Taker("second", 1));
    yield* pipeline(source(1, 2), whole, collector(got));
  });
  assert.deepEqual(got, ["first:1", "second:2", "end"]);
});

test("producerFinished holds for the part that runs and for those that follow", async () => {
  const heard: string[] = [];
  const hears = component({ handlesControl: true }, function* (self, name: string): Operation<void> {
    heard.push(`${name}:${((yield* self.receive("control")) as Signal).kind}`);
  });
  const teller = function* (self: Component): Operation<void> {
    yield* sleep(1);
    self.send(producerFinished("teller"), "signal");
  };
  const got: string[] = [];
  await simulate(function* () {
    const whole = seq(hears("a"), Taker("b", 9), hears("c"));
    yield* graphline({
      parts: { teller, whole, collect: collector(got) },
      links: { "teller.signal": "whole.control", "whole.outbox": "collect.inbox" },
    });
  });
  assert.deepEqual(heard, ["a:producerFinished", "c:producerFinished"]);
  assert.deepEqual(got, ["b:end", "end"]);
});

test("a shutdown is obeyed by the part that runs, and none follows", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const careful = component({ handlesControl: true }, function* (self): Operation<void> {
      const signal = yield* self.receive("control");
      yield* sleep(5);
      log.push(signal.kind);
    });
    const never = function* (): Operation<void> {
      log.push("never");
    };
    const whole = seq(careful(), never);
    const heard: Signal[] = [];
    const teller = function* (self: Component): Operation<void> {
      yield* sleep(1);
      self.send(shutdown("enough"), "signal");
    };
    const listener = component({ handlesControl: true }, function* (self): Operation<void> {
      heard.push(yield* self.receive("control"));
    });
    yield* graphline({
      parts: { teller, whole, listener: listener() },
      links: { "teller.signal": "whole.control", "whole.signal": "listener.control" },
    });
    assert.deepEqual(log, ["shutdown"]);
    assert.deepEqual(heard, [shutdown("enough")]);
    assert.equal(whole.status, "cancelled");
    assert.equal(whole.children[1]?.status, "made");
    assertNothingLeft(whole, ...whole.children);
  });
});

test("a shutdown stops a pipeline whose first part has ended", async () => {
  await simulate(function* () {
    const stays = function* (): Operation<void> {
      yield* sleep(1_000);
      assert.fail("was stopped");
    };
    const row = pipeline(source(1), stays);
    const whole = seq(row) as AnyComponent;
    whole.start();
    yield* sleep(1);
    assert.equal(row.children[0]?.status, "succeeded");
    Component.insideOf(whole).box("control", "test").send(shutdown("enough"), "test");
    yield* sleep(1);
    assert.deepEqual([row.children[1]?.status, whole.status], ["cancelled", "cancelled"]);
  });
});

test("a shutdown that comes before its start keeps it from running", async () => {
  await simulate(function* () {
    let ran = false;
    const whole = seq(function* (): Operation<void> {
      ran = true;
    });
    Component.insideOf(whole as AnyComponent)
      .box("control", "test")
      .send(shutdown(), "test");
    yield* whole;
    assert.equal(ran, false);
    assert.equal(whole.status, "cancelled");
  });
});

test("a part that is cancelled alone is over, and the next begins", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const first = Taker("first", 1);
    const whole = seq(first, function* (): Operation<void> {
      log.push("second");
    });
    go(function* () {
      yield* sleep(1);
      first.stop();
    });
    yield* whole;
    assert.deepEqual(log, ["second"]);
    assert.equal(whole.status, "succeeded");
  });
});

const broken = function* (): Operation<void> {
  throw new RangeError("broken");
};

test("a part that fails fails the whole, and none follows", async () => {
  await simulate(function* () {
    let ran = false;
    const whole = seq(broken, function* (): Operation<void> {
      ran = true;
    });
    assert.equal((yield* caught(RangeError, whole)).message, "broken");
    assert.equal(ran, false);
    assert.equal(whole.status, "failed");
    assertNothingLeft(whole, ...whole.children);
  });
});

test("with isolate the next begins, and the failures are thrown in the end, or told", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const after = function* (): Operation<void> {
      log.push("after");
    };
    const thrownAtEnd = yield* caught(AggregateError, seq([broken, after, broken], { failures: "isolate" }));
    assert.deepEqual(
      thrownAtEnd.errors.map((error: Error) => error.message),
      ["broken", "broken"],
    );
    assert.match(thrownAtEnd.message, /^seq: 2 failures: broken; broken$/);
    yield* seq([broken, after], {
      failures: "isolate",
      onFailure: (error, part) => log.push(`${(error as Error).message} ${part.componentName}`),
    });
    assert.deepEqual(log, ["after", "broken broken", "after"]);
  });
});

test("with isolate what failed before a cancellation is thrown all the same", async () => {
  await simulate(function* () {
    const whole = seq([broken, () => sleep(100)], { failures: "isolate" });
    const failing = go(() => caught(AggregateError, whole));
    yield* sleep(1);
    whole.stop();
    assert.equal((yield* failing).errors.length, 1);
  });
});

test("with restart a part is called again before the next begins", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const flaky = function* (): Operation<void> {
      log.push("try");
      if (log.length < 3) throw new Error("not yet");
    };
    const last = function* (): Operation<void> {
      log.push("last");
    };
    yield* seq([flaky, last], { failures: "restart", restart: { backoff: false } });
    assert.deepEqual(log, ["try", "try", "try", "last"]);
  });
});

test("cancelling it cancels the part that runs, starts no other, and leaves nothing behind", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const cleansUp = function* (self: Component): Operation<void> {
      try {
        yield* self.receive();
        yield* sleep(100);
      } finally {
        log.push("cleaned up");
      }
    };
    const inner = seq(cleansUp, () => void log.push("never"));
    const outer = seq(inner, () => void log.push("never"));
    const [feeds, takes] = [source(1, 2, 3), collector([])];
    const row = pipeline(feeds, outer, takes);
    row.start();
    yield* sleep(1);
    row.stop("enough");
    yield* sleep(1);
    assert.deepEqual(log, ["cleaned up"]);
    assert.equal(outer.status, "cancelled");
    assertNothingLeft(row, feeds, takes, outer, ...outer.children, ...inner.children);
  });
});

test("parts that are none are refused when it is made", () => {
  assert.match(thrown(MisuseError, () => seq()).message, /^seq: there are no parts\. Give at least one\.$/);
  assert.match(thrown(MisuseError, () => seq([], {})).message, /no parts/);
  // @ts-expect-error no part
  assert.match(thrown(MisuseError, () => seq(7)).message, /^seq: a number \(7\) is no part/);
});
