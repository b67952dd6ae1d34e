// Waiting for a channel while holding a lock that whoever is at its other end needs.

import { channel, go, Mutex, type Operation, RwLock, select } from "offshoot";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a message is sent under the lock that its receiver wants first",
    kind: "leak",
    blocked: ["produce channel.send news", "consume mutex.lock state"],
    *program(fixed) {
      const state = new Mutex({ name: "state" });
      const news = channel<number>(0, { name: "news" });
      let version = 0;
      go(function* produce(): Operation<void> {
        yield* state.lock();
        const next = ++version;
        if (fixed) state.unlock();
        yield* news.send(next);
        if (!fixed) state.unlock();
      });
      go(function* consume(): Operation<void> {
        yield* state.lock();
        const known = version;
        state.unlock();
        if ((yield* news.receive()) < known) throw new Error("older than what was known");
      });
    },
  },
  {
    name: "stop waits under the lock for a loop that takes it once more",
    kind: "deadlock",
    blocked: ["main channel.next ended", "loop mutex.lock counters"],
    *program(fixed) {
      const counters = new Mutex({ name: "counters" });
      const events = channel<string>(1, { name: "events" });
      const ended = channel<never>(0, { name: "ended" });
      go(function* loop(): Operation<void> {
        while ((yield* events.next()).done !== true) {
          yield* counters.lock();
          counters.unlock();
        }
        ended.close();
      });
      yield* events.send("started");
      yield* counters.lock();
      events.close();
      if (fixed) counters.unlock();
      yield* ended.next();
      if (!fixed) counters.unlock();
    },
  },
  {
    name: "a log line waits for room under the lock that the flusher takes before it makes room",
    kind: "leak",
    blocked: ["flush mutex.lock log", "write channel.send lines"],
    *program(fixed) {
      const log = new Mutex({ name: "log" });
      const lines = channel<string>(1, { name: "lines" });
      go(function* write(): Operation<void> {
        for (const line of ["one", "two"]) {
          yield* log.lock();
          if (fixed) log.unlock();
          yield* lines.send(line);
          if (!fixed) log.unlock();
        }
      });
      go(function* flush(): Operation<void> {
        for (let i = 0; i < 2; i++) {
          yield* log.lock();
          log.unlock();
          yield* lines.receive();
        }
      });
    },
  },
  {
    name: "a reader waits for an answer from one who reads too, with a writer in line between them",
    kind: "leak",
    blocked: ["ask channel.receive answers", "answer rwlock.readLock table", "update rwlock.lock table"],
    *program(fixed) {
      const table = new RwLock({ name: "table" });
      const answers = channel<number>(0, { name: "answers" });
      let row = 1;
      go(function* ask(): Operation<void> {
        yield* table.readLock();
        if (fixed) table.readUnlock();
        yield* answers.receive();
        if (!fixed) table.readUnlock();
      });
      go(function* answer(): Operation<void> {
        yield* table.readLock();
        const found = row;
        table.readUnlock();
        yield* answers.send(found);
      });
      go(function* update(): Operation<void> {
        yield* table.lock();
        row++;
        table.unlock();
      });
    },
  },
  {
    name: "a request is made under the lock that the server's own housekeeping takes",
    kind: "deadlock",
    blocked: ["main channel.send requests", "server mutex.lock sessions"],
    *program(fixed) {
      const sessions = new Mutex({ name: "sessions" });
      const requests = channel<string>(0, { name: "requests" });
      const expiry = channel<string>(1, { name: "expiry" });
      const reply = channel<string>(1, { name: "reply" });
      go(function* server(): Operation<void> {
        for (let i = 0; i < 2; i++) {
          const { key, value } = yield* select({ request: requests.receive(), expired: expiry.receive() });
          if (key === "expired") yield* sessions.withLock(() => {});
          else yield* reply.send(value);
        }
      });
      yield* expiry.send("old");
      yield* sessions.lock();
      if (fixed) sessions.unlock();
      yield* requests.send("who");
      yield* reply.receive();
      if (!fixed) sessions.unlock();
    },
  },
]);
