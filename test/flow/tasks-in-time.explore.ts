// TaskLocal, restart and ticker in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, group, now, restart, select, sleep, TaskLocal, ticker, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { comesTo, ending } from "../support/outcomes.ts";

test("each task sees the value that was in force where it was started, whatever runs in between", async () => {
  await comesTo(["done"], () => {
    const user = new TaskLocal("user", "nobody");
    return function* () {
      const work = function* (name: string) {
        assert.equal(user.get(), "nobody");
        yield* user.with(
          name,
          group(function* (g) {
            g.go(function* () {
              yield* yieldNow();
              assert.equal(user.get(), name);
            });
            assert.equal(user.get(), name);
          }),
        );
        assert.equal(user.get(), "nobody");
      };
      yield* group((g) => {
        g.go(work, "a");
        g.go(work, "b");
      });
      return "done";
    };
  });
});

test("a body is started again until it succeeds, or the attempts are used up", async () => {
  await comesTo(["1", "2", "given up"], () => {
    return function* () {
      let attempts = 0;
      const body = function* () {
        attempts++;
        yield* yieldNow();
        if (choose(2) === 1) throw new RangeError("again");
        return attempts;
      };
      go(() => yieldNow());
      try {
        return String(yield* restart(body, { attempts: 2, backoff: { initial: 10, jitter: 0 } }));
      } catch (error) {
        assert.ok(error instanceof RangeError);
        assert.equal(attempts, 2);
        return "given up";
      }
    };
  });
});

test("a body is not started again after a cancellation, wherever that comes", async () => {
  await comesTo(
    ["done after 2", "failed after 1", "cancelled after 0", "cancelled after 1", "cancelled after 2"],
    () => {
      return function* () {
        let [attempts, inside] = [0, 0];
        const body = function* () {
          assert.equal(inside++, 0);
          const attempt = ++attempts;
          try {
            yield* sleep(1);
            if (attempt === 1) throw new RangeError("again");
            return "done";
          } finally {
            inside--;
          }
        };
        const tries = go(function* () {
          try {
            return yield* restart(body, { backoff: false });
          } catch (error) {
            if (error instanceof RangeError) return "failed"; // the time was up, and then it was cancelled
            throw error;
          }
        });
        go(function* () {
          yield* sleep(choose(3));
          tries.cancel();
        });
        const how = yield* ending(tries);
        assert.equal(inside, 0);
        return `${how} after ${attempts}`;
      };
    },
  );
});

test("of two receivers at a ticker each beat goes to one, in order", async () => {
  await comesTo(["10 20", "20 10"], (watch) => {
    const beats = watch(ticker(10));
    return function* () {
      const start = now();
      const [one, other] = [go(() => beats.receive()), go(() => beats.receive())];
      const times = [(yield* one) - start, (yield* other) - start];
      beats.stop();
      return times.join(" ");
    };
  });
});

test("a beat is received, or taken back by stop, never both", async () => {
  await comesTo(
    ["received", "stopped"],
    (watch) => {
      const beats = watch(ticker(10));
      return function* () {
        const waits = go(() => select({ beat: beats.receive(), none: sleep(100) }).map(({ key }) => key));
        go(() => beats.stop());
        return (yield* waits) === "beat" ? "received" : "stopped";
      };
    },
    { time: "racy" },
  );
});

test("a receiver at a ticker that is cancelled leaves the beat to the other one; a ticker that is ends them both", async () => {
  await comesTo(["beat end", "cancelled beat", "cancelled end", "end end"], (watch) => {
    const beats = watch(ticker(10));
    return function* () {
      const next = () => beats.next().map(({ done }) => (done ? "end" : "beat"));
      const first = go(next);
      yield* sleep(1); // until it waits
      const second = go(next);
      const delays = [choose(2) * 10, 5 + choose(2) * 10] as const;
      go(function* () {
        yield* sleep(delays[0]);
        first.cancel();
      });
      go(function* () {
        yield* sleep(delays[1]);
        beats.cancel();
      });
      return `${yield* ending(first)} ${yield* ending(second)}`;
    };
  });
});

test("a slow receiver finds one beat, and the others counted as missed", async () => {
  await comesTo(["30, 2 missed"], (watch) => {
    const beats = watch(ticker(10));
    const ch = watch(channel<number>());
    return function* () {
      const start = now();
      go(function* () {
        yield* sleep(35);
        yield* ch.send((yield* beats.receive()) - start);
      });
      return `${yield* ch.receive()}, ${beats.missed} missed`;
    };
  });
});
