// The life of a component as of Axon's microprocess: made, started, stopped, ended. And where ours is mended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep, yieldNow } from "offshoot";
import { Component, ComponentStartedError } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { Idle, insideOf, Lasting, Pausing } from "../../support/components.ts";

test("making and starting are two things: nothing runs before the start", async () => {
  await simulate(function* () {
    let ran = 0;
    class Runs extends Component {
      override main(): void {
        ran++;
      }
    }
    const one = new Runs();
    yield* yieldNow();
    assert.deepEqual([ran, one.status], [0, "made"]);
    yield* one.start();
    assert.deepEqual([ran, one.status], [1, "succeeded"]);
  });
});

test("a component is started once: a second start is told, while it runs and after, where Axon ran it once and said nothing", async () => {
  await simulate(function* () {
    const one = new Lasting();
    one.start();
    assert.match(thrown(ComponentStartedError, () => one.start()).message, /"Lasting#\d+" runs already/);
    one.stop();
    yield* sleep(1);
    assert.match(thrown(ComponentStartedError, () => one.start()).message, /"Lasting#\d+" has ended/);
    yield* caught(ComponentStartedError, one);
  });
});

test("every component has a number and a label of its own, made of the name of its class", () => {
  const [one, other] = [new Idle(), new Idle()];
  assert.notEqual(insideOf(one).label, insideOf(other).label);
  assert.match(insideOf(one).label, /^Idle#\d+$/);
  assert.equal(one.componentName, "Idle");
});

test("a component is started in a task, or that is misuse", () => {
  thrown(MisuseError, () => new Idle().start());
});

test("stop before the start: main never runs, and the component ends as soon as it is started", async () => {
  await simulate(function* () {
    let ran = false;
    class Runs extends Component {
      override main(): void {
        ran = true;
      }
    }
    const one = new Runs();
    one.stop("not needed");
    assert.equal(one.status, "made");
    const task = one.start();
    yield* yieldNow();
    assert.deepEqual([ran, task.status], [false, "cancelled"]);
  });
});

test("stop while it pauses ends it, where Axon never woke it again", async () => {
  await simulate(function* () {
    const one = new Pausing();
    const task = one.start();
    yield* sleep(1);
    one.stop();
    yield* sleep(1);
    assert.equal(task.status, "cancelled");
  });
});

test("stop is an error at the point where it waits: finally runs, where Axon dropped the generator", async () => {
  await simulate(function* () {
    let cleaned = false;
    class Cleans extends Component {
      override *main(): Operation<void> {
        try {
          yield* this.pause();
        } finally {
          cleaned = true;
        }
      }
    }
    const one = new Cleans();
    one.start();
    yield* sleep(1);
    one.stop();
    yield* sleep(1);
    assert.equal(cleaned, true);
  });
});

test("stop after the end, and twice, does nothing", async () => {
  await simulate(function* () {
    const one = new Idle();
    yield* one;
    one.stop();
    one.stop();
    assert.equal(one.status, "succeeded");
  });
});

test("components take turns, first come, first served", async () => {
  await simulate(function* () {
    let log = "";
    class Prints extends Component {
      readonly #letter: string;
      constructor(letter: string) {
        super();
        this.#letter = letter;
      }
      override *main(): Operation<void> {
        for (let n = 0; n < 3; n++) {
          log += this.#letter;
          yield* yieldNow();
        }
      }
    }
    const tasks = [new Prints("a").start(), new Prints("b").start()];
    for (const task of tasks) yield* task;
    assert.equal(log, "ababab");
  });
});

test("a pause within a generator of main's own pauses, where Axon's WaitComplete spun", async () => {
  await simulate(function* () {
    let looks = 0;
    class Delegates extends Component {
      override *main(): Operation<void> {
        yield* this.#message();
      }
      *#message(): Operation<unknown> {
        while (this.dataReady() === 0) {
          looks++;
          yield* this.pause();
        }
        return this.recv();
      }
    }
    const [w, a, b] = [new Idle(), new Idle(), new Delegates()];
    w.link([a, "outbox"], [b, "inbox"]);
    const task = b.start();
    yield* sleep(100);
    a.send(1);
    yield* task;
    assert.equal(looks, 1);
  });
});

test("a failing component fails whoever started it, with its own error", async () => {
  await simulate(function* () {
    class Fails extends Component {
      override main(): void {
        throw new RangeError("broken");
      }
    }
    const error = yield* caught(RangeError, new Fails());
    assert.equal(error.message, "broken");
  });
});
