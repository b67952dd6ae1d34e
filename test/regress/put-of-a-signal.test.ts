// `put` of a signal said that its sender had finished before the signal was there: whoever read it found the end of its box instead.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "offshoot";
import { Component, graphline, producerFinished, type Signal } from "offshoot/component";
import { simulate } from "offshoot/testing";

test("a signal that is put arrives, with a reader that waits for it and one that comes later", async () => {
  for (const late of [false, true]) {
    const got: unknown[] = [];
    class Says extends Component {
      override *main(): Operation<void> {
        if (!late) yield* this.pause();
        yield* this.put(producerFinished("it"), "signal");
        yield* this.pause();
      }
    }
    class Reads extends Component<{ control: Signal }, { outbox: number }> {
      constructor() {
        super({ handlesControl: true });
      }
      override *main(): Operation<void> {
        if (!late) this.send(1);
        got.push(yield* this.receive("control"));
        this.send(2);
      }
    }
    await simulate(function* () {
      const parts = { says: new Says(), reads: new Reads() };
      yield* graphline({ parts, links: { "says.signal": "reads.control", "reads.outbox": "says.inbox" } });
    });
    assert.deepEqual(got, [producerFinished("it")]);
  }
});
