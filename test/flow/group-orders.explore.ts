// group in all orders of two or three tasks: limit, isolation, daemons, and cancelling it from another task.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, type Group, go, group, never, sleep, type Task, TaskCancelledError, yieldNow } from "offshoot";
import { caught } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("no more children than the limit run at once, and all of them run", async () => {
  for (const [limit, outcomes] of [
    [1, ["1"]],
    [2, ["1", "2"]],
  ] as const)
    await comesTo(
      outcomes,
      () => {
        return function* () {
          let [inside, most, ran] = [0, 0, 0];
          yield* group(
            (g) => {
              for (const _ of [1, 2, 3])
                g.go(function* () {
                  most = Math.max(most, ++inside);
                  yield* yieldNow();
                  yield* yieldNow();
                  inside--;
                  ran++;
                });
            },
            { limit },
          );
          assert.equal(ran, 3);
          return String(most);
        };
      },
      { untracked: true },
    );
});

test("a child that is cancelled before its turn never runs, and the next one has its place", async () => {
  await comesTo(["a b c", "a c"], () => {
    return function* () {
      const ran: string[] = [];
      let queued: Task<void> | null = null;
      go(() => queued?.cancel());
      yield* group(
        (g) => {
          const child = function* (name: string) {
            yield* yieldNow();
            ran.push(name);
          };
          g.go(child, "a");
          queued = g.go(child, "b");
          g.go(child, "c");
        },
        { limit: 1 },
      );
      return ran.join(" ");
    };
  });
});

test("tryGo starts a child exactly if there is a place for it", async () => {
  await comesTo(["refused", "started"], () => {
    return function* () {
      return yield* group(
        function* (g) {
          const child = g.go(() => yieldNow());
          yield* yieldNow();
          const isOver = child.status === "succeeded";
          const more = g.tryGo(() => {});
          assert.equal(more !== undefined, isOver);
          return isOver ? "started" : "refused";
        },
        { limit: 1 },
      );
    };
  });
});

test("an isolated failure harms nobody, and is thrown in the end if nobody has joined", async () => {
  for (const joins of [true, false])
    await comesTo(["done"], (watch) => {
      const ch = watch(channel<string>());
      return function* () {
        let how = "";
        const isolating = group(
          function* (g) {
            const fails = g.go(function* () {
              yield* yieldNow();
              throw new RangeError("child");
            });
            g.go(() => ch.send("done"));
            if (joins) yield* caught(RangeError, fails);
            how = yield* ch.receive();
          },
          { failures: "isolate" },
        );
        if (joins) yield* isolating;
        else assert.equal((yield* caught(AggregateError, isolating)).errors.length, 1);
        return how;
      };
    });
});

test("a daemon serves as long as others are there, and is cancelled when they have ended", async () => {
  await comesTo(["1 2"], (watch) => {
    const requests = watch(channel<number>());
    return function* () {
      const served: number[] = [];
      let daemon: Task<void> | null = null;
      yield* group((g) => {
        daemon = g.daemon(function* () {
          for (;;) served.push(yield* requests.receive());
        });
        g.go(function* () {
          yield* requests.send(1);
          yield* requests.send(2);
        });
      });
      assert.equal((daemon as Task<void> | null)?.status, "cancelled");
      return served.join(" ");
    };
  });
});

test("a group that another task cancels ends after its children, with what each had done by then", async () => {
  await comesTo(["received", "cancelled"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let handle: Group | null = null;
      let how = "not started";
      const owner = go(() =>
        caught(
          TaskCancelledError,
          group(function* (g) {
            handle = g;
            g.go(function* () {
              how = "cancelled";
              how = yield* ch.receive();
            });
            yield* never;
          }),
        ),
      );
      yield* sleep(1); // until both wait
      go(() => handle?.cancel("stop"));
      go(() => ch.trySend("received"));
      const { reason } = yield* owner;
      assert.equal(reason, "stop");
      assert.equal(ch.stats().waitingReceivers, 0);
      return how;
    };
  });
});

test("a group whose body has returned has its value, also if it is cancelled before its children have ended", async () => {
  await comesTo(["received", "cancelled"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      let handle: Group | null = null;
      let child: Task<string> | null = null;
      const owner = go(() =>
        group((g) => {
          handle = g;
          child = g.go(() => ch.receive());
          return "value";
        }),
      );
      yield* sleep(1); // until the child waits
      go(() => handle?.cancel("stop"));
      go(() => ch.trySend("received"));
      assert.equal(yield* owner, "value");
      return yield* ending(child as unknown as Task<string>);
    };
  });
});
