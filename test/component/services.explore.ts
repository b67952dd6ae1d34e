// Services and tracked values in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, yieldNow } from "offshoot";
import { Component, services } from "offshoot/component";
import { comesTo, ending } from "../support/outcomes.ts";

class Box extends Component<{ inbox: string }, { outbox: never }> {
  override main(): void {}
}

test("who waits for a service gets it, whoever comes first", async () => {
  await comesTo(["box"], () => {
    return function* () {
      const waits = go(() => services.wait("box"));
      const registers = go(() => services.register("box", new Box()));
      yield* registers;
      return (yield* waits).name;
    };
  });
});

test("who gives up waiting leaves the others in line", async () => {
  await comesTo(["box box", "cancelled box"], () => {
    return function* () {
      const gives = go(function* () {
        return (yield* services.wait("box")).name;
      });
      const stays = go(function* () {
        return (yield* services.wait("box")).name;
      });
      const kills = go(() => gives.cancel());
      const registers = go(() => services.register("box", new Box()));
      yield* kills;
      yield* registers;
      return `${yield* ending(gives)} ${yield* ending(stays)}`;
    };
  });
});

test("who follows a value sees it grow, and in the end the last", async () => {
  await comesTo(["2,3", "3"], () => {
    return function* () {
      const follows = function* (value: ReturnType<typeof services.value<number>>): Operation<string> {
        const seen: number[] = [];
        const changes = value.changes();
        for (let next = yield* changes.next(); !next.done; next = yield* changes.next()) seen.push(next.value);
        for (let i = 1; i < seen.length; i++) assert.ok((seen[i] as number) > (seen[i - 1] as number));
        return seen.join();
      };
      const n = services.track("n", 1);
      const follower = go(follows, services.value<number>("n"));
      n.set(2);
      yield* yieldNow();
      n.set(3);
      n.release();
      return yield* follower;
    };
  });
});
