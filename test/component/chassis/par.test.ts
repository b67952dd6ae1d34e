// par: parts all at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep } from "offshoot";
import { box, type Component, component, graphline, par, pipeline, type Signal, shutdown } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

/** Gives what it takes with its name, each after so many milliseconds. */
const Worker = component(
  { inboxes: { inbox: box<number>({ size: 1 }) }, outboxes: { outbox: box<string>() } },
  function* worker(self, name: string, ms: number, most: number = Number.POSITIVE_INFINITY): Operation<void> {
    for (let n = 0; n < most; n++) {
      const message = yield* self.next();
      if (message.done) return;
      yield* sleep(ms);
      yield* self.put(`${name}:${message.value}`);
    }
  },
);

test("what the parts give is merged, and the whole ends when all have ended", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const whole = par(source("a"), source("b", "c"), function* later(self: Component): Operation<void> {
      yield* sleep(10);
      yield* self.put("d");
    });
    yield* pipeline(whole, collector(got));
    assertNothingLeft(whole, ...whole.children);
  });
  assert.deepEqual(got.slice(0, -2).sort(), ["a", "b", "c"]);
  assert.deepEqual(got.slice(-2), ["d", "end"]);
});

test("a message goes to every part, the same object, in order", async () => {
  const got: object[] = [];
  await simulate(function* () {
    const [one, two] = [{ n: 1 }, { n: 2 }];
    const passes = (): ((self: Component<{ inbox: object }, { outbox: object }>) => Operation<void>) =>
      function* (self) {
        for (let item = yield* self.next(); !item.done; item = yield* self.next()) yield* self.put(item.value);
      };
    const whole = par(passes(), passes());
    yield* pipeline(source(one, two), whole, collector(got));
    assert.equal(got.filter((item) => item === one).length, 2);
    assert.equal(got.filter((item) => item === two).length, 2);
    assert.equal(got.length, 5);
    assertNothingLeft(whole, ...whole.children);
  });
});

test("the slowest part holds up the others, and one that has ended is left out", async () => {
  const got: string[] = [];
  await simulate(function* () {
    yield* pipeline(source(1, 2, 3, 4, 5), par(Worker("slow", 10), Worker("brief", 1, 1)), collector(got));
  });
  assert.deepEqual(got, ["brief:1", "slow:1", "slow:2", "slow:3", "slow:4", "slow:5", "end"]);
});

test("round-robin gives each message to one part, the next in turn that has room", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const numbers = Array.from({ length: 12 }, (_, i) => i);
    const whole = par([Worker("slow", 100), Worker("fast", 10)], { inbox: "round-robin" });
    yield* pipeline(source(...numbers), whole, collector(got));
    const given = got.slice(0, -1).map((line) => Number(line.split(":")[1]));
    assert.deepEqual(
      given.sort((a, b) => a - b),
      numbers,
    );
    assert.ok(got.includes("slow:0") && got.includes("fast:1"));
    assert.ok(got.filter((line) => line.startsWith("fast")).length > 8);
    assertNothingLeft(whole, ...whole.children);
  });
});

test("when all parts have ended, whoever sends to the whole ends quietly", async () => {
  for (const inbox of ["broadcast", "round-robin"] as const)
    await simulate(function* () {
      const endless = function* (self: Component<object, { outbox: number }>): Operation<void> {
        for (let n = 0; ; n++) yield* self.put(n);
      };
      const got: string[] = [];
      yield* pipeline(endless, par([Worker("a", 1, 2), Worker("b", 5, 3)], { inbox }), collector(got));
      assert.equal(got.length, 6);
    });
});

test("what is discarded reaches nobody, and holds up nobody", async () => {
  const got: number[] = [];
  await simulate(function* () {
    const whole = par([source(7), source(8)], { inbox: "discard" });
    yield* pipeline(source(...Array.from({ length: 99 }, (_, i) => i)), whole, collector(got));
  });
  assert.deepEqual(got, [7, 8, "end"]);
});

test("a shutdown goes to every part; the whole says it once, at its end", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const careful = component({ handlesControl: true }, function* (self, ms: number): Operation<void> {
      const signal = yield* self.receive("control");
      yield* sleep(ms);
      log.push(`${signal.kind} ${ms}`);
    });
    const sleeps = function* (): Operation<void> {
      yield* sleep(1_000);
    };
    const listener = component({ handlesControl: true }, function* (self): Operation<void> {
      for (let n = 0; n < 1; n++) log.push((yield* self.receive("control")).kind);
      yield* sleep(50);
      log.push(String(self.dataReady("control")));
    });
    const teller = function* (self: Component): Operation<void> {
      yield* sleep(1);
      self.send(shutdown("enough"), "signal");
    };
    const whole = par(careful(5), careful(2), sleeps);
    yield* graphline({
      parts: { teller, whole, listener: listener() },
      links: { "teller.signal": "whole.control", "whole.signal": "listener.control" },
    });
    assert.deepEqual(log, ["shutdown 2", "shutdown 5", "shutdown", "0"]);
    assert.equal(whole.status, "cancelled");
    assertNothingLeft(whole, ...whole.children);
  });
});

test("producerFinished comes to the parts behind what came before it", async () => {
  for (const inbox of ["broadcast", "round-robin", "discard"] as const)
    await simulate(function* () {
      const log: unknown[] = [];
      const part = component({ handlesControl: true }, function* (self): Operation<void> {
        const signal: Signal = yield* self.receive("control");
        log.push(signal.kind, self.dataReady());
      });
      yield* pipeline([source(1, 2, 3, 4), par([part(), part()], { inbox })], {});
      const ready = { broadcast: [4, 4], "round-robin": [2, 2], discard: [0, 0] }[inbox];
      assert.deepEqual(log, ["producerFinished", ready[0], "producerFinished", ready[1]]);
    });
});

test("a part that fails is dealt with as the policy says", async () => {
  const broken = function* (): Operation<void> {
    yield* sleep(1);
    throw new RangeError("broken");
  };
  await simulate(function* () {
    const other = function* (): Operation<void> {
      yield* sleep(100);
    };
    const whole = par(broken, other);
    assert.equal((yield* caught(RangeError, whole)).message, "broken");
    assertNothingLeft(whole, ...whole.children);
    const log: string[] = [];
    const isolated = par([broken, other, broken], {
      failures: "isolate",
      onFailure: (error, part) => log.push(`${part.componentName}: ${(error as Error).message}`),
    });
    yield* isolated;
    assert.deepEqual(log, ["broken: broken", "broken: broken"]);
    let attempts = 0;
    yield* par(
      [
        function* (): Operation<void> {
          if (++attempts < 3) throw new Error("not yet");
        },
      ],
      { failures: "restart", restart: { backoff: false } },
    );
    assert.equal(attempts, 3);
  });
});

test("cancelling it while a slow part is waited for leaves nothing behind", async () => {
  for (const inbox of ["broadcast", "round-robin"] as const)
    await simulate(function* () {
      const deaf = (): Component => {
        const part = component({ inboxes: { inbox: box<unknown>({ size: 1 }) } }, function* (self): Operation<void> {
          yield* self.receive("control");
        })();
        return part as Component;
      };
      const whole = par([deaf(), deaf()], { inbox });
      const feeds = source(1, 2, 3, 4, 5, 6);
      const row = pipeline(feeds, whole);
      row.start();
      yield* sleep(1);
      row.stop();
      yield* sleep(1);
      assertNothingLeft(row, feeds, whole, ...whole.children);
    });
});

test("what cannot be is refused when it is made", () => {
  assert.match(thrown(MisuseError, () => par()).message, /^par: there are no parts\. Give at least one\.$/);
  assert.match(
    // @ts-expect-error no such policy
    thrown(MisuseError, () => par([source(1)], { inbox: "some" })).message,
    /^par: inbox must be "broadcast", "round-robin" or "discard", got a string \(some\)\.$/,
  );
});
