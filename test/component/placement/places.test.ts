// The same part as a task, in a thread and in a process: the same results.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, type Operation, run } from "offshoot";
import {
  Component,
  graphline,
  isProducerFinished,
  pipeline,
  producerFinished,
  type Signal,
  shutdown,
} from "offshoot/component";
import { rejected } from "../../support/caught.ts";
import { Trouble } from "./parts.ts";
import { giving, keeping, PLACES } from "./support.ts";

const NUMBERS = Array.from({ length: 500 }, (_, i) => i);

for (const [place, make] of Object.entries(PLACES)) {
  test(`${place}: a part in the midst of a pipeline gets all and gives all, in order`, async () => {
    const kept: number[] = [];
    await run(() => pipeline(giving(...NUMBERS), make.multiplier(3), make.adder(1), keeping(kept)));
    assert.deepEqual(
      kept,
      NUMBERS.map((n) => n * 3 + 1),
    );
  });

  test(`${place}: declared boxes are linked by name in a graphline`, async () => {
    const even: number[] = [];
    const odd: number[] = [];
    const parts = { source: giving(1, 2, 3, 4, 5), sorter: make.sorter(), even: keeping(even), odd: keeping(odd) };
    await run(() =>
      graphline({
        parts,
        links: { "source.outbox": "sorter.inbox", "sorter.outbox": "even.inbox", "sorter.odd": "odd.inbox" },
      }),
    );
    assert.deepEqual(
      [even, odd],
      [
        [2, 4],
        [1, 3, 5],
      ],
    );
  });

  test(`${place}: a part that looks, sends and pauses is stirred by what comes, and by room`, async () => {
    const kept: number[] = [];
    const source = giving(...NUMBERS);
    await run(function* (): Operation<void> {
      const pauser = make.pauser();
      yield* pipeline(
        source,
        pauser,
        2,
        function* (self: Component<{ inbox: number }, { outbox: never }>): Operation<void> {
          for (let i = 0; i < NUMBERS.length; i++) kept.push(yield* self.receive());
          pauser.stop();
        },
      );
    });
    assert.deepEqual(
      kept,
      NUMBERS.map((n) => n + 1),
    );
  });

  test(`${place}: a chassis is a part like any other`, async () => {
    const kept: number[] = [];
    await run(() => pipeline(giving(...NUMBERS), make.twice(2), keeping(kept)));
    assert.deepEqual(
      kept,
      NUMBERS.map((n) => n * 4),
    );
  });

  test(`${place}: a part may pass its inbox on to a child while it runs`, async () => {
    const kept: number[] = [];
    await run(() => pipeline(giving(...NUMBERS), make.wrapper(), keeping(kept)));
    assert.deepEqual(
      kept,
      NUMBERS.map((n) => n * 10),
    );
  });

  test(`${place}: a part that ends early tells who sends to it that nobody is there`, async () => {
    const kept: unknown[] = [];
    let told: unknown;
    const endless = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
      try {
        for (let i = 0; ; i++) yield* self.put(i);
      } catch (error) {
        told = error;
        throw error;
      }
    };
    await run(() => pipeline(endless, make.taking(5), keeping(kept)));
    assert.deepEqual(kept, [0, 1, 2, 3, 4]);
    assert.ok(told instanceof ClosedError && told.by === "receiver");
  });

  test(`${place}: a signal comes after the messages that were sent before it, to the part and from it`, async () => {
    const kept: string[] = [];
    const signals: Signal[] = [];
    await run(function* (): Operation<void> {
      const source = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
        for (let i = 0; i < 200; i++) self.send(i);
        self.send(producerFinished("the source"), "signal");
      };
      const sink = component(kept, signals);
      yield* pipeline(source, make.listener(), sink);
    });
    assert.deepEqual(kept, [`producerFinished after ${NUMBERS.slice(0, 200).join(" ")}`]);
    assert.ok(isProducerFinished(signals[0]) && signals[0].from === "the listener");
  });

  test(`${place}: a shutdown cancels a part, and goes on from it`, async () => {
    const kept: number[] = [];
    let sink: Component | undefined;
    await run(function* (): Operation<void> {
      const source = function* (self: Component<{ inbox: never }, { outbox: number }>): Operation<void> {
        yield* self.put(1);
        self.send(shutdown("enough"), "signal");
      };
      sink = new Sink();
      yield* pipeline(source, make.multiplier(2), sink);
    });
    assert.equal(sink?.status, "cancelled");
    assert.deepEqual(kept, []);
  });

  test(`${place}: an error keeps its name, its fields, its cause and its place`, async () => {
    const kept: string[] = [];
    const error = await rejected(
      Error,
      run(() => pipeline(giving("cake"), make.failing(), keeping(kept))),
    );
    assert.equal(error.message, "no cake");
    assert.equal(error.name, new Trouble("").name);
    assert.deepEqual((error as Trouble).fields, { depth: 3 });
    assert.ok(error.cause instanceof RangeError);
    assert.match(error.stack ?? "", /failing.*parts\.ts/);
    if (place !== "task") assert.match(error.stack ?? "", /\[called from\][\s\S]*support\.ts/);
  });
}

class Sink extends Component {
  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next());
  }
}

/** Keeps what comes, and the first signal. */
function component(kept: string[], signals: Signal[]): Component<{ inbox: string }, { outbox: never }> {
  return new (class extends Component<{ inbox: string }, { outbox: never }> {
    constructor() {
      super({ handlesControl: true });
    }

    override *main(): Operation<void> {
      signals.push(yield* this.receive("control"));
      kept.push(...this.drain());
    }
  })();
}
