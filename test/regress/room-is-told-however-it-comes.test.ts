// A component that paused because the box it led to was full was woken when a message was collected from it, and in no other case: not when a link led it to a box
// with room, not when nobody was left to collect.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, sleep } from "offshoot";
import { Component, type Link } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { Idle, Lasting } from "../support/components.ts";

class Patient extends Component {
  override *main(): Operation<void> {
    for (let n = 0; n < 2; n++) {
      while (this.isFull()) yield* this.pause();
      this.send(n);
    }
  }
}

/** A producer that pauses before its second message, since the box it leads to is full. */
function* stuck(size = 1): Operation<{ wirer: Idle; producer: Patient; consumer: Lasting; link: Link }> {
  const [wirer, producer, consumer] = [new Idle(), new Patient(), new Lasting()];
  const link = wirer.link([producer, "outbox"], [consumer, "inbox"], { size });
  consumer.start();
  producer.start();
  yield* sleep(1);
  assert.equal(producer.status, "waiting");
  return { wirer, producer, consumer, link };
}

for (const size of [0, 1])
  test(`the end of a consumer with a box of size ${size} wakes a producer that pauses`, async () => {
    await simulate(function* () {
      const { producer, consumer } = yield* stuck(size);
      consumer.stop();
      yield* sleep(1);
      assert.equal(producer.status, "cancelled");
    });
  });

test("a full box that is linked on to one with room wakes a producer that pauses", async () => {
  await simulate(function* () {
    const { wirer, producer, consumer } = yield* stuck();
    const other = new Idle();
    wirer.link([consumer, "inbox"], [other, "inbox"], { size: 2 });
    yield* sleep(1);
    assert.equal(producer.status, "succeeded");
    assert.deepEqual([...other.drain()], [0, 1]);
    consumer.stop();
  });
});

test("unlinking from a full box wakes a producer that pauses", async () => {
  await simulate(function* () {
    const { wirer, producer, consumer, link } = yield* stuck();
    wirer.unlink(link);
    yield* sleep(1);
    assert.equal(producer.status, "succeeded");
    consumer.stop();
  });
});

test("a larger size wakes a producer that pauses", async () => {
  await simulate(function* () {
    const { producer, consumer } = yield* stuck();
    consumer.setInboxSize("inbox", 2);
    yield* sleep(1);
    assert.equal(producer.status, "succeeded");
    assert.equal(consumer.dataReady(), 2);
    consumer.stop();
  });
});
