// Receivers that wait for what nobody will send.

import { broadcast, channel, go, group, type Operation, WaitGroup } from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a channel is never closed, and its readers wait for its end",
    kind: "leak",
    blocked: ["worker channel.next jobs", "worker channel.next jobs"],
    *program(fixed) {
      const jobs = channel<number>(1, { name: "jobs" });
      function* worker(): Operation<void> {
        while ((yield* jobs.next()).done !== true);
      }
      go(worker);
      go(worker);
      for (let job = 0; job < 3; job++) yield* jobs.send(job);
      if (fixed) jobs.close();
    },
  },
  {
    name: "a channel is closed only where all went well",
    kind: "deadlock",
    blocked: ["main channel.next rows"],
    *program(fixed) {
      const rows = channel<number>(0, { name: "rows" });
      go(function* load(): Operation<void> {
        yield* rows.send(1);
        const broken = choose(2) === 1;
        if (broken && !fixed) return;
        if (!broken) yield* rows.send(2);
        rows.close();
      });
      let sum = 0;
      for (let row = yield* rows.next(); row.done !== true; row = yield* rows.next()) sum += row.value;
      return sum;
    },
  },
  {
    name: "an answer is expected for each input, and the empty ones get none",
    kind: "deadlock",
    blocked: ["main channel.receive counts"],
    *program(fixed) {
      const counts = channel<number>(0, { name: "counts" });
      function* count(text: string): Operation<void> {
        if (text === "" && !fixed) return;
        yield* counts.send(text.length);
      }
      const texts = ["some", "", "words"];
      for (const text of texts) go(count, text);
      let sum = 0;
      for (const _ of texts) sum += yield* counts.receive();
      return sum;
    },
  },
  {
    name: "the channel is to be closed behind the loop that waits for its end",
    kind: "deadlock",
    blocked: ["main channel.next results"],
    *program(fixed) {
      const results = channel<number>(0, { name: "results" });
      const workers = new WaitGroup();
      for (let n = 0; n < 2; n++) workers.go(() => results.send(n));
      function* closeAtEnd(): Operation<void> {
        yield* workers.wait();
        results.close();
      }
      if (fixed) go(closeAtEnd);
      let sum = 0;
      for (let next = yield* results.next(); next.done !== true; next = yield* results.next()) sum += next.value;
      if (!fixed) yield* closeAtEnd();
      return sum;
    },
  },
  {
    name: "a request that the server does not know is left without a reply",
    kind: "deadlock",
    blocked: ["main channel.receive reply", "server channel.next requests"],
    *program(fixed) {
      const requests = channel<{ verb: string; reply: ReturnType<typeof channel<string>> }>(0, { name: "requests" });
      go(function* server(): Operation<void> {
        for (let next = yield* requests.next(); next.done !== true; next = yield* requests.next()) {
          const { verb, reply } = next.value;
          if (verb === "get") yield* reply.send("value");
          else if (fixed) yield* reply.send(`cannot ${verb}`);
        }
      });
      for (const verb of ["get", "put"]) {
        const reply = channel<string>(0, { name: "reply" });
        yield* requests.send({ verb, reply });
        yield* reply.receive();
      }
      requests.close();
    },
  },
  {
    name: "a listener subscribes when the news may be out already",
    kind: "leak",
    blocked: ["listen channel.receive news"],
    *program(fixed) {
      const news = broadcast<string>({ name: "news" });
      const early = fixed ? news.subscribe() : undefined;
      go(function* publish(): Operation<void> {
        yield* news.send("started");
      });
      go(function* listen(): Operation<void> {
        yield* (early ?? news.subscribe()).receive();
      });
    },
  },
  {
    name: "a result is offered once, to whoever waits at that moment",
    kind: "deadlock",
    blocked: ["main channel.receive result"],
    *program(fixed) {
      const started = channel<void>(1);
      const result = channel<number>(fixed ? 1 : 0, { name: "result" });
      go(function* compute(): Operation<void> {
        yield* started.send();
        result.trySend(42);
      });
      yield* started.receive();
      return yield* result.receive();
    },
  },
  {
    name: "both sides of a merge must end, and only one of them says so",
    kind: "deadlock",
    blocked: ["main channel.next right"],
    *program(fixed) {
      const left = channel<number>(2, { name: "left" });
      const right = channel<number>(2, { name: "right" });
      function* feed(n: number): Operation<void> {
        const to = n % 2 === 0 ? right : left;
        yield* to.send(n);
      }
      go(function* split(): Operation<void> {
        yield* group((g) => {
          for (const n of [1, 2, 3, 4]) g.go(feed, n);
        });
        left.close();
        if (fixed) right.close();
      });
      for (const side of [left, right]) while ((yield* side.next()).done !== true);
    },
  },
]);
