// A select that waits to send to a broadcast and to receive from one of its subscriptions was settled twice when somebody made room, and the task that had made it
// failed with a TypeError.

import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcast, go, race, run, select, yieldNow } from "offshoot";

for (const [how, choose] of [
  ["select", (ops: readonly never[]) => select(ops).map(({ key }) => key)],
  ["race", (ops: readonly never[]) => race(ops)],
] as const)
  test(`${how}: a send to a broadcast is served, and the value is there for who has sent it`, async () => {
    await run(function* () {
      const hub = broadcast<number>({ buffer: 1 });
      const [slow, mine] = [hub.subscribe(), hub.subscribe({ buffer: 2 })];
      hub.trySend(0);
      mine.tryReceive();
      const chooses = go(() => choose([hub.send(1), mine.receive()] as unknown as readonly never[]));
      yield* yieldNow();
      assert.deepEqual(slow.tryReceive(), { ok: true, value: 0 });
      yield* chooses;
      assert.deepEqual(slow.tryReceive(), { ok: true, value: 1 });
      assert.deepEqual(mine.tryReceive(), { ok: true, value: 1 });
    });
  });
