// The model is made of the text of what it stands for: so it does the same, when nobody else does anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../src/base/random.ts";
import { sharedChannel } from "../../../src/parallel/shared-channel.ts";
import { generatorsOf } from "./generators.ts";
import { alone } from "./world.ts";

const values: readonly unknown[] = [
  0,
  -1.5,
  "text",
  "",
  null,
  undefined,
  true,
  { a: [1, "b"] },
  "x".repeat(700),
  "y".repeat(1_500),
];

test("a channel of the model does what a channel does, whatever is called on it", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed);
    const capacity = 1 + random.below(5);
    const bytes = 512 * random.below(6);
    const real = sharedChannel<unknown>(capacity, { bytes }) as unknown as Record<string, unknown>;
    const model = alone({ capacity, bytes });
    const call = (name: string, ...args: unknown[]): void => {
      const outcomes = [
        () => (typeof real[name] === "function" ? (real[name] as (...all: unknown[]) => unknown)(...args) : real[name]),
        () => model.ask(name, ...args),
      ].map((ask) => {
        try {
          return { value: ask() };
        } catch (error) {
          return { error: (error as Error).message.replaceAll(/"[^"]*"|\d+/g, "...") };
        }
      });
      assert.deepEqual(outcomes[1], outcomes[0], `${name} of seed ${seed}`);
    };
    for (let i = 0; i < 60; i++) {
      const choice = random.below(12);
      if (choice < 5) call("trySend", values[random.below(values.length)]);
      else if (choice < 9) call("tryReceive");
      else if (choice === 9) call("stats");
      else if (choice === 10) call("length");
      else if (random.below(20) === 0) call(random.below(2) === 0 ? "close" : "cancel");
    }
    call("check");
  }
});

test("a change of the text that fits nowhere, or twice, is refused", () => {
  for (const from of ["this stands nowhere", "return"])
    assert.throws(() => generatorsOf(["ring"], [{ file: "ring", from, to: "" }]), /ring\.ts has \d+ of/);
  assert.throws(() => generatorsOf(["ring"], [{ file: "pages", from: "a", to: "b" }]), /there is no pages/);
});
