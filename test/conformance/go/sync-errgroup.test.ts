// errgroup as Go's extended library has it, played by `group`: the first error wins and cancels, a limit on how many run, TryGo. Other than there nothing is
// lost: when several fail, all errors are told.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

test("a group in which nobody fails ends with the value of its body, after all of them", async () => {
  await simulate(function* () {
    const done: number[] = [];
    const value = yield* group((g) => {
      for (const n of [3, 1, 2]) g.go(() => sleep(n).map(() => done.push(n)));
      return "value";
    });
    assert.equal(value, "value");
    assert.deepEqual(done, [1, 2, 3]);
  });
});

test("the first error is thrown, whichever task it is, and no error at all when there is none", async () => {
  const [one, two] = [new RangeError("one"), new TypeError("two")];
  for (const [results, expected] of [
    [[undefined], undefined],
    [[one], one],
    [[undefined, undefined, one], one],
    [[undefined, one, undefined, two], one],
    [[two, one], two],
  ] as const)
    await simulate(function* () {
      let got: unknown;
      try {
        yield* group((g) => {
          for (const [n, result] of results.entries())
            g.go(function* () {
              yield* sleep(n);
              if (result !== undefined) throw result;
            });
        });
      } catch (error) {
        got = error;
      }
      assert.equal(got, expected);
    });
});

test("an error cancels the others, aborts the signal with that error, and the body too", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const log: string[] = [];
    let signal: AbortSignal | undefined;
    const error = yield* caught(
      RangeError,
      group(function* (g) {
        signal = g.signal;
        g.go(function* () {
          try {
            yield* never;
          } finally {
            log.push("other");
          }
        });
        g.go(function* () {
          yield* sleep(1);
          throw boom;
        });
        try {
          yield* never;
        } finally {
          log.push("body");
        }
      }),
    );
    assert.equal(error, boom);
    assert.deepEqual(log.sort(), ["body", "other"]);
    assert.equal(signal?.reason, boom);
  });
});

test("no more than the limit run at once, in any order, and all run in the end", async () => {
  for (const limit of [1, 3, 8])
    await orders(10, function* () {
      let [active, most, ran] = [0, 0, 0];
      yield* group(
        (g) => {
          for (let i = 0; i < 30; i++)
            g.go(function* () {
              most = Math.max(most, ++active);
              ran++;
              yield* sleep(i % 3);
              active--;
            });
        },
        { limit },
      );
      assert.ok(most <= limit);
      assert.deepEqual([active, ran], [0, 30]);
    });
});

test("tryGo starts a task below the limit, and none at it", async () => {
  await simulate(function* () {
    yield* group(
      function* (g) {
        const [one, two, three] = [g.tryGo(() => sleep(10)), g.tryGo(() => sleep(20)), g.tryGo(() => sleep(30))];
        assert.deepEqual([one === undefined, two === undefined, three], [false, false, undefined]);
        if (one !== undefined) yield* one;
        assert.ok(g.tryGo(() => {}));
      },
      { limit: 2 },
    );
    yield* group((g) => {
      for (let i = 0; i < 100; i++) assert.ok(g.tryGo(yieldNow));
    });
  });
});

test("after an error those above the limit never begin", async () => {
  await simulate(function* () {
    let began = 0;
    yield* caught(
      RangeError,
      group(
        (g) => {
          for (let i = 0; i < 10; i++)
            g.go(function* () {
              began++;
              yield* sleep(1);
              throw new RangeError(`${i}`);
            });
        },
        { limit: 1 },
      ),
    );
    assert.equal(began, 1);
  });
});

test("several errors are all told, in the order in which they came", async () => {
  await simulate(function* () {
    const error = yield* caught(
      AggregateError,
      group((g) => {
        for (const n of [1, 2])
          g.go(function* (): Operation<void> {
            try {
              yield* sleep(n);
            } catch (error) {
              assert.ok(error instanceof Cancelled);
            }
            throw new RangeError(`${n}`);
          });
      }),
    );
    assert.deepEqual(
      error.errors.map(({ message }: Error) => message),
      ["1", "2"],
    );
  });
});

test("a task may start further tasks in the group while it runs", async () => {
  await orders(20, function* () {
    let nodes = 0;
    yield* group((g) => {
      const walk = (depth: number): void => {
        nodes++;
        if (depth > 0) for (let i = 0; i < 2; i++) g.go(walk, depth - 1);
      };
      g.go(walk, 4);
    });
    assert.equal(nodes, 31);
  });
});

test("a limit of zero is refused, since nothing could ever run; and a group that has ended takes no more", async () => {
  thrown(MisuseError, () => group(() => {}, { limit: 0 }));
  await simulate(function* () {
    const ended = yield* group((g) => [g]);
    thrown(MisuseError, () => ended[0]?.go(() => {}));
    thrown(MisuseError, () => ended[0]?.tryGo(() => {}));
  });
});

test("a group that is cancelled from outside ends its tasks, and says so", async () => {
  await simulate(function* () {
    let cleaned = 0;
    const task = go(() =>
      group((g) => {
        for (let i = 0; i < 3; i++)
          g.go(function* () {
            try {
              yield* never;
            } finally {
              cleaned++;
            }
          });
      }),
    );
    yield* yieldNow();
    yield* yieldNow();
    task.cancel("enough");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "enough");
    assert.equal(cleaned, 3);
  });
});
