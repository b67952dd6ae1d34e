// Ownership: an extent ends after its children, a failure reaches the owner, several are thrown together, none twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  channel,
  go,
  group,
  never,
  type Operation,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected } from "../support/caught.ts";

function* failing(ms: number, error: unknown): Operation<never> {
  yield* sleep(ms);
  throw error;
}

test("a task ends after its children have ended, at any depth", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = go(function* () {
      go(function* () {
        go(function* () {
          yield* sleep(20);
          log.push("grandchild");
        });
        yield* sleep(10);
        log.push("child");
      });
      log.push("body");
      return "value";
    });
    assert.equal(yield* task, "value");
    assert.deepEqual(log, ["body", "child", "grandchild"]);
  });
});

test("a task whose body has returned waits for its children, and says so", async () => {
  await simulate(function* () {
    const task = go(function* () {
      go(() => sleep(10));
    });
    yield* sleep(1);
    assert.equal(task.status, "waiting");
    yield* task;
    assert.equal(task.status, "succeeded");
  });
});

test("a child that fails cancels its siblings and its owner's body, and the owner throws the error", async () => {
  const boom = new RangeError("boom");
  const reasons: unknown[] = [];
  const error = await rejected(
    RangeError,
    simulate(function* () {
      go(failing, 5, boom);
      go(function* () {
        reasons.push((yield* caught(Cancelled, never)).reason);
      });
      reasons.push((yield* caught(Cancelled, never)).reason);
      return "returned normally";
    }),
  );
  assert.equal(error, boom);
  assert.deepEqual(reasons, [boom, boom]);
});

test("a failure is thrown from the owner even if a join has caught it", async () => {
  const boom = new RangeError("boom");
  const error = await rejected(
    RangeError,
    simulate(function* () {
      const child = go(failing, 1, boom);
      try {
        yield* child;
      } catch {}
    }),
  );
  assert.equal(error, boom);
});

test("an error that passes through the join and the body is thrown once", async () => {
  const boom = new RangeError("boom");
  const error = await rejected(
    RangeError,
    simulate(function* () {
      yield* group(function* (g) {
        yield* g.go(failing, 1, boom);
      });
    }),
  );
  assert.equal(error, boom);
});

test("several failures are thrown as one AggregateError, in order of time, each once", async () => {
  const [first, second, third] = [new Error("first"), new Error("second"), new Error("third")];
  const slowly = function* (error: Error): Operation<void> {
    try {
      yield* never;
    } catch {
      throw error;
    }
  };
  const error = await rejected(
    AggregateError,
    simulate(function* () {
      go(slowly, second);
      go(slowly, third);
      go(failing, 5, first);
      yield* never;
    }),
  );
  assert.deepEqual(error.errors, [first, second, third]);
  for (const text of ["first", "second", "third"]) assert.match(error.message, new RegExp(text));
});

test("an error of the body itself cancels the children, and their failures come after it", async () => {
  const own = new Error("own");
  const cleanup = new Error("cleanup");
  const error = await rejected(
    AggregateError,
    simulate(function* () {
      go(function* () {
        try {
          yield* never;
        } catch {
          throw cleanup;
        }
      });
      yield* yieldNow();
      throw own;
    }),
  );
  assert.deepEqual(error.errors, [own, cleanup]);
});

test("a failure moves up through owners that have returned already", async () => {
  const boom = new Error("boom");
  const error = await rejected(
    Error,
    simulate(function* () {
      go(function* () {
        go(function* () {
          go(failing, 5, boom);
        });
      });
      yield* never;
    }),
  );
  assert.equal(error, boom);
});

test("failures during the cleanup of a cancelled task are reported, and the task has failed", async () => {
  const boom = new Error("boom");
  const error = await rejected(
    Error,
    simulate(function* () {
      const task = go(function* () {
        go(function* () {
          try {
            yield* never;
          } catch {
            throw boom;
          }
        });
        yield* never;
      });
      yield* yieldNow();
      yield* yieldNow();
      task.cancel();
      yield* caught(Cancelled, never);
      assert.equal(task.status, "failed");
    }),
  );
  assert.equal(error, boom);
});

test("children started by children after the body has returned belong to whoever started them", async () => {
  await simulate(function* () {
    let grandchild: Task<string> | undefined;
    const task = go(function* () {
      go(function* () {
        yield* sleep(5);
        grandchild = go(() => sleep(5).map(() => "value"));
      });
    });
    yield* task;
    assert.equal(grandchild?.status, "succeeded");
    assert.equal(yield* grandchild as Task<string>, "value");
  });
});

test("a sender that ends by the ClosedError of a receiver who left has been cancelled, not failed", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    const producer = go(function* () {
      for (let n = 0; ; n++) yield* ch.send(n);
    });
    assert.equal(yield* ch.receive(), 0);
    ch.cancel("enough");
    yield* caught(TaskCancelledError, producer);
    assert.equal(producer.status, "cancelled");
    const inGroup = go(function* () {
      yield* group(function* (g) {
        g.go(() => ch.send(1));
        yield* ch.send(2);
      });
    });
    yield* caught(TaskCancelledError, inGroup);
  });
});

test("a sender that ends by the ClosedError of another sender has failed", async () => {
  await assert.rejects(
    simulate(function* () {
      const ch = channel<number>();
      go(() => ch.send(1));
      yield* yieldNow();
      ch.close();
      yield* never;
    }),
    { name: "ClosedError", by: "sender" },
  );
});
