// A send that waited, and whose value sends on the same channel when it is copied, called itself until the stack was full.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, run, yieldNow } from "offshoot";
import { sharedChannel } from "offshoot/parallel";

test("a value that waits may try to send on its own channel while it is copied: it is not its turn", async () => {
  await run(function* () {
    const channel = sharedChannel<unknown>(2);
    channel.trySend(1);
    channel.trySend(2);
    const sender = go(() =>
      channel.send({
        get sent() {
          return channel.trySend("in between");
        },
      }),
    );
    yield* yieldNow(); // it waits
    assert.equal(yield* channel.receive(), 1);
    assert.equal(yield* channel.receive(), 2);
    assert.deepEqual(yield* channel.receive(), { sent: false });
    yield* sender;
    assert.equal(channel.length, 0);
  });
});

test("a value that has its own sender cancelled while it is copied leaves nobody in the line", async () => {
  await run(function* () {
    const channel = sharedChannel<unknown>(1);
    channel.trySend(1);
    yield* group(function* (g) {
      const sender = g.go(function* () {
        yield* channel.send({
          get left() {
            sender.cancel();
            return true;
          },
        });
      });
      const next = g.go(() => channel.send("next"));
      yield* yieldNow(); // both wait
      assert.equal(yield* channel.receive(), 1);
      assert.deepEqual(yield* channel.receive(), { left: true });
      assert.equal(yield* channel.receive(), "next");
      yield* next;
    });
    assert.deepEqual(channel.stats().waitingSenders, 0);
  });
});
