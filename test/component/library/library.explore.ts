// Parts of the library between a source and a sink, in all orders, or as many as there is time for.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "offshoot";
import {
  batcher,
  Component,
  clock,
  comparator,
  graphline,
  lossyConnector,
  pipeline,
  sequence,
  transformer,
  turnstile,
} from "offshoot/component";
import { explored } from "offshoot/testing";
import { Collector, Timed } from "../../support/feeding.ts";

const some = { runs: 400 };

test(
  "a transformer loses nothing and keeps the order, with hardly any room",
  explored(function* () {
    const end = new Collector<number>();
    yield* pipeline(
      sequence([1, 2, 3]),
      1,
      transformer((n: number) => n * 2),
      1,
      end,
    );
    assert.deepEqual(end.got, [2, 4, 6]);
  }, some),
);

test(
  "a turnstile lets as many pass as were asked for, whoever comes first, and ends",
  explored(function* () {
    const end = new Collector<number>();
    yield* graphline({
      parts: { source: sequence([1, 2, 3]), asks: sequence(["a", "b"]), gate: turnstile<number>(), end },
      links: { "source.outbox": "gate.inbox", "asks.outbox": "gate.next", "gate.outbox": "end.inbox" },
    });
    assert.deepEqual(end.got, [1, 2]);
  }, some),
);

test(
  "a lossy connector passes or counts each message",
  explored(function* () {
    const [meter, end] = [lossyConnector<number>(), new Collector<number>()];
    yield* pipeline(sequence([1, 2, 3, 4]), meter, 1, end);
    const { passed, dropped } = meter.stats();
    assert.equal(passed, end.got.length);
    assert.equal(passed + dropped, 4);
    assert.equal(end.got[0], 1);
    assert.deepEqual(end.got, [...end.got].sort());
  }, some),
);

test(
  "a batcher gives each message once, though its time is up at any moment",
  explored(
    function* () {
      const end = new Collector<readonly number[]>();
      const source = new Timed([
        [0, 1],
        [5, 2],
        [0, 3],
        [10, 4],
      ]);
      yield* pipeline(source, batcher<number>({ count: 2, ms: 5 }), end);
      assert.deepEqual(end.got.flat(), [1, 2, 3, 4]);
      assert.ok(end.got.every((batch) => batch.length === 1 || batch.length === 2));
    },
    { ...some, time: "racy" },
  ),
);

test(
  "a comparator compares the same pairs whoever is faster, and ends with both",
  explored(function* () {
    const end = new Collector<number>();
    yield* graphline({
      parts: { left: sequence([1, 2]), right: sequence([1, 2]), same: comparator<number>(), end },
      links: { "left.outbox": "same.inbox", "right.outbox": "same.expected", "same.outbox": "end.inbox" },
    });
    assert.deepEqual(end.got, [1, 2]);
  }, some),
);

test(
  "a source ends quietly when its consumer has ended, wherever it was",
  explored(function* () {
    class TakesOne extends Component<{ inbox: number }, { outbox: never }> {
      override *main(): Operation<void> {
        assert.equal(yield* this.receive(), 1);
      }
    }
    const source = sequence([1, 2, 3]);
    yield* pipeline(
      source,
      1,
      transformer((n: number) => n),
      1,
      new TakesOne(),
    );
    assert.ok(source.status === "cancelled" || source.status === "succeeded");
  }, some),
);

test(
  "a clock that is stopped gives nothing more",
  explored(
    function* () {
      const [ticks, end] = [clock(10), new Collector<number>()];
      const stop = transformer(() => ticks.stop());
      yield* graphline({
        parts: { ticks, end, later: new Timed([[25, "stop"]]), stop },
        links: { "ticks.outbox": "end.inbox", "later.outbox": "stop.inbox" },
      });
      assert.equal(end.got.length, 2);
    },
    { ...some, time: "idle" },
  ),
);
