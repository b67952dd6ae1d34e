// Messages between boxes, in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, type Operation, select, sleep } from "offshoot";
import { NoSpaceInBoxError } from "offshoot/component";
import { Idle, insideOf } from "../support/components.ts";
import { comesTo, ending } from "../support/outcomes.ts";

interface Pair {
  readonly a: Idle;
  readonly b: Idle;
}

function pair(watch: (object: unknown) => unknown, size: number | null = null): Pair {
  const [a, b] = [new Idle(), new Idle()];
  for (const component of [a, b]) watch(insideOf(component));
  new Idle().link([a, "outbox"], [b, "inbox"], { size });
  return { a, b };
}

/** What can be sent at once, as far as there is room. */
function sent({ a }: Pair, message: unknown): string {
  try {
    a.send(message);
    return "sent";
  } catch (error) {
    if (error instanceof NoSpaceInBoxError) return `${error.length} of ${error.limit}`;
    throw error;
  }
}

test("a box with a size takes as many as there is room for, in order, and tells the others", async () => {
  await comesTo(["sent, got 1 2", "1 of 1, got 1"], (watch) => {
    const boxes = pair(watch, 1);
    return function* () {
      const got: unknown[] = [];
      let how = "";
      yield* group((g) => {
        g.go(function* () {
          boxes.a.send(1);
          yield* sleep(0);
          how = sent(boxes, 2);
        });
        g.go(function* () {
          yield* sleep(0);
          got.push(...boxes.b.drain());
        });
      });
      got.push(...boxes.b.drain());
      return `${how}, got ${got.join(" ")}`;
    };
  });
});

test("putters and a receiver meet in a box of size one, and none is lost", async () => {
  await comesTo(["1 2 3", "1 3 2", "3 1 2"], (watch) => {
    const { a, b } = pair(watch, 1);
    return function* () {
      const got: unknown[] = [];
      yield* group((g) => {
        g.go(function* () {
          yield* a.put(1);
          yield* a.put(2);
        });
        g.go(() => a.put(3));
        g.go(function* () {
          for (const _ of [1, 2, 3]) got.push(yield* b.receive());
        });
      });
      return got.join(" ");
    };
  });
});

test("a putter that is cancelled has put its message or nothing", async () => {
  await comesTo(["put, 0 1", "cancelled, 0"], (watch) => {
    const { a, b } = pair(watch, 1);
    return function* () {
      a.send(0);
      const puts = go(() => a.put(1).map(() => "put"));
      go(() => puts.cancel());
      const got = [yield* b.receive()];
      const how = yield* ending(puts);
      return `${how}, ${[...got, ...b.drain()].join(" ")}`;
    };
  });
});

test("a receiver that is cancelled has taken the message, or left it", async () => {
  await comesTo(["1, 0 left", "cancelled, 1 left"], (watch) => {
    const { a, b } = pair(watch);
    return function* () {
      const receives = go(() => b.receive());
      go(() => a.send(1));
      go(() => receives.cancel());
      const how = yield* ending(receives);
      yield* sleep(1); // until it is sent
      return `${how}, ${b.dataReady()} left`;
    };
  });
});

test("a select takes from one of two boxes, and leaves the other as it is", async () => {
  await comesTo(["first, second left", "second, first left"], (watch) => {
    const [one, other] = [pair(watch), pair(watch)];
    return function* () {
      const chooses = go(() => select({ first: one.b.receive(), second: other.b.receive() }));
      go(() => one.a.send("first"));
      go(() => other.a.send("second"));
      const { value } = yield* chooses;
      yield* sleep(1); // until both are sent
      return `${value}, ${[...one.b.drain(), ...other.b.drain()].join(" ")} left`;
    };
  });
});

test("a select that puts into one box and takes from another does one of both", async () => {
  await comesTo(["put, 1 left", "took, 0 put"], (watch) => {
    const [full, filled] = [pair(watch, 1), pair(watch)];
    return function* () {
      full.a.send(0);
      const chooses = go(() => select({ put: full.a.put(1), took: filled.b.receive() }));
      go(() => full.b.recv());
      go(() => filled.a.send(2));
      const { key } = yield* chooses;
      yield* sleep(1); // until both have happened
      return key === "put" ? `put, ${filled.b.dataReady()} left` : `took, ${full.b.dataReady()} put`;
    };
  });
});

test("whoever pauses is woken by a delivery, whichever comes first", async () => {
  await comesTo(["woken, 2"], (watch) => {
    const { a, b } = pair(watch);
    return function* () {
      const pauses = go(function* (): Operation<void> {
        while (b.dataReady() < 2) yield* b.pause();
      });
      go(() => a.send(1));
      go(() => a.send(2));
      yield* pauses;
      return `woken, ${b.dataReady()}`;
    };
  });
});

test("a pause that is cancelled leaves what has happened to the next one", async () => {
  await comesTo(["undefined", "cancelled"], (watch) => {
    const { a, b } = pair(watch);
    return function* () {
      const pauses = go(() => b.pause());
      go(() => a.send(1));
      go(() => pauses.cancel());
      const how = yield* ending(pauses);
      if (how === "cancelled") yield* b.pause();
      assert.equal(b.dataReady(), 1);
      return how;
    };
  });
});

test("a producer that pauses before a full box is woken by room, in every order", async () => {
  await comesTo(["1 2 3"], (watch) => {
    const { a, b } = pair(watch, 1);
    return function* () {
      const got: unknown[] = [];
      const producer = go(function* (): Operation<void> {
        for (const n of [1, 2, 3]) {
          while (a.isFull()) yield* a.pause();
          a.send(n);
        }
      });
      for (const _ of [1, 2, 3]) got.push(yield* b.receive());
      yield* producer;
      return got.join(" ");
    };
  });
});
