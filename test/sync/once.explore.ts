// Once in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, Once, type Operation, sleep, yieldNow } from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("the body runs once, and everybody gets its result", async () => {
  await comesTo(["1 1 1"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        return runs;
      });
      const [a, b] = [go(() => once.do()), go(() => once.do())];
      const mine = yield* once.do();
      return `${mine} ${yield* a} ${yield* b}`;
    };
  });
});

test("what the body throws goes to every caller, and to nobody else", async () => {
  await comesTo([1], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        throw new RangeError("once");
      });
      const callers = [1, 2].map(() => go(() => caught(RangeError, once.do())));
      assert.equal(yield* callers[0]!, yield* callers[1]!);
      return runs;
    };
  });
});

test("a caller that is cancelled leaves the body to the others", async () => {
  await comesTo(["succeeded", "cancelled"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* yieldNow();
        return runs;
      });
      const first = go(() => once.do());
      yield* group((g) => {
        g.go(() => first.cancel());
        g.go(function* () {
          assert.equal(yield* once.do(), 1);
        });
      });
      yield* ending(first);
      return first.status;
    };
  });
});

test("the body goes on when its only caller is cancelled, and the next one gets its result", async () => {
  await comesTo(["cancelled 1", "1 1"], () => {
    return function* () {
      let runs = 0;
      const once = new Once(function* (): Operation<number> {
        runs++;
        yield* sleep(5);
        return runs;
      });
      const first = go(() => once.do());
      go(function* () {
        yield* sleep(5);
        first.cancel();
      });
      const how = yield* ending(first);
      return `${how} ${yield* once.do()}`;
    };
  });
});
