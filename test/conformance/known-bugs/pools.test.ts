// Pools of workers: that wait for their own results, that leave, and that nobody can reach.

import { type Channel, channel, type Group, go, group, type Operation, select, type Task, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

interface Job {
  readonly parts: number;
  readonly result: Channel<number>;
}

knownBugs([
  {
    name: "a job gives parts of itself to the pool it runs in, and waits for them",
    kind: "leak",
    blocked: ["worker channel.receive result", "worker channel.receive result"],
    *program(fixed) {
      const jobs = channel<Job>(4, { name: "jobs" });
      function* perform({ parts, result }: Job): Operation<void> {
        if (parts > 0) {
          const part: Job = { parts: 0, result: channel<number>(1, { name: "result" }) };
          if (fixed) yield* perform(part);
          else yield* jobs.send(part);
          yield* part.result.receive();
        }
        yield* result.send(parts);
      }
      function* worker(): Operation<void> {
        for (let job = jobs.tryReceive(); job.ok; job = jobs.tryReceive()) yield* perform(job.value);
      }
      for (let n = 0; n < 2; n++) yield* jobs.send({ parts: 1, result: channel(1) });
      for (let n = 0; n < 2; n++) go(worker);
    },
  },
  {
    name: "a task of a group that runs one at a time waits for the next of the same group",
    kind: "deadlock",
    blocked: ["inner", 'outer task.join task #3 "inner"'],
    *program(fixed) {
      function* inner(): Operation<number> {
        return 1;
      }
      function* outer(g: Group): Operation<number> {
        const task: Task<number> = g.go(inner);
        return fixed ? 1 : yield* task;
      }
      yield* group(
        (g) => {
          g.go(outer, g);
        },
        { limit: 1 },
      );
    },
  },
  {
    name: "a worker leaves after an error, and its jobs keep coming",
    kind: "deadlock",
    blocked: ["main channel.send jobs"],
    *program(fixed) {
      const jobs = channel<number>(0, { name: "jobs" });
      go(function* worker(): Operation<void> {
        for (let next = yield* jobs.next(); next.done !== true; next = yield* jobs.next()) {
          const broken = choose(2) === 1;
          if (broken && !fixed) return;
        }
      });
      for (let job = 0; job < 2; job++) yield* jobs.send(job);
      jobs.close();
    },
  },
  {
    name: "a worker that is listed as idle has left",
    kind: "leak",
    blocked: ["dispatch channel.send inbox"],
    *program(fixed) {
      const idle: Channel<string>[] = [];
      go(function* worker(): Operation<void> {
        const inbox = channel<string>(0, { name: "inbox" });
        idle.push(inbox);
        const { key } = yield* select({ job: inbox.receive(), bored: yieldNow() });
        if (key === "bored" && fixed) inbox.cancel();
      });
      go(function* dispatch(): Operation<void> {
        yield* yieldNow();
        yield* idle.pop()?.send("job") ?? yieldNow();
      });
    },
  },
  {
    name: "a worker that stops empties the queue, in which the word for the other one is",
    kind: "leak",
    blocked: ["worker channel.receive words"],
    *program(fixed) {
      const words = channel<string>(2, { name: "words" });
      function* worker(): Operation<void> {
        let word = "";
        while (word !== "stop") word = yield* words.receive();
        if (!fixed) words.tryReceive();
      }
      go(worker);
      go(worker);
      for (let n = 0; n < 2; n++) yield* words.send("stop");
    },
  },
  {
    name: "as many starts are awaited as were asked for, and one was refused",
    kind: "deadlock",
    blocked: ["main channel.receive started"],
    *program(fixed) {
      const started = channel<void>(0, { name: "started" });
      yield* group(
        function* (g) {
          let asked = 0;
          for (let n = 0; n < 2; n++) {
            const task = g.tryGo(function* worker(): Operation<void> {
              yield* started.send();
            });
            if (task !== undefined || !fixed) asked++;
          }
          while (asked-- > 0) yield* started.receive();
        },
        { limit: 1 },
      );
    },
  },
]);
