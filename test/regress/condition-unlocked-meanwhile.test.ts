// A wait that had been given its lock again, which somebody else then unlocked before its turn came, made what it had in hand good for the next holder's lock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Condition, go, MisuseError, Mutex, RwLock, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";
import { check } from "../support/sync.ts";

for (const make of [() => new Mutex({ name: "queue" }), () => new RwLock({ name: "queue" })])
  test(`a ${make().constructor.name} that is unlocked just as a wait has been given it again is misuse, and the next holder keeps it`, async () => {
    await simulate(function* () {
      const lock = make();
      const filled = new Condition(lock);
      const waiter = go(function* () {
        const held = yield* lock.lock();
        const error = yield* caught(MisuseError, filled.wait());
        assert.match(error.message, /^Condition\.wait: "queue" was unlocked by somebody else/);
        held[Symbol.dispose]();
      });
      yield* yieldNow();
      const held = yield* lock.lock();
      filled.signal();
      yield* yieldNow();
      assert.equal(waiter.status, "waiting"); // for the lock
      const next = go(() => lock.lock());
      yield* yieldNow();
      held[Symbol.dispose]();
      lock.unlock(); // what the waiter has just been given, and had no turn to use
      yield* waiter;
      yield* next;
      assert.equal(lock.tryLock(), undefined);
      check(lock);
      lock.unlock();
      assert.ok(lock.tryLock());
    });
  });
