// aborted: the reason of a signal, one handler for all who wait, none when nobody does.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import {
  aborted,
  always,
  channel,
  DeadlockError,
  go,
  MisuseError,
  race,
  run,
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

const handlers = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

test("a task waits until a signal is aborted and gets its reason, whatever that is", async () => {
  await simulate(function* () {
    for (const reason of ["why", new Error("boom"), null, 0]) {
      const controller = new AbortController();
      const waits = go(() => aborted(controller.signal));
      yield* yieldNow();
      controller.abort(reason);
      assert.equal(yield* waits, reason);
      assert.equal(yield* aborted(controller.signal), reason);
    }
    const controller = new AbortController();
    controller.abort();
    assert.equal(yield* aborted(controller.signal).map((reason) => (reason as Error).name), "AbortError");
  });
});

test("a signal that is aborted already is ready, and gets no handler", async () => {
  await simulate(function* () {
    const signal = AbortSignal.abort("done");
    assert.deepEqual(selectNow({ signal: aborted(signal) }), { key: "signal", value: "done" });
    assert.deepEqual(yield* select([aborted(signal)]), { key: 0, value: "done" });
    assert.equal(handlers(signal), 0);
    assert.equal(selectNow([aborted(new AbortController().signal)]), undefined);
  });
});

test("however many wait there is one handler, and with nobody waiting none", async () => {
  await simulate(function* () {
    const controller = new AbortController();
    const { signal } = controller;
    const ch = channel<number>();
    assert.equal(handlers(signal), 0);
    const tasks = Array.from({ length: 100 }, (_, n) =>
      go(() => (n % 2 === 0 ? aborted(signal) : select([ch.receive(), aborted(signal), select([aborted(signal)])]))),
    );
    yield* yieldNow();
    assert.equal(handlers(signal), 1);
    tasks[0]?.cancel();
    yield* ch.send(1);
    yield* yieldNow();
    assert.equal(handlers(signal), 1);
    for (const task of tasks) task.cancel();
    assert.equal(handlers(signal), 0);
    yield* select([aborted(signal), sleep(1)]);
    yield* select([aborted(signal), always(1)]);
    yield* race([aborted(signal), sleep(1)]);
    assert.equal(handlers(signal), 0);
    const last = go(() => aborted(signal));
    yield* yieldNow();
    assert.equal(handlers(signal), 1);
    controller.abort("why");
    assert.equal(handlers(signal), 0);
    assert.equal(yield* last, "why");
  });
});

test("waiters are told in order, those that were cancelled not at all", async () => {
  await simulate(function* () {
    const controller = new AbortController();
    const log: number[] = [];
    const tasks = [0, 1, 2, 3].map((n) =>
      go(function* () {
        yield* aborted(controller.signal);
        log.push(n);
      }),
    );
    yield* yieldNow();
    tasks[1]?.cancel();
    controller.abort();
    yield* caught(TaskCancelledError, tasks[1] ?? aborted(controller.signal));
    yield* sleep(1);
    assert.deepEqual(log, [0, 2, 3]);
  });
});

test("aborting in one step with other cases: one case wins", async () => {
  await simulate(function* () {
    const controller = new AbortController();
    const ch = channel<string>();
    const waits = go(() =>
      select({ end: aborted(controller.signal), again: aborted(controller.signal), ch: ch.receive() }),
    );
    yield* yieldNow();
    controller.abort("why");
    assert.equal(ch.trySend("value"), false);
    assert.deepEqual(yield* waits, { key: "end", value: "why" });
  });
});

test("aborted can be awaited, in an async body and outside tasks", async () => {
  const controller = new AbortController();
  const waits = (async () => await aborted(controller.signal))();
  const inside = run(async () => await aborted(controller.signal));
  await run(() => sleep(0));
  assert.equal(handlers(controller.signal), 1);
  controller.abort("why");
  assert.deepEqual(await Promise.all([waits, inside]), ["why", "why"]);
  assert.equal(await aborted(controller.signal), "why");
});

test("what is no signal is misuse at the call", () => {
  for (const signal of [undefined, null, 5, {}, new EventTarget(), new AbortController()]) {
    const error = thrown(MisuseError, () => aborted(signal as AbortSignal));
    assert.match(error.message, /^aborted: expected an AbortSignal, got .*Pass controller\.signal\.$/);
  }
});

test("a run that waits for a signal that nobody aborts is a deadlock", async () => {
  const { signal } = new AbortController();
  const error = await rejected(
    DeadlockError,
    virtual(() => aborted(signal)),
  );
  assert.match(error.report, /waits for aborted a signal/);
  assert.equal(handlers(signal), 0);
});

test("a hundred runs, tasks and calls on one signal cause no warning of a leak", async () => {
  const { code, stdout, stderr } = await program(`
    import { run, go, aborted, until, sleep, select } from "offshoot";
    const controller = new AbortController();
    const { signal } = controller;
    const runs = Array.from({ length: 100 }, () => run(() => sleep(60_000), { signal }));
    const waiting = run(function* () {
      for (let i = 0; i < 100; i++) go(() => aborted(signal));
      for (let i = 0; i < 100; i++) go(() => select([aborted(signal), sleep(60_000)]));
    });
    setImmediate(() => controller.abort("enough"));
    const outcomes = await Promise.allSettled(runs);
    await waiting;
    console.log(outcomes.every((o) => o.reason === "enough"));`);
  assert.deepEqual([code, stdout.trim(), stderr], [0, "true", ""]);
});
