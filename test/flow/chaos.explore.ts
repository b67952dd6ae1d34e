// Random trees of composites over a few channels, cancelled at random: whatever becomes of them, nothing of them is left, and no failure and no value is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  any,
  Cancelled,
  type Channel,
  channel,
  go,
  group,
  map,
  moveOnAfter,
  never,
  type Operation,
  race,
  restart,
  settle,
  shield,
  sleep,
  TaskCancelledError,
  TaskLocal,
  TimeoutError,
  timeout,
  yieldNow,
} from "offshoot";
import { Random } from "../../src/base/random.ts";
import { scheduler } from "../support/clock.ts";
import { explored } from "../support/explored.ts";

const path = new TaskLocal("path", "");

/** What a branch throws on purpose. */
class Planned extends Error {}

/** A family of random operations, and what is known of those that are under way. */
class Jungle {
  live = 0;
  readonly chance: Random;
  readonly channels: readonly Channel<number>[];

  constructor(chance: Random, channels: readonly Channel<number>[]) {
    this.chance = chance;
    this.channels = channels;
  }

  /** An operation of random shape, at most so deep. */
  grow(depth: number): Operation<unknown> {
    const { chance } = this;
    if (depth === 0 || chance.below(4) === 0) return chance.below(2) === 0 ? this.leaf() : this.work(depth);
    const several = (): Operation<unknown>[] => Array.from({ length: 1 + chance.below(3) }, () => this.grow(depth - 1));
    switch (chance.below(10)) {
      case 0:
        return all(several());
      case 1:
        return all({ a: this.grow(depth - 1), b: this.grow(depth - 1) });
      case 2:
        return race(several());
      case 3:
        return any(several());
      case 4:
        return settle(several());
      case 5:
        return timeout(chance.below(4), this.grow(depth - 1));
      case 6:
        return moveOnAfter(chance.below(4), this.grow(depth - 1));
      case 7:
        return map([1, 2, 3], () => this.grow(depth - 1), { concurrency: 1 + chance.below(3) });
      case 8:
        return restart(() => this.grow(depth - 1), { attempts: 2, backoff: { initial: 1 } });
      default:
        return this.within(depth);
    }
  }

  private leaf(): Operation<unknown> {
    const { chance } = this;
    const ch = this.channels[chance.below(this.channels.length)] as Channel<number>;
    switch (chance.below(5)) {
      case 0:
        return ch.send(1);
      case 1:
        return ch.receive();
      case 2:
        return yieldNow();
      case 3:
        return chance.below(4) === 0 ? never : sleep(chance.below(3)).map(() => chance.below(9));
      default:
        return sleep(chance.below(3));
    }
  }

  /** A few steps, perhaps with children, a failure, a cleanup that waits. */
  private *work(depth: number): Operation<unknown> {
    const { chance } = this;
    const mine = path.get();
    this.live++;
    try {
      if (depth > 0 && chance.below(3) === 0) go(() => this.grow(depth - 1));
      for (let i = chance.below(3); i > 0; i--) yield* this.leaf();
      assert.equal(path.get(), mine);
      if (chance.below(6) === 0) throw new Planned("body");
      return mine;
    } finally {
      if (chance.below(3) === 0) yield* shield(sleep(chance.below(2)));
      this.live--;
      assert.equal(path.get(), mine);
    }
  }

  /** Behind a value of its own, a group, or a shield with a limit. */
  private *within(depth: number): Operation<unknown> {
    const { chance } = this;
    const mine = path.get();
    try {
      if (chance.below(3) === 0) return yield* shield(moveOnAfter(2, this.grow(depth - 1)));
      if (chance.below(2) === 0) return yield* group((g) => g.go(() => this.grow(depth - 1)));
      return yield* path.with(`${mine}x`, this.grow(depth - 1));
    } finally {
      assert.equal(path.get(), mine);
    }
  }
}

/** Is this an error that such operations may throw? */
function isExpected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isExpected);
  return (
    error instanceof Planned ||
    error instanceof TimeoutError ||
    error instanceof TaskCancelledError ||
    error instanceof Cancelled
  );
}

test("random trees of composites leave nothing behind, however they end", async () => {
  let program = 0;
  const outcomes = await explored(4_000, (watch) => {
    const chance = new Random(program++);
    const channels = Array.from({ length: 2 }, () => watch(channel<number>(chance.below(2))));
    const jungle = new Jungle(chance, channels);
    return function* () {
      let how = "";
      const task = go(function* () {
        try {
          yield* timeout(20, jungle.grow(4));
          how = "returned";
        } catch (error) {
          assert.ok(isExpected(error), String(error));
          how = error instanceof Cancelled ? "cancelled" : "failed";
          if (error instanceof Cancelled) throw error;
        }
        assert.equal(path.get(), "");
      });
      if (chance.below(2) === 0) {
        yield* sleep(chance.below(6));
        task.cancel("stop");
      }
      try {
        yield* task;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError && error.reason === "stop", String(error));
        how ||= "never begun";
      }
      assert.equal(jungle.live, 0);
      assert.equal(scheduler().hasTimers, false);
      for (const ch of channels) assert.equal(ch.stats().waitingReceivers + ch.stats().waitingSenders, 0);
      return how;
    };
  });
  for (const how of ["returned", "failed", "cancelled"])
    assert.ok((outcomes.get(JSON.stringify(how)) ?? 0) > 50, [...outcomes].join());
});
