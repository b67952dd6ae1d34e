// Two or three tasks of one thread at a shared channel, in many orders: whoever comes first, they come to nothing else than they may. (Not an exploration: who is woken by
// what is shared is woken from outside, so that no order can be run again for certain.)

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  type Channel,
  ClosedError,
  EndOfChannel,
  go,
  group,
  type Operation,
  select,
  type Task,
  TaskCancelledError,
} from "offshoot";
import { sharedChannel } from "offshoot/parallel";
import { simulate } from "../../../src/testing/simulate.ts";
import { check } from "../../support/channels.ts";

const SEEDS = 120;

/** Runs a program with a new channel in many orders: each comes to one of these outcomes. The channel is whole after every step. */
async function comesTo(
  outcomes: readonly unknown[],
  program: (ch: Channel<number>) => Operation<unknown>,
): Promise<void> {
  const allowed = outcomes.map((outcome) => inspect(outcome));
  const found = new Set<string>();
  for (let seed = -1; seed < SEEDS; seed++) {
    let ch: Channel<number> | null = null;
    const body = function* main(): Operation<unknown> {
      ch = sharedChannel<number>(1);
      return yield* program(ch);
    };
    const options = { allowExternal: true, check: () => ch !== null && check(ch) };
    const outcome = inspect(await simulate(body, seed < 0 ? options : { ...options, seed }));
    assert.ok(allowed.includes(outcome), `seed ${seed}: ${outcome}`);
    found.add(outcome);
  }
  if (outcomes.length > 1) assert.ok(found.size > 1, `always ${[...found][0]}`);
}

/** Sends each until it is refused; how many were sent. */
function* sendAll(ch: Channel<number>, values: readonly number[]): Operation<number> {
  let sent = 0;
  try {
    for (const value of values) {
      yield* ch.send(value);
      sent++;
    }
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
  return sent;
}

function* receiveAll(ch: Channel<number>): Operation<number[]> {
  const got: number[] = [];
  for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) got.push(next.value);
  return got;
}

/** What a task ends with, or how. */
function* ended<T>(task: Operation<T>): Operation<T | string> {
  try {
    return yield* task;
  } catch (error) {
    if (error instanceof TaskCancelledError) return "cancelled";
    if (error instanceof EndOfChannel) return "end";
    throw error;
  }
}

test("what was sent before a channel was closed by a third task is received, and nothing else", async () => {
  await comesTo([0, 1, 2, 3].map((n) => [n, [1, 2, 3].slice(0, n)]), function* (ch) {
    const sent = go(sendAll, ch, [1, 2, 3]);
    const got = go(receiveAll, ch);
    go(() => ch.close());
    return [yield* sent, yield* got];
  }); // biome-ignore format: one line
});

test("what was sent before a third task gave a channel up was received or dropped", async () => {
  await comesTo(["all told"], function* (ch) {
    const sent = go(sendAll, ch, [1, 2, 3]);
    const got = go(receiveAll, ch);
    go(() => ch.cancel());
    const [n, list] = [yield* sent, yield* got];
    assert.deepEqual(list, [1, 2, 3].slice(0, list.length));
    const { sent: given, received, dropped } = ch.stats();
    assert.deepEqual([given, received, received + dropped], [n, list.length, n]);
    return "all told";
  });
});

test("a receiver that is called off leaves its value to the other, or had it", async () => {
  await comesTo(
    [
      ["cancelled", 1],
      [1, "none"],
    ],
    function* (ch) {
      // biome-ignore format: one line
      const first = go(() => ch.receive());
      go(() => first.cancel());
      go(() => ch.send(1));
      const one = yield* ended(first);
      const rest = one === "cancelled" ? yield* ch.receive() : "none";
      assert.equal(ch.length, 0);
      return [one, rest];
    },
  );
});

test("a sender that is called off has sent its value, or has not", async () => {
  await comesTo(
    [
      ["cancelled", [0, 2]],
      ["sent", [0, 1, 2]],
      ["sent", [0, 2, 1]],
    ],
    function* (ch) {
      // biome-ignore format: one line
      yield* ch.send(0);
      const first = go(() => ch.send(1).map(() => "sent"));
      const second = go(() => ch.send(2));
      go(() => first.cancel());
      const got = go(receiveAll, ch);
      const how = yield* ended(first);
      yield* second;
      ch.close();
      return [how, yield* got];
    },
  );
});

test("two receivers share what two senders send, and none comes twice", async () => {
  await comesTo([[1, 2, 10, 20]], function* (ch) {
    const lists = [go(receiveAll, ch), go(receiveAll, ch)];
    yield* group(function* (g) {
      g.go(sendAll, ch, [1, 2]);
      g.go(sendAll, ch, [10, 20]);
    });
    ch.close();
    const got: number[] = [];
    for (const list of lists) {
      const mine = yield* list;
      for (const own of [mine.filter((n) => n < 10), mine.filter((n) => n >= 10)])
        assert.deepEqual(own, [...own].sort((a, b) => a - b)); // biome-ignore format: one line
      got.push(...mine);
    }
    return got.sort((a, b) => a - b);
  });
});

test("a select takes from one of two channels, and the other keeps what it has", async () => {
  await comesTo(
    [
      ["a", 1, 2],
      ["b", 2, 1],
    ],
    function* (a) {
      // biome-ignore format: one line
      const b = sharedChannel<number>(1);
      const chosen = go(() => select({ a: a.receive(), b: b.receive() }));
      go(() => a.send(1));
      go(() => b.send(2));
      const { key, value } = yield* chosen;
      check(b);
      return [key, value, yield* key === "a" ? b.receive() : a.receive()];
    },
  );
});

test("two selects that send to and receive from the same channel each do one thing", async () => {
  await comesTo(
    [
      ["sent", "got"],
      ["got", "sent"],
      ["sent", "sent"],
    ],
    function* (ch) {
      // biome-ignore format: one line
      const other = sharedChannel<number>(1);
      const both = (n: number): Operation<string> =>
        select({ sent: other.send(n), got: other.receive() }).map(({ key }) => key);
      const tasks = [go(() => both(1)), go(() => both(2))];
      const drains = go(function* () {
        yield* ch.receive();
        return other.tryReceive().ok;
      });
      const first = yield* tasks[0] as Operation<string>;
      yield* ch.send(0);
      yield* drains;
      return [first, yield* tasks[1] as Operation<string>];
    },
  );
});

test("who only tries neither waits nor takes what belongs to another", async () => {
  await comesTo(
    [
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 1],
    ],
    function* (ch) {
      // biome-ignore format: one line
      const receiver = go(() => receiveAll(ch));
      const tried: boolean[] = [];
      const taken: number[] = [];
      const tasks: Task<unknown>[] = [1, 2, 3].map((n) => go(() => void tried.push(ch.trySend(n))));
      tasks.push(
        go(() => {
          const got = ch.tryReceive();
          if (got.ok) taken.push(got.value);
        }),
      );
      for (const task of tasks) yield* task;
      ch.close();
      const got = [...taken, ...(yield* receiver)];
      const sent = tried.filter(Boolean).length;
      assert.equal(got.length, sent);
      assert.equal(new Set(got).size, sent);
      return [sent, taken.length];
    },
  );
});
