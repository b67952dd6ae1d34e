// Random programs in random orders: tasks that send, receive, select, sleep, start groups, shield, fail, and cancel each other. Whatever comes of it,
// every task ends after what it owns, all cleanup runs, no waiter and no timer is left, and every value is accounted for.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  Cancelled,
  ClosedError,
  channel,
  currentTask,
  DeadlockError,
  EndOfChannel,
  type Group,
  go,
  group,
  MisuseError,
  never,
  type Operation,
  select,
  shield,
  sleep,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { Random } from "../../src/base/random.ts";
import type { BufferedChannel } from "../../src/channel/channel.ts";
import type { Scheduler } from "../../src/core/scheduler.ts";
import type { Tasklet } from "../../src/core/task.ts";
import { simulate } from "../../src/testing/simulate.ts";

class Planned extends Error {}

const PROGRAMS = 1_500;

/** One random program. It counts on what its seed says, never on the order. */
function chaos(seed: number) {
  const random = new Random(seed);
  const channels = [0, 1, 3].map((capacity) => channel<number>(capacity));
  const tasks: Task<unknown>[] = [];
  const groups: Group[] = [];
  let live = 0;
  let given = 0;
  let taken = 0;
  let scheduler: Scheduler | null = null;

  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;

  function* act(depth: number): Operation<void> {
    const ch = pick(channels);
    switch (random.below(depth > 0 ? 16 : 12)) {
      case 0:
      case 1:
        yield* ch.send(1);
        given++;
        return;
      case 2:
      case 3:
        if (!(yield* ch.next()).done) taken++;
        return;
      case 4: {
        const got = yield* select({ in: ch.next(), out: pick(channels).send(2), late: sleep(random.below(5)), never });
        if (got.key === "out") given++;
        if (got.key === "in" && !got.value.done) taken++;
        return;
      }
      case 5:
        yield* sleep(random.below(4));
        return;
      case 6:
        yield* yieldNow();
        return;
      case 7:
        if (tasks.length > 0) pick(tasks).cancel("chaos");
        yield* always(1);
        return;
      case 8: {
        const other = tasks.length > 0 ? pick(tasks) : null;
        if (other !== null && other !== currentTask()) yield* select({ other, late: sleep(3) });
        return;
      }
      case 9:
        switch (random.below(24)) {
          case 0:
          case 1:
            throw new Planned("planned");
          case 2:
            ch.cancel();
            break;
          case 3:
            if (!ch.closed) ch.close();
        }
        return;
      case 10:
        if (groups.length > 0) pick(groups).cancel("chaos of the group");
        return;
      case 11:
        yield* shield(sleep(random.below(3)));
        return;
      case 12:
      case 13:
        tasks.push(go(body, depth - 1));
        return;
      case 14:
        yield* group(
          function* (g) {
            groups.push(g);
            for (let n = random.below(4); n >= 0; n--) tasks.push(g.go(body, depth - 1));
            if (random.below(3) === 0) tasks.push(g.daemon(body, depth - 1));
            yield* act(depth - 1);
          },
          { limit: 1 + random.below(3), failures: random.below(2) === 0 ? "isolate" : "cancel" },
        );
        return;
      default: {
        const late = groups.length > 0 ? pick(groups) : null;
        try {
          if (late !== null) tasks.push(late.go(body, depth - 1));
        } catch (error) {
          assert.ok(error instanceof MisuseError); // it has ended
        }
      }
    }
  }

  function* body(depth: number): Operation<void> {
    live++;
    try {
      for (let n = random.below(6); n >= 0; n--) {
        try {
          yield* act(depth);
        } catch (error) {
          if (error instanceof Planned || error instanceof Cancelled || error instanceof AggregateError) throw error;
          const known = [ClosedError, EndOfChannel, TaskCancelledError].some((kind) => error instanceof kind);
          if (!known) throw error;
        }
      }
    } finally {
      yield* shield(sleep(random.below(2)));
      live--;
    }
  }

  function* main(): Operation<void> {
    scheduler = (currentTask() as unknown as Tasklet<unknown>).program.scheduler as unknown as Scheduler;
    yield* body(3);
  }

  const check = (): void => {
    for (const ch of channels) (ch as unknown as BufferedChannel<number>).check();
  };

  const verify = (): void => {
    assert.equal(live, 0, "cleanup has not run");
    let [sent, received] = [0, 0];
    for (const ch of channels) {
      const stats = ch.stats();
      assert.equal(stats.waitingSenders + stats.waitingReceivers, 0);
      assert.equal(stats.sent, stats.received + stats.dropped + ch.length);
      sent += stats.sent;
      received += stats.received;
    }
    assert.deepEqual([given, taken], [sent, received]);
    for (const task of tasks) assert.ok(["succeeded", "failed", "cancelled"].includes(task.status), task.status);
    for (const g of groups) assert.equal(g.size, 0);
    assert.equal(scheduler?.hasTimers, false);
    scheduler?.check();
  };
  return { main, check, verify };
}

/** An error that this program may end with. */
function expected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(expected);
  return [Planned, Cancelled, TaskCancelledError, DeadlockError, ClosedError, EndOfChannel].some(
    (kind) => error instanceof kind,
  );
}

for (const ordered of ["in production's order", "in a random order"] as const) {
  test(`random programs ${ordered} leave nothing behind`, async () => {
    const ends = { returned: 0, failed: 0 };
    for (let seed = 0; seed < PROGRAMS; seed++) {
      let program!: ReturnType<typeof chaos>;
      const body = (): Operation<void> => {
        program = chaos(seed);
        return program.main();
      };
      const check = (): void => program.check();
      try {
        try {
          await simulate(body, ordered === "in a random order" ? { seed, check } : { check });
          ends.returned++;
        } catch (error) {
          if (!expected(error)) throw error;
          ends.failed++;
        }
        program.verify();
      } catch (error) {
        throw new Error(`in program ${seed}`, { cause: error });
      }
    }
    assert.ok(ends.returned > PROGRAMS / 20 && ends.failed > PROGRAMS / 20, JSON.stringify(ends));
  });
}
