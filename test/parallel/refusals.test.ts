// What cannot travel is refused by name, with the place it lies at and what to do.

import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import {
  all,
  Barrier,
  broadcast,
  Condition,
  channel,
  go,
  group,
  Latch,
  MisuseError,
  Mutex,
  Once,
  RwLock,
  Semaphore,
  SingleFlight,
  sleep,
  TaskLocal,
  ticker,
  timer,
  WaitGroup,
} from "offshoot";
import "../../src/parallel/codec/ours.ts";
import { argument, encode } from "../../src/parallel/codec.ts";
import { SHARE } from "../../src/parallel/shareable.ts";
import { simulate } from "../../src/testing/simulate.ts";
import { LOADER } from "../support/carrying.ts";
import { thrown } from "../support/caught.ts";

const refusal = (value: unknown): string => thrown(MisuseError, () => encode(value, LOADER, "Test")).message;

/** The refusal of a value that stays in its thread. */
const stays = (value: unknown, what: string, remedy: string): void =>
  assert.equal(refusal([value]), `Test: the value[0] is ${what}, which cannot travel to another thread. ${remedy}`);

const DATA = "Send the data it holds.";
const FLOW = "It belongs to this thread: send what comes from it, through a sharedChannel().";
const OPERATION = "Perform it here with yield*, and send what it gives.";
const CODE = "Send data; code is loaded there from its module: see remote().";

test("functions, symbols and promises stay", () => {
  stays(function done() {}, 'a function "done"', CODE);
  stays(class Job {}, 'a function "Job"', CODE);
  stays(Symbol("s"), "a symbol (Symbol(s))", "Send a string that stands for it.");
  stays(Object(Symbol("s")), "a Symbol", DATA);
  stays(Promise.resolve(), "a Promise", "Wait for it, and send what it gives.");
  stays(new (class Query { then() {} })(), "a Query", DATA); // biome-ignore format: one line
});

test("objects with hidden state stay, even those that structuredClone would empty", () => {
  stays(new WeakMap(), "a WeakMap", DATA);
  stays(new WeakSet(), "a WeakSet", DATA);
  stays(new WeakRef({}), "a WeakRef", DATA);
  stays(new FinalizationRegistry(() => {}), "a FinalizationRegistry", DATA);
  stays(new Intl.NumberFormat(), "a NumberFormat", DATA);
  stays(new URL("http://localhost"), "an URL", DATA);
  stays(new TextDecoder(), "a TextDecoder", DATA);
  assert.match(
    refusal([[1].values()]),
    /^Test: the value\[0\] is an \w+, which cannot travel to another thread\. Send the data it holds\.$/,
  );
  assert.equal(
    refusal({ key: createSecretKey(Buffer.from("secret")) }),
    "Test: the value.key is a SecretKeyObject, which cannot travel to another thread. Send the data it holds.",
  );
  class Secret {
    readonly #text = "hidden";
    get length(): number {
      return this.#text.length;
    }
  }
  assert.equal(
    refusal(new Map([["key", new Secret()]])),
    'Test: the value.get("key") is a Secret that has no field in sight; what is private stays behind. Send the data it holds.',
  );
});

test("what belongs to the world of this thread stays", () => {
  stays(new Socket(), "a Socket", FLOW);
  stays(new EventEmitter(), "an EventEmitter", FLOW);
  stays(new EventTarget(), "an EventTarget", FLOW);
  stays(new ReadableStream(), "a ReadableStream", FLOW);
  const signal = "Cancel the call instead: that aborts the signals of its task in the other thread.";
  stays(AbortSignal.abort(), "an AbortSignal", signal);
  stays(new AbortController(), "an AbortController", signal);
  const { port1 } = new MessageChannel();
  stays(port1, "a MessagePort", "Mark it, if this thread is done with it: move(port).");
  port1.close();
});

test("channels, locks and their like say what to use instead", () => {
  const shared = "Use sharedChannel(), which every thread can hold.";
  stays(channel(1, { name: "jobs" }), 'the channel "jobs"', shared);
  const hub = broadcast<number>({ name: "news" });
  stays(hub, "a broadcast", "Subscribe here, and pass on what comes, through a sharedChannel().");
  stays(hub.subscribe({ name: "reader" }), 'the channel "reader"', shared);
  stays(new Mutex({ name: "db" }), 'the mutex "db"', "Use a SharedMutex.");
  stays(new RwLock({ name: "map" }), 'the rwlock "map"', "Use a SharedRwLock.");
  stays(new Semaphore(2, { name: "slots" }), 'the semaphore "slots"', "Use a SharedSemaphore.");
  stays(new WaitGroup({ name: "all" }), 'the wait group "all"', "Use a SharedWaitGroup.");
  stays(new Latch({ name: "gate" }), 'the latch "gate"', "Use a SharedLatch.");
  stays(new Barrier(2, { name: "round" }), "a barrier", "Use a SharedBarrier.");
  stays(new Condition(new Mutex()), "a Condition", "Use a SharedMutex and a sharedChannel().");
  const value = "Get the value here, and send that.";
  stays(new Once(() => 1), "an Once", value);
  stays(new SingleFlight(), "a SingleFlight", value);
  stays(new TaskLocal("user", 1), "a TaskLocal", value);
});

test("tasks, operations and what lives in a task stay", async () => {
  stays(channel(0, { name: "jobs" }).receive(), "the operation channel.receive jobs", OPERATION);
  stays(all([]), "the operation all", OPERATION);
  stays((function* () {})(), "a generator", OPERATION);
  await simulate(function* () {
    stays(sleep(5), "the operation sleep 5 ms", OPERATION);
    stays(timer(5), "a timer", "Make it in the other thread.");
    stays(ticker(5), "a receiver", "Use sharedChannel(), which every thread can hold.");
    const task = go(function* worker() {});
    stays(task, 'the task #2 "worker"', "Wait for the task, and send what it returns.");
    yield* task;
    const lock = yield* new Mutex({ name: "db" }).lock();
    stays(lock, 'a lock of mutex "db"', "Lock where the work is done, with a SharedMutex.");
    yield* group(function* (g) {
      stays(g, "a group", "Start tasks there in a group of their own.");
    });
  });
});

test("a refusal inside a task names the task", async () => {
  await simulate(function* () {
    yield* go(function* worker() {
      const error = thrown(MisuseError, () => encode(Symbol(), LOADER, "Test"));
      assert.equal(error.task?.name, "worker");
    });
  });
});

test("the path leads to the value, through whatever there is around it", () => {
  const f = (): void => {};
  const at = (value: unknown): string => / (the value\S*( \d\]\S*)?)/.exec(refusal(value))?.[1] ?? "";
  assert.equal(at(f), "the value");
  assert.equal(at({ options: { onDone: f } }), "the value.options.onDone");
  assert.equal(at([1, [2, f]]), "the value[1][1]");
  assert.equal(at({ "x-y": { "": { é: f } } }), 'the value["x-y"][""].é');
  assert.equal(at(Object.assign(new Array(2), { 2: { a: f } })), "the value[2].a");
  assert.equal(at(new Map<unknown, unknown>([[1, 2], ["k", { a: f }]])), 'the value.get("k").a'); // biome-ignore format: one line
  assert.equal(at(new Map([[7, f]])), "the value.get(7)");
  assert.equal(at(new Map([[{}, f]])), "the value[value 0]");
  assert.equal(at(new Map([[f, 1]])), "the value[key 0]");
  assert.equal(at(new Set([1, { a: f }])), "the value[member 1].a");
  assert.equal(at([{ a: 1 }, { a: { b: f } }]), "the value[1].a.b");
  assert.equal(at([{ a: 1 }, { a: f }]), "the value[1].a"); // like the one before
});

test("what is sent is called what the sender calls it", () => {
  const options = { options: { onDone: function done() {} } };
  const from = (naming: Parameters<typeof encode>[3], value: unknown): string =>
    thrown(MisuseError, () => encode(value, LOADER, "Pool.run", naming)).message.split(",")[0] as string;
  assert.equal(from(argument, [1, options]), 'Pool.run: argument 1.options.onDone is a function "done"');
  assert.equal(from(argument, [options.options.onDone]), 'Pool.run: argument 0 is a function "done"');
  assert.equal(from("the result", options), 'Pool.run: the result.options.onDone is a function "done"');
  assert.equal(
    from((i) => ["the key", "the entry"][i] as string, ["k", options]),
    'Pool.run: the entry.options.onDone is a function "done"',
  );
});

test("a getter or a proxy that throws is named with what it threw", () => {
  const boom = new RangeError("boom.");
  const throws = (): never => {
    throw boom;
  };
  assert.equal(refusal({ a: { get b() { return throws(); } } }), 'Test: the value.a.b cannot be read: "boom" was thrown. Send plain data.'); // biome-ignore format: one line
  assert.equal(
    refusal([new Proxy({}, { ownKeys: throws })]),
    'Test: the value[0] cannot be read: "boom" was thrown. Send plain data.',
  );
  assert.equal(
    refusal({ p: new Proxy({}, { getPrototypeOf: throws }) }),
    'Test: the value.p cannot be read: "boom" was thrown. Send plain data.',
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.match(
    refusal({ proxy }),
    /^Test: the value\.proxy cannot be read: "Cannot perform 'IsArray' on a proxy that has been revoked" was thrown\./,
  );
  assert.equal(thrown(MisuseError, () => encode({ get a() { return throws(); } }, LOADER, "Test")).cause, boom); // biome-ignore format: one line
});

test("what only looks like a Date or a Map is refused, and does not spoil the real ones", () => {
  assert.match(
    refusal([Object.create(Date.prototype)]),
    /^Test: the value\[0\] cannot be read: "this is not a Date object/,
  );
  assert.match(refusal([Object.create(Map.prototype)]), /^Test: the value\[0\] cannot be read: "Method Map/);
  class Mine extends Map {}
  assert.match(refusal([Object.create(Mine.prototype)]), /^Test: the value\[0\] cannot be read/);
  assert.ok(encode([new Date(), new Map(), new Mine()], LOADER, "Test").length > 0);
});

test("what lies too deep is refused, and what lies at the limit travels", () => {
  const deep = (levels: number, around: (value: unknown) => unknown): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = around(value);
    return value;
  };
  for (const around of [
    (v: unknown) => [v],
    (v: unknown) => ({ v }),
    (v: unknown) => new Map([[v, 1]]),
    (v: unknown) => new Set([v]),
  ]) {
    assert.ok(encode(deep(1_000, around), LOADER, "Test").length > 1_000);
    for (const levels of [1_001, 100_000])
      assert.match(
        refusal(deep(levels, around)),
        /^Test: the value.* lies more than 1000 objects deep\. Send it flat: a list as an array, /,
      );
  }
  const steps = "[0]".repeat(12);
  assert.equal(
    refusal(deep(1_001, (v) => [v])),
    `Test: the value${steps} ... ${steps} lies more than 1000 objects deep. Send it flat: a list as an array, the nodes of a tree or graph as an array with indices.`,
  );
});

test("a shared object whose id is no whole number is refused", () => {
  class Thing {
    readonly [SHARE] = 0.5;
  }
  assert.equal(
    refusal({ thing: new Thing() }),
    "Test: the value.thing has the id 0.5, which is no whole number from 0 to 2^53 - 1. Give it one.",
  );
});

test("a message beyond 2 GiB is refused", () => {
  const message =
    "the value makes a message of more than 2 GiB, or than there is memory for. Send it in parts, or move() it.";
  assert.equal(refusal(new ArrayBuffer(2 ** 31)), `Test: ${message}`);
});

test("after a refusal the next message is whole", () => {
  const shared = { a: 1 };
  refusal([shared, shared, new Uint8Array(4), Symbol()]);
  assert.deepEqual([...encode({ a: 1 }, LOADER, "Test")], [0, 0xce, 0x81, 97, 1, 0xd1]);
});
