// callback: the first answer counts, and cleanup is called once, whichever way it ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  callback,
  channel,
  currentTask,
  DeadlockError,
  go,
  MisuseError,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../support/caught.ts";
import { program } from "../support/process.ts";
import { virtual } from "../support/virtual.ts";

/** A callback whose calls are answered by hand, and which logs its cleanups. */
function byHand(log: string[]) {
  const calls: { resolve(value: string): void; reject(error: unknown): void }[] = [];
  const op = callback<string>((resolve, reject) => {
    calls.push({ resolve, reject });
    const n = calls.length;
    return () => log.push(`cleanup ${n}`);
  });
  return { op, calls };
}

test("the first answer counts, later ones do nothing", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const { op, calls } = byHand(log);
    const first = go(() => op);
    const second = go(() => caught(RangeError, op));
    yield* yieldNow();
    calls[0]?.resolve("one");
    calls[0]?.resolve("two");
    calls[0]?.reject(new Error("three"));
    calls[1]?.reject(new RangeError("boom"));
    calls[1]?.resolve("late");
    assert.equal(yield* first, "one");
    yield* second;
    assert.deepEqual(log, ["cleanup 1", "cleanup 2"]);
    calls[0]?.resolve("much later");
    yield* sleep(1);
    assert.equal(log.length, 2);
  });
});

test("start is called anew each time, outside any task, before another task has its turn", async () => {
  await simulate(function* () {
    const log: string[] = [];
    let starts = 0;
    const op = callback<number>((resolve) => {
      thrown(MisuseError, currentTask);
      thrown(MisuseError, () => go(() => {}));
      log.push("start");
      resolve(++starts);
    });
    assert.equal(selectNow([op]), undefined);
    yield* select([op, always(1)]);
    assert.equal(starts, 0);
    go(() => log.push("other"));
    assert.equal(yield* op, 1);
    assert.equal(yield* op.map((n) => n * 10), 20);
    assert.deepEqual(log, ["start", "other", "start"]);
  });
});

test("cleanup is called outside any task", async () => {
  await simulate(function* () {
    const ch = channel<number>();
    let misused = 0;
    const op = callback((resolve) => {
      if (misused === 2) resolve(1);
      return () => {
        thrown(MisuseError, currentTask);
        misused++;
      };
    });
    const lost = go(() => select([op, ch.receive()]));
    const cancelled = go(() => op);
    yield* yieldNow();
    yield* ch.send(1);
    cancelled.cancel();
    yield* lost;
    yield* op; // answered at once
    assert.equal(misused, 3);
  });
});

test("what it is rejected with is thrown as it is", async () => {
  await simulate(function* () {
    for (const reason of [new RangeError("boom"), undefined, null, "text"]) {
      for (const op of [
        callback((_, reject) => reject(reason)),
        callback(() => {
          throw reason;
        }),
      ]) {
        let error: unknown = "nothing";
        try {
          yield* select([op]);
        } catch (thrownValue) {
          error = thrownValue;
        }
        assert.equal(error, reason);
      }
    }
  });
});

test("cleanup is called once when it is answered at once, within start", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const op = callback<string>((resolve) => {
      resolve("at once");
      resolve("again");
      return () => log.push("cleanup");
    });
    assert.equal(yield* op, "at once");
    assert.deepEqual(log.splice(0), ["cleanup"]);
    assert.deepEqual(yield* select([select([sleep(5), op]), op]), { key: 0, value: { key: 1, value: "at once" } });
    assert.deepEqual(log, ["cleanup"]);
  });
});

test("cleanup is called before another task has its turn: answered, lost, or cancelled", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const ch = channel<number>();
    const { op, calls } = byHand(log);
    const answered = go(() => op);
    const lost = go(() => select([op, ch.receive()]));
    const late = go(() => select([op, sleep(50)]));
    const cancelled = go(() => op);
    const nested = go(() => select([select([op, ch.receive()]), select([op])]));
    yield* yieldNow();
    go(() => log.push("other"));
    calls[0]?.resolve("x");
    log.push("answered");
    yield* ch.send(1);
    log.push("sent");
    cancelled.cancel();
    log.push("cancelled");
    nested.cancel();
    log.push("cancelled the nested");
    yield* answered;
    yield* lost;
    yield* caught(TaskCancelledError, cancelled);
    // cancel() runs whatever is to be run, so what was answered or lost in this step comes before
    assert.deepEqual(log.splice(0), [
      "answered",
      "sent",
      "cleanup 1",
      "cleanup 2",
      "cleanup 4",
      "cancelled",
      "cleanup 5",
      "cleanup 6",
      "cancelled the nested",
      "other",
    ]);
    yield* late;
    assert.deepEqual(log, ["cleanup 3"]);
  });
});

test("a start that throws after it has answered is told to the process, and the answer counts", async () => {
  const { code, stdout, stderr } = await program(`
    import { run, callback } from "offshoot";
    process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
    await run(function* () {
      console.log(yield* callback((resolve) => { resolve("answer"); throw new Error("too late"); }));
    });`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(stdout.trim().split("\n").sort(), ["answer", "unhandled too late"]);
});

test("a cleanup that throws is told to the process, and neither the task nor the others hear of it", async () => {
  const { code, stdout, stderr } = await program(`
    import { run, callback, go, select, sleep, yieldNow } from "offshoot";
    process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
    await run(function* () {
      const op = callback((resolve) => { setImmediate(resolve, "answer"); return () => { throw new Error("boom"); }; });
      const task = go(() => op);
      yield* yieldNow();
      task.cancel();
      const other = go(() => select([op, sleep(10_000)]));
      console.log((yield* select([op, sleep(10_000)])).value, (yield* other).key);
    });`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(stdout.trim().split("\n").sort(), [
    "answer 0",
    "unhandled boom",
    "unhandled boom",
    "unhandled boom",
  ]);
  const unheard = await program(`
    import { run, callback } from "offshoot";
    await run(function* () { yield* callback((resolve) => { resolve(); return () => { throw new RangeError("boom"); }; }); });`);
  assert.equal(unheard.code, 1);
  assert.match(unheard.stderr, /RangeError: boom/);
});

test("callback can be awaited, in an async body and outside tasks, and its cleanup is called", async () => {
  const log: string[] = [];
  const op = callback<number>((resolve) => {
    setImmediate(resolve, 5);
    return () => log.push("cleanup");
  });
  assert.equal(await op, 5);
  assert.deepEqual(log, ["cleanup"]);
  await simulate(function* () {
    const task = go(async () => void (await op));
    yield* sleep(1);
    yield* task;
    const doomed = go(async () => void (await callback(() => () => log.push("doomed"))));
    yield* sleep(1);
    doomed.cancel();
    assert.deepEqual(log, ["cleanup", "cleanup", "doomed"]);
  });
});

test("what is no function is misuse at the call, and what start returns otherwise is ignored", async () => {
  for (const start of [undefined, null, 5, "text", {}]) {
    const error = thrown(MisuseError, () => callback(start as never));
    assert.match(error.message, /^callback: expected a function that starts something, got/);
  }
  await simulate(function* () {
    for (const returned of [5, null, {}, Promise.resolve()])
      yield* callback<void>(((resolve: () => void) => {
        resolve();
        return returned;
      }) as never);
  });
});

test("a run in which nothing can call back any more is a deadlock, and cleanup is called", async () => {
  let cleaned = 0;
  const error = await rejected(
    DeadlockError,
    virtual(() => callback(() => () => cleaned++)),
  );
  assert.match(error.report, /waits for callback a function/);
  assert.equal(cleaned, 1);
});
