// Exploration by traces of programs with timers, cancellation and select: it comes to the outcomes and the traces that an exploration of all orders comes to.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  Cancelled,
  channel,
  go,
  group,
  Mutex,
  moveOnAfter,
  now,
  type Operation,
  race,
  restart,
  select,
  shield,
  sleep,
  TimeoutError,
  ticker,
  timeout,
  timer,
  yieldNow,
} from "offshoot";
import { cell, explore } from "offshoot/testing";
import { everyOrder } from "../support/every-order.ts";

type Log = (text: string) => Operation<unknown>;
type Program = (log: Log) => Operation<unknown>;

function* cut(op: Operation<unknown>): Operation<string> {
  try {
    yield* op;
    return "done";
  } catch (error) {
    if (error instanceof TimeoutError) return "late";
    throw error;
  }
}

const timed: Record<string, Program> = {
  *"two sleeps"(log) {
    yield* all([sleeper(log, 10), sleeper(log, 20)]);
  },
  *"three sleeps, two of the same length"(log) {
    yield* all([sleeper(log, 10, "a"), sleeper(log, 10, "b"), sleeper(log, 20, "c")]);
  },
  *"a sleep and steps"(log) {
    go(() => sleeper(log, 10));
    yield* log("a");
    yield* log("b");
    return now();
  },
  *"a sleep and the clock"(log) {
    const task = go(() => sleeper(log, 10));
    const seen = [now()];
    yield* yieldNow();
    seen.push(now());
    yield* task;
    return [...seen, now()];
  },
  *"a time limit"(log) {
    return yield* cut(timeout(10, steps(log, 2)));
  },
  *"two time limits"(log) {
    return yield* all([cut(timeout(10, log("a"))), cut(timeout(20, log("b")))]);
  },
  *"a time limit within another"(log) {
    return yield* cut(timeout(20, moveOnAfter(10, steps(log, 2))));
  },
  *"a time limit of work that cleans up"(log) {
    const work = function* (): Operation<void> {
      try {
        yield* log("works");
        yield* sleep(30);
      } finally {
        yield* shield(log("cleans up"));
      }
    };
    return yield* moveOnAfter(10, work());
  },
  *"a message and a time limit"(log) {
    const ch = channel<string>(1);
    go(function* () {
      yield* sleep(5);
      yield* ch.send("message");
      yield* log("sent");
    });
    return (yield* select({ got: ch.receive(), late: sleep(10) })).key;
  },
  *"a timer that is stopped"(log) {
    const alarm = timer(10);
    go(function* () {
      yield* log("stops");
      yield* log(`stopped ${alarm.stop()}`);
    });
    return (yield* select({ fired: alarm.fired, other: sleep(20) })).key;
  },
  *"a timer that is set anew"(log) {
    const alarm = timer(10);
    const other = go(() => sleeper(log, 15));
    yield* yieldNow();
    const before = alarm.reset(10);
    yield* alarm.fired;
    yield* log(`fired, ${before}`);
    yield* other;
  },
  *"a ticker that is stopped"(log) {
    const beat = ticker(10);
    const stopper = go(function* () {
      yield* sleep(25);
      yield* log("stops");
      beat.stop();
    });
    yield* log((yield* select({ beat: beat.receive(), stopper })).key);
    yield* stopper;
  },
  *"attempts with a pause"(log) {
    let attempts = 0;
    const body = function* (): Operation<void> {
      yield* log("tries");
      if (++attempts < 2) throw new RangeError("fails");
    };
    go(() => sleeper(log, 15));
    yield* restart(body, { attempts: 2, backoff: { initial: 10, jitter: 0 } });
  },
  *"a lock that is waited for no longer than"(log) {
    const mutex = new Mutex();
    go(function* () {
      yield* mutex.lock();
      yield* log("has it");
      mutex.unlock();
    });
    yield* moveOnAfter(10, take(mutex));
    return mutex.locked;
  },
};

const cancelled: Record<string, Program> = {
  *"a task that is cancelled before, in, or after its steps"(log) {
    const task = go(() => steps(log, 2));
    yield* log("cancels");
    task.cancel();
  },
  *"a receiver that is cancelled as it gets its message"(log) {
    const ch = channel<number>(1);
    const receiver = go(function* () {
      yield* log(`got ${yield* ch.receive()}`);
    });
    go(() => ch.send(1));
    yield* log("cancels");
    receiver.cancel();
    yield* yieldNow();
    return ch.length;
  },
  *"a group that one child fails"(log) {
    try {
      yield* group((g) => {
        g.go(() => steps(log, 2));
        g.go(function* () {
          yield* log("fails");
          throw new RangeError("boom");
        });
      });
      return "succeeds";
    } catch (error) {
      return String(error);
    }
  },
  *"a race"(log) {
    yield* race([steps(log, 1), steps(log, 2)]);
  },
  *"a cleanup under a shield"(log) {
    const task = go(function* () {
      try {
        yield* log("works");
      } catch (error) {
        assert.ok(error instanceof Cancelled);
      } finally {
        yield* shield(log("cleans up"));
      }
    });
    yield* yieldNow();
    task.cancel();
  },
};

const selecting: Record<string, Program> = {
  *"a select of two senders"() {
    const [a, b] = [channel<number>(), channel<number>()];
    go(() => moveOnAfter(10, a.send(1)));
    go(() => moveOnAfter(10, b.send(2)));
    return (yield* select({ a: a.receive(), b: b.receive(), late: sleep(20) })).key;
  },
  *"a select that sends or receives"(log) {
    const [a, b] = [channel<number>(1), channel<number>(1)];
    go(() => b.send(1));
    const { key } = yield* select({ send: a.send(1), receive: b.receive() });
    yield* log(key);
    return [a.length, b.length];
  },
  *"two selects that meet"(log) {
    const [a, b] = [channel<string>(), channel<string>()];
    const one = go(() => select({ a: a.send("1"), b: b.receive() }));
    const other = go(() => select({ a: a.receive(), b: b.send("2") }));
    yield* log((yield* one).key);
    yield* other;
  },
};

function* sleeper(log: Log, ms: number, name: string = `${ms} ms`): Operation<void> {
  yield* sleep(ms);
  yield* log(name);
}

function* steps(log: Log, n: number): Operation<void> {
  for (let i = 0; i < n; i++) yield* log(`${n}.${i}`);
}

function* take(mutex: Mutex): Operation<void> {
  yield* mutex.lock();
  mutex.unlock();
}

/** What has been logged is shared by all, in a cell: so its order is part of the trace. */
const bodyOf = (program: Program) =>
  function* (): Operation<unknown> {
    const lines = cell<readonly string[]>([]);
    const log: Log = (text) => lines.update((old) => [...old, text]);
    const value = yield* group(() => program(log));
    return [value, ...lines.peek()];
  };

for (const [what, program] of Object.entries({ ...timed, ...cancelled, ...selecting })) {
  test(`${what}: the same by dpor and by dfs, in racy time`, async () => {
    assert.ok((await everyOrder(() => bodyOf(program))).size >= 1);
  });

  test(`${what}: the same by dpor and by dfs, in idle time`, async () => {
    await everyOrder(() => bodyOf(program), { time: "idle" });
  });

  test(`${what}: nothing is new in random runs after dpor`, async () => {
    const { untracked, covered } = await explore(bodyOf(program), { name: what, keep: false, strategy: "dpor" });
    assert.deepEqual([untracked, covered], [undefined, "every trace"]);
  });
}
