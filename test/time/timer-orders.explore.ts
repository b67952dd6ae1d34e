// Sleeps and timers in all orders of two or three tasks. Where time is racy it may go on at any step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, now, select, sleep, timer, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { comesTo, ending } from "../support/outcomes.ts";

test("sleepers wake in the order of their deadlines, and not before", async () => {
  await comesTo(["1 2 2"], () => {
    return function* () {
      const woken: number[] = [];
      const start = now();
      const sleepers = [2, 1, 2].map((ms) =>
        go(function* () {
          yield* sleep(ms);
          assert.equal(now() - start, ms);
          woken.push(ms);
        }),
      );
      for (const sleeper of sleepers) yield* sleeper;
      return woken.join(" ");
    };
  });
});

test("a sleeper that is cancelled as its time comes has slept or was cancelled, and leaves no alarm", async () => {
  await comesTo(
    ["slept", "cancelled"],
    () => {
      return function* () {
        const sleeps = go(() => sleep(1).map(() => "slept"));
        go(() => sleeps.cancel());
        return yield* ending(sleeps);
      };
    },
    { time: "racy" },
  );
});

test("a sleep without an end goes on until it is cancelled", async () => {
  await comesTo(["cancelled"], () => {
    return function* () {
      const sleeps = go(() => sleep(Number.POSITIVE_INFINITY));
      yield* sleep(1_000_000);
      sleeps.cancel();
      return yield* ending(sleeps);
    };
  });
});

test("a select takes the value or the time, and leaves the other one alone", async () => {
  await comesTo(
    ["value", "late"],
    (watch) => {
      const ch = watch(channel<number>());
      const alarm = watch(timer(1));
      return function* () {
        const sends = go(() => ch.send(1));
        const { key } = yield* select({ value: ch.receive(), late: alarm.fired });
        if (key === "late") yield* ch.receive();
        yield* sends;
        assert.equal(alarm.stop(), key === "value");
        return key;
      };
    },
    { time: "racy" },
  );
});

test("stop answers true exactly if the time is never received", async () => {
  await comesTo(
    ["received", "stopped"],
    (watch) => {
      const alarm = watch(timer(1));
      return function* () {
        const waits = go(() => select({ fired: alarm.fired, never: sleep(10) }));
        const stops = go(() => alarm.stop());
        const stopped = yield* stops;
        const { key } = yield* waits;
        assert.equal(stopped, key === "never");
        return stopped ? "stopped" : "received";
      };
    },
    { time: "racy" },
  );
});

test("a timer that is reset goes off at the new time, and at the old one only if that was received before", async () => {
  await comesTo(["1 6", "5"], (watch) => {
    const alarm = watch(timer(1));
    return function* () {
      const start = now();
      const got: number[] = [];
      const waits = go(function* () {
        for (;;) got.push((yield* alarm.fired) - start);
      });
      go(function* () {
        yield* sleep(choose(2));
        assert.equal(alarm.reset(5), now() === start);
      });
      yield* sleep(100);
      waits.cancel();
      assert.equal(yield* ending(waits), "cancelled");
      return got.join(" ");
    };
  });
});

test("one arming is received by one of two, and the other one waits for the next", async () => {
  await comesTo(["first", "second"], (watch) => {
    const alarm = watch(timer(1));
    return function* () {
      const waits = ["first", "second"].map((name) => go(() => alarm.fired.map(() => name)));
      yield* sleep(2);
      const done = waits.filter(({ status }) => status === "succeeded");
      assert.equal(done.length, 1);
      const first = yield* done[0]!;
      assert.equal(alarm.stop(), false);
      alarm.reset(1);
      for (const wait of waits) yield* wait;
      return first;
    };
  });
});

test("a time that has come is there for whoever asks later, until it is stopped", async () => {
  await comesTo(["received", "stopped"], (watch) => {
    const alarm = watch(timer(1));
    return function* () {
      yield* sleep(2); // nobody waits for the timer
      const takes = go(() => select({ fired: alarm.fired, none: sleep(5) }).map(({ key }) => key));
      const stopped = yield* go(() => alarm.stop());
      assert.equal(yield* takes, stopped ? "none" : "fired");
      return stopped ? "stopped" : "received";
    };
  });
});

test("two selects at one timer: one gets the time, the other its own case", async () => {
  await comesTo(["fired own", "own fired"], (watch) => {
    const alarm = watch(timer(1));
    return function* () {
      const choose = () => select({ fired: alarm.fired, own: sleep(2) }).map(({ key }) => key);
      const [one, other] = [go(choose), go(choose)];
      return `${yield* one} ${yield* other}`;
    };
  });
});

test("a timer stopped and reset by two tasks while a third one waits stays in one piece", async () => {
  await comesTo(["fired", "stopped"], (watch) => {
    const alarm = watch(timer(5));
    return function* () {
      const waits = go(() => alarm.fired.map(() => "fired"));
      go(function* () {
        yield* yieldNow();
        alarm.stop();
      });
      go(function* () {
        yield* yieldNow();
        alarm.reset(Number.POSITIVE_INFINITY);
        yield* yieldNow();
        alarm.reset(0);
      });
      yield* sleep(10);
      if (waits.status === "waiting") {
        assert.equal(alarm.stop(), false);
        waits.cancel();
      }
      return (yield* ending(waits)) === "fired" ? "fired" : "stopped";
    };
  });
});
