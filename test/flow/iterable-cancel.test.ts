// fromIterable: how a source learns that no more is wanted, wherever it stands.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { currentTask, fromIterable, go, MisuseError, until } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { program } from "../support/process.ts";

/** Lets everything happen that is not a matter of time. */
const settled = () => until(() => new Promise((resolve) => setImmediate(resolve)));

/** Counts from 1 to `last`, and logs what happens to it. */
async function* counting(last: number, log: string[]): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= last; n++) {
      log.push(`asked ${n}`);
      yield n;
    }
    log.push("asked on");
  } finally {
    log.push("left");
  }
}

test("cancel returns a generator where it stands, and wakes whoever waits with the end", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const source = fromIterable(counting(9, log));
    yield* source.receive();
    source.cancel("enough");
    source.cancel();
    yield* settled();
    assert.deepEqual(log, ["asked 1", "left"]);
    assert.deepEqual(yield* source.next(), { done: true, value: undefined });

    let open: (() => void) | undefined;
    const slow = fromIterable(
      (async function* () {
        try {
          await new Promise<void>((resolve) => {
            open = resolve;
          });
          yield 1;
        } finally {
          log.push("slow left");
        }
      })(),
    );
    const waits = go(() => slow.next());
    yield* settled();
    slow.cancel();
    assert.deepEqual(yield* waits, { done: true, value: undefined });
    assert.equal(log.includes("slow left"), false); // in the midst of a next: it hears of it at its next value
    open?.();
    yield* settled();
    assert.deepEqual(slow.tryReceive(), { ok: false, closed: true });
    assert.equal(log.at(-1), "slow left");
  });
});

test("a source is left outside any task", async () => {
  await simulate(function* () {
    let left = false;
    const source = fromIterable({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        async return() {
          thrown(MisuseError, currentTask);
          left = true;
          return { done: true, value: undefined };
        },
      }),
    });
    yield* source.receive();
    source.cancel();
    assert.equal(left, true);
  });
});

test("cancel destroys a stream of Node and cancels one of the web, between values and in the midst of a next", async () => {
  for (const midst of [false, true]) {
    await simulate(function* () {
      const pushed = midst ? [] : ["a"];
      const node = new Readable({ objectMode: true, read: () => void (pushed.length > 0 && node.push(pushed.pop())) });
      let reason: unknown;
      const web = new ReadableStream<string>({
        pull: (controller) => void (midst || controller.enqueue("a")),
        cancel(why) {
          reason = why;
        },
      });
      for (const source of [fromIterable<string>(node), fromIterable<string>(web)]) {
        const waits = go(() => source.next());
        yield* settled();
        assert.equal(waits.status, midst ? "waiting" : "succeeded");
        source.cancel("enough");
        assert.equal((yield* waits).done === true, midst);
        yield* settled();
      }
      assert.deepEqual([node.destroyed, reason], [true, "enough"]);
    });
  }
});

test("a cancel that fails is told to the process", async () => {
  const { code, stdout, stderr } = await program(`
    import { run, fromIterable } from "offshoot";
    process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
    const failing = (leave) => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }), return: leave }) });
    await run(function* () {
      for (const leave of [() => { throw new Error("at once"); }, async () => { throw new Error("later"); }]) {
        const source = fromIterable(failing(leave));
        yield* source.receive();
        source.cancel();
      }
    });
    const errored = fromIterable(new ReadableStream({ cancel() { throw new Error("stream"); } }));
    errored.cancel();`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(stdout.trim().split("\n").sort(), ["unhandled at once", "unhandled later", "unhandled stream"]);
});
