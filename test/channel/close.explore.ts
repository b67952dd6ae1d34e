// Closing and giving up a channel, in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError, channel, EndOfChannel, go, group, MisuseError, type Operation, select, sleep } from "offshoot";
import { thrown } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

/** What an operation on a channel comes to, in a word. */
function* told(op: Operation<unknown>): Operation<string> {
  try {
    return String(yield* op);
  } catch (error) {
    if (error instanceof ClosedError) return `closed by the ${error.by}`;
    if (error instanceof EndOfChannel) return "end";
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

test("a receiver finds what was sent before the channel was closed, and then the end", async () => {
  for (const capacity of [0, 1])
    await comesTo([[1, 2]], (watch) => {
      const ch = watch(channel<number>(capacity));
      return function* () {
        const got: number[] = [];
        yield* group((g) => {
          g.go(function* () {
            yield* ch.send(1);
            yield* ch.send(2);
            ch.close();
          });
          g.go(function* () {
            for (let next = yield* ch.next(); !next.done; next = yield* ch.next()) got.push(next.value);
            assert.deepEqual(ch.tryReceive(), { ok: false, closed: true });
          });
        });
        assert.ok(ch.closed);
        return got;
      };
    });
});

test("closing wakes every receiver with the end, or with the error it is given", async () => {
  for (const [error, end] of [
    [undefined, "end"],
    [new RangeError("broken"), "broken"],
  ] as const)
    await comesTo([`${end}, ${end}`, `a, ${end}`, `${end}, a`], (watch) => {
      const ch = watch(channel<string>(1));
      return function* () {
        const [one, other] = [go(() => told(ch.receive())), go(() => told(ch.receive()))];
        go(() => ch.close(error));
        go(() => void (ch.closed || ch.trySend("a")));
        return `${yield* one}, ${yield* other}`;
      };
    });
});

test("a channel that is closed fails the senders in line and those who come, and takes nothing more", async () => {
  await comesTo(["undefined", "closed by the sender"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const sends = go(() => told(ch.send("a")));
      const receives = go(() => told(ch.receive()));
      go(() => ch.close());
      const how = yield* sends;
      assert.equal(yield* receives, how === "undefined" ? "a" : "end");
      yield* sleep(1); // until it is closed
      thrown(ClosedError, () => ch.trySend("late"));
      assert.equal(ch.stats().sent, how === "undefined" ? 1 : 0);
      return how;
    };
  });
});

test("giving a channel up drops what is in the buffer, ends receivers, and fails senders", async () => {
  await comesTo(["sent 2, dropped 1", "sent 1, dropped 0", "sent 1, dropped 1", "sent 0, dropped 0"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      const sends = go(function* () {
        for (const value of ["a", "b"]) if ((yield* told(ch.send(value))) !== "undefined") return "failed";
        return "sent";
      });
      const receives = go(() => told(ch.receive()));
      go(() => ch.cancel());
      const how = yield* sends;
      const got = yield* receives;
      yield* sleep(1); // until it is given up
      const { sent, received, dropped } = ch.stats();
      assert.deepEqual([sent === 2, received], [how === "sent", got === "end" ? 0 : 1]);
      assert.equal(sent, received + dropped);
      return `sent ${sent}, dropped ${dropped}`;
    };
  });
});

test("a task that ends because its receiver has left is cancelled, not failed", async () => {
  await comesTo(["cancelled", "sent"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const sends = go(() => ch.send("a").map(() => "sent"));
      go(function* () {
        ch.tryReceive();
        ch.cancel();
      });
      return yield* ending(sends);
    };
  });
});

test("closing and giving up at once is no misuse, in whatever order", async () => {
  await comesTo(["end", "a"], (watch) => {
    const ch = watch(channel<string>(1));
    return function* () {
      yield* ch.send("a");
      const receives = go(() => ch.next().map(({ done, value }) => (done ? "end" : value)));
      yield* group((g) => {
        g.go(() => ch.close());
        g.go(() => ch.cancel());
      });
      ch.cancel();
      ch.close();
      return yield* receives;
    };
  });
});

test("of two who close a channel the second is told that it is misuse", async () => {
  await comesTo(["closed misuse", "misuse closed"], (watch) => {
    const ch = watch(channel<string>());
    return function* () {
      const close = () => {
        if (ch.closed) thrown(MisuseError, () => ch.close());
        else {
          ch.close();
          return "closed";
        }
        return "misuse";
      };
      const [one, other] = [go(close), go(close)];
      return `${yield* one} ${yield* other}`;
    };
  });
});

test("a select at a channel that is closed or given up takes the value, the end, or another case", async () => {
  await comesTo(["value a", "end", "other"], (watch) => {
    const ch = watch(channel<string>(1));
    const other = watch(channel<void>(1));
    return function* () {
      const chooses = go(() => select({ value: ch.next(), other: other.receive() }));
      go(function* () {
        yield* ch.send("a");
      });
      go(() => ch.cancel());
      go(() => other.send());
      const got = yield* chooses;
      if (got.key === "other") return "other";
      return got.value.done ? "end" : `value ${got.value.value}`;
    };
  });
});

test("a select that sends finds the channel given up, or has sent, or has left it alone", async () => {
  await comesTo(["sent", "closed by the receiver", "other"], (watch) => {
    const ch = watch(channel<string>());
    const other = watch(channel<void>(1));
    return function* () {
      const chooses = go(() => told(select({ sent: ch.send("a"), other: other.receive() }).map(({ key }) => key)));
      go(() => ch.next());
      go(() => ch.cancel());
      go(() => other.send());
      const how = yield* chooses;
      assert.equal(ch.stats().sent, how === "sent" ? 1 : 0);
      return how;
    };
  });
});

test("next ends with the error a channel was closed with, after what was sent, and so does what never waits", async () => {
  await comesTo(["a broken", "broken"], (watch) => {
    const ch = watch(channel<string>(1, { name: "values" }));
    return function* () {
      const reads = go(function* () {
        const got: string[] = [];
        for (;;) {
          const how = yield* told(ch.next().map((next) => String(next.value)));
          got.push(how);
          if (how === "broken") return got.join(" ");
        }
      });
      go(() => void (ch.closed || ch.trySend("a")));
      go(() => ch.close(new RangeError("broken")));
      const how = yield* reads;
      assert.equal(thrown(RangeError, () => ch.tryReceive()).message, "broken");
      return how;
    };
  });
});

test("who receives from a channel that was given up for a reason finds its end", async () => {
  await comesTo(["end", "undefined"], (watch) => {
    const ch = watch(channel<void>());
    return function* () {
      const reads = go(() => ch.next().map(({ done }) => (done ? "end" : "undefined")));
      go(() => ch.cancel(new RangeError("no more")));
      go(() => void (ch.closed || ch.trySend()));
      return yield* reads;
    };
  });
});
