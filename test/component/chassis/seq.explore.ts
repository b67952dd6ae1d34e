// seq in all orders: what comes while one part follows the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep, yieldNow } from "offshoot";
import { type AnyComponent, box, Component, component, producerFinished, seq, shutdown } from "offshoot/component";
import { comesTo } from "../../support/outcomes.ts";
import { assertNothingLeft, boxed } from "../../support/parts.ts";

const Takes = component(
  { inboxes: { inbox: box<number>() } },
  function* takes(self, name: string, most: number, got: string[]): Operation<void> {
    for (let i = 0; i < most; i++) {
      const item = yield* self.next();
      got.push(item.done ? `${name}:end` : `${name}:${item.value}`);
      if (item.done) return;
    }
  },
);

/** Sends to a box from outside, a step for each. */
function* feed(to: AnyComponent, name: string, ...messages: unknown[]): Operation<void> {
  for (const message of messages) {
    yield* yieldNow();
    Component.insideOf(to).box(name, "test").send(message, "test");
  }
}

test("what comes while one part follows the other is collected once, in order", async () => {
  await comesTo(["a:1 b:2 b:end"], () => {
    return function* () {
      const got: string[] = [];
      const whole = seq(Takes("a", 1, got), Takes("b", 9, got)) as AnyComponent;
      boxed(whole);
      go(function* () {
        yield* feed(whole, "inbox", 1, 2);
        yield* feed(whole, "control", producerFinished());
      });
      yield* whole;
      assertNothingLeft(whole, ...whole.children);
      return got.join(" ");
    };
  });
});

test("a shutdown finds the first part, or the second, or none", async () => {
  await comesTo(["", "a:1"], () => {
    return function* () {
      const got: string[] = [];
      const whole = seq(Takes("a", 1, got), Takes("b", 9, got)) as AnyComponent;
      boxed(whole);
      whole.start();
      Component.insideOf(whole).box("inbox", "test").send(1, "test");
      go(() => feed(whole, "control", shutdown()));
      yield* sleep(1);
      assert.equal(whole.status, "cancelled");
      assertNothingLeft(whole, ...whole.children);
      return got.join(" ");
    };
  });
});
