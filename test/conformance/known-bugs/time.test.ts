// Timers, tickers, time limits, and select without the case that ends it.

import assert from "node:assert/strict";
import { channel, go, type Operation, select, sleep, ticker, timer } from "offshoot";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a timer that has gone off is drained although its value was received",
    kind: "deadlock",
    blocked: ["main timer.fired a timer that is stopped"],
    *program(fixed) {
      const answers = channel<number>(1, { name: "answers" });
      go(() => answers.send(42));
      const limit = timer(10);
      const { key } = yield* select({ answer: answers.receive(), late: limit.fired });
      const stopped = limit.stop();
      if (fixed ? key !== "late" && !stopped : !stopped) yield* limit.fired;
      return key;
    },
  },
  {
    name: "a ticker is stopped under a loop that waits for its next beat",
    kind: "leak",
    blocked: ["loop ticker.next ticker"],
    *program(fixed) {
      const beats = ticker(10);
      go(function* loop(): Operation<void> {
        for (let left = 3; left > 0 && (yield* beats.next()).done !== true; left--);
      });
      yield* sleep(15);
      if (fixed) beats.cancel();
      else beats.stop();
    },
  },
  {
    name: "what is done after some milliseconds is taken for done",
    kind: "error",
    says: /not loaded yet/,
    *program(fixed) {
      let loaded = false;
      const loading = go(function* load(): Operation<void> {
        yield* sleep(10);
        loaded = true;
      });
      yield* fixed ? loading : sleep(100);
      assert.ok(loaded, "not loaded yet");
    },
  },
  {
    name: "a select has no case for the shutdown",
    kind: "leak",
    blocked: ["serve select { job: channel.next jobs; order: channel.next orders }"],
    *program(fixed) {
      const jobs = channel<number>(0, { name: "jobs" });
      const orders = channel<number>(0, { name: "orders" });
      const quit = channel<never>(0, { name: "quit" });
      go(function* serve(): Operation<void> {
        for (;;) {
          const cases = { job: jobs.next(), order: orders.next() };
          const { key } = yield* fixed ? select({ ...cases, quit: quit.next() }) : select(cases);
          if (key === "quit") return;
        }
      });
      yield* jobs.send(1);
      quit.close();
    },
  },
  {
    name: "the shutdown is looked at before the job, and not while its result is sent",
    kind: "leak",
    blocked: ["work channel.send results"],
    *program(fixed) {
      const jobs = channel<number>(1, { name: "jobs" });
      const results = channel<number>(0, { name: "results" });
      const quit = channel<never>(0, { name: "quit" });
      go(function* work(): Operation<void> {
        for (;;) {
          const next = yield* select({ job: jobs.receive(), quit: quit.next() });
          if (next.key === "quit") return;
          const sent = results.send(next.value);
          if (!fixed) yield* sent;
          else if ((yield* select({ sent, quit: quit.next() })).key === "quit") return;
        }
      });
      yield* jobs.send(1);
      yield* results.receive();
      yield* jobs.send(2);
      quit.close();
    },
  },
  {
    name: "no limit is taken for a limit that never comes",
    kind: "deadlock",
    blocked: ["main select { reply: channel.receive replies; late: sleep Infinity ms }"],
    *program(fixed) {
      const replies = channel<string>(0, { name: "replies" });
      const limits = new Map([["quick", 5]]);
      go(function* peer(): Operation<void> {
        yield* select({ replied: replies.send("hello"), gone: sleep(3) });
      });
      yield* sleep(1);
      const limit = limits.get("slow") ?? (fixed ? 50 : Number.POSITIVE_INFINITY);
      const { key } = yield* select({ reply: replies.receive(), late: sleep(limit) });
      return key;
    },
  },
  {
    name: "a limit is checked between the steps, and a step waits without one",
    kind: "deadlock",
    blocked: ["main channel.receive parts"],
    *program(fixed) {
      const parts = channel<string>(0, { name: "parts" });
      go(function* peer(): Operation<void> {
        yield* select({ sent: parts.send("head"), gone: sleep(5) });
        yield* select({ sent: parts.send("tail"), gone: sleep(5) });
      });
      const limit = timer(20);
      for (let part = 0; part < 2; part++) {
        const late = yield* select({ late: limit.fired, go: sleep(0) });
        if (late.key === "late") return "late";
        if (!fixed) yield* parts.receive();
        else if ((yield* select({ part: parts.receive(), late: limit.fired })).key === "late") return "late";
      }
      return "whole";
    },
  },
]);
