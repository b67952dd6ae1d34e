// explore: what it finds, how it says so, and that a token replays it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { channel, go, MisuseError, Mutex, type Operation, select, sleep, yieldNow } from "offshoot";
import { cell, choose, type ExploreResult, explore, explored, type Failure, replay } from "offshoot/testing";
import { rejected } from "../support/caught.ts";
import { program } from "../support/process.ts";

/** Explores a program that fails, in a folder of its own, so that nothing is kept beside this file. */
async function failure(body: () => Operation<unknown>, options: Parameters<typeof explore>[1] = {}): Promise<Failure> {
  const result = await explore(body, { name: "a program that fails", ...options });
  assert.ok(result.failure !== undefined, "found nothing");
  assert.equal(result.ok, false);
  return result.failure;
}

function* lockOrder(): Operation<void> {
  const a = new Mutex({ name: "a" });
  const b = new Mutex({ name: "b" });
  go(function* first(): Operation<void> {
    yield* a.lock();
    yield* b.lock();
    b.unlock();
    a.unlock();
  });
  go(function* second(): Operation<void> {
    yield* b.lock();
    yield* a.lock();
    a.unlock();
    b.unlock();
  });
}

test.after(() => rmSync(new URL("__schedules__", import.meta.url), { recursive: true, force: true }));

for (const strategy of ["portfolio", "random", "pct", "pos", "delay", "preempt", "dfs"] as const) {
  test(`locks in different orders are found by ${strategy}, and the token ends the same way each time`, async () => {
    const found = await failure(lockOrder, { strategy });
    assert.equal(found.kind, "leak");
    assert.deepEqual(
      found.blocked.map(({ name, operation, object, heldBy }) => ({ name, operation, object, heldBy })).sort(),
      [
        { name: "first", operation: "mutex.lock", object: "b", heldBy: ['task #3 "second"'] },
        { name: "second", operation: "mutex.lock", object: "a", heldBy: ['task #2 "first"'] },
      ],
    );
    assert.equal(found.token.split(":").at(-1)?.split("-").length, 1, `shrunk to one deviation: ${found.token}`);
    for (let i = 0; i < 100; i++) {
      const error = await rejected(Error, replay(lockOrder, found.token));
      assert.equal(error.name, "LeakError");
    }
  });
}

test("the report says who waits for what, where, who holds it, and shows the steps with the deviation", async () => {
  const { report, steps, token } = await failure(lockOrder);
  assert.match(report, /^leak: 2 tasks can never go on\n/);
  assert.match(
    report,
    /task #2 "first" waits for mutex\.lock b, since 0 ms, held by task #3 "second"\n {6}at first \(.*explore\.test\.ts:\d+:\d+\)\n {6}spawned at /,
  );
  assert.match(report, /in a circle:\n {4}task #2 "first" {2}── mutex\.lock b ──> task #3 "second"\n/);
  assert.match(report, / {2}mutex\.lock a\n {26}> mutex\.lock b\n/);
  assert.ok(report.endsWith(`replay(body, "${token}")`));
  assert.deepEqual(
    steps.map(({ task, operation, deviates }) => `${task} ${operation} ${deviates}`),
    [
      'task #2 "first" mutex.lock false',
      'task #3 "second" mutex.lock true',
      'task #3 "second" mutex.lock false',
      'task #2 "first" mutex.lock false',
    ],
  );
});

test("a check that is acted on too late is found as the error it leads to", async () => {
  const body = function* (): Operation<void> {
    const stock = cell(1);
    const buyer = function* (): Operation<void> {
      if ((yield* stock.get()) === 0) return;
      const left = yield* stock.update((n) => n - 1);
      assert.ok(left >= 0, "sold what was not there");
    };
    go(buyer);
    yield* go(buyer);
  };
  const found = await failure(body);
  assert.equal(found.kind, "error");
  assert.match(String(found.error), /sold what was not there/);
  assert.match(String(await rejected(Error, replay(body, found.token))), /sold what was not there/);
});

test("a time limit raced by work is found with racy time, and not with idle time", async () => {
  const body = function* (): Operation<void> {
    const ch = channel<string>();
    go(function* answer(): Operation<void> {
      yield* yieldNow();
      yield* ch.send("answer");
    });
    yield* select({ got: ch.receive(), late: sleep(100) });
  };
  const found = await failure(body);
  assert.equal(found.kind, "leak");
  assert.deepEqual(
    found.blocked.map(({ name, since }) => [name, since]),
    [["answer", 100]],
  );
  const idle = await explore(body, { time: "idle", strategy: "dfs" });
  assert.deepEqual([idle.ok, idle.exhausted], [true, true]);
});

test("misuse, errors, deadlocks and leaks are told apart, and leaks may be ignored", async () => {
  const kinds: Record<string, () => Operation<unknown>> = {
    misuse: function* () {
      new Mutex().unlock();
    },
    error: function* () {
      yield* sleep(1);
      throw new RangeError("boom");
    },
    deadlock: () => channel<number>().receive(),
    leak: function* () {
      go(() => channel<number>().receive());
    },
  };
  for (const [kind, body] of Object.entries(kinds)) assert.equal((await failure(body)).kind, kind);
  const ignored = await explore(kinds["leak"] as () => Operation<unknown>, { leaks: "ignore" });
  assert.equal(ignored.ok, true);
});

test("with keepGoing the first failure is kept and the other orders are counted", async () => {
  const result: ExploreResult<void> = await explore(lockOrder, { name: "goes on", strategy: "dfs", keepGoing: true });
  assert.equal(result.ok, false);
  assert.equal(result.exhausted, true);
  const [seen] = [...result.outcomes.values()];
  assert.ok(seen !== undefined && seen.count > 0 && seen.count < result.runs);
});

test("outcomes come with tokens that replay them", async () => {
  const body = function* (): Operation<string> {
    const log: string[] = [];
    const task = go(function* (): Operation<void> {
      yield* yieldNow();
      log.push("child");
    });
    yield* yieldNow();
    log.push("main");
    yield* task;
    return log.join();
  };
  const { outcomes, ok } = await explore(body, { strategy: "dfs" });
  assert.equal(ok, true);
  assert.deepEqual([...outcomes.keys()].sort(), ["'child,main'", "'main,child'"]);
  for (const { value, token } of outcomes.values()) assert.equal(await replay(body, token), value);
});

test("the same seed makes the same runs, another one others", async () => {
  const tokens = async (seed: number): Promise<string[]> => {
    const { outcomes } = await explore(
      function* () {
        const shared = cell("");
        for (const name of "abcdef") go(() => shared.update((old) => old + name));
        yield* sleep(1);
        return shared.peek();
      },
      { strategy: "random", runs: 20, seed, time: "idle" },
    );
    return [...outcomes.values()].map(({ token }) => token);
  };
  assert.deepEqual(await tokens(1), await tokens(1));
  assert.notDeepEqual(await tokens(1), await tokens(2));
});

test("a body that does not end in production's order is misuse", async () => {
  const endless = function* (): Operation<never> {
    for (;;) yield* yieldNow();
  };
  const { message } = await rejected(MisuseError, explore(endless, { maxSteps: 50, runs: 3, strategy: "random" }));
  assert.match(message, /has not ended after 50 steps in production's order/);
});

test("a run that does not end in another order is given up, and says nothing", async () => {
  const result = await explore(
    function* () {
      if (choose(2) === 1) for (;;) yield* yieldNow();
      return "ended";
    },
    { maxSteps: 50, strategy: "dfs" },
  );
  const { ok, runs, spent, exhausted, outcomes } = result;
  assert.deepEqual({ ok, runs, spent, exhausted }, { ok: true, runs: 2, spent: 1, exhausted: false });
  assert.equal(outcomes.get("'ended'")?.count, 1);
});

test("what is no token, or one of another program, is told, with the choice at which that shows", async () => {
  const { token } = await failure(lockOrder);
  for (const wrong of ["", "v1", "v1:r:10:x", 5, undefined])
    assert.match(
      (await rejected(MisuseError, replay(lockOrder, wrong as string))).message,
      /^replay: .* is no (token|deviation)/s,
    );
  assert.match((await rejected(MisuseError, replay(lockOrder, token.replace("v1", "v2")))).message, /version v2/);
  const other = function* (): Operation<void> {
    for (let i = 0; i < 5; i++) go(() => yieldNow());
  };
  assert.match(
    (await rejected(MisuseError, replay(other, token))).message,
    /choice \d+ is not the one that was recorded/,
  );
  assert.match(
    (
      await rejected(
        MisuseError,
        replay(() => 5, token),
      )
    ).message,
    /it ended before all choices of the token came up/,
  );
});

test("a body that is not repeatable is told, with the first step that differs", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    const tasks = ++runs % 2 === 0 ? 2 : 3;
    for (let i = 0; i < tasks; i++) go(() => yieldNow());
  };
  const error = await rejected(MisuseError, explore(body));
  assert.match(
    error.message,
    /^explore: the body is not repeatable: step 3 was yieldNow its turn of task #4 .*, and in another run of the same order the end\./,
  );
});

test("a body that changes in the course of the search is told too", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    const tasks = ++runs > 4 ? 2 : 3;
    for (let i = 0; i < tasks; i++) go(() => yieldNow());
  };
  const error = await rejected(MisuseError, explore(body, { strategy: "dfs" }));
  assert.match(error.message, /^explore: the body is not repeatable: choice \d+ /);
});

test("an exploration inside an exploration is misuse, and so are options that cannot be", async () => {
  const found = await failure(function* () {
    yield* go(async () => {
      await explore(() => 5);
    });
  });
  assert.equal(found.kind, "misuse");
  for (const options of [
    null,
    { runs: 0 },
    { timeMs: Number.NaN },
    { strategy: "all" },
    { time: "real" },
    { leaks: true },
  ])
    await rejected(
      MisuseError,
      explore(() => 5, options as never),
    );
});

test("explored fails a test with the report, keeps the schedule, and tries it first the next time", async () => {
  const cache = fileURLToPath(new URL("../../.cache/", import.meta.url)); // inside the package, so that its name is found
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "explored-"));
  try {
    const file = join(folder, "late.mjs");
    writeFileSync(
      file,
      `import { channel, go, yieldNow } from "offshoot";
      import { explore, explored } from "offshoot/testing";
      const body = function* main() {
        const ch = channel();
        go(function* late() { yield* yieldNow(); yield* ch.send(1); });
        yield* yieldNow();
        ch.tryReceive();
      };
      const fails = explored(body, { name: "late" });
      await fails().catch((error) => console.log(error.message.split("\\n")[0]));
      console.log((await explore(body, { name: "late" })).runs);
      process.env.OFFSHOOT_REPLAY = "v1:r:10000:-";
      await fails().catch((error) => console.log(error.name));`,
    );
    const { code, stdout } = await program(`await import(${JSON.stringify(pathToFileURL(file).href)});`);
    assert.deepEqual(stdout.trim().split("\n"), ["leak: 1 task can never go on", "0", "LeakError"]);
    assert.equal(code, 0);
    assert.match(readFileSync(join(folder, "__schedules__", "late.txt"), "utf8"), /^v1:r:10000:-\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("explored passes where nothing fails", explored(additionsOfTwo, { strategy: "dfs" }));

function* additionsOfTwo(): Operation<void> {
  const shared = cell(0);
  const tasks = [1, 2].map((n) => go(() => shared.update((value) => value + n)));
  for (const task of tasks) yield* task;
  assert.equal(shared.peek(), 3);
}
