// Of two that wait in line at a primitive the first is cancelled while somebody serves it, in all orders: it is served or has done nothing, and then the
// next one is served in its place. The same through map, in a select, and in a nested one.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  broadcast,
  channel,
  go,
  Latch,
  Mutex,
  never,
  RwLock,
  type Selectable,
  Semaphore,
  select,
  sleep,
  timer,
} from "offshoot";
import type { Watch } from "../support/explored.ts";
import { comesTo, ending } from "../support/outcomes.ts";

/** A primitive at which one waits, and what serves the first in line. */
interface Line {
  wait(): Selectable<unknown>;
  serve(): void;
}

const lines: Readonly<Record<string, (watch: Watch) => Line>> = {
  "a channel, receiving": (watch) => {
    const ch = watch(channel<number>());
    return { wait: () => ch.receive(), serve: () => assert.ok(ch.trySend(1)) };
  },
  "a channel, next": (watch) => {
    const ch = watch(channel<number>(1));
    return { wait: () => ch.next(), serve: () => assert.ok(ch.trySend(1)) };
  },
  "a channel, sending": (watch) => {
    const ch = watch(channel<number>());
    return { wait: () => ch.send(1), serve: () => assert.ok(ch.tryReceive().ok) };
  },
  "a full buffer": (watch) => {
    const ch = watch(channel<number>(1));
    ch.trySend(0);
    return { wait: () => ch.send(1), serve: () => assert.ok(ch.tryReceive().ok) };
  },
  "a broadcast, sending": (watch) => {
    const hub = watch(broadcast<number>({ buffer: 1 }));
    const mine = hub.subscribe();
    hub.trySend(0);
    return { wait: () => hub.send(1), serve: () => assert.ok(mine.tryReceive().ok) };
  },
  "a broadcast, receiving": (watch) => {
    const hub = watch(broadcast<number>());
    const mine = hub.subscribe();
    return { wait: () => mine.receive(), serve: () => assert.ok(hub.trySend(1)) };
  },
  "a mutex": (watch) => {
    const mutex = watch(new Mutex());
    mutex.tryLock();
    return { wait: () => mutex.lock(), serve: () => mutex.unlock() };
  },
  "a lock for writing": (watch) => {
    const lock = watch(new RwLock());
    lock.tryLock();
    return { wait: () => lock.lock(), serve: () => lock.unlock() };
  },
  "a semaphore": (watch) => {
    const permits = watch(new Semaphore(2));
    permits.tryAcquire(2);
    return { wait: () => permits.acquire(2), serve: () => permits.release(2) };
  },
  "a timer": (watch) => {
    const alarm = watch(timer(Number.POSITIVE_INFINITY));
    return { wait: () => alarm.fired, serve: () => void alarm.reset(0) };
  },
};

const ways: Readonly<Record<string, (op: Selectable<unknown>) => Selectable<unknown>>> = {
  alone: (op) => op,
  mapped: (op) => op.map((value) => value),
  "in a select": (op) => select({ never, op }),
  "in a nested select": (op) => select([never, select([op.map((value) => value), new Latch().wait()]), sleep(1_000)]),
};

for (const [name, make] of Object.entries(lines))
  test(`${name}: whoever is cancelled in line is served or has done nothing, and the next one is served`, async () => {
    for (const [how, wrap] of Object.entries(ways))
      await comesTo(
        name === "a timer" ? ["cancelled, then served"] : ["served, then served", "cancelled, then served"], // in idle time a timer is the last
        (watch) => {
          return function* () {
            const line = make(watch);
            const wait = () => wrap(line.wait()).map(() => "served");
            const first = go(wait);
            yield* sleep(1); // until it waits
            const second = go(wait);
            yield* sleep(1);
            go(() => line.serve());
            go(() => first.cancel());
            const told = yield* ending(first);
            yield* sleep(1); // until whoever can go on has
            assert.equal(second.status, told === "cancelled" ? "succeeded" : "waiting", how);
            if (told === "served") line.serve();
            return `${told}, then ${yield* second}`;
          };
        },
      );
  });
