// A shared channel and a local one are asked the same, at random: they answer the same, and those who wait at them get the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Cancelled,
  type Channel,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  type Operation,
  run,
  selectNow,
  type Task,
} from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { check, settle } from "../../support/channels.ts";

const SEEDS = 150;
const STEPS = 60;

/** What a call answers, or how it fails. */
function answer(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return told(error);
  }
}

function told(error: unknown): string {
  if (error instanceof ClosedError) return `ClosedError by ${error.by}`;
  return error instanceof EndOfChannel ? "EndOfChannel" : `${(error as Error).name}: ${(error as Error).message}`;
}

/** Tasks that each wait for one thing at a channel, and what has become of them. */
class Visitors {
  readonly ends: unknown[] = [];
  readonly tasks: Task<void>[] = [];

  start(op: () => Operation<unknown>): void {
    const { ends, tasks } = this;
    const id = tasks.length;
    ends.push("waits"); // for good, if it is cancelled before it has begun
    tasks.push(
      go(function* (): Operation<void> {
        try {
          ends[id] = [yield* op()];
        } catch (error) {
          ends[id] = error instanceof Cancelled ? "cancelled" : told(error);
        }
      }),
    );
  }

  /** As far as they have come. */
  *come(): Operation<unknown[]> {
    yield* settle(...this.tasks);
    return [...this.ends];
  }
}

const LARGE = "x".repeat(700);
const numbered = (n: number): unknown => (n % 4 === 0 ? `${n}${LARGE}` : n % 4 === 1 ? { n } : n);

type Act = (ch: Channel<unknown>, visitors: Visitors) => unknown;

function drawn(random: Random, n: number): Act {
  const value = numbered(n);
  const back = 1 + random.below(5);
  switch (random.below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return (ch, visitors) => visitors.start(() => ch.send(value));
    case 5:
    case 6:
    case 7:
      return (ch, visitors) => visitors.start(() => ch.receive());
    case 8:
    case 9:
      return (ch, visitors) => visitors.start(() => ch.next());
    case 10:
    case 11:
    case 12:
      return (ch) => ch.trySend(value);
    case 13:
    case 14:
    case 15:
      return (ch) => ch.tryReceive();
    case 16:
      return (ch) => selectNow({ got: ch.receive() });
    case 17:
      return (ch) => selectNow({ sent: ch.send(value) });
    case 18:
    case 19:
    case 20:
    case 21:
      return (_, visitors) => visitors.tasks.at(-back)?.cancel();
    case 22:
      return (ch) => (n < STEPS / 2 ? ch.tryReceive() : ch.close(n % 2 === 0 ? undefined : new RangeError("the end")));
    default:
      return (ch) => (n < STEPS / 2 ? ch.trySend(value) : ch.cancel());
  }
}

test("whatever is asked of a shared channel, and whoever waits at it, it does what a local one does", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    await run(function* () {
      const capacity = 1 + random.below(4);
      const [local, shared] = [channel<unknown>(capacity), sharedChannel<unknown>(capacity)];
      const [here, there] = [new Visitors(), new Visitors()];
      for (let n = 0; n < STEPS; n++) {
        const act = drawn(random, n);
        const where = `seed ${seed}, step ${n}`;
        const expected = answer(() => act(local, here));
        const actual = answer(() => act(shared, there));
        const isMisuse = /^MisuseError/.test(String(expected)); // who has closed it is told in other words
        if (isMisuse) assert.match(String(actual), /^MisuseError: Channel\.close: .* was closed before by/, where);
        else assert.deepEqual(actual, expected, where);
        assert.deepEqual(yield* there.come(), yield* here.come(), where);
        assert.deepEqual([shared.length, shared.closed], [local.length, local.closed], where);
        assert.deepEqual(shared.stats(), { ...local.stats(), lostWithThread: 0 }, where);
        check(shared);
      }
      for (const { tasks } of [here, there]) for (const task of tasks) task.cancel();
      yield* here.come();
      yield* there.come();
    });
  }
});
