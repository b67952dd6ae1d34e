// Calls of processes that are cancelled: before they begin and while they run; and what becomes of those that do not answer.
// own process: each test has a folder of its own to meet the processes in

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, afterEach, beforeEach, test } from "node:test";
import { all, go, run, select, sleep, TaskCancelledError, TimeoutError, timeout } from "offshoot";
import { Pool, remote, WorkerError } from "offshoot/parallel";
import { caught } from "../../support/caught.ts";
import * as here from "./process-jobs.ts";

const jobs = remote<typeof here>(new URL("./process-jobs.ts", import.meta.url));
const patient = new Pool({ processes: 1, name: "patient", grace: 60_000 });
const hasty = new Pool({ processes: 1, name: "hasty", grace: 20 });
after(() => Promise.all([patient.close(), hasty.close()]));

let folder: string;
beforeEach(() => {
  folder = here.meetingPlace();
});
afterEach(() => here.leaveNothing(folder));

test("a call that has not begun is taken back, and its function never runs", async () => {
  await run(function* () {
    const blocked = patient.go(jobs.keeps, folder);
    yield* here.heard(folder, "kept");
    const waiting = ["a", "b", "c"].map((name) => patient.go(jobs.notes, folder, name));
    yield* sleep(0);
    assert.equal(patient.stats().queued, 3);
    waiting[0]?.cancel();
    waiting[2]?.cancel();
    yield* caught(TaskCancelledError, waiting[0]!);
    yield* caught(TaskCancelledError, waiting[2]!);
    assert.equal(patient.stats().queued, 1);
    here.say(folder, "go on");
    yield* all([blocked, waiting[1]!]);
    yield* patient.run(jobs.add, 1, 2);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => here.hasSaid(folder, name)),
      [false, true, false],
    );
  });
});

test("a task in a process is cancelled, cleans up there, and hears the reason; the extent ends after that", async () => {
  await run(function* () {
    const task = patient.go(jobs.cleans, folder);
    yield* here.heard(folder, "waits");
    task.cancel(new Error("the reason"));
    yield* caught(TaskCancelledError, task);
    assert.ok(here.hasSaid(folder, "cleaned up: the reason"));
    assert.deepEqual([patient.stats().running, patient.stats().queued], [0, 0]);
  });
});

test("a reason that cannot travel cancels all the same", async () => {
  await run(function* () {
    const task = patient.go(jobs.cleans, folder);
    yield* here.heard(folder, "waits");
    task.cancel(() => "a function");
    yield* caught(TaskCancelledError, task);
    assert.equal(readdirSync(folder).filter((said) => said.startsWith("cleaned up")).length, 1);
  });
});

test("a call that loses a select is cancelled, and has cleaned up when the extent ends", async () => {
  await run(function* () {
    yield* go(function* () {
      const got = yield* select({
        call: patient.run(jobs.cleans, folder),
        begun: go(() => here.heard(folder, "waits")),
      });
      assert.equal(got.key, "begun");
    });
    assert.equal(patient.stats().running, 0);
  });
});

test("a call in a time limit is cancelled when that is over", async () => {
  await run(function* () {
    yield* patient.run(jobs.add, 1, 2);
    const error = yield* caught(TimeoutError, timeout(5, patient.run(jobs.waits, folder)));
    assert.match(error.message, /pool\.run "waits" of process-jobs\.ts took more than 5 ms/);
  });
  assert.equal(patient.stats().running, 0);
});

test("a call that answers although it was cancelled leaves its process alone", async () => {
  await run(function* () {
    const pid = yield* patient.run(jobs.pid);
    const task = patient.go(jobs.stays, folder);
    yield* here.heard(folder, "waits");
    task.cancel();
    here.say(folder, "go on");
    yield* caught(TaskCancelledError, task);
    assert.equal(yield* patient.run(jobs.pid), pid);
  });
});

test("a plain function that goes on beyond the grace has its process replaced, and others there hear why", async () => {
  await run(function* () {
    const other = go(() => caught(WorkerError, hasty.run(jobs.waits, folder)));
    yield* here.heard(folder, "waits");
    const plain = hasty.go(jobs.spins, folder);
    yield* here.heard(folder, "spins");
    const waiting = hasty.go(jobs.add, 2, 3);
    plain.cancel();
    yield* caught(TaskCancelledError, plain);
    assert.match(
      (yield* other).message,
      /^Pool\.run: "waits" of process-jobs\.ts has no answer: its process in pool "hasty" was replaced: "spins" of process-jobs\.ts had been cancelled, and had not answered within the grace of 20 ms\.$/,
    );
    assert.equal(yield* waiting, 5); // in the next one
  });
});

test("a task that does not answer within the grace has its process replaced", async () => {
  await run(function* () {
    const pid = yield* hasty.run(jobs.pid);
    const task = hasty.go(jobs.stays, folder);
    yield* here.heard(folder, "waits");
    task.cancel();
    yield* caught(TaskCancelledError, task);
    assert.notEqual(yield* hasty.run(jobs.pid), pid);
  });
});

test("the timeout of a pool of processes counts from when a call begins", async () => {
  const quick = remote<{ spins(folder: string): void; twice(n: number): number }>(
    `data:text/javascript,
      import { writeFileSync } from "node:fs";
      export const spins = (folder) => { writeFileSync(folder + "/spins", ""); for (;;); };
      export const twice = (n) => n * 2;`,
  );
  const timed = new Pool({ processes: 1, name: "timed", timeout: 500, grace: 1 });
  await run(function* () {
    const late = go(() => caught(TimeoutError, timed.run(quick.spins, folder)));
    yield* here.heard(folder, "spins");
    const waited = [1, 2, 3].map((n) => timed.go(quick.twice, n)); // for as long as that takes, and a new process
    assert.match((yield* late).message, /^Pool\.run: "spins" of .* has not answered within 500 ms of its start/);
    assert.deepEqual(yield* all(waited), [2, 4, 6]);
  });
  await timed.close();
});
