// run(body, { debug: true }): where tasks were spawned, and operations that were made and never started.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, type Operation, run, select, shield, sleep, yieldNow } from "offshoot";
import { machine } from "../../src/core/machine.ts";
import { program } from "../support/process.ts";

/** The line an error was made at. */
const line = (error: Error): string => /debug\.test\.ts:(\d+)/.exec(error.stack ?? "")?.[1] ?? "";

/** What is written to standard error while a body runs with debug. */
async function warnings(body: () => Operation<unknown>): Promise<string> {
  const { write } = process.stderr;
  let text = "";
  process.stderr.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await run(body, { debug: true });
  } finally {
    process.stderr.write = write;
  }
  return text;
}

test("an operation made and never started is told, with its task and line", async () => {
  const at: string[] = [];
  const text = await warnings(function* main() {
    at.push(line(new Error("here")), sleep(10) === undefined ? "" : "made");
    yield* go(function* child() {
      at.push(line(new Error("here")), channel<number>(1).send(1) === undefined ? "" : "made");
      yield* always(1);
    });
  });
  const lines = text.trim().split("\n");
  assert.equal(lines.length, 2, text);
  const told = /(.*): an operation was made and never started, in (.*) at .*debug\.test\.ts:(\d+)/;
  const [send, pause] = lines.map((text) => told.exec(text)?.slice(1));
  assert.deepEqual(send, ["offshoot: channel.send", 'task #2 "child"', at[2]]);
  assert.deepEqual(pause, ["offshoot: sleep", 'task #1 "main"', at[0]]);
});

test("operations that are used in any way are not told", async () => {
  const text = await warnings(function* () {
    const ch = channel<number>(8);
    yield* ch.send(1);
    yield* ch.receive().map((n) => n + 1);
    yield* select({ a: always(1), b: ch.receive(), c: sleep(1) });
    yield* select([select([sleep(50)]), sleep(0).map(() => 1)]);
    yield* shield(sleep(0));
    yield* go(() => ch.send(1));
    yield* yieldNow();
    const mine = go(() => {});
    const kept = ch.receive();
    yield* kept;
    go(async () => {
      await sleep(0);
      await ch.send(1);
      for await (const n of ch) if (n === 1) break;
    });
    yield* mine;
  });
  assert.equal(text, "");
});

test("a debug run behaves as any other, and what comes after it pays nothing", async () => {
  const value = await run(
    function* () {
      const ch = channel<number>();
      go(() => ch.send(5));
      return yield* ch.receive();
    },
    { debug: true },
  );
  assert.equal(value, 5);
  assert.equal(machine.made, null);
  await assert.rejects(
    run(
      () => {
        throw new RangeError("boom");
      },
      { debug: true },
    ),
    RangeError,
  );
  assert.equal(machine.made, null);
});

test("two debug runs at once are told apart", async () => {
  const texts = await Promise.all([
    warnings(function* one() {
      const two = run(
        function* two() {
          sleep(5);
          yield* sleep(1);
        },
        { debug: true },
      );
      yield* go(() => two);
      sleep(6);
    }),
  ]);
  assert.match(texts[0] ?? "", /"two"[\s\S]*"one"/);
  assert.equal(texts[0]?.trim().split("\n").length, 2);
  assert.equal(machine.made, null);
});

test("the report of a deadlock says where each task was spawned", async () => {
  const { stderr } = await program(`import { run, go, channel } from "offshoot";
    await run(function* main() {
      const ch = channel();
      go(function* worker() { yield* ch.receive(); });
      yield* ch.receive();
    }, { debug: true }).catch(() => {});`);
  assert.match(stderr, /"worker"[\s\S]*spawned at main \(.*:4:\d+\)/);
});
