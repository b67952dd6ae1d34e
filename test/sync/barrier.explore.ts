// Barrier in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Barrier, channel, go, group, select, sleep, yieldNow } from "offshoot";
import { comesTo, ending } from "../support/outcomes.ts";

test("parties go on when all have come, each with its place", async () => {
  await comesTo(["012", "021", "102", "120", "201", "210"], (watch) => {
    const barrier = watch(new Barrier(3));
    return function* () {
      let came = 0;
      const party = function* () {
        came++;
        const place = yield* barrier.wait();
        assert.equal(came, 3);
        return place;
      };
      const [a, b, c] = [go(party), go(party), go(party)];
      return `${yield* a}${yield* b}${yield* c}`;
    };
  });
});

test("a barrier serves one round after the other", async () => {
  await comesTo(
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    (watch) => {
      const barrier = watch(new Barrier(2));
      return function* () {
        const places: number[][] = [[], []];
        yield* group((g) => {
          for (const mine of places)
            g.go(function* () {
              for (let round = 1; round <= 2; round++) {
                mine.push(yield* barrier.wait());
                for (const all of places) assert.ok(all.length >= round - 1);
              }
            });
        });
        for (const round of [0, 1]) assert.equal(places[0]![round]! + places[1]![round]!, 1);
        return places[0];
      };
    },
  );
});

test("whoever gives up has not arrived: the others wait for one more", async () => {
  await comesTo(["cancelled 0 1", "cancelled 1 0", "0 1 none", "0 none 1", "1 0 none", "1 none 0"], (watch) => {
    const barrier = watch(new Barrier(2));
    return function* () {
      const gives = go(() => barrier.wait());
      const others = ["b", "c"].map(() =>
        go(function* () {
          const got = yield* select({ place: barrier.wait(), late: sleep(10) }); // alone: the other two have met
          return got.key === "late" ? "none" : String(got.value);
        }),
      );
      go(() => gives.cancel());
      return `${yield* ending(gives)} ${yield* others[0]!} ${yield* others[1]!}`;
    };
  });
});

test("a select with two cases at one barrier counts as one party", async () => {
  await comesTo(["x 1", "x 0", "y 0"], (watch) => {
    const barrier = watch(new Barrier(2));
    return function* () {
      const twice = go(() => select({ x: barrier.wait(), y: barrier.wait() }).map(({ key }) => key));
      const once = go(() => barrier.wait());
      return `${yield* twice} ${yield* once}`;
    };
  });
});

test("a select that takes a message instead has not arrived", async () => {
  await comesTo(["met", "message"], (watch) => {
    const barrier = watch(new Barrier(2));
    const ch = watch(channel<void>(1));
    return function* () {
      const chooses = go(() => select({ met: barrier.wait(), message: ch.receive() }));
      const other = go(() => barrier.wait());
      go(() => ch.trySend());
      const got = yield* chooses;
      if (got.key === "met") assert.equal(got.value + (yield* other), 1);
      else assert.equal((yield* barrier.wait()) + (yield* other), 1);
      return got.key;
    };
  });
});

test("two selects meet at a barrier", async () => {
  await comesTo(["met met", "message message"], (watch) => {
    const barrier = watch(new Barrier(2));
    const ch = watch(channel<void>(2));
    return function* () {
      const choose = () => select({ met: barrier.wait(), message: ch.receive() }).map(({ key }) => key);
      const [one, other] = [go(choose), go(choose)];
      go(function* () {
        yield* yieldNow();
        ch.trySend();
        ch.trySend();
      });
      return `${yield* one} ${yield* other}`;
    };
  });
});
