// Cancellation that does not arrive, or leaves something behind.

import {
  channel,
  go,
  group,
  Latch,
  Mutex,
  moveOnAfter,
  type Operation,
  select,
  shield,
  sleep,
  yieldNow,
} from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a worker waits for jobs inside a shield and cannot be cancelled",
    kind: "deadlock",
    blocked: ["worker channel.receive jobs"],
    *program(fixed) {
      const jobs = channel<number>(0, { name: "jobs" });
      yield* group((g) => {
        g.daemon(function* worker(): Operation<void> {
          for (;;) yield* fixed ? jobs.receive() : shield(jobs.receive());
        });
        g.go(() => jobs.send(1));
      });
    },
  },
  {
    name: "cleanup tells somebody who has been cancelled as well",
    kind: "deadlock",
    blocked: ["worker channel.send last"],
    *program(fixed) {
      const last = channel<number>(0, { name: "last" });
      let done = 0;
      yield* moveOnAfter(
        10,
        group((g) => {
          g.go(() => last.receive());
          g.go(function* worker(): Operation<void> {
            try {
              for (; done < 3; done++) yield* yieldNow();
            } finally {
              if (fixed) yield* shield(select({ sent: last.send(done), left: yieldNow() }));
              else yield* shield(last.send(done));
            }
          });
        }),
      );
    },
  },
  {
    name: "a helper is cancelled on the good path only",
    kind: "leak",
    blocked: ["beat channel.receive pings"],
    *program(fixed) {
      const pings = channel<void>(0, { name: "pings" });
      const helper = go(function* beat(): Operation<void> {
        for (;;) yield* pings.receive();
      });
      try {
        if (choose(2) === 1) return "refused";
        yield* pings.send();
        if (!fixed) helper.cancel();
        return "served";
      } finally {
        if (fixed) helper.cancel();
      }
    },
  },
  {
    name: "a worker is cancelled between the question and the answer",
    kind: "deadlock",
    blocked: ["client channel.next answer", 'main task.join task #3 "client"'],
    *program(fixed) {
      const questions = channel<number>(0, { name: "questions" });
      const answer = channel<number>(1, { name: "answer" });
      const worker = go(function* worker(): Operation<void> {
        const n = yield* questions.receive();
        try {
          yield* yieldNow();
          yield* answer.send(2 * n);
        } finally {
          if (fixed) answer.close();
        }
      });
      const client = go(function* client(): Operation<void> {
        const { key } = yield* select({ asked: questions.send(21), late: yieldNow() });
        if (key === "asked") yield* answer.next();
      });
      yield* yieldNow();
      worker.cancel();
      yield* client;
    },
  },
  {
    name: "a time limit ends what holds a lock",
    kind: "deadlock",
    blocked: ["main mutex.lock file"],
    *program(fixed) {
      const file = new Mutex({ name: "file" });
      function* write(): Operation<void> {
        yield* sleep(1);
      }
      function* save(): Operation<void> {
        yield* file.lock();
        yield* write();
        file.unlock();
      }
      yield* moveOnAfter(10, fixed ? file.withLock(write) : save());
      yield* file.lock();
      file.unlock();
    },
  },
  {
    name: "something is waited for between the lock and the try that gives it back",
    kind: "deadlock",
    blocked: ["main mutex.lock file"],
    *program(fixed) {
      const file = new Mutex({ name: "file" });
      const log = channel<string>(1, { name: "log" });
      const saving = go(function* save(): Operation<void> {
        yield* file.lock();
        if (!fixed) yield* log.send("locked");
        try {
          if (fixed) yield* log.send("locked");
          yield* yieldNow();
        } finally {
          file.unlock();
        }
      });
      yield* yieldNow();
      saving.cancel();
      yield* file.lock();
      file.unlock();
    },
  },
  {
    name: "the word to stop is sent once, and two listen for it",
    kind: "leak",
    blocked: ["worker select { job: channel.next jobs; stop: channel.next stop }"],
    *program(fixed) {
      const jobs = channel<number>(0, { name: "jobs" });
      const stop = channel<void>(1, { name: "stop" });
      function* worker(): Operation<void> {
        for (;;) {
          const { key } = yield* select({ job: jobs.next(), stop: stop.next() });
          if (key === "stop") return;
        }
      }
      go(worker);
      go(worker);
      yield* jobs.send(1);
      if (fixed) stop.close();
      else yield* stop.send();
    },
  },
  {
    name: "the one who is to open the latch is cancelled first",
    kind: "deadlock",
    blocked: ["guest latch.wait opened", 'main task.join task #3 "guest"'],
    *program(fixed) {
      const opened = new Latch({ name: "opened" });
      const host = go(function* host(): Operation<void> {
        yield* yieldNow();
        opened.open();
      });
      const guest = go(function* guest(): Operation<void> {
        yield* opened.wait();
      });
      yield* yieldNow();
      host.cancel();
      if (fixed) opened.open();
      yield* guest;
    },
  },
]);
