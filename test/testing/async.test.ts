// Async bodies under exploration: what they await of the library is a step, in every order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, currentTask, go, named, type Operation, sleep, yieldNow } from "offshoot";
import { cell, type ExploreOptions, explore, replay, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const options = {
  name: "async bodies",
  keep: false,
  strategy: "dfs",
  timeMs: 60_000,
} as const satisfies ExploreOptions;

function* interleaved(): Operation<string> {
  const log: string[] = [];
  const body = (name: string) => async () => {
    await yieldNow();
    log.push(`${name}1`);
    await yieldNow();
    log.push(`${name}2`);
  };
  const tasks = [go(body("a")), go(body("b"))];
  for (const task of tasks) yield* task;
  return log.join(" ");
}

test("two async bodies are interleaved in all ways, and are not exhausted", async () => {
  const { ok, exhausted, covered, outcomes } = await explore(interleaved, options);
  assert.deepEqual([ok, exhausted, covered], [true, false, "some orders"]);
  assert.deepEqual([...outcomes.values()].map(({ value }) => value).sort(), [
    "a1 a2 b1 b2",
    "a1 b1 a2 b2",
    "a1 b1 b2 a2",
    "b1 a1 a2 b2",
    "b1 a1 b2 a2",
    "b1 b2 a1 a2",
  ]);
  for (const { value, token } of outcomes.values()) assert.equal(await replay(interleaved, token), value);
});

test("two async senders are received in both orders", async () => {
  const { outcomes } = await explore(function* (): Operation<readonly string[]> {
    const ch = channel<string>();
    for (const name of ["a", "b"]) go(async () => void (await ch.send(name)));
    return [yield* ch.receive(), yield* ch.receive()];
  }, options);
  assert.deepEqual([...outcomes.keys()].sort(), ["[ 'a', 'b' ]", "[ 'b', 'a' ]"]);
});

test("an async body is cancelled before, between and after its steps", async () => {
  const { ok, outcomes } = await explore(
    function* (): Operation<number> {
      let done = 0;
      const task = go(async () => {
        const me = currentTask();
        for (let i = 0; i < 2; i++) {
          await me.run(yieldNow());
          done++;
        }
      });
      yield* yieldNow();
      task.cancel();
      yield* sleep(1);
      return done;
    },
    { ...options, time: "idle" },
  );
  assert.equal(ok, true);
  assert.deepEqual([...outcomes.keys()].sort(), ["0", "1", "2"]);
});

test("operations that a task runs in a loop are steps", async () => {
  const { outcomes } = await explore(function* (): Operation<string> {
    const shared = cell("");
    const add = (name: string) => async () => {
      const me = currentTask();
      for (let i = 0; i < 2; i++) await me.run(shared.update((old) => old + name));
    };
    const tasks = [go(add("a")), go(add("b"))];
    for (const task of tasks) yield* task;
    return shared.peek();
  }, options);
  assert.deepEqual([...outcomes.keys()].sort(), ["'aabb'", "'abab'", "'abba'", "'baab'", "'baba'", "'bbaa'"]);
});

test("two async bodies that wait for each other's messages are a deadlock, which its token replays", async () => {
  const body = function* (): Operation<void> {
    const [one, two] = [channel<number>(0, { name: "one" }), channel<number>(0, { name: "two" })];
    const ann = go(named("ann", async () => void (await one.send(await two.receive()))));
    const bob = go(named("bob", async () => void (await two.send(await one.receive()))));
    yield* ann;
    yield* bob;
  };
  const { failure, ok } = await explore(body, options);
  assert.deepEqual([ok, failure?.kind], [false, "deadlock"]);
  const waiting = failure?.blocked.map(({ name, operation, object }) => `${name} ${operation} ${object}`.trim()) ?? [];
  for (const text of ["ann the promise of its async body", "await channel.receive two", "await channel.receive one"])
    assert.ok(waiting.includes(text), String(waiting));
  for (let i = 0; i < 10; i++)
    assert.equal((await rejected(Error, replay(body, failure?.token ?? ""))).name, "DeadlockError");
});

test("the same seed makes the same run", async () => {
  for (let seed = 0; seed < 10; seed++)
    assert.equal(await simulate(interleaved, { seed }), await simulate(interleaved, { seed }));
});
