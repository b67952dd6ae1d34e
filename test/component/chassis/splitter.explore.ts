// splitter in all orders: sinks that come and go while a message is given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep, yieldNow } from "offshoot";
import { type AnyComponent, Component, component, splitter } from "offshoot/component";
import type { Splitting } from "../../../src/component/chassis/splitter.ts";
import { comesTo } from "../../support/outcomes.ts";
import { assertNothingLeft, boxed } from "../../support/parts.ts";

/** A component that collects nothing by itself. */
const idle = (): AnyComponent => {
  const made = component({ name: "idle" }, function* (self): Operation<void> {
    yield* self.receive("control");
  })() as AnyComponent;
  boxed(made);
  return made;
};

const lying = (part: AnyComponent): string => [...part.drain()].join(" ");

test("who is there when a message is taken gets it once; who comes later, the next", async () => {
  await comesTo(["1 2, 1 2", "1 2, 2", "1 2, "], (watch) => {
    return function* () {
      const split = splitter<number>({ persists: true });
      watch(split as unknown as Splitting);
      boxed(split as AnyComponent);
      const [stays, comes] = [idle(), idle()];
      split.addSink(stays);
      const inbox = Component.insideOf(split as AnyComponent).box("inbox", "test");
      split.start();
      go(function* () {
        for (const n of [1, 2]) {
          inbox.send(n, "test");
          yield* yieldNow();
        }
      });
      go(() => void split.addSink(comes));
      yield* sleep(1);
      const got = `${lying(stays)}, ${lying(comes)}`;
      split.stop();
      yield* sleep(1);
      assertNothingLeft(split as AnyComponent, stays, comes);
      return got;
    };
  });
});

test("a slow sink has the message when it has room before it is removed, and otherwise not; the other has it once", async () => {
  await comesTo(["0 1, 0 1", "0, 0 1"], (watch) => {
    return function* () {
      const split = splitter<number>({ persists: true });
      watch(split as unknown as Splitting);
      boxed(split as AnyComponent);
      const [slow, other] = [idle(), idle()];
      const sink = split.addSink(slow, "inbox", { size: 1 });
      split.addSink(other);
      const inbox = Component.insideOf(split as AnyComponent).box("inbox", "test");
      for (const n of [0, 1]) inbox.send(n, "test");
      split.start();
      yield* sleep(1); // until it waits
      const got: unknown[] = [];
      go(() => void got.push(slow.recv()));
      go(() => void split.removeSink(sink));
      yield* sleep(1);
      const rest = lying(slow);
      if (rest !== "") got.push(rest);
      const all = `${got.join(" ")}, ${lying(other)}`;
      split.stop();
      yield* sleep(1);
      assertNothingLeft(split as AnyComponent, slow, other);
      return all;
    };
  });
});

test("a sink that ends while it is waited for is let go", async () => {
  await comesTo(["0 1"], (watch) => {
    return function* () {
      const split = splitter<number>({ persists: true });
      watch(split as unknown as Splitting);
      boxed(split as AnyComponent);
      const [slow, other] = [idle(), idle()];
      split.addSink(slow, "inbox", { size: 1 });
      split.addSink(other);
      slow.start();
      const inbox = Component.insideOf(split as AnyComponent).box("inbox", "test");
      for (const n of [0, 1]) inbox.send(n, "test");
      split.start();
      go(() => slow.stop());
      yield* sleep(1);
      assert.equal(split.sinks.length, 2);
      const got = lying(other);
      split.stop();
      return got;
    };
  });
});
