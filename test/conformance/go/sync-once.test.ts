// Once, and the functions made of it, as Go has them: callers wait for the body, a panic counts as done and is thrown again. A body that asks for itself
// is told instead of being stuck.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, MisuseError, Once, type Operation, sleep, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("of ten callers one runs the body, and all see that it has ended, in any order", async () => {
  await orders(100, function* () {
    let ran = 0;
    const once = new Once(function* () {
      yield* yieldNow();
      ran++;
    });
    const callers = Array.from({ length: 10 }, () =>
      go(function* () {
        yield* once.do();
        assert.equal(ran, 1);
      }),
    );
    for (const caller of callers) yield* caller;
  });
});

test("a body that throws has been done: it is not run again", async () => {
  await simulate(function* () {
    let ran = 0;
    const once = new Once(() => {
      ran++;
      throw new RangeError("failed");
    });
    yield* caught(RangeError, once.do());
    yield* caught(RangeError, once.do());
    assert.equal(ran, 1);
  });
});

test("every caller gets the same value, or the same thing thrown, whatever it is", async () => {
  await simulate(function* () {
    for (const thing of [undefined, null, 0, "text", Symbol("s"), new Error("e"), { an: "object" }, Number.NaN]) {
      let ran = 0;
      const value = new Once(() => {
        ran++;
        return thing;
      });
      const failure = new Once(() => {
        ran++;
        throw thing;
      });
      for (let i = 0; i < 3; i++) {
        assert.ok(Object.is(yield* value.do(), thing));
        let threw = false;
        try {
          yield* failure.do();
        } catch (error) {
          threw = Object.is(error, thing);
        }
        assert.ok(threw);
      }
      assert.equal(ran, 2);
    }
  });
});

test("callers that come while the body runs wait for its end", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const once = new Once(function* () {
      log.push("begins");
      yield* sleep(10);
      log.push("ends");
    });
    const first = go(() => once.do());
    yield* sleep(5);
    yield* once.do();
    log.push("second goes on");
    yield* first;
    assert.deepEqual(log, ["begins", "ends", "second goes on"]);
  });
});

test("a body that asks for itself is told", async () => {
  await simulate(function* () {
    const once: Once<void> = new Once(() => once.do());
    yield* caught(MisuseError, once.do());
    const generator: Once<number> = new Once(function* (): Operation<number> {
      return 1 + (yield* generator.do());
    });
    yield* caught(MisuseError, generator.do());
  });
});

test("several of them may depend on each other as long as it is no circle", async () => {
  await orders(30, function* () {
    let ran = 0;
    const base = new Once(function* () {
      yield* yieldNow();
      return ++ran;
    });
    const sums = [0, 1, 2].map(
      (n) =>
        new Once(function* () {
          return n + (yield* base.do());
        }),
    );
    const callers = sums.map((sum) => go(() => sum.do()));
    const got: number[] = [];
    for (const caller of callers) got.push(yield* caller);
    assert.deepEqual(got, [1, 2, 3]);
    assert.equal(ran, 1);
  });
});
