// turnstile, lossyConnector and oneShot: who lets messages pass, and what becomes of those that may not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep } from "offshoot";
import { Component, graphline, lossyConnector, oneShot, pipeline, sequence, turnstile } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { thrown } from "../../support/caught.ts";
import { all, Collector, Timed, through } from "../../support/feeding.ts";

/** A turnstile between messages and requests, each of which comes after a time. */
function* passed(messages: readonly [number, string][], requests: readonly [number, string][]): Operation<string[]> {
  const [end, gate] = [new Collector<string>(), turnstile<string>()];
  yield* graphline({
    parts: { messages: new Timed(messages), requests: new Timed(requests), gate, end },
    links: { "messages.outbox": "gate.inbox", "requests.outbox": "gate.next", "gate.outbox": "end.inbox" },
  });
  return end.got;
}

test("a turnstile lets one message pass for each request, whichever comes first", async () => {
  await simulate(function* () {
    assert.deepEqual(
      yield* passed(
        [
          [0, "a"],
          [0, "b"],
          [0, "c"],
        ],
        [
          [10, "go"],
          [10, "go"],
        ],
      ),
      ["a", "b"],
    );
    assert.deepEqual(
      yield* passed(
        [
          [10, "a"],
          [10, "b"],
        ],
        [
          [0, "go"],
          [0, "go"],
          [0, "go"],
        ],
      ),
      ["a", "b"],
    );
  });
});

test("a turnstile ends when there are no more messages, though requests may still come", async () => {
  await simulate(function* () {
    const gate = turnstile<number>();
    assert.deepEqual(yield* through([], gate), []);
    assert.equal(gate.status, "succeeded");
  });
});

test("a turnstile ends when nobody can ask any more, and its source with it", async () => {
  await simulate(function* () {
    function* endless(): Generator<number> {
      for (let n = 0; ; n++) yield n;
    }
    const [end, source] = [new Collector<number>(), sequence(endless())];
    yield* graphline({
      parts: { source, requests: sequence([1, 2, 3]), gate: turnstile<number>(), end },
      links: { "source.outbox": "gate.inbox", "requests.outbox": "gate.next", "gate.outbox": "end.inbox" },
    });
    assert.deepEqual(end.got, [0, 1, 2]);
    assert.equal(source.status, "cancelled");
  });
});

test("a lossy connector drops what does not fit, and counts it", async () => {
  await simulate(function* () {
    const meter = lossyConnector<number>();
    const slow = new Collector<number>(1000);
    const plan = Array.from({ length: 10 }, (_, i): [number, number] => [1, i]);
    yield* pipeline(new Timed(plan), meter, 2, slow);
    assert.deepEqual(slow.got, [0, 1, 2]);
    assert.deepEqual(meter.stats(), { passed: 3, dropped: 7 });
    assert.ok(Object.isFrozen(meter.stats()));
  });
});

test("a lossy connector before a box without a size drops nothing", async () => {
  await simulate(function* () {
    const meter = lossyConnector<number>();
    const messages = Array.from({ length: 500 }, (_, i) => i);
    assert.deepEqual(yield* through(messages, meter), messages);
    assert.deepEqual(meter.stats(), { passed: 500, dropped: 0 });
  });
});

test("a lossy connector ends quietly when its consumer has ended", async () => {
  await simulate(function* () {
    class TakesOne extends Component<{ inbox: number }, { outbox: never }> {
      override *main(): Operation<void> {
        yield* this.receive();
      }
    }
    const [meter, source] = [
      lossyConnector<number>(),
      new Timed(Array.from({ length: 9 }, (_, i): [number, number] => [5, i])),
    ];
    yield* pipeline(source, meter, 1, new TakesOne());
    assert.equal(meter.status, "cancelled");
    assert.equal(source.status, "cancelled");
  });
});

test("a one-shot gives its message and ends", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* all(oneShot("hello")), ["hello"]);
    assert.deepEqual(yield* all(oneShot(undefined)), [undefined]);
  });
});

test("a triggered one-shot waits for a message, and gives nothing if none comes", async () => {
  await simulate(function* () {
    const shot = oneShot("hello", { triggered: true });
    const end = new Collector<string>();
    pipeline(new Timed([[100, "now"]]), shot, end).start();
    yield* sleep(99);
    assert.deepEqual(end.got, []);
    yield* sleep(2);
    assert.deepEqual(end.got, ["hello"]);
    assert.deepEqual(yield* through([], oneShot("hello", { triggered: true })), []);
  });
  assert.match(
    thrown(MisuseError, () => oneShot(1, { triggered: 1 as never })).message,
    /triggered must be true or false/,
  );
});
