// Who holds what, as the report of a deadlock tells it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { currentTask, go, Mutex, named, never, RwLock, Semaphore, select, sleep, yieldNow } from "offshoot";
import { stuck } from "../support/sync.ts";

test("a mutex names its holder, by task, or as ended, or as code outside any task", async () => {
  const outside = new Mutex({ name: "outside" });
  outside.tryLock();
  const report = await stuck(function* () {
    const [alive, ended, passed] = ["alive", "ended", "passed"].map((name) => new Mutex({ name })) as [
      Mutex,
      Mutex,
      Mutex,
    ];
    go(function* keeper() {
      yield* alive.lock();
      yield* never;
    });
    yield* go(named("gone", () => ended.lock()));
    yield* passed.lock();
    go(function* heir() {
      yield* passed.lock();
      yield* never;
    });
    yield* yieldNow();
    passed.unlock();
    for (const mutex of [alive, ended, passed, outside]) go(() => mutex.lock());
    yield* never;
  });
  assert.match(report, /waits for mutex\.lock alive, for 0 ms, held by task #2 "keeper"$/m);
  assert.match(report, /waits for mutex\.lock ended, for 0 ms, held by task #3 "gone", which has ended$/m);
  assert.match(report, /waits for mutex\.lock passed, for 0 ms, held by task #4 "heir"$/m);
  assert.match(report, /waits for mutex\.lock outside, for 0 ms, held by code outside any task$/m);
});

test("a rwlock names its writer, or its readers", async () => {
  const report = await stuck(function* () {
    const [read, write] = [new RwLock({ name: "read" }), new RwLock({ name: "write" })];
    for (const name of ["one", "two"])
      go(
        named(name, function* () {
          yield* read.readLock();
          yield* never;
        }),
      );
    go(function* writer() {
      yield* write.lock();
      yield* never;
    });
    yield* yieldNow();
    for (const op of [read.lock(), read.readLock(), write.lock(), write.readLock()]) go(() => op);
    yield* never;
  });
  for (const [op, who] of [
    ["lock read", 'task #2 "one", task #3 "two"'],
    ["readLock read", 'task #2 "one", task #3 "two"'],
    ["lock write", 'task #4 "writer"'],
    ["readLock write", 'task #4 "writer"'],
  ])
    assert.match(report, new RegExp(`waits for rwlock\\.${op}, for 0 ms, held by ${who}$`, "m"));
});

test("a semaphore names who has permits, each once, and how many are wanted", async () => {
  const report = await stuck(function* () {
    const permits = new Semaphore(6, { name: "db" });
    for (const name of ["one", "two"])
      go(
        named(name, function* () {
          for (let i = 0; i < 2; i++) yield* permits.acquire();
          yield* never;
        }),
      );
    yield* yieldNow();
    go(() => permits.acquire(5));
    go(() => permits.acquire());
    yield* never;
  });
  assert.match(report, /semaphore\.acquire db \(5 of 2 left\), for 0 ms, held by task #2 "one", task #3 "two"$/m);
  assert.match(report, /semaphore\.acquire db, for 0 ms, held by task #2 "one", task #3 "two"$/m);
});

test("permits of many readers name the first of them", async () => {
  const report = await stuck(function* () {
    const lock = new RwLock();
    for (let i = 0; i < 20; i++)
      go(function* () {
        yield* lock.readLock();
        yield* never;
      });
    yield* yieldNow();
    yield* lock.lock();
  });
  const [line] = report.split("\n").filter((text) => text.includes("rwlock.lock"));
  assert.equal(line?.match(/task #/g)?.length, 9); // the one who waits, and eight who hold it
});

test("what an async body locks by await or Task.run is held by that body", async () => {
  const report = await stuck(function* () {
    const locks = ["early", "waited", "run"].map((name) => new Mutex({ name })) as [Mutex, Mutex, Mutex];
    const [early, waited, inRun] = locks;
    const held = yield* waited.lock();
    go(async function keeper() {
      const me = currentTask();
      await Promise.all([early.lock(), waited.lock(), me.run(inRun.lock())]);
      await me.run(never);
    });
    yield* sleep(1);
    held[Symbol.dispose]();
    yield* sleep(1);
    for (const mutex of locks) go(() => mutex.lock());
    yield* never;
  });
  for (const name of ["early", "waited", "run"])
    assert.match(report, new RegExp(`waits for mutex\\.lock ${name}, for 0 ms, held by task #2 "keeper"$`, "m"));
});

test("what is taken by a select or a map names its holder too", async () => {
  const report = await stuck(function* () {
    const [one, two] = [new Mutex({ name: "one" }), new Mutex({ name: "two" })];
    yield* two.lock();
    go(function* chooser() {
      yield* select([one.lock().map(() => 1), never]);
      yield* select([select([two.lock()]), never]);
      yield* never;
    });
    yield* yieldNow();
    two.unlock();
    for (const mutex of [one, two]) go(() => mutex.lock());
    yield* never;
  });
  for (const name of ["one", "two"])
    assert.match(report, new RegExp(`waits for mutex\\.lock ${name}, for 0 ms, held by task #2 "chooser"`));
});
