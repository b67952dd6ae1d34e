// Pause, and who wakes whom: a delivery the owner of the last box; a collection the owners of the outboxes above; the end of a child its parent. Nobody else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep, yieldNow } from "offshoot";
import { Component } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { Idle, Pausing } from "../../support/components.ts";

/** A box that wakes those above at each collection, which is Axon's rule. */
class Always extends Component {
  constructor() {
    super({ inboxes: { inbox: { wake: "always" } } });
  }

  override main(): void {}
}

/** Starts components that pause, and hands out how often each has been woken since it was asked last. */
function* pausing(
  n: number,
  body: (made: Pausing[], woken: () => Operation<string>) => Operation<void>,
): Operation<void> {
  const made = Array.from({ length: n }, () => new Pausing());
  const tasks = made.map((one) => one.start());
  yield* sleep(1);
  function* woken(): Operation<string> {
    yield* sleep(1);
    const counts = made.map((one) => one.wakes).join(" ");
    for (const one of made) one.wakes = 0;
    return counts;
  }
  yield* body(made, woken);
  for (const task of tasks) task.cancel();
}

test("a delivery wakes the owner of the last box alone, also when the box was not empty", async () => {
  await simulate(() =>
    pausing(3, function* ([a, p, b], woken) {
      if (a === undefined || p === undefined || b === undefined) return;
      const w = new Idle();
      w.link([a, "outbox"], [p, "inbox"]);
      w.link([p, "inbox"], [b, "inbox"]);
      assert.equal(yield* woken(), "0 0 0");
      a.send(1);
      assert.equal(yield* woken(), "0 0 1");
      a.send(2);
      assert.equal(yield* woken(), "0 0 1");
    }),
  );
});

test("a send that is discarded or refused wakes nobody", async () => {
  await simulate(() =>
    pausing(2, function* ([a, b], woken) {
      if (a === undefined || b === undefined) return;
      a.send("discarded");
      assert.equal(yield* woken(), "0 0");
      new Idle().link([a, "outbox"], [b, "inbox"], { size: 0 });
      assert.throws(() => a.send("refused"));
      assert.equal(yield* woken(), "0 0");
    }),
  );
});

test('with wake: "always" each collection wakes the owners of all outboxes above, however far, and nobody in between', async () => {
  await simulate(() =>
    pausing(3, function* ([a, b, p], woken) {
      if (a === undefined || b === undefined || p === undefined) return;
      const [w, sink] = [new Idle(), new Always()];
      w.link([a, "outbox"], [p, "inbox"]);
      w.link([p, "inbox"], [sink, "inbox"]);
      w.link([b, "outbox"], [sink, "inbox"]);
      a.send(1);
      a.send(2);
      sink.recv();
      assert.equal(yield* woken(), "1 1 0");
      yield* sink.receive();
      assert.equal(yield* woken(), "1 1 0");
    }),
  );
});

test('with wake: "room", the default, a collection wakes them only when the box was full: not the herd', async () => {
  await simulate(() =>
    pausing(2, function* ([a, b], woken) {
      if (a === undefined || b === undefined) return;
      const [w, sink] = [new Idle(), new Idle()];
      w.link([a, "outbox"], [sink, "inbox"], { size: 2 });
      w.link([b, "outbox"], [sink, "inbox"]);
      a.send(1);
      sink.recv();
      assert.equal(yield* woken(), "0 0");
      a.send(1);
      a.send(2);
      sink.recv();
      assert.equal(yield* woken(), "1 1");
      sink.recv();
      assert.equal(yield* woken(), "0 0");
    }),
  );
});

test("the end of a child wakes its parent, and neither its siblings nor those who lead to it", async () => {
  await simulate(() =>
    pausing(3, function* ([parent, sibling, producer], woken) {
      if (parent === undefined || sibling === undefined || producer === undefined) return;
      const child = new Idle();
      parent.addChildren(child, sibling);
      const w = new Idle();
      w.link([producer, "outbox"], [child, "inbox"]);
      yield* child;
      assert.equal(yield* woken(), "1 0 0");
    }),
  );
});

test("the end of a producer wakes a consumer that pauses, as its inbox is over, where Axon left it asleep", async () => {
  await simulate(() =>
    pausing(1, function* ([consumer], woken) {
      if (consumer === undefined) return;
      const producer = new Idle();
      new Idle().link([producer, "outbox"], [consumer, "inbox"]);
      yield* producer;
      assert.equal(yield* woken(), "1");
    }),
  );
});

test("what has happened before a pause ends it at once, once", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Idle()];
    w.link([a, "outbox"], [b, "inbox"]);
    a.send(1);
    a.send(2);
    yield* b.pause();
    let ended = false;
    class Waits extends Idle {
      override *main(): Operation<void> {
        yield* b.pause();
        ended = true;
      }
    }
    const task = new Waits().start();
    yield* yieldNow();
    assert.equal(ended, false);
    a.send(3);
    yield* task;
    assert.equal(ended, true);
  });
});

test("pausing and waking before the start: messages arrive, and the first pause does not wait", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Pausing()];
    w.link([a, "outbox"], [b, "inbox"]);
    a.send("early");
    assert.equal(b.dataReady(), 1);
    const task = b.start();
    yield* sleep(1);
    assert.equal(b.wakes, 1);
    task.cancel();
  });
});

test("a component does not wake itself by sending, but does by sending to itself", async () => {
  await simulate(() =>
    pausing(1, function* ([a], woken) {
      if (a === undefined) return;
      a.send(1);
      assert.equal(yield* woken(), "0");
      new Idle().link([a, "outbox"], [a, "inbox"]);
      a.send(1);
      assert.equal(yield* woken(), "1");
    }),
  );
});
