// Conditions and other wake-ups: given too early, to the wrong one, to too few, or not at all.

import assert from "node:assert/strict";
import { Condition, channel, go, Mutex, type Operation } from "offshoot";
import { cell } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a signal is given before anybody waits for it",
    kind: "leak",
    blocked: ["use condition.wait ready"],
    *program(fixed) {
      const lock = new Mutex();
      const ready = new Condition(lock, { name: "ready" });
      let isReady = false;
      go(function* prepare(): Operation<void> {
        yield* lock.lock();
        isReady = true;
        ready.signal();
        lock.unlock();
      });
      go(function* use(): Operation<void> {
        yield* lock.lock();
        if (!fixed || !isReady) yield* ready.wait();
        assert.ok(isReady);
        lock.unlock();
      });
    },
  },
  {
    name: "one signal wakes the one who waits for something else",
    kind: "leak",
    blocked: ["waiter condition.wait changed"],
    *program(fixed) {
      const lock = new Mutex();
      const changed = new Condition(lock, { name: "changed" });
      let level = 0;
      function* waiter(wanted: number): Operation<void> {
        yield* lock.lock();
        while (level < wanted) yield* changed.wait();
        lock.unlock();
      }
      go(waiter, 2);
      go(waiter, 1);
      go(function* raise(): Operation<void> {
        for (let i = 0; i < 2; i++) {
          yield* lock.lock();
          level++;
          if (fixed) changed.broadcast();
          else changed.signal();
          lock.unlock();
        }
      });
    },
  },
  {
    name: "a waiter that was woken does not look again",
    kind: "error",
    says: /took what was not there/,
    *program(fixed) {
      const lock = new Mutex();
      const filled = new Condition(lock, { name: "filled" });
      const items: number[] = [];
      function* take(): Operation<void> {
        yield* lock.lock();
        if (items.length === 0) yield* filled.wait();
        while (fixed && items.length === 0) yield* filled.wait();
        assert.notEqual(items.shift(), undefined, "took what was not there");
        lock.unlock();
      }
      go(take);
      go(take);
      go(function* put(): Operation<void> {
        for (let i = 0; i < 2; i++) {
          yield* lock.lock();
          items.push(i);
          filled.signal();
          lock.unlock();
        }
      });
    },
  },
  {
    name: "two items are put and one signal is given",
    kind: "leak",
    blocked: ["take condition.wait filled"],
    *program(fixed) {
      const lock = new Mutex();
      const filled = new Condition(lock, { name: "filled" });
      let items = 0;
      function* take(): Operation<void> {
        yield* lock.lock();
        while (items === 0) yield* filled.wait();
        items--;
        lock.unlock();
      }
      go(take);
      go(take);
      go(function* put(): Operation<void> {
        yield* lock.lock();
        items += 2;
        filled.signal();
        if (fixed) filled.signal();
        lock.unlock();
      });
    },
  },
  {
    name: "the flag to stop is set and nobody is told",
    kind: "leak",
    blocked: ["worker condition.wait work"],
    *program(fixed) {
      const lock = new Mutex();
      const work = new Condition(lock, { name: "work" });
      let stopped = false;
      go(function* worker(): Operation<void> {
        yield* lock.lock();
        while (!stopped) yield* work.wait();
        lock.unlock();
      });
      go(function* stop(): Operation<void> {
        yield* lock.lock();
        stopped = true;
        if (fixed) work.broadcast();
        lock.unlock();
      });
    },
  },
  {
    name: "a wake-up is dropped because the sleeper is not asleep yet",
    kind: "leak",
    blocked: ["sleeper channel.receive wake"],
    *program(fixed) {
      const wake = channel<true>(fixed ? 1 : 0, { name: "wake" });
      const pending = cell(0);
      go(function* sleeper(): Operation<void> {
        while ((yield* pending.get()) === 0) yield* wake.receive();
      });
      go(function* rouse(): Operation<void> {
        yield* pending.set(1);
        wake.trySend(true);
      });
    },
  },
  {
    name: "two are to be woken by one wake-up that is kept",
    kind: "leak",
    blocked: ["sleeper channel.next wake"],
    *program(fixed) {
      const wake = channel<true>(1, { name: "wake" });
      const done = cell(false);
      function* sleeper(): Operation<void> {
        while (!(yield* done.get())) yield* wake.next();
      }
      go(sleeper);
      go(sleeper);
      go(function* finish(): Operation<void> {
        yield* done.set(true);
        if (fixed) wake.close();
        else wake.trySend(true);
      });
    },
  },
  {
    name: "a turn is passed on before the next one has asked for it",
    kind: "leak",
    blocked: ["turn channel.receive turns"],
    *program(fixed) {
      const lock = new Mutex();
      const turns = channel<true>(fixed ? 1 : 0, { name: "turns" });
      let busy = false;
      let queued = 0;
      function* turn(): Operation<void> {
        yield* lock.lock();
        const mustWait = busy;
        if (mustWait) queued++;
        else busy = true;
        lock.unlock();
        if (mustWait) yield* turns.receive();
        yield* lock.lock();
        if (queued > 0) {
          queued--;
          turns.trySend(true);
        } else busy = false;
        lock.unlock();
      }
      go(turn);
      go(turn);
    },
  },
]);
