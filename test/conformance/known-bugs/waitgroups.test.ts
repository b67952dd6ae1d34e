// Wait groups: counted too late, too seldom, too often, or waited for in the wrong place.

import { channel, go, type Operation, WaitGroup, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a task counts itself when it starts, which may be after the wait",
    kind: "error",
    says: /^ClosedError: Channel\.send: "results"/,
    *program(fixed) {
      const working = new WaitGroup({ name: "working" });
      const results = channel<number>(2, { name: "results" });
      function* worker(n: number): Operation<void> {
        if (!fixed) working.add(1);
        yield* results.send(n);
        working.done();
      }
      for (let n = 0; n < 2; n++) {
        if (fixed) working.add(1);
        go(worker, n);
      }
      yield* working.wait();
      results.close();
    },
  },
  {
    name: "done is not said on the way out of an error",
    kind: "deadlock",
    blocked: ["main waitgroup.wait uploads (1 to go)"],
    *program(fixed) {
      const uploads = new WaitGroup({ name: "uploads" });
      function* upload(): Operation<void> {
        yield* yieldNow();
        if (choose(2) === 1) {
          if (fixed) uploads.done();
          return;
        }
        uploads.done();
      }
      uploads.add(2);
      go(upload);
      go(upload);
      yield* uploads.wait();
    },
  },
  {
    name: "done is said for the error, and then for the end",
    kind: "misuse",
    says: /WaitGroup\.done: "jobs" would be at -1/,
    *program(fixed) {
      const jobs = new WaitGroup({ name: "jobs" });
      function* job(): Operation<void> {
        try {
          yield* yieldNow();
          if (choose(2) === 1) throw new RangeError("broken");
        } catch {
          if (!fixed) jobs.done();
        } finally {
          jobs.done();
        }
      }
      jobs.add(1);
      go(job);
      yield* jobs.wait();
    },
  },
  {
    name: "the next round begins before all who waited for this one have gone on",
    kind: "misuse",
    says: /"round" is used again before 1 who waited/,
    *program(fixed) {
      let round = new WaitGroup({ name: "round" });
      function* player(): Operation<void> {
        yield* yieldNow();
        round.done();
      }
      function* spectator(): Operation<void> {
        yield* round.wait();
      }
      round.add(1);
      go(player);
      go(spectator);
      yield* round.wait();
      if (fixed) round = new WaitGroup({ name: "round" });
      round.add(1);
      go(player);
      yield* round.wait();
    },
  },
  {
    name: "all are counted first, and waited for inside the loop that starts them",
    kind: "deadlock",
    blocked: ["main waitgroup.wait parts (2 to go)"],
    *program(fixed) {
      const parts = new WaitGroup({ name: "parts" });
      function* build(): Operation<void> {
        yield* yieldNow();
        parts.done();
      }
      parts.add(3);
      for (let part = 0; part < 3; part++) {
        go(build);
        if (!fixed) yield* parts.wait();
      }
      if (fixed) yield* parts.wait();
    },
  },
  {
    name: "a task waits for the group that counts the task itself",
    kind: "deadlock",
    blocked: ["last waitgroup.wait all (1 to go)", "main waitgroup.wait all (1 to go)"],
    *program(fixed) {
      const all = new WaitGroup({ name: "all" });
      const workers = fixed ? new WaitGroup({ name: "workers" }) : all;
      const results = channel<number>(2, { name: "results" });
      workers.go(() => results.send(1));
      workers.go(() => results.send(2));
      all.go(function* last(): Operation<void> {
        yield* workers.wait();
        results.close();
      });
      yield* all.wait();
    },
  },
  {
    name: "the results are collected when all are done, and to be done they must be collected",
    kind: "deadlock",
    blocked: ["main waitgroup.wait workers (2 to go)", "worker channel.send results", "worker channel.send results"],
    *program(fixed) {
      const workers = new WaitGroup({ name: "workers" });
      const results = channel<number>(fixed ? 2 : 0, { name: "results" });
      function* worker(n: number): Operation<void> {
        yield* results.send(n);
      }
      for (let n = 0; n < 2; n++) workers.go(worker, n);
      yield* workers.wait();
      let sum = 0;
      for (let n = 0; n < 2; n++) sum += yield* results.receive();
      return sum;
    },
  },
]);
