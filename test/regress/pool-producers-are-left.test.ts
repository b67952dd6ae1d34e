// A call that ended since the receiver of what it sent had given up the channel threw TaskCancelledError, and so failed its caller: a consumer could not leave early where the
// producer was on another thread.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Channel, ClosedError, group, type Operation, run, type Sender, TaskCancelledError } from "offshoot";
import { inline, Pool, sharedChannel } from "offshoot/parallel";
import { caught } from "../support/caught.ts";

const pool = new Pool({ threads: 2 });
after(() => pool.close());

const naturals = inline(function* naturals(to: Sender<number>): Operation<void> {
  for (let n = 0; ; n++) yield* to.send(n);
});
const puts = inline((to: Sender<number>) => {
  for (;;) to.trySend(0);
});

function* firstAbove(limit: number, from: Channel<number>): Operation<number> {
  for (;;) {
    const n = yield* from.receive();
    if (n <= limit) continue;
    from.cancel("found");
    return n;
  }
}

test("a consumer may leave early though its producers are on other threads, and fails nobody", async () => {
  await run(function* () {
    const ch = sharedChannel<number>(2);
    const tasks = yield* group(function* (g) {
      const calls = [pool.go(naturals, ch), g.go(() => pool.run(naturals, ch))];
      assert.ok((yield* firstAbove(20, ch)) > 20);
      return calls;
    });
    for (const task of tasks) {
      assert.equal(task.status, "cancelled");
      const { reason } = yield* caught(TaskCancelledError, task);
      assert.ok(reason instanceof ClosedError && reason.by === "receiver" && reason.cause === "found");
    }
  });
});

test("a call throws what its function does when its receiver has left, whatever function it is", async () => {
  await run(function* () {
    const ch = sharedChannel<number>(2);
    ch.cancel("enough");
    for (const op of [pool.run(naturals, ch), pool.run(puts, ch), pool.each(naturals, ch)]) {
      const { by, cause } = yield* caught(ClosedError, op);
      assert.deepEqual([by, cause], ["receiver", "enough"]);
    }
  });
});

test("a map whose function has lost its receiver ends with an error, and is not short of results", async () => {
  const sends = inline(function* sends(to: Sender<number>): Operation<void> {
    yield* to.send(1);
  });
  await run(function* () {
    const ch = sharedChannel<number>(2);
    ch.cancel();
    for (const ordered of [true, false]) {
      const alone = pool.map(sends, [ch], { ordered });
      assert.ok((yield* caught(TaskCancelledError, alone.receive())).reason instanceof ClosedError);
      const many = pool.map(sends, new Array<Sender<number>>(50).fill(ch), { ordered });
      yield* caught(Error, many.receive());
      yield* caught(Error, many.next());
    }
  });
});
