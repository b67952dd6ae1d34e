// producerFinished at the control of a component that hands its inbox on to a child was not told to the child: it waited for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { type AnyComponent, Component, producerFinished } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { collector } from "../support/parts.ts";

test("producerFinished ends the inbox of a child that an inbox is handed on to", async () => {
  const got: unknown[] = [];
  class Outer extends Component {
    readonly child: AnyComponent = collector(got) as AnyComponent;

    override *main(): Operation<void> {
      this.addChildren(this.child);
      this.link([this as AnyComponent, "inbox"], [this.child, "inbox"]);
      yield* this.child;
    }
  }
  await simulate(function* () {
    const outer = new Outer();
    const inner = Component.insideOf(outer as AnyComponent);
    const task = outer.start();
    inner.box("inbox", "test").send(1, "test");
    yield* sleep(1); // until the child waits
    inner.box("control", "test").send(producerFinished(), "test");
    yield* task;
    assert.deepEqual(got, [1, "end"]);
  });
});
