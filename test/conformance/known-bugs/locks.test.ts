// Locks: one lock taken twice, several taken in different orders, and locks that are kept.

import { channel, go, Mutex, type Operation, RwLock, yieldNow } from "offshoot";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a helper locks the mutex that its caller holds",
    kind: "deadlock",
    blocked: ["main mutex.lock accounts"],
    *program(fixed) {
      const accounts = new Mutex({ name: "accounts" });
      let balance = 100;
      const takeHeld = (amount: number): void => {
        balance -= amount;
      };
      function* take(amount: number): Operation<void> {
        yield* accounts.lock();
        takeHeld(amount);
        accounts.unlock();
      }
      yield* accounts.lock();
      if (balance < 10) balance = 0;
      else if (fixed) takeHeld(10);
      else yield* take(10);
      accounts.unlock();
    },
  },
  {
    name: "listeners are called under the lock that one of them takes to leave",
    kind: "leak",
    blocked: ["notify mutex.lock listeners"],
    *program(fixed) {
      const lock = new Mutex({ name: "listeners" });
      const listeners = new Set<() => Operation<void>>();
      function* once(): Operation<void> {
        yield* lock.lock();
        listeners.delete(once);
        lock.unlock();
      }
      go(function* notify(): Operation<void> {
        yield* lock.lock();
        const all = [...listeners];
        if (fixed) lock.unlock();
        for (const listener of all) yield* listener();
        if (!fixed) lock.unlock();
      });
      yield* lock.lock();
      listeners.add(once);
      lock.unlock();
    },
  },
  {
    name: "an early return keeps the lock",
    kind: "leak",
    blocked: ["visit mutex.lock page"],
    *program(fixed) {
      const page = new Mutex({ name: "page" });
      const seen = new Set<string>();
      function* visit(address: string): Operation<void> {
        yield* page.lock();
        if (seen.has(address)) {
          if (fixed) page.unlock();
          return;
        }
        seen.add(address);
        page.unlock();
      }
      for (const address of ["/", "/help", "/"]) go(visit, address);
    },
  },
  {
    name: "two locks are taken in opposite orders",
    kind: "leak",
    blocked: ["transfer mutex.lock left", "transfer mutex.lock right"],
    *program(fixed) {
      const left = { lock: new Mutex({ name: "left" }), rank: 1, money: 5 };
      const right = { lock: new Mutex({ name: "right" }), rank: 2, money: 5 };
      function* transfer(from: typeof left, to: typeof left): Operation<void> {
        const pair = [from, to];
        if (fixed) pair.sort((a, b) => a.rank - b.rank);
        for (const { lock } of pair) yield* lock.lock();
        from.money--;
        to.money++;
        for (const { lock } of pair) lock.unlock();
      }
      go(transfer, left, right);
      go(transfer, right, left);
    },
  },
  {
    name: "three locks are taken in a circle",
    kind: "leak",
    blocked: ["move mutex.lock a", "move mutex.lock b", "move mutex.lock c"],
    *program(fixed) {
      const tracks = ["a", "b", "c"].map((name) => new Mutex({ name }));
      function* move(from: number): Operation<void> {
        const way = [from, (from + 1) % tracks.length];
        if (fixed) way.sort();
        for (const track of way) yield* (tracks[track] as Mutex).lock();
        for (const track of way) (tracks[track] as Mutex).unlock();
      }
      for (const from of tracks.keys()) go(move, from);
    },
  },
  {
    name: "a lock and a token that goes round in a channel are taken in opposite orders",
    kind: "leak",
    blocked: ["print channel.receive tokens", "scan mutex.lock log"],
    *program(fixed) {
      const log = new Mutex({ name: "log" });
      const tokens = channel<"token">(1, { name: "tokens" });
      yield* tokens.send("token");
      function* scan(): Operation<void> {
        yield* tokens.receive();
        yield* log.lock();
        log.unlock();
        yield* tokens.send("token");
      }
      function* print(): Operation<void> {
        if (fixed) yield* tokens.receive();
        yield* log.lock();
        if (!fixed) yield* tokens.receive();
        log.unlock();
        yield* tokens.send("token");
      }
      go(scan);
      go(print);
    },
  },
  {
    name: "a reader reads again while a writer is in line",
    kind: "leak",
    blocked: ["average rwlock.readLock samples", "add rwlock.lock samples"],
    *program(fixed) {
      const lock = new RwLock({ name: "samples" });
      const samples = [1, 2, 3];
      function* count(): Operation<number> {
        yield* lock.readLock();
        const { length } = samples;
        lock.readUnlock();
        return length;
      }
      go(function* average(): Operation<number> {
        yield* lock.readLock();
        const sum = samples.reduce((a, b) => a + b);
        const average = sum / (fixed ? samples.length : yield* count());
        lock.readUnlock();
        return average;
      });
      go(function* add(): Operation<void> {
        yield* lock.lock();
        samples.push(4);
        lock.unlock();
      });
    },
  },
  {
    name: "a reader waits to become the writer and does not cease to read",
    kind: "leak",
    blocked: ["fill rwlock.lock cache", "fill rwlock.readLock cache"],
    *program(fixed) {
      const lock = new RwLock({ name: "cache" });
      const cache = new Map<string, number>();
      function* fill(key: string): Operation<void> {
        yield* lock.readLock();
        const found = cache.has(key);
        if (fixed || found) lock.readUnlock();
        if (found) return;
        yield* lock.lock();
        if (!cache.has(key)) cache.set(key, key.length);
        lock.unlock();
        if (!fixed) lock.readUnlock();
      }
      go(fill, "key");
      go(fill, "key");
    },
  },
  {
    name: "who cannot have the second lock at once goes away with the first",
    kind: "leak",
    blocked: ["audit mutex.lock orders"],
    *program(fixed) {
      const orders = new Mutex({ name: "orders" });
      const stock = new Mutex({ name: "stock" });
      go(function* ship(): Operation<void> {
        yield* orders.lock();
        const held = stock.tryLock();
        if (held !== undefined || fixed) orders.unlock();
        held?.[Symbol.dispose]();
      });
      go(function* audit(): Operation<void> {
        yield* stock.lock();
        yield* yieldNow();
        stock.unlock();
        yield* orders.lock();
        orders.unlock();
      });
    },
  },
  {
    name: "a task is joined under the lock that it needs to end",
    kind: "deadlock",
    blocked: ['main task.join task #2 "saver"', "saver mutex.lock document"],
    *program(fixed) {
      const document = new Mutex({ name: "document" });
      let saved = 0;
      const saver = go(function* saver(): Operation<void> {
        yield* document.lock();
        saved++;
        document.unlock();
      });
      yield* document.lock();
      const before = saved;
      if (fixed) document.unlock();
      if (before === 0) yield* saver;
      if (!fixed) document.unlock();
    },
  },
]);
