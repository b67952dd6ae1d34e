// restart: attempts, what is left of a failed one, and when it gives up. The waits are in restart-waits.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  channel,
  go,
  group,
  MisuseError,
  never,
  now,
  type Operation,
  restart,
  shield,
  sleep,
  TimeoutError,
  timeout,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { failing } from "../support/bodies.ts";
import { caught, thrown } from "../support/caught.ts";

const at = { backoff: false } as const;

test("a body that succeeds is performed once; one that fails, until it succeeds", async () => {
  await simulate(function* () {
    assert.equal(yield* restart(failing(0), at), "attempt 1");
    assert.equal(yield* restart(failing(4), at), "attempt 5");
    assert.equal(now(), 6);
  });
});

test("any kind of body, and throws of any kind", async () => {
  await simulate(function* () {
    let calls = 0;
    assert.equal(yield* restart((attempt) => attempt * 2), 2);
    assert.equal(yield* restart(() => always("leaf")), "leaf");
    const sync = (): string => {
      if (++calls < 3) throw undefined;
      return "sync";
    };
    assert.equal(yield* restart(sync, at), "sync");
    const async = async (attempt: number): Promise<string> => {
      await null;
      if (attempt < 3) throw null;
      return "async";
    };
    assert.equal(yield* restart(async, at), "async");
    assert.equal(yield* restart((n) => group(() => failing(2)(n)), at), "attempt 3");
  });
});

test("after so many attempts the last error is thrown", async () => {
  await simulate(function* () {
    for (const attempts of [1, 2, 5]) {
      const errors: unknown[] = [];
      const error = yield* caught(Error, restart(failing(99, errors), { ...at, attempts }));
      assert.equal(errors.length, attempts);
      assert.equal(error, errors.at(-1));
    }
    assert.equal(yield* restart(failing(4), { ...at, attempts: 5 }), "attempt 5");
  });
});

test("what a failed attempt has started is gone before the next begins", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const body = function* (attempt: number): Operation<void> {
      log.push(`${attempt} begins at ${now()}`);
      for (const ms of [3, 7]) {
        go(function* () {
          try {
            yield* never;
          } finally {
            yield* shield(sleep(ms));
            log.push(`child of ${attempt} gone at ${now()}`);
          }
        });
      }
      yield* sleep(1);
      if (attempt === 1) throw new Error("boom");
      yield* timeout(1, never);
    };
    yield* caught(TimeoutError, restart(body, { backoff: { initial: 10, jitter: 0 }, attempts: 2 }));
    assert.deepEqual(log, [
      "1 begins at 0",
      "child of 1 gone at 4",
      "child of 1 gone at 8",
      "2 begins at 18",
      "child of 2 gone at 23",
      "child of 2 gone at 27",
    ]);
  });
});

test("a child that fails is a failure of its attempt; several are one AggregateError", async () => {
  await simulate(function* () {
    const seen: unknown[] = [];
    const [one, two] = [new RangeError("one"), new RangeError("two")];
    const body = function* (attempt: number): Operation<string> {
      if (attempt === 3) return "third";
      go(function* () {
        yield* shield(sleep(1));
        if (attempt === 2) throw two;
      });
      go(function* () {
        throw one;
      });
      return yield* never;
    };
    const onRestart = (error: unknown): void => void seen.push(error);
    assert.equal(yield* restart(body, { ...at, onRestart }), "third");
    assert.equal(seen[0], one);
    assert.ok(seen[1] instanceof AggregateError);
    assert.deepEqual(seen[1].errors, [one, two]);
  });
});

test("`when` decides by error and attempt; a refused error is thrown", async () => {
  await simulate(function* () {
    const asked: unknown[] = [];
    const when = (error: unknown, attempt: number): boolean => {
      asked.push([(error as Error).message, attempt]);
      return attempt < 3;
    };
    const error = yield* caught(Error, restart(failing(99), { ...at, when }));
    assert.equal(error.message, "attempt 3 failed");
    assert.deepEqual(asked, [
      ["attempt 1 failed", 1],
      ["attempt 2 failed", 2],
      ["attempt 3 failed", 3],
    ]);
    const broken = new RangeError("when");
    const throws = (): never => {
      throw broken;
    };
    assert.equal(yield* caught(RangeError, restart(failing(1), { ...at, when: throws })), broken);
    assert.equal(yield* caught(RangeError, restart(failing(1), { ...at, onRestart: throws })), broken);
  });
});

test("misuse is not tried again, unless `when` says so", async () => {
  await simulate(function* () {
    let attempts = 0;
    const misuses = function* (): Operation<void> {
      attempts++;
      channel<number>(-1);
    };
    yield* caught(MisuseError, restart(misuses, at));
    assert.equal(attempts, 1);
    yield* caught(MisuseError, restart(misuses, { ...at, when: () => true, attempts: 3 }));
    assert.equal(attempts, 4);
  });
});

test("too many failures within the period: it gives up; when they are further apart it goes on", async () => {
  await simulate(function* () {
    const every = (ms: number) =>
      function* (attempt: number): Operation<string> {
        yield* sleep(ms);
        if (attempt < 10) throw new Error(`${attempt}`);
        return "made it";
      };
    const intensity = { failures: 3, period: 100 };
    assert.equal((yield* caught(Error, restart(every(10), { ...at, intensity }))).message, "4");
    assert.equal((yield* caught(Error, restart(every(33), { ...at, intensity }))).message, "4");
    assert.equal(yield* restart(every(34), { ...at, intensity }), "made it");
    assert.equal(
      (yield* caught(Error, restart(every(1), { ...at, intensity: { failures: 0, period: 1 } }))).message,
      "1",
    );
    const ever = { failures: 5, period: Number.POSITIVE_INFINITY };
    assert.equal((yield* caught(Error, restart(every(1_000_000), { ...at, intensity: ever }))).message, "6");
  });
});

test("restart may be used again, and by two tasks at once, each counting for itself", async () => {
  await simulate(function* () {
    const op = restart(failing(2), { ...at, attempts: 3 });
    assert.equal(yield* op, "attempt 3");
    for (const task of [go(() => op), go(() => op)]) assert.equal(yield* task, "attempt 3");
  });
});

test("options that cannot be are misuse at the call", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what callers without types do
  const loose = restart as any;
  for (const body of [undefined, null, 5, never, {}])
    assert.match(thrown(MisuseError, () => loose(body)).message, /^restart: the body must be a function/);
  const wrong: Record<string, unknown> = {
    attempts: [0, -1, 1.5, Number.NaN, "3", null],
    intensity: [
      null,
      {},
      { failures: 1 },
      { failures: -1, period: 5 },
      { failures: 1.5, period: 5 },
      { failures: 1, period: -1 },
      5,
    ],
    backoff: [
      null,
      true,
      5,
      { initial: -1 },
      { factor: 0.5 },
      { max: -1 },
      { jitter: -0.1 },
      { jitter: 1.1 },
      { initial: Number.NaN },
    ],
    when: [null, 5, true],
    onRestart: [null, 5, true],
  };
  for (const [option, values] of Object.entries(wrong)) {
    for (const value of values as unknown[])
      assert.match(
        thrown(MisuseError, () => loose(() => {}, { [option]: value })).message,
        new RegExp(`^restart: ${option}`),
      );
  }
  for (const options of [null, 5, "x"])
    assert.match(thrown(MisuseError, () => loose(() => {}, options)).message, /^restart: options must be an object/);
});
