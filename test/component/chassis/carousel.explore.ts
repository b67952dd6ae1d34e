// carousel in all orders: the next message, the end of the part, and a shutdown may come in any.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep, yieldNow } from "offshoot";
import { type AnyComponent, Component, carousel, component, shutdown } from "offshoot/component";
import { comesTo } from "../../support/outcomes.ts";
import { assertNothingLeft, boxed } from "../../support/parts.ts";

/** Sends to a box from outside, a step for each. */
function* feed(to: AnyComponent, name: string, ...messages: unknown[]): Operation<void> {
  for (const message of messages) {
    yield* yieldNow();
    Component.insideOf(to).box(name, "test").send(message, "test");
  }
}

test("a message on next shuts the part down that runs, or finds none; the last always has its turn", async () => {
  await comesTo(["a b", "b"], () => {
    return function* () {
      const got: string[] = [];
      const turning = carousel((name: string) => {
        const part = component({ name }, function* (): Operation<void> {
          got.push(name);
        })() as AnyComponent;
        boxed(part);
        return part;
      }) as unknown as AnyComponent;
      boxed(turning);
      turning.start();
      go(() => feed(turning, "next", "a", "b"));
      yield* sleep(1);
      assert.deepEqual(turning.children, []);
      turning.stop();
      return got.join(" ");
    };
  });
});

test("a shutdown finds a part, or none; nothing runs afterwards, and nothing is left", async () => {
  await comesTo(["", "a"], () => {
    return function* () {
      const got: string[] = [];
      const parts: AnyComponent[] = [];
      const turning = carousel((name: string) => {
        const part = component({ name }, function* (): Operation<void> {
          got.push(name);
          yield* sleep(1);
        })() as AnyComponent;
        boxed(part);
        parts.push(part);
        return part;
      }) as unknown as AnyComponent;
      boxed(turning);
      Component.insideOf(turning).box("next", "test").send("a", "test");
      turning.start();
      go(() => feed(turning, "control", shutdown()));
      yield* sleep(2);
      assert.equal(turning.status, "cancelled");
      assertNothingLeft(turning, ...parts);
      return got.join(" ");
    };
  });
});
