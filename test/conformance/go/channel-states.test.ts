// Every form of every operation in every state a channel can be in: what it answers, whether it waits, what it leaves behind.
//
// Differences from Go, as DESIGN.md section 4 has them: a send on a closed channel throws ClosedError, a receive on a closed and drained one EndOfChannel.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Channel,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  type Operation,
  select,
  selectNow,
  yieldNow,
} from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";

interface State {
  readonly name: string;
  readonly make: () => Channel<number>;
  /** What a receive finds: a value, "waits", or "ends". */
  readonly receive: number | "waits" | "ends";
  /** What a send of 9 does. */
  readonly send: "goes" | "waits" | "throws";
}

const holding = (capacity: number, values: readonly number[], end?: "close" | "cancel"): Channel<number> => {
  const c = channel<number>(capacity, { name: "c" });
  for (const value of values) assert.equal(c.trySend(value), true);
  if (end === "close") c.close();
  if (end === "cancel") c.cancel();
  return c;
};

const states: readonly State[] = [
  { name: "an open rendezvous", make: () => holding(0, []), receive: "waits", send: "waits" },
  { name: "an open, empty buffer", make: () => holding(3, []), receive: "waits", send: "goes" },
  { name: "a partly full buffer", make: () => holding(3, [1, 2]), receive: 1, send: "goes" },
  { name: "a full buffer", make: () => holding(2, [1, 2]), receive: 1, send: "waits" },
  { name: "a closed rendezvous", make: () => holding(0, [], "close"), receive: "ends", send: "throws" },
  { name: "a closed buffer with values", make: () => holding(3, [1, 2], "close"), receive: 1, send: "throws" },
  { name: "a closed, full buffer", make: () => holding(2, [1, 2], "close"), receive: 1, send: "throws" },
  { name: "a closed, drained buffer", make: () => holding(2, [], "close"), receive: "ends", send: "throws" },
  { name: "a cancelled rendezvous", make: () => holding(0, [], "cancel"), receive: "ends", send: "throws" },
  {
    name: "a cancelled buffer that had values",
    make: () => holding(2, [1, 2], "cancel"),
    receive: "ends",
    send: "throws",
  },
];

/** Lets every task that is ready have its turn, often enough for what these tests do. */
function* settle(): Operation<void> {
  for (let i = 0; i < 5; i++) yield* yieldNow();
}

for (const { name, make, receive, send } of states) {
  test(`receive and next on ${name}: ${receive}`, async () => {
    let checks = 0;
    await simulate(function* () {
      const c = make();
      if (receive === "ends") {
        yield* caught(EndOfChannel, c.receive());
        assert.deepEqual(yield* c.next(), { done: true, value: undefined });
        yield* caught(EndOfChannel, c.receive()); // for ever after
      } else if (receive === "waits") {
        const got: unknown[] = [];
        const first = go(function* () {
          got.push(yield* c.receive());
        });
        const second = go(function* () {
          got.push(yield* c.next());
        });
        yield* settle();
        assert.deepEqual(got, []);
        assert.equal(c.stats().waitingReceivers, 2);
        assert.equal(first.status, "waiting");
        yield* c.send(7);
        yield* c.send(8);
        yield* first;
        yield* second;
        assert.deepEqual(got, [7, { done: false, value: 8 }]);
      } else {
        assert.equal(yield* c.receive(), receive);
        assert.deepEqual(yield* c.next(), { done: false, value: receive + 1 });
        assert.equal(c.length, 0);
      }
      assert.equal(c.stats().waitingReceivers, 0);
      checks++;
    });
    assert.equal(checks, 1);
  });

  test(`tryReceive and selectNow to receive on ${name} never wait`, async () => {
    const c = make();
    const length = c.length;
    if (receive === "waits") {
      assert.deepEqual(c.tryReceive(), { ok: false, closed: false });
      assert.equal(selectNow({ c: c.receive() }), undefined);
    } else if (receive === "ends") {
      assert.deepEqual(c.tryReceive(), { ok: false, closed: true });
      thrown(EndOfChannel, () => selectNow({ c: c.receive() }));
      assert.deepEqual(selectNow({ c: c.next() }), { key: "c", value: { done: true, value: undefined } });
    } else {
      assert.deepEqual(c.tryReceive(), { ok: true, value: receive });
      assert.deepEqual(selectNow({ c: c.receive() }), { key: "c", value: receive + 1 });
      assert.equal(c.length, length - 2);
    }
    assert.equal(c.stats().waitingReceivers, 0);
  });

  test(`send on ${name}: ${send}`, async () => {
    let checks = 0;
    await simulate(function* () {
      const c = make();
      const { length } = c;
      if (send === "throws") {
        const error = yield* caught(ClosedError, c.send(9));
        assert.match(error.message, /Channel\.send: "c"/);
        assert.equal(c.length, length);
      } else if (send === "goes") {
        yield* c.send(9);
        assert.equal(c.length, length + 1);
      } else {
        let gone = false;
        const sender = go(function* () {
          yield* c.send(9);
          gone = true;
        });
        yield* settle();
        assert.equal(gone, false);
        assert.equal(c.stats().waitingSenders, 1);
        assert.equal(c.length, length); // a waiting sender's value is not in the buffer
        const got: number[] = [];
        while (got.length < length + 1) got.push(yield* c.receive());
        yield* sender;
        assert.equal(got.at(-1), 9);
        assert.equal(gone, true);
      }
      assert.equal(c.stats().waitingSenders, 0);
      checks++;
    });
    assert.equal(checks, 1);
  });

  test(`trySend and selectNow to send on ${name} never wait`, () => {
    const c = make();
    if (send === "throws") {
      thrown(ClosedError, () => c.trySend(9));
      thrown(ClosedError, () => selectNow({ c: c.send(9) }));
    } else if (send === "waits") {
      const { length } = c;
      assert.equal(c.trySend(9), false);
      assert.equal(selectNow({ c: c.send(9) }), undefined);
      assert.equal(c.length, length);
    } else {
      const sent = c.stats().sent;
      assert.equal(c.trySend(9), true);
      assert.equal(c.stats().sent, sent + 1);
    }
    assert.equal(c.stats().waitingSenders, 0);
  });

  test(`a select of one case does on ${name} what the operation alone does`, async () => {
    let checks = 0;
    await simulate(function* () {
      const c = make();
      if (receive === "ends") yield* caught(EndOfChannel, select({ c: c.receive() }));
      else if (receive !== "waits") assert.deepEqual(yield* select({ c: c.receive() }), { key: "c", value: receive });
      const d = make();
      if (send === "throws") yield* caught(ClosedError, select({ d: d.send(9) }));
      else if (send === "goes") assert.deepEqual(yield* select({ d: d.send(9) }), { key: "d", value: undefined });
      checks++;
    });
    assert.equal(checks, 1);
  });
}

test("trySend meets a waiting receiver, and tryReceive a waiting sender, on a rendezvous", async () => {
  const log: unknown[] = [];
  await simulate(function* () {
    const c = channel<number>();
    go(function* () {
      log.push(yield* c.receive());
      yield* c.send(2);
      log.push("sent");
    });
    yield* yieldNow();
    assert.equal(c.trySend(1), true);
    assert.equal(c.trySend(1), false); // the receiver has been served, and is not in line again
    yield* settle();
    assert.deepEqual(c.tryReceive(), { ok: true, value: 2 });
    assert.deepEqual(c.tryReceive(), { ok: false, closed: false });
  });
  assert.deepEqual(log, [1, "sent"]);
});
