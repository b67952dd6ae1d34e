// events: what targets and emitters emit, as a receiver; its buffer, its errors, and how it stops listening.

import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { test } from "node:test";
import {
  type ChannelOptions,
  dropping,
  type Emitter,
  EndOfChannel,
  events,
  go,
  MisuseError,
  type Receiver,
  run,
  select,
  selectNow,
  sleep,
  sliding,
  until,
  yieldNow,
} from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { program } from "../support/process.ts";

/** All there is to be had now. */
function drained<T>(receiver: Receiver<T>): T[] {
  const values: T[] = [];
  for (let got = receiver.tryReceive(); got.ok; got = receiver.tryReceive()) values.push(got.value);
  return values;
}

test("one argument comes as it is, none and several as an array", () => {
  const emitter = new EventEmitter();
  const lines = events<unknown>(emitter, "line");
  emitter.emit("line", "text");
  emitter.emit("line", ["an", "array"]);
  emitter.emit("line", "text", 5, null);
  emitter.emit("line");
  emitter.emit("line", undefined);
  emitter.emit("other", 1);
  assert.deepEqual(drained(lines), ["text", ["an", "array"], ["text", 5, null], [], undefined]);
});

test("an event target hands out its events", async () => {
  await simulate(function* () {
    const target = new EventTarget();
    const receiver = events<Event>(target, "ping");
    const waits = go(() => receiver.receive());
    yield* yieldNow();
    const event = new Event("ping");
    target.dispatchEvent(event);
    target.dispatchEvent(new Event("pong"));
    target.dispatchEvent(new Event("error")); // an event as any other
    assert.equal(yield* waits, event);
    assert.deepEqual(drained(receiver), []);
  });
});

test("it listens from the call on, and keeps everything by default", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    emitter.emit("n", -1);
    const receiver = events<number>(emitter, "n");
    for (let n = 0; n < 10_000; n++) emitter.emit("n", n);
    for (let n = 0; n < 10_000; n++) assert.equal(yield* receiver.receive(), n);
    assert.equal(selectNow([receiver.receive()]), undefined);
    assert.equal((yield* select([receiver.next(), sleep(1)])).key, 1);
  });
});

test("receivers that wait are served in the order they came", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    const receiver = events<number>(emitter, "n");
    const log: string[] = [];
    const tasks = ["a", "b", "c"].map((name) =>
      go(function* () {
        log.push(`${name}${yield* receiver.receive()}`);
      }),
    );
    yield* yieldNow();
    tasks[0]?.cancel();
    for (const n of [1, 2]) emitter.emit("n", n);
    yield* sleep(1);
    assert.deepEqual(log, ["b1", "c2"]);
  });
});

test("an error of the emitter fails the receiver, after the events before it", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    const lines = events<string>(emitter, "line");
    const boom = new RangeError("boom");
    emitter.emit("line", "first");
    emitter.emit("error", boom);
    emitter.emit("line", "never heard");
    assert.equal(yield* lines.receive(), "first");
    for (const op of [lines.receive(), lines.next(), select([lines.receive()])])
      assert.equal(yield* caught(RangeError, op), boom);
    assert.throws(
      () => lines.tryReceive(),
      (error) => error === boom,
    );
    assert.deepEqual([emitter.listenerCount("line"), emitter.listenerCount("error")], [0, 0]);
  });
});

test("an error without a value fails the receiver too, and one wakes whoever waits", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    const lines = events<string>(emitter, "line");
    const waits = go(() => caught(Error, lines.next()));
    yield* yieldNow();
    emitter.emit("error");
    assert.match((yield* waits).message, /"line" emitted an error/);
  });
});

test("errors that are listened to themselves are events", () => {
  const emitter = new EventEmitter();
  const errors = events<Error>(emitter, "error");
  const boom = new Error("boom");
  emitter.emit("error", boom);
  emitter.emit("error", boom);
  assert.deepEqual(drained(errors), [boom, boom]);
  errors[Symbol.dispose]();
  assert.equal(emitter.listenerCount("error"), 0);
});

test("disposing and cancelling stop listening, drop what was kept, and wake whoever waits with the end", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    const target = new EventTarget();
    for (const stop of [
      (receiver: Receiver<unknown> & Disposable) => receiver[Symbol.dispose](),
      (receiver: Receiver<unknown> & Disposable) => receiver.cancel("enough"),
    ]) {
      const lines = events(emitter, "line");
      const pings = events(target, "ping");
      const waits = go(() => lines.next());
      yield* yieldNow();
      target.dispatchEvent(new Event("ping"));
      for (const receiver of [lines, pings]) {
        stop(receiver);
        stop(receiver);
      }
      assert.deepEqual([emitter.eventNames(), getEventListeners(target, "ping").length], [[], 0]);
      assert.deepEqual(yield* waits, { done: true, value: undefined });
      emitter.emit("line", 1);
      target.dispatchEvent(new Event("ping"));
      yield* caught(EndOfChannel, pings.receive());
      assert.deepEqual(lines.tryReceive(), { ok: false, closed: true });
    }
  });
});

test("leaving a for await goes on listening", async () => {
  const emitter = new EventEmitter();
  const receiver = events<number>(emitter, "n");
  await run(async () => {
    for (const n of [1, 2, 3]) emitter.emit("n", n);
    for await (const n of receiver) if (n === 2) break;
    assert.equal(await receiver.receive(), 3);
  });
  assert.equal(emitter.listenerCount("n"), 1);
  receiver.cancel();
});

test("sliding keeps the latest, dropping the first", () => {
  const emitter = new EventEmitter();
  const latest = events<number>(emitter, "n", { buffer: sliding(2) });
  const first = events<number>(emitter, "n", { buffer: dropping(2) });
  for (let n = 0; n < 5; n++) emitter.emit("n", n);
  assert.deepEqual(
    [drained(latest), drained(first)],
    [
      [3, 4],
      [0, 1],
    ],
  );
});

test("a buffer of a fixed size that overflows fails the receiver, and the message says what to do", async () => {
  await simulate(function* () {
    for (const size of [0, 2]) {
      const emitter = new EventEmitter();
      const receiver = events<number>(emitter, "tick", { buffer: size, name: "ticks" });
      const waits = go(() => receiver.receive());
      yield* yieldNow();
      for (let n = 0; n < size + 1; n++) emitter.emit("tick", n); // one is received, the others fit
      assert.equal(yield* waits, 0);
      emitter.emit("tick", "too many");
      emitter.emit("tick", "not heard");
      for (let n = 1; n < size + 1; n++) assert.equal(yield* receiver.receive(), n);
      const { message } = yield* caught(MisuseError, receiver.receive());
      assert.match(message, new RegExp(`^events: "ticks" came while ${size} were waiting to be received`));
      assert.match(message, /Receive faster, or give it unbounded\(\), sliding\(n\) or dropping\(n\)\.$/);
      assert.deepEqual(emitter.eventNames(), []);
    }
  });
});

test("anything with on and off is an emitter", () => {
  const listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  const emitter: Emitter = {
    on: (name, listener) => listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
    off: (name, listener) => listeners.get(name)?.delete(listener),
  };
  const receiver = events<number>(emitter, "n");
  for (const listener of listeners.get("n") ?? []) listener(5);
  assert.deepEqual(drained(receiver), [5]);
  receiver.cancel();
  assert.deepEqual([listeners.get("n")?.size, listeners.get("error")?.size], [0, 0]);
});

test("a bad target, name or option is misuse at the call, and nothing is listened to", () => {
  for (const target of [undefined, null, 5, "text", {}, { on() {} }, () => {}])
    assert.match(
      thrown(MisuseError, () => events(target as EventTarget, "x")).message,
      /^events: expected an EventTarget or an emitter with on and off, got/,
    );
  const emitter = new EventEmitter();
  thrown(MisuseError, () => events(emitter, 5 as unknown as string));
  for (const options of [null, 5, { name: 5 }, { buffer: -1 }, { buffer: 0.5 }, { buffer: "x" }])
    thrown(MisuseError, () => events(emitter, "x", options as unknown as ChannelOptions));
  assert.deepEqual(emitter.eventNames(), []);
});

test("the time a run waits for events does not count as stuck, and does not hold the process", async () => {
  const { code, stdout } = await program(`
    import { EventEmitter } from "node:events";
    import { run, events } from "offshoot";
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit("line", "hello"), 10);
    const lines = events(emitter, "line");
    await run(function* () { console.log(yield* lines.receive()); });
    await run(() => lines.receive()).catch((error) => console.log(error.name));`);
  assert.deepEqual([code, stdout.trim().split("\n")], [0, ["hello", "DeadlockError"]]);
});

test("events emitted by a task and by a promise are received alike", async () => {
  await simulate(function* () {
    const emitter = new EventEmitter();
    const receiver = events<string>(emitter, "x");
    go(() => void emitter.emit("x", "from a task"));
    assert.equal(yield* receiver.receive(), "from a task");
    void Promise.resolve().then(() => emitter.emit("x", "from a promise"));
    assert.equal(yield* receiver.receive(), "from a promise");
    yield* until(Promise.resolve());
  });
});
