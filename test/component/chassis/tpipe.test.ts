// tpipe: some of what passes goes through a part.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep } from "offshoot";
import {
  box,
  type Component,
  component,
  graphline,
  pipeline,
  type Signal,
  shutdown,
  type TpipeOptions,
  tpipe,
} from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

const isEven = (n: number): boolean => n % 2 === 0;

/** Gives what it takes as text. */
const Shown = component(
  { inboxes: { inbox: box<number>() }, outboxes: { outbox: box<string>() } },
  function* shown(self, most: number = Number.POSITIVE_INFINITY): Operation<void> {
    for (let n = 0; n < most; n++) {
      const item = yield* self.next();
      if (item.done) return;
      yield* self.put(`even ${item.value}`);
    }
  },
);

/** What comes out of the outbox, sorted, and what out of `results`. */
function* outcome(options: TpipeOptions): Operation<[unknown[], unknown[]]> {
  const [joined, apart]: [unknown[], unknown[]] = [[], []];
  const whole = tpipe(Shown(), { ...options, when: isEven });
  const parts = { feeds: source(1, 2, 3, 4, 5), whole, joined: collector(joined), apart: collector(apart) };
  const results =
    options.results === "apart" ? { "whole.results": "apart.inbox" } : { "whole.signal": "apart.control" };
  yield* graphline({
    parts,
    links: { "feeds.outbox": "whole.inbox", "whole.outbox": "joined.inbox", ...results } as never,
  });
  assertNothingLeft(whole, ...whole.children);
  assert.equal(joined.pop(), "end");
  assert.equal(apart.pop(), "end");
  return [joined.map(String).sort(), apart];
}

test("what matches goes to the part only, or onward too; what it gives joins the stream, or comes apart", async () => {
  const even = ["even 2", "even 4"];
  await simulate(function* () {
    assert.deepEqual(yield* outcome({}), [["1", "3", "5", ...even], []]);
    assert.deepEqual(yield* outcome({ mode: "split" }), [["1", "2", "3", "4", "5", ...even], []]);
    assert.deepEqual(yield* outcome({ results: "apart" }), [["1", "3", "5"], even]);
    assert.deepEqual(yield* outcome({ mode: "split", results: "apart" }), [["1", "2", "3", "4", "5"], even]);
  });
});

test("both copies of a message are the same object", async () => {
  await simulate(function* () {
    const message = { n: 1 };
    const got: unknown[] = [];
    const taken: unknown[] = [];
    yield* pipeline(source(message), tpipe(collector(taken), { when: () => true, mode: "split" }), collector(got));
    assert.equal(got[0], message);
    assert.equal(taken[0], message);
  });
});

test("a slow part holds up what comes behind", async () => {
  await simulate(function* () {
    const got: unknown[] = [];
    const slow = component({ inboxes: { inbox: box<number>({ size: 1 }) } }, function* (self): Operation<void> {
      for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
        yield* sleep(100);
        got.push(`slow ${item.value}`);
      }
    });
    yield* pipeline(source(2, 4, 6, 1), tpipe(slow(), { when: isEven }), collector(got));
    assert.deepEqual(got, ["slow 2", 1, "slow 4", "slow 6", "end"]);
  });
});

test("when the part has ended, a stream that is split goes on, and one that is routed ends quietly", async () => {
  await simulate(function* () {
    const split: unknown[] = [];
    yield* pipeline(source(1, 2, 3, 4, 5, 6), tpipe(Shown(1), { when: isEven, mode: "split" }), collector(split));
    assert.deepEqual(
      split.filter((item) => typeof item === "number"),
      [1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(
      split.filter((item) => typeof item !== "number"),
      ["even 2", "end"],
    );

    const routed: unknown[] = [];
    const endless = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
      for (let n = 1; ; n++) {
        yield* sleep(1);
        yield* self.put(n);
      }
    };
    yield* pipeline(endless, tpipe(Shown(1), { when: isEven }), collector(routed));
    assert.deepEqual(routed, [1, "even 2", 3, "end"]);
  });
});

test("a shutdown goes to the part, and the whole says one thing, at its end", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const careful = component({ handlesControl: true }, function* (self): Operation<void> {
      const signal: Signal = yield* self.receive("control");
      yield* sleep(5);
      log.push(signal.kind);
    });
    const listener = component({ handlesControl: true }, function* (self): Operation<void> {
      log.push(yield* self.receive("control"));
      yield* sleep(50);
      log.push(self.dataReady("control"));
    });
    const teller = function* (self: Component): Operation<void> {
      yield* sleep(1);
      self.send(shutdown("enough"), "signal");
    };
    const whole = tpipe(careful(), { when: () => true });
    yield* graphline({
      parts: { teller, whole, listener: listener() },
      links: { "teller.signal": "whole.control", "whole.signal": "listener.control" },
    });
    assert.deepEqual(log, ["shutdown", shutdown("enough"), 0]);
    assert.equal(whole.status, "cancelled");
    assertNothingLeft(whole, ...whole.children);
  });
});

test("a condition that throws, or answers neither true nor false, fails the whole", async () => {
  await simulate(function* () {
    const failing = (when: (n: number) => boolean): Component<{ inbox: never }, object> =>
      pipeline(source(1), tpipe(Shown(), { when })) as never;
    const error = yield* caught(
      RangeError,
      failing(() => {
        throw new RangeError("broken");
      }),
    );
    assert.equal(error.message, "broken");
    assert.match(
      (yield* caught(
        MisuseError,
        failing(() => 1 as never),
      )).message,
      /^tpipe: the condition must answer true or false, got a number \(1\)\.$/,
    );
  });
});

test("cancelling it leaves nothing behind", async () => {
  for (const mode of ["route", "split"] as const)
    await simulate(function* () {
      const deaf = component({ inboxes: { inbox: box<number>({ size: 1 }) } }, function* (self): Operation<void> {
        yield* self.receive("control");
      });
      const whole = tpipe(deaf(), { when: isEven, mode });
      const row = pipeline(source(2, 4, 6), whole, collector([]));
      row.start();
      yield* sleep(1);
      row.stop();
      yield* sleep(1);
      assertNothingLeft(row, ...row.children, ...whole.children);
    });
});

test("what cannot be is refused when it is made", () => {
  const refused = (...args: unknown[]): string =>
    thrown(MisuseError, () => (tpipe as (...args: unknown[]) => unknown)(...args)).message;
  assert.match(refused(Shown()), /^tpipe: options must be an object, got undefined\. Write \{ when: /);
  assert.match(refused(Shown(), {}), /^tpipe: the body must be a function/);
  assert.match(refused(7, { when: isEven }), /^tpipe: a number \(7\) is no part/);
  assert.match(refused(Shown(), { when: isEven, mode: "tee" }), /^tpipe: mode must be "route" or "split"/);
  assert.match(refused(Shown(), { when: isEven, results: "no" }), /^tpipe: results must be "join" or "apart"/);
});
