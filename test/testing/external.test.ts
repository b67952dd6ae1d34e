// Waits for the world in a simulated run: refused, unless allowed; what the program answers itself is no such wait.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { callback, events, fromIterable, go, MisuseError, type Operation, sleep, until } from "offshoot";
import { explore, simulate } from "offshoot/testing";
import { rejected } from "../support/caught.ts";

const outside: Record<string, () => Operation<unknown> | Promise<unknown>> = {
  "a promise": () => until(new Promise(() => {})),
  "a call": () => until(() => new Promise(() => {})),
  "a callback": () => callback(() => {}),
  "an event": () => events(new EventEmitter(), "never").receive(),
  "a source": () =>
    fromIterable({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }).next(),
  "the promise of an async body": async () => await new Promise(() => {}),
};

for (const [what, body] of Object.entries(outside)) {
  test(`a task that waits for ${what} from outside is misuse, and is told by name`, async () => {
    const waiting = function* (): Operation<void> {
      yield* go(function waiter() {
        return body();
      });
    };
    const error = await rejected(MisuseError, simulate(waiting));
    assert.match(error.message, /^task #2 "waiter" waits for something outside the simulation, .* allowExternal\./);
    const { failure } = await explore(waiting, { keep: false, strategy: "fifo" });
    assert.equal(failure?.kind, "misuse");
  });
}

test("where it is allowed, the world is waited for", async () => {
  const body = function* (): Operation<string> {
    yield* sleep(1_000);
    return yield* until(new Promise<string>((resolve) => setTimeout(resolve, 5, "hello")));
  };
  assert.equal(await simulate(body, { allowExternal: true }), "hello");
  const { outcomes, ok } = await explore(body, { allowExternal: true, runs: 2, strategy: "random" });
  assert.deepEqual([ok, [...outcomes.keys()]], [true, ["'hello'"]]);
});

test("what a task of the program answers in its time is not outside", async () => {
  const value = await simulate(function* () {
    const emitter = new EventEmitter();
    const lines = events<string>(emitter, "line");
    let resolve = (_value: string): void => {};
    const promise = new Promise<string>((done) => {
      resolve = done;
    });
    go(function* () {
      yield* sleep(1_000);
      emitter.emit("line", "one");
      yield* sleep(1_000);
      resolve("two");
    });
    return [yield* lines.receive(), yield* until(promise)];
  });
  assert.deepEqual(value, ["one", "two"]);
});
