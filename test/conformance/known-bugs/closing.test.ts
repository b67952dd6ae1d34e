// Closing a channel: twice, too early, from the wrong side, or by somebody who cannot know.

import { channel, go, type Operation, yieldNow } from "offshoot";
import { cell } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "every worker closes the channel when it has no more work",
    kind: "error",
    says: /^ClosedError: Channel\.send: "results"/,
    *program(fixed) {
      const results = channel<number>(2, { name: "results" });
      let working = 2;
      function* worker(n: number): Operation<void> {
        yield* results.send(n);
        working--;
        if (!fixed || working === 0) results.close();
      }
      go(worker, 1);
      go(worker, 2);
      while ((yield* results.next()).done !== true);
    },
  },
  {
    name: "the channel is closed while somebody is about to send",
    kind: "error",
    says: /^ClosedError: Channel\.send: "events"/,
    *program(fixed) {
      const events = channel<string>(1, { name: "events" });
      const emitter = go(function* emit(): Operation<void> {
        yield* events.send("saved");
      });
      go(function* shutDown(): Operation<void> {
        if (fixed) yield* emitter;
        else yield* yieldNow();
        events.close();
      });
    },
  },
  {
    name: "whether the channel is closed is asked before waiting to send",
    kind: "error",
    says: /^ClosedError: Channel\.send: "lines"/,
    *program(fixed) {
      const lines = channel<string>(0, { name: "lines" });
      go(function* write(): Operation<void> {
        for (const line of ["one", "two"]) if (!lines.closed) yield* lines.send(line);
        if (fixed) lines.close();
      });
      yield* lines.receive();
      if (!fixed) lines.close();
      while ((yield* lines.next()).done !== true);
    },
  },
  {
    name: "the receiver closes the channel when it has enough",
    kind: "error",
    says: /^ClosedError: Channel\.send: "numbers"/,
    *program(fixed) {
      const numbers = channel<number>(1, { name: "numbers" });
      go(function* count(): Operation<void> {
        for (let n = 0; n < 4; n++) yield* numbers.send(n);
      });
      yield* numbers.receive();
      if (fixed) numbers.cancel();
      else numbers.close();
    },
  },
  {
    name: "two who stop it both see that it has not been stopped",
    kind: "misuse",
    says: /"stopped" .*closed/,
    *program(fixed) {
      const stopped = channel<never>(0, { name: "stopped" });
      const isStopped = cell(false);
      function* stop(): Operation<void> {
        if (fixed) {
          if (!(yield* isStopped.compareAndSet(false, true))) return;
        } else {
          if (yield* isStopped.get()) return;
          yield* isStopped.set(true);
        }
        stopped.close();
      }
      go(stop);
      go(stop);
    },
  },
  {
    name: "the last one is to close it, and two believe that another one is the last",
    kind: "deadlock",
    blocked: ["main channel.next results"],
    *program(fixed) {
      const results = channel<number>(2, { name: "results" });
      const working = cell(2);
      function* worker(n: number): Operation<void> {
        yield* results.send(n);
        let left: number;
        if (fixed) left = yield* working.update((n) => n - 1);
        else {
          left = (yield* working.get()) - 1;
          yield* working.set(left);
        }
        if (left === 0) results.close();
      }
      go(worker, 1);
      go(worker, 2);
      while ((yield* results.next()).done !== true);
    },
  },
]);
