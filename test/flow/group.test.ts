// group: an extent with a handle. Values, limits, daemons, cancellation by the handle, and misuse of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  currentTask,
  type Group,
  go,
  group,
  MisuseError,
  never,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";

test("a group returns its body's value, after its children have ended", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = group(function* (g) {
      g.go(function* () {
        yield* sleep(10);
        log.push("child");
      });
      go(function* () {
        yield* sleep(20);
        log.push("go in the group");
      });
      log.push("body");
      return "value";
    });
    assert.equal(yield* op, "value");
    assert.deepEqual(log, ["body", "child", "go in the group"]);
    assert.equal(yield* op, "value"); // a group may be used again
    assert.equal(yield* group(() => 5), 5);
    assert.equal(yield* group(async () => 6), 6);
  });
});

test("daemons take no place, are counted, and are cancelled when body and others have ended", async () => {
  await simulate(function* () {
    const log: string[] = [];
    yield* group(
      function* (g) {
        const daemon = g.daemon(function* () {
          try {
            yield* never;
          } finally {
            log.push(`cancelled at ${g.size}`);
            yield* shield(sleep(5));
            log.push("cleaned up");
          }
        });
        g.go(function* () {
          yield* sleep(10);
          log.push(`child ended, daemon ${daemon.status}`);
        });
        yield* yieldNow();
        assert.equal(g.size, 2);
      },
      { limit: 1 },
    );
    assert.deepEqual(log, ["child ended, daemon waiting", "cancelled at 1", "cleaned up"]);
  });
});

test("a daemon may fail like any other child, and one that returns is just gone", async () => {
  await simulate(function* () {
    yield* caught(
      RangeError,
      group(function* (g) {
        g.daemon(() => {});
        g.daemon(() => {
          throw new RangeError("boom");
        });
        yield* never;
      }),
    );
  });
});

test("a child that a daemon starts while it is dismissed is waited for", async () => {
  await simulate(function* () {
    const log: string[] = [];
    yield* group(function* (g) {
      g.daemon(function* () {
        try {
          yield* never;
        } catch {
          g.go(() => log.push("started while dismissed"));
          g.daemon(() => never);
        }
      });
      yield* yieldNow();
    });
    assert.deepEqual(log, ["started while dismissed"]);
  });
});

test("cancel on the handle reaches body and children, aborts the signal, and the group throws TaskCancelledError", async () => {
  await simulate(function* () {
    const reasons: unknown[] = [];
    const error = yield* caught(
      TaskCancelledError,
      group(
        function* (g) {
          g.go(function* () {
            reasons.push((yield* caught(Cancelled, never)).reason);
          });
          g.go(function* () {
            yield* sleep(1);
            g.cancel("enough");
            assert.equal(g.signal.reason, "enough");
            g.cancel("twice");
          });
          yield* never;
        },
        { name: "pair" },
      ),
    );
    assert.equal(error.reason, "enough");
    assert.match(error.message, /^pair: the group was cancelled/);
    assert.deepEqual(reasons, ["enough"]);
    yield* sleep(1); // the task around it is not cancelled
  });
});

test("a cancelled group whose body returns normally has succeeded", async () => {
  await simulate(function* () {
    const value = yield* group(function* (g) {
      g.go(() => never);
      yield* yieldNow();
      g.cancel();
      return "value";
    });
    assert.equal(value, "value");
  });
});

test("the signal of a group is not aborted by its normal end", async () => {
  await simulate(function* () {
    let signal: AbortSignal | undefined;
    yield* group(function* (g) {
      signal = g.signal;
    });
    assert.equal(signal?.aborted, false);
  });
});

test("a group in a cancelled task is cancelled with it, and reports what failed in its cleanup", async () => {
  await simulate(function* () {
    const boom = new RangeError("boom");
    const task = go(function* () {
      const error = yield* caught(
        RangeError,
        group(function* (g) {
          g.go(function* () {
            try {
              yield* never;
            } catch {
              throw boom;
            }
          });
          yield* never;
        }),
      );
      assert.equal(error, boom);
      yield* caught(Cancelled, yieldNow());
    });
    yield* sleep(1);
    task.cancel();
    yield* task;
  });
});

test("go after the group has ended is misuse, and cancel does nothing", async () => {
  await simulate(function* () {
    let g: Group | undefined;
    yield* group(
      function* (handle) {
        g = handle;
      },
      { name: "jobs" },
    );
    for (const verb of ["go", "tryGo", "daemon"] as const) {
      const error = thrown(MisuseError, () => g?.[verb](() => {}));
      assert.match(error.message, new RegExp(`^Group\\.${verb}: "jobs" has ended`));
    }
    g?.cancel();
    assert.equal(g?.size, 0);
    assert.equal(currentTask().signal.aborted, false);
  });
});

test("a child started from outside after the last one has ended, and before the group has, is waited for", async () => {
  await simulate(function* () {
    const log: string[] = [];
    let handle: Group | undefined;
    go(function* () {
      for (let left = 50; left > 0; left--) {
        if (handle !== undefined && handle.size === 0) {
          handle.go(function* () {
            yield* sleep(5);
            log.push("late child");
          });
          return;
        }
        yield* yieldNow();
      }
    });
    yield* group(function* (g) {
      handle = g;
      g.go(function* () {
        yield* yieldNow();
        yield* yieldNow();
      });
    });
    log.push("group");
    assert.ok(log.length === 1 || log[0] === "late child", log.join());
    yield* sleep(10);
    assert.ok(log.length === 1 || log[0] === "late child", log.join());
  });
});
