// What travels from signal to control, and what it does: Axon's convention, kept by the library where a component does not deal with it itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, EndOfChannel, go, never, type Operation, sleep } from "offshoot";
import { Component, isProducerFinished, isShutdown, producerFinished, type Signal, shutdown } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { Idle, Keeping, Lasting, lostAt } from "../../support/components.ts";

test("the two signals are told apart, and are nothing else", () => {
  assert.deepEqual(producerFinished("me"), { kind: "producerFinished", from: "me" });
  assert.deepEqual(shutdown("why"), { kind: "shutdown", reason: "why" });
  assert.deepEqual([isProducerFinished(producerFinished()), isShutdown(producerFinished())], [true, false]);
  assert.deepEqual([isProducerFinished(shutdown()), isShutdown(shutdown())], [false, true]);
  for (const other of [null, undefined, "shutdown", 5, {}]) assert.ok(!isProducerFinished(other) && !isShutdown(other));
});

test("producerFinished: what has arrived is handled first, then comes the end", async () => {
  await simulate(function* () {
    const [w, source, keeping] = [new Idle(), new Idle(), new Keeping()];
    const link = w.link([source, "outbox"], [keeping, "inbox"]);
    for (const n of [1, 2]) source.send(n);
    w.unlink(link);
    w.link([source, "signal"], [keeping, "control"]);
    source.send(producerFinished(), "signal");
    yield* keeping;
    assert.deepEqual(keeping.got, [1, 2, "end"]);
    assert.equal(keeping.status, "succeeded");
  });
});

test("shutdown cancels at once, with its reason; what has arrived is lost, and counted", async () => {
  await simulate(function* () {
    const [w, source, sink, listener] = [new Idle(), new Idle(), new Lasting(), new Idle()];
    w.link([source, "outbox"], [sink, "inbox"]);
    w.link([source, "signal"], [sink, "control"]);
    w.link([sink, "signal"], [listener, "control"]);
    const task = sink.start();
    source.send(1);
    yield* sleep(1);
    source.send(shutdown("why"), "signal");
    yield* sleep(1);
    assert.equal(task.status, "cancelled");
    assert.equal(lostAt(sink, "inbox"), 1);
  });
});

test("at its end a component says producerFinished, or shutdown if it was cancelled, unless main has said something", async () => {
  await simulate(function* () {
    class Hears extends Component {
      constructor() {
        super({ handlesControl: true });
      }
      override main(): void {}
    }
    class Speaks extends Component {
      override main(): void {
        this.send(shutdown("mine"), "signal");
      }
    }
    const w = new Idle();
    const said = function* (speaker: Component, act: () => Operation<unknown>): Operation<Signal[]> {
      const hears = new Hears();
      w.link([speaker, "signal"], [hears, "control"]);
      yield* act();
      return [...hears.drain("control")];
    };
    const idle = new Idle();
    const [finished] = yield* said(idle, () => idle);
    assert.ok(isProducerFinished(finished) && /^Idle#\d+$/.test(finished.from));
    const lasting = new Lasting();
    const stopped = yield* said(lasting, function* () {
      lasting.start();
      yield* sleep(1);
      lasting.stop("why");
      yield* sleep(1);
    });
    assert.deepEqual(stopped, [{ kind: "shutdown", reason: "why" }]);
    const speaks = new Speaks();
    assert.deepEqual(yield* said(speaks, () => speaks), [{ kind: "shutdown", reason: "mine" }]);
  });
});

test("a component that handles its control reads each signal itself, and nothing is done for it", async () => {
  await simulate(function* () {
    const read: unknown[] = [];
    class Handles extends Component {
      constructor() {
        super({ handlesControl: true });
      }
      override *main(): Operation<void> {
        while (read.length < 2) read.push((yield* this.receive("control")).kind);
      }
    }
    const [w, source, handles] = [new Idle(), new Idle(), new Handles()];
    w.link([source, "signal"], [handles, "control"]);
    const task = handles.start();
    source.send(producerFinished(), "signal");
    source.send(shutdown(), "signal");
    yield* task;
    assert.deepEqual(read, ["producerFinished", "shutdown"]);
  });
});

test("a message on control that is no signal is left for main to read", async () => {
  await simulate(function* () {
    const [w, source, sink] = [new Idle(), new Idle(), new Idle()];
    w.link([source, "outbox"], [sink, "control"] as never);
    source.send("hello");
    assert.equal(yield* sink.receive("control"), "hello");
  });
});

test("sending to a component that has ended is a ClosedError of the receiver, where Axon let the box fill unseen", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Idle()];
    w.link([a, "outbox"], [b, "inbox"]);
    yield* b;
    const error = thrown(ClosedError, () => a.send(1));
    assert.equal(error.by, "receiver");
    assert.equal((yield* caught(ClosedError, a.put(1))).by, "receiver");
    assert.deepEqual([b.dataReady(), a.isFull()], [0, false]);
  });
});

test("a consumer learns that its producers have ended, where Axon left that to each author", async () => {
  await simulate(function* () {
    const [w, a, b] = [new Idle(), new Idle(), new Idle()];
    w.link([a, "outbox"], [b, "inbox"]);
    a.send("last");
    const messages = go(function* () {
      const got = [(yield* b.next()).value, (yield* b.next()).done];
      const error = yield* caught(EndOfChannel, b.receive());
      assert.match(error.message, /"Idle#\d+\.inbox" is empty, and all that were linked to it have finished/);
      return got;
    });
    yield* a;
    assert.deepEqual(yield* messages, ["last", true]);
  });
});

test("a shutdown goes down a chain of components that do nothing about it", async () => {
  await simulate(function* () {
    class Waits extends Component {
      override *main(): Operation<void> {
        yield* never;
      }
    }
    const chain = Array.from({ length: 5 }, () => new Waits());
    const w = new Idle();
    chain.reduce((from, to) => {
      w.link([from, "signal"], [to, "control"]);
      return to;
    });
    const tasks = chain.map((one) => one.start());
    yield* sleep(1);
    chain[0]?.stop("why");
    yield* sleep(1);
    assert.deepEqual(
      tasks.map(({ status }) => status),
      Array.from({ length: 5 }, () => "cancelled"),
    );
  });
});
