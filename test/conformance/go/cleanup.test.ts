// Go's defer is finally: last in, first out, run on return, on error and on cancellation (Goexit), and what it throws counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  go,
  group,
  never,
  type Operation,
  select,
  shield,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected } from "../../support/caught.ts";

function* layers(log: string[], depth: number, core: () => Operation<void>): Operation<void> {
  if (depth === 0) return yield* core();
  try {
    yield* layers(log, depth - 1, core);
  } finally {
    log.push(`finally ${depth}`);
  }
}

const inOrder = ["finally 1", "finally 2", "finally 3"];

test("finally blocks run last in, first out, when the body returns", async () => {
  const log: string[] = [];
  await simulate(() =>
    layers(log, 3, function* () {
      yield* yieldNow();
    }),
  );
  assert.deepEqual(log, inOrder);
});

test("finally blocks run last in, first out, when the body throws", async () => {
  const log: string[] = [];
  await rejected(
    RangeError,
    simulate(() =>
      layers(log, 3, function* () {
        yield* yieldNow();
        throw new RangeError();
      }),
    ),
  );
  assert.deepEqual(log, inOrder);
});

test("finally blocks run last in, first out, when the task is cancelled, wherever it waits", async () => {
  const waits: Readonly<Record<string, () => Operation<unknown>>> = {
    receive: () => channel().receive(),
    send: () => channel<number>().send(1),
    select: () => select({ a: channel().receive(), b: sleep(1_000) }),
    sleep: () => sleep(1_000),
    never: () => never,
    join: () => go(() => never),
    group: () => group(() => never),
  };
  for (const [name, wait] of Object.entries(waits)) {
    const log: string[] = [];
    const task = await simulate(function* () {
      const task = go(() =>
        layers(log, 3, function* () {
          yield* wait();
        }),
      );
      for (let i = 0; i < 3; i++) yield* yieldNow();
      task.cancel();
      return () => task.status;
    });
    assert.deepEqual(log, inOrder, name);
    assert.equal(task(), "cancelled", name);
  }
});

test("catching a cancellation does not stop it: every further operation throws it again, unlike a recovered panic", async () => {
  const thrown: Cancelled[] = [];
  let status = "";
  await simulate(function* () {
    const task = go(function* () {
      for (let i = 0; i < 5; i++) thrown.push(yield* caught(Cancelled, i % 2 === 0 ? never : yieldNow()));
      return "by itself";
    });
    yield* yieldNow();
    task.cancel("why");
    assert.equal(yield* task, "by itself"); // a cancelled task that returns normally has succeeded
    status = task.status;
  });
  assert.equal(status, "succeeded");
  assert.equal(thrown.length, 5);
  assert.equal(new Set(thrown).size, 1); // one object for one cancellation
  assert.equal(thrown[0]?.reason, "why");
});

test("an error thrown by cleanup during a cancellation is a failure, and reaches the owner", async () => {
  await rejected(
    RangeError,
    simulate(function* () {
      const task = go(function* () {
        try {
          yield* never;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: an error in cleanup
          throw new RangeError("cleanup failed");
        }
      });
      yield* yieldNow();
      task.cancel();
      yield* never;
    }),
  );
});

test("cleanup may wait inside a shield, and uses channels there as ever", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const c = channel<string>();
    const task = go(function* () {
      try {
        yield* never;
      } finally {
        log.push(yield* shield(c.receive()));
        yield* shield(
          (function* (): Operation<void> {
            yield* sleep(10);
            yield* c.send("thanks");
          })(),
        );
      }
    });
    yield* yieldNow();
    task.cancel();
    yield* c.send("please close");
    log.push(yield* c.receive());
    log.push((yield* caught(TaskCancelledError, task)).reason);
  });
  assert.deepEqual(log, ["please close", "thanks", undefined]);
});

test("a task cancelled before its turn never starts, so it has nothing to clean up", async () => {
  let started = false;
  await simulate(function* () {
    const task = go(function* () {
      started = true;
    });
    task.cancel();
    yield* caught(TaskCancelledError, task);
  });
  assert.equal(started, false);
});

test("cleanup that starts a task in a cancelled body gets a task whose body never runs", async () => {
  let ran = false;
  let status = "";
  await simulate(function* () {
    const task = go(function* () {
      try {
        yield* never;
      } finally {
        const late = go(function* () {
          ran = true;
        });
        yield* shield(caught(TaskCancelledError, late));
        status = late.status;
      }
    });
    yield* yieldNow();
    task.cancel();
  });
  assert.equal(ran, false);
  assert.equal(status, "cancelled");
});

test("owners clean up around their children: siblings in the order they were started, each after it was told", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const task = go(function* parent() {
      try {
        yield* group(function* (g) {
          for (const name of ["a", "b", "c"]) {
            g.go(function* () {
              try {
                yield* never;
              } finally {
                log.push(name);
              }
            });
          }
          try {
            yield* never;
          } finally {
            log.push("body");
          }
        });
      } finally {
        log.push("parent");
      }
    });
    yield* yieldNow();
    yield* yieldNow();
    task.cancel();
  });
  assert.deepEqual(log, ["body", "a", "b", "c", "parent"]);
});

test("a group whose children were cut short by a cancellation from around it does not return as if they had done their work", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const task = go(function* () {
      yield* group(function* (g) {
        g.go(function* copying() {
          yield* sleep(1_000);
          log.push("copied");
        });
      });
      log.push("went on after the group");
    });
    yield* yieldNow();
    yield* yieldNow();
    task.cancel();
    log.push((yield* caught(TaskCancelledError, task)).code);
  });
  assert.deepEqual(log, ["OFFSHOOT_ERR_TASK_CANCELLED"]);
});
