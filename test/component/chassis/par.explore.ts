// par in all orders: who gets a message while parts end.

import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { type AnyComponent, box, Component, component, par, producerFinished } from "offshoot/component";
import { comesTo } from "../../support/outcomes.ts";
import { assertNothingLeft, boxed } from "../../support/parts.ts";

const Takes = component(
  { inboxes: { inbox: box<number>({ size: 1 }) } },
  function* takes(self, name: string, most: number, got: string[]): Operation<void> {
    for (let i = 0; i < most; i++) {
      const item = yield* self.next();
      if (item.done) return;
      got.push(`${name}${item.value}`);
    }
  },
);

const all = (outcomes: string[], inbox: "broadcast" | "round-robin", messages: number[]): Promise<void> =>
  comesTo(outcomes, () => {
    return function* () {
      const got: string[] = [];
      const whole = par([Takes("a", 1, got), Takes("b", 9, got)], { inbox }) as unknown as AnyComponent;
      boxed(whole);
      const inner = Component.insideOf(whole);
      for (const message of messages) inner.box("inbox", "test").send(message, "test");
      inner.box("control", "test").send(producerFinished(), "test");
      whole.start();
      yield* sleep(1);
      assertNothingLeft(whole, ...whole.children);
      return got.sort().join(" ");
    };
  });

test("a message goes once to every part that has not ended", async () => {
  await all(["a1 b1 b2"], "broadcast", [1, 2]);
});

test("a message is given to one part, in turn as far as there is room", async () => {
  await all(["a1 b2"], "round-robin", [1, 2]);
});
