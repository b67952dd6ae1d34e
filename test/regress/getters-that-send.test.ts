// A getter of a value that was being sent through a shared channel sent something itself: the shared objects in the first value were lost, and what was to be moved was not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Channel, selectNow } from "offshoot";
import { move, sharedChannel } from "offshoot/parallel";

interface Message {
  readonly before: Channel<unknown>;
  readonly moved: Uint8Array;
  readonly read: boolean;
  readonly after: Channel<unknown>;
  readonly text: string;
}

test("a getter of what is sent may send something else, and both arrive whole", () => {
  const [ch, other] = [sharedChannel<Message>(1), sharedChannel<unknown>(1)];
  const text = "x".repeat(2_000);
  for (const inner of [1, "short", text, null, { list: [1, 2] }, { ch }, [other, move(new Uint8Array(3))]]) {
    const moved = new Uint8Array(8).fill(5);
    const sent = ch.trySend({
      before: other,
      moved: move(moved),
      get read() {
        return selectNow([other.send(inner)]) !== undefined;
      },
      after: ch as Channel<unknown>,
      text,
    });
    assert.equal(sent, true);
    assert.equal(moved.byteLength, 0);
    const got = ch.tryReceive();
    assert.ok(got.ok);
    assert.ok(got.value.before === other && got.value.after === ch, "the channels in it");
    assert.deepEqual([got.value.read, got.value.text], [true, text]);
    assert.deepEqual(got.value.moved, new Uint8Array(8).fill(5));
    const second = other.tryReceive();
    assert.ok(second.ok);
    if (Array.isArray(second.value)) assert.deepEqual(second.value[1], new Uint8Array(3));
    else if (inner !== null && typeof inner === "object" && "ch" in inner)
      assert.equal((second.value as typeof inner).ch, ch);
    else assert.deepEqual(second.value, inner);
  }
});
