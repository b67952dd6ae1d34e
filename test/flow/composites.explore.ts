// all, settle, race, any and map in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  all,
  any,
  channel,
  EndOfChannel,
  go,
  map,
  type Operation,
  race,
  settle,
  shield,
  sleep,
  yieldNow,
} from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

function* later<T>(value: T, log: T[] = []): Operation<T> {
  yield* yieldNow();
  log.push(value);
  return value;
}

function* fails(message: string): Operation<never> {
  yield* yieldNow();
  throw new RangeError(message);
}

test("all completes with the results in their places, whichever came first", async () => {
  await comesTo(
    ["ab: a b", "ba: a b"],
    () => {
      return function* () {
        const log: string[] = [];
        const got = yield* all([later("a", log), later("b", log)]);
        return `${log.join("")}: ${got.join(" ")}`;
      };
    },
    { untracked: true },
  );
});

test("all throws the first failure, after the others have cleaned up", async () => {
  await comesTo(["not started", "received", "cleaned up"], (watch) => {
    const ch = watch(channel<void>());
    return function* () {
      let how = "not started";
      const waits = function* (): Operation<void> {
        how = "cleaned up";
        try {
          yield* ch.receive();
          how = "received";
        } finally {
          yield* shield(yieldNow());
        }
      };
      go(() => ch.trySend());
      assert.equal((yield* caught(RangeError, all([waits(), fails("all")]))).message, "all");
      assert.equal(ch.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("settle says what became of each, in its place", async () => {
  await comesTo(["fulfilled rejected"], () => {
    return function* () {
      const told = yield* settle([later("a"), fails("settle")]);
      return told.map(({ status }) => status).join(" ");
    };
  });
});

test("a race of leaves takes one value, and leaves the other where it is", async () => {
  await comesTo(["a", "b"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const [one, other] = [go(() => a.send("a")), go(() => b.send("b"))];
      const won = yield* race([a.receive(), b.receive()]);
      assert.equal(yield* (won === "a" ? b : a).receive(), won === "a" ? "b" : "a");
      yield* one;
      yield* other;
      return won;
    };
  });
});

test("a race of whole operations ends when the loser has cleaned up", async () => {
  await comesTo(["a", "b"], () => {
    return function* () {
      let open = 0;
      const runs = function* (name: string): Operation<string> {
        open++;
        try {
          return yield* later(name);
        } finally {
          yield* shield(yieldNow());
          open--;
        }
      };
      const won = yield* race([runs("a"), runs("b")]);
      assert.equal(open, 0);
      return won;
    };
  });
});

test("a race of a leaf and a whole operation has one winner, and loses no value", async () => {
  await comesTo(["leaf", "operation"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const sends = go(() => ch.send("leaf"));
      const won = yield* race([ch.receive(), later("operation")]);
      if (won === "operation") assert.equal(yield* ch.receive(), "leaf");
      yield* sends;
      assert.equal(ch.stats().received, 1);
      return won;
    };
  });
});

test("a race that is cancelled has taken a value or nothing", async () => {
  await comesTo(["a", "cancelled"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>())];
    return function* () {
      const races = go(() => race([a.receive(), b.receive()]));
      yield* sleep(1); // until it waits
      const given = go(() => a.trySend("a"));
      go(() => races.cancel());
      const how = yield* ending(races);
      assert.equal(yield* given, how === "a");
      assert.equal(a.stats().waitingReceivers + b.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("any completes with the first success, whatever has failed before", async () => {
  await comesTo(["a", "b"], () => {
    return function* () {
      return yield* any([fails("x"), later("a"), later("b")]);
    };
  });
});

test("any throws all errors in the order given, if none succeeds", async () => {
  await comesTo(["x y"], () => {
    return function* () {
      const { errors } = yield* caught(AggregateError, any([fails("x"), fails("y")]));
      return errors.map(({ message }) => message).join(" ");
    };
  });
});

test("any of leaves lives with a closed channel, and takes the value of the other", async () => {
  await comesTo(["b", "neither"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>(1))];
    return function* () {
      go(() => a.close());
      go(() => void (b.closed || b.trySend("b")));
      go(() => b.close());
      try {
        return yield* any([a.receive(), b.receive()]);
      } catch (error) {
        assert.ok(error instanceof AggregateError);
        assert.ok(error.errors.every((each) => each instanceof EndOfChannel));
        return "neither";
      }
    };
  });
});

test("map has results in the order of the items, and no more calls at once than asked for", async () => {
  for (const [concurrency, outcomes] of [
    [1, ["1: 10 20"]],
    [2, ["1: 10 20", "2: 10 20"]],
  ] as const)
    await comesTo(outcomes, () => {
      return function* () {
        let [inside, most] = [0, 0];
        const got = yield* map(
          [1, 2],
          function* (n) {
            most = Math.max(most, ++inside);
            yield* yieldNow();
            yield* yieldNow();
            inside--;
            return n * 10;
          },
          { concurrency },
        );
        return `${most}: ${got.join(" ")}`;
      };
    });
});

test("map over a receiver takes every value once, in order, until the end", async () => {
  await comesTo([[10, 20]], (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      go(function* () {
        yield* ch.send(1);
        yield* ch.send(2);
        ch.close();
      });
      return yield* map(ch, (n) => n * 10, { concurrency: 2 });
    };
  });
});

test("map that fails has begun a call for all that it has taken, and leaves the rest to others", async () => {
  await comesTo(["1 taken", "2 taken"], (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      let taken = 0;
      const sends = go(function* () {
        for (const n of [1, 2]) yield* ch.send(n);
      });
      const call = function* (n: number): Operation<void> {
        taken++;
        if (n === 1) yield* fails("call");
      };
      assert.equal((yield* caught(RangeError, map(ch, call, { concurrency: 2 }))).message, "call");
      const mapped = taken;
      if (mapped === 1) assert.equal(yield* ch.receive(), 2);
      yield* sends;
      assert.equal(ch.stats().waitingReceivers, 0);
      return `${mapped} taken`;
    };
  });
});

test("any over the ends of channels lives with an end that is an error, and takes a peaceful one", async () => {
  await comesTo(["end", "value"], (watch) => {
    const [a, b] = [watch(channel<string>()), watch(channel<string>(1))];
    return function* () {
      go(() => a.close(new RangeError("broken")));
      go(() => void (b.closed || b.trySend("b")));
      go(() => b.close());
      const { done } = yield* any([a.next(), b.next()]);
      return done ? "end" : "value";
    };
  });
});
