// Axon: each collection woke every producer above the box, however little there was for them to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep } from "offshoot";
import { Component } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle, Pausing } from "../support/components.ts";

test("collecting from a box that is not full wakes none of a hundred producers", async () => {
  await simulate(function* () {
    const [w, sink] = [new Idle(), new Idle()];
    const herd = Array.from({ length: 100 }, () => new Pausing());
    for (const one of herd) w.link([one, "outbox"], [sink, "inbox"]);
    const tasks = herd.map((one) => one.start());
    yield* sleep(1);
    for (const one of herd) one.send("message");
    for (const _ of herd) sink.recv();
    yield* sleep(1);
    assert.equal(
      herd.reduce((sum, { wakes }) => sum + wakes, 0),
      0,
    );
    for (const task of tasks) task.cancel();
  });
});

test("who waits in put is served in line, one for each place, and the others are not woken", async () => {
  await simulate(function* () {
    const served: number[] = [];
    class Puts extends Component {
      readonly #n: number;
      constructor(n: number) {
        super();
        this.#n = n;
      }
      override *main(): Operation<void> {
        yield* this.put(this.#n);
        served.push(this.#n);
      }
    }
    const [w, sink] = [new Idle(), new Idle()];
    const producers = Array.from({ length: 20 }, (_, n) => new Puts(n));
    for (const one of producers) w.link([one, "outbox"], [sink, "inbox"], { size: 1 });
    for (const one of producers) one.start();
    yield* sleep(1);
    for (let n = 0; n < 20; n++) {
      assert.deepEqual(
        served,
        Array.from({ length: Math.min(n + 1, 20) }, (_, i) => i),
      );
      assert.equal(yield* go(() => sink.receive()), n);
      yield* sleep(1);
    }
  });
});
