// Bodies that cannot be explored, since they do not do the same each time, do not end, or use what is not theirs: told with what to do about it.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { broadcast, channel, events, go, MisuseError, type Operation, run, sleep, yieldNow } from "offshoot";
import { cell, explore, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const own = { name: "bad bodies", keep: false } as const;

async function misuse(promise: Promise<unknown>, message: RegExp): Promise<void> {
  assert.match((await rejected(MisuseError, promise)).message, message);
}

const REMEDY = /Take chance, time and shared state out of the body; make what it uses inside it\.$/;

test("the first step that differs in two runs of the same order is named", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    const shared = cell(0, { name: "shared" });
    yield* shared.get();
    if (++runs % 2 === 0) yield* shared.set(1);
    else yield* yieldNow();
  };
  const { message } = await rejected(MisuseError, explore(body, own));
  assert.match(
    message,
    /^explore: the body is not repeatable: step 2 was (cell\.set shared|yieldNow its turn) of task #1 /,
  );
  assert.match(message, /, and in another run of the same order (cell\.set shared|yieldNow its turn) of task #1 /);
  assert.match(message, REMEDY);
});

test("an outcome that differs while the steps do not is told with both outcomes", async () => {
  let runs = 0;
  const body = function* (): Operation<string> {
    yield* yieldNow();
    return `run ${++runs}`;
  };
  const { message } = await rejected(MisuseError, explore(body, own));
  assert.match(
    message,
    /^explore: the body is not repeatable: of two runs of the same order one came to 'run 1', and the other to 'run 2'\./,
  );
  assert.match(message, REMEDY);
});

test("a body that fails in one of two runs of the same order is not repeatable", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    yield* yieldNow();
    if (++runs % 2 === 0) throw new RangeError("every other time");
  };
  await misuse(explore(body, own), /^explore: the body is not repeatable: /);
});

test("a body that changes later in the search is told with the choice", async () => {
  for (const strategy of ["dfs", "dpor"] as const) {
    let runs = 0;
    const body = function* (): Operation<void> {
      const tasks = ++runs > 4 ? 2 : 3;
      const shared = cell(0);
      for (let i = 0; i < tasks; i++) go(() => shared.update((n) => n + 1));
    };
    const { message } = await rejected(MisuseError, explore(body, { ...own, strategy }));
    assert.match(
      message,
      /^explore: the body is not repeatable: choice \d+ of a run had other options than the same choice before\./,
    );
    assert.match(message, REMEDY);
  }
});

test("a body that never ends in production's order is told with the limit, by each strategy", async () => {
  const endless = function* (): Operation<never> {
    for (;;) yield* yieldNow();
  };
  const message =
    /^explore: the body has not ended after 50 steps in production's order\. .* allow more with maxSteps\.$/;
  for (const strategy of ["portfolio", "fifo", "random", "pct", "pos", "delay", "preempt", "dfs", "dpor"] as const)
    await misuse(explore(endless, { ...own, strategy, maxSteps: 50 }), message);
});

test("a body that sleeps for ever and ever never ends either", async () => {
  const endless = function* (): Operation<never> {
    for (;;) yield* sleep(1_000);
  };
  await misuse(explore(endless, { ...own, maxSteps: 50 }), /has not ended after 50 steps/);
});

test("an exploration inside an exploration is misuse", async () => {
  const { failure } = await explore(
    function* (): Operation<void> {
      yield* go(async () => void (await explore(() => 5, own)));
    },
    { ...own, strategy: "fifo" },
  );
  assert.equal(failure?.kind, "misuse");
  assert.match(String(failure.error), /explore: called inside an exploration\. Explore one program at a time\./);
});

test("after a refused exploration the next one goes as always", async () => {
  await rejected(
    MisuseError,
    explore(() => 5, { ...own, runs: 0 }),
  );
  const { ok, covered } = await explore(() => 5, own);
  assert.deepEqual([ok, covered], [true, "every order"]);
});

test("explorations one beside the other are no misuse", async () => {
  const body = function* (): Operation<string> {
    const shared = cell("");
    const tasks = ["a", "b"].map((name) => go(() => shared.update((old) => old + name)));
    for (const task of tasks) yield* task;
    return shared.peek();
  };
  const results = await Promise.all([1, 2, 3].map(() => explore(body, { ...own, strategy: "dfs" })));
  for (const { ok, runs, outcomes } of results)
    assert.deepEqual([ok, runs, outcomes.size], [true, results[0]?.runs, 2]);
});

test("a channel, a broadcast and events that were made outside are misuse, by name, and what they had in them stays", async () => {
  const buffered = channel<number>(4, { name: "buffered" });
  buffered.trySend(1);
  const straight = channel<number>(0, { name: "straight" });
  const news = broadcast<number>({ name: "news", buffer: 1 });
  const receiver = news.subscribe({ name: "reader" });
  const emitter = new EventEmitter();
  const lines = events<string>(emitter, "line", { name: "lines" });
  const uses: Record<string, () => unknown> = {
    "buffered send": () => buffered.send(1),
    "buffered receive": () => buffered.receive(),
    "buffered trySend": () => buffered.trySend(1),
    "buffered tryReceive": () => buffered.tryReceive(),
    "buffered next": () => buffered.next(),
    "buffered close": () => buffered.close(),
    "buffered cancel": () => buffered.cancel(),
    "straight send": () => straight.send(1),
    "straight receive": () => straight.receive(),
    "news send": () => news.send(1),
    "reader receive": () => receiver.receive(),
    "lines receive": () => lines.receive(),
  };
  for (const [use, call] of Object.entries(uses)) {
    const name = use.split(" ")[0] as string;
    const body = call as () => Operation<unknown>;
    const told = (from: string) =>
      new RegExp(
        `^${from}: the (?:channel|broadcast) "${name}" was made outside the run, .* Make it inside the body\\.$`,
      );
    await misuse(simulate(body), told("simulate"));
    const { failure } = await explore(body, { ...own, strategy: "fifo" });
    assert.equal(failure?.kind, "misuse", use);
    assert.match((failure.error as Error).message, told("explore"));
  }
  assert.deepEqual([buffered.length, buffered.closed, straight.stats().waitingReceivers], [1, false, 0]);
  lines[Symbol.dispose]();
});

test("what was made outside goes on working outside", async () => {
  const ch = channel<number>(1, { name: "outside" });
  await rejected(
    MisuseError,
    simulate(() => ch.send(1)),
  );
  assert.equal(
    await run(function* () {
      yield* ch.send(2);
      return yield* ch.receive();
    }),
    2,
  );
});
