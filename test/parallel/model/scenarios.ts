// What the threads of the model do: small worlds, each with an end that can be told. Values tell who has sent them.

import assert from "node:assert/strict";
import { ClosedError, Latch, type Operation } from "offshoot";
import type { Thread } from "./thread.ts";
import type { End, Scenario, Script } from "./world.ts";

export const sends = (...values: readonly unknown[]): Script =>
  function* (thread) {
    for (const value of values) yield* thread.send(value);
  };

/** The same for who may find the channel closed. */
export const triesToSend = (...values: readonly unknown[]): Script =>
  function* (thread) {
    try {
      for (const value of values) yield* thread.send(value);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      thread.refused.push(error.by);
    }
  };

export const receives = (n: number): Script =>
  function* (thread) {
    for (let i = 0; i < n; i++) yield* thread.receive();
  };

export const receivesAll: Script = function* (thread) {
  while (yield* thread.receive());
};

export const puts = (...values: readonly unknown[]): Script =>
  function* (thread) {
    try {
      for (const value of values) yield* thread.trySend(value);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
      thread.refused.push(error.by);
    }
  };

export const takes = (n: number): Script =>
  function* (thread) {
    for (let i = 0; i < n; i++) yield* thread.tryReceive();
  };

export const first = (...scripts: readonly Script[]): Script =>
  function* (thread) {
    for (const script of scripts) yield* script(thread);
  };

export const closes: Script = (thread) => thread.call("close");
export const cancels: Script = (thread) => thread.call("cancel");
export const nothing: Script = function* () {};

const drains: Script = function* (thread) {
  while (yield* thread.tryReceive());
};

/** Takes what is left; then there must be as much room as ever. */
const usesAgain = (capacity: number): Script =>
  function* (thread) {
    yield* drains(thread);
    for (let i = 0; i < capacity; i++) assert.ok(yield* thread.trySend(`again ${i}`), "there must be room");
    for (let i = 0; i < capacity; i++) assert.ok(yield* thread.tryReceive(), "it must be there");
  };

/** Those who die have only sent: nothing that was sent is lost. */
const nothingLost = ({ threads, stats, received: values }: End): void => {
  assert.deepEqual([stats.received, stats.lostWithThread], [values.length, 0]);
  for (const value of threads.flatMap(({ sent }) => sent)) assert.ok(values.includes(value), `${value} is gone`);
};

const received =
  (...values: readonly unknown[]) =>
  (end: End): void => {
    assert.deepEqual([...end.received].sort(), [...values].sort());
  };

/** Worlds in which everybody lives, and nobody waits. */
export const ringWorlds: Readonly<Record<string, Scenario>> = {
  "two threads that put and take, with one place": {
    capacity: 1,
    scripts: [first(puts("a"), takes(1)), first(puts("b"), takes(1))],
    epilogue: drains,
  },
  "two threads that put and take, with two places": {
    capacity: 2,
    scripts: [first(puts("a"), takes(1)), first(puts("b"), takes(1))],
    epilogue: drains,
    holds: received("a", "b"),
  },
  "two threads that take what a third has put": {
    capacity: 2,
    scripts: [puts("a", "b"), takes(1), takes(1)],
    epilogue: drains,
    holds: received("a", "b"),
  },
  "two threads that put, with one place": { capacity: 1, scripts: [puts("a"), puts("b")] },
  "one puts where another one takes": {
    capacity: 2,
    prologue: puts("a", "b"),
    scripts: [puts("c"), takes(1)],
    epilogue: drains,
  },
  "one takes to the end, another one puts, and a third closes": {
    capacity: 2,
    scripts: [takes(2), puts("a"), closes],
    epilogue: receivesAll,
  },
  "a put, a close and two takes": {
    capacity: 1,
    scripts: [first(puts("a"), closes), takes(2)],
    epilogue: drains,
    holds: received("a"),
  },
  "a close by one thread while another one puts": {
    capacity: 2,
    scripts: [closes, triesToSend("a")],
    epilogue: receivesAll,
  },
  "a cancel by one thread while another one puts": {
    capacity: 2,
    scripts: [cancels, triesToSend("a")],
    holds({ threads, stats }) {
      const [, sender] = threads as readonly [Thread, Thread];
      const refused = sender.refused.length > 0;
      assert.deepEqual(sender.refused, refused ? ["receiver"] : []);
      assert.deepEqual([stats.sent, stats.dropped], refused ? [0, 0] : [1, 1]); // nothing is left behind
    },
  },
};

/** Worlds in which threads wait for each other. */
export const waitingWorlds: Readonly<Record<string, Scenario>> = {
  "one waits for a value": { capacity: 1, scripts: [sends("a"), receives(1)], holds: received("a") },
  "one waits for a value, and the first that comes is taken back": {
    capacity: 2,
    scripts: [receives(1), first(puts("a"), takes(1), puts("b"))],
    epilogue: drains,
    holds: received("a", "b"),
  },
  "one waits for room": { capacity: 1, scripts: [receives(1), sends("a", "b")], epilogue: drains },
  "one receives until the other has closed": {
    capacity: 1,
    scripts: [first(sends("a"), closes), receivesAll],
    holds: received("a"),
  },
  "both wait, for values and for room": {
    capacity: 1,
    scripts: [sends("a", "b"), receives(2)],
    holds: received("a", "b"),
  },
  "two wait for a value, and one of them leaves": {
    capacity: 2,
    scripts: [receives(1), (thread) => thread.receiveBriefly(), puts("a", "b")],
    epilogue: drains,
    holds: received("a", "b"),
  },
  "two wait, and two send to them": {
    capacity: 1,
    scripts: [receives(1), receives(1), sends("a", "b")],
    holds: received("a", "b"),
  },
};

const large = (name: string, pages: number): string => name.repeat(pages * 512 - 20);

/** Worlds in which values lie in pages. */
export const pageWorlds: Readonly<Record<string, Scenario>> = {
  "two threads put large values, for which there are just enough pages": {
    capacity: 2,
    bytes: 1024,
    scripts: [puts(large("a", 1)), puts(large("b", 1))],
    epilogue: drains,
    holds: received(large("a", 1), large("b", 1)),
  },
  "two threads put large values, and there are pages for one of them": {
    capacity: 2,
    bytes: 1024,
    scripts: [first(puts(large("a", 2)), takes(1)), first(puts(large("b", 2)), takes(1))],
    epilogue: drains,
  },
  "a large value waits for pages, and leaves its place to a small one": starving(),
};

/** The first thread takes the second value only when the third has sent its own: there is a place for that, but no page for what the second sends. */
function starving(): Scenario {
  let isSent: Latch;
  return {
    capacity: 2,
    bytes: 512,
    *prologue(thread): Operation<void> {
      isSent = new Latch();
      yield* puts("small", large("a", 1))(thread);
    },
    scripts: [
      function* (thread): Operation<void> {
        yield* thread.receive();
        yield* isSent.wait();
        yield* receives(3)(thread);
      },
      sends(large("b", 1)),
      function* (thread): Operation<void> {
        yield* thread.send("other");
        isSent.open();
      },
    ],
    holds: received("small", "other", large("a", 1), large("b", 1)),
  };
}

export interface DyingWorld extends Scenario {
  /** Who dies. */
  readonly dies: number;
}

/** Worlds in which one thread dies, at any access. */
export const dyingWorlds: Readonly<Record<string, DyingWorld>> = {
  "one puts": { dies: 1, capacity: 1, scripts: [takes(1), puts("a")], epilogue: usesAgain(1), holds: nothingLost },
  "one takes": { dies: 1, capacity: 1, scripts: [puts("a"), takes(1)], epilogue: usesAgain(1) },
  "one puts while the first does": {
    dies: 1,
    capacity: 2,
    scripts: [puts("a"), puts("b")],
    epilogue: usesAgain(2),
    holds: nothingLost,
  },
  "one puts while a third does": {
    dies: 1,
    capacity: 1,
    scripts: [nothing, puts("a"), puts("b")],
    epilogue: usesAgain(1),
    holds: nothingLost,
  },
  "one takes while a third does": {
    dies: 1,
    capacity: 1,
    scripts: [puts("a"), takes(1), takes(1)],
    epilogue: usesAgain(1),
  },
  "one puts a large value": {
    dies: 1,
    capacity: 2,
    bytes: 1024,
    scripts: [puts(large("a", 1)), puts(large("b", 1))],
    epilogue: first(usesAgain(2), function* (thread) {
      assert.ok(yield* thread.trySend(large("c", 2)), "there must be pages");
      yield* thread.tryReceive();
    }),
  },
  "one puts, and a third that puts that in order": {
    dies: 2,
    deaths: [{ thread: 1, at: 8 }], // between its ticket and publishing
    capacity: 1,
    scripts: [nothing, puts("a"), (thread) => thread.hear()],
    epilogue: usesAgain(1),
    holds: nothingLost,
  },
  "one puts while a third does twice": {
    dies: 1,
    capacity: 2,
    scripts: [nothing, puts("a"), puts("b", "c")],
    epilogue: usesAgain(2),
    holds: nothingLost,
  },
  "one takes while a third does twice": {
    dies: 1,
    capacity: 2,
    prologue: puts("a", "b"),
    scripts: [nothing, takes(1), takes(2)],
    epilogue: usesAgain(2),
  },
  "one takes, and a third that puts that in order": {
    dies: 2,
    deaths: [{ thread: 1, at: 8 }], // between taking and releasing
    capacity: 1,
    prologue: puts("a"),
    scripts: [nothing, takes(1), (thread) => thread.hear()],
    epilogue: usesAgain(1),
    holds: ({ stats }) => assert.equal(stats.lostWithThread, 1),
  },
  "one takes a large value": {
    dies: 1,
    capacity: 2,
    bytes: 1024,
    prologue: puts(large("a", 2)),
    scripts: [nothing, takes(1)],
    epilogue: first(drains, function* (thread) {
      assert.ok(yield* thread.trySend(large("c", 2)), "there must be pages");
      yield* thread.tryReceive();
    }),
  },
  "one closes": { dies: 1, capacity: 1, scripts: [puts("a"), closes], epilogue: endsIt },
  "one cancels": { dies: 1, capacity: 1, scripts: [puts("a"), cancels], epilogue: endsIt },
};

/** If it has ended for receivers, it has for senders too. Whatever has been half done of an end, another one ends it. */
function* endsIt(thread: Thread): Operation<void> {
  yield* drains(thread);
  if (thread.sawEnd) assert.equal(thread.ask("closed"), true);
  else yield* thread.call("cancel");
  yield* receivesAll(thread);
  const { sent, received: taken, dropped, lostWithThread } = thread.ask("stats");
  assert.equal(sent, taken + dropped + lostWithThread);
}

/** Worlds in which one dies while others wait. */
export const mourningWorlds: Readonly<Record<string, DyingWorld>> = {
  "one receives beside the first": {
    dies: 1,
    capacity: 2,
    scripts: [receives(1), receives(1), puts("a", "b")],
    epilogue: usesAgain(2),
  },
  "one sends beside a third to the first": {
    dies: 1,
    capacity: 1,
    scripts: [receives(1), sends("a"), sends("b")],
    epilogue: usesAgain(1),
  },
};
