// Once, single flight and other work that is shared: asked for by itself, or in a circle.

import { channel, go, Mutex, Once, type Operation, SingleFlight, yieldNow } from "offshoot";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "the setup asks for its own result",
    kind: "misuse",
    says: /Once\.do: task #\d "setup" asks for its own result/,
    *program(fixed) {
      let host = "";
      const settings: Once<string> = new Once(function* setup(): Operation<string> {
        host = "localhost";
        return (fixed ? host : yield* address()).toUpperCase();
      });
      function* address(): Operation<string> {
        yield* settings.do();
        return host;
      }
      yield* settings.do();
    },
  },
  {
    name: "the setup waits for a task that asks for its result",
    kind: "deadlock",
    blocked: ["main once.do setup", 'setup task.join task #3 "warm"', "warm once.do setup"],
    *program(fixed) {
      const cache: Once<number> = new Once(function* setup(): Operation<number> {
        const warm = go(function* warm(): Operation<number> {
          return fixed ? 1 : yield* cache.do();
        });
        return yield* warm;
      });
      yield* cache.do();
    },
  },
  {
    name: "two setups each ask for the other",
    kind: "leak",
    blocked: ["a once.do makeA", "b once.do makeB", "makeA once.do makeB", "makeB once.do makeA"],
    *program(fixed) {
      const first: Once<number> = new Once(function* makeA(): Operation<number> {
        yield* yieldNow();
        return 1 + (yield* second.do());
      });
      const second: Once<number> = new Once(function* makeB(): Operation<number> {
        yield* yieldNow();
        return fixed ? 1 : 1 + (yield* first.do());
      });
      go(function* a(): Operation<void> {
        yield* first.do();
      });
      go(function* b(): Operation<void> {
        yield* second.do();
      });
    },
  },
  {
    name: "a setup needs the lock that its callers hold",
    kind: "leak",
    blocked: ["use once.do connect", "use mutex.lock pool", "connect mutex.lock pool"],
    *program(fixed) {
      const pool = new Mutex({ name: "pool" });
      const connection = new Once(function* connect(): Operation<number> {
        yield* pool.lock();
        pool.unlock();
        return 1;
      });
      function* use(): Operation<void> {
        if (fixed) yield* connection.do();
        yield* pool.lock();
        if (!fixed) yield* connection.do();
        pool.unlock();
      }
      go(use);
      go(use);
    },
  },
  {
    name: "a shared call asks for the key it is for",
    kind: "misuse",
    says: /SingleFlight\.do: .* "load"/,
    *program(fixed) {
      const flights = new SingleFlight<string, number>();
      function* load(): Operation<number> {
        if (fixed) return 1;
        return (yield* flights.do("page", load)).value;
      }
      yield* flights.do("page", load);
    },
  },
  {
    name: "two shared calls each need the other's key",
    kind: "leak",
    blocked: [
      "ask singleflight.do resolve",
      "ask singleflight.do resolve",
      "resolve singleflight.do resolve",
      "resolve singleflight.do resolve",
    ],
    *program(fixed) {
      const flights = new SingleFlight<string, number>();
      const needs = new Map([
        ["x", "y"],
        ["y", fixed ? "" : "x"],
      ]);
      const value = (key: string): Operation<{ value: number }> =>
        flights.do(key, function* resolve(): Operation<number> {
          const other = needs.get(key) ?? "";
          yield* yieldNow();
          return other === "" ? 1 : (yield* value(other)).value;
        });
      function* ask(key: string): Operation<void> {
        yield* value(key);
      }
      go(ask, "x");
      go(ask, "y");
    },
  },
  {
    name: "an entry that is being made is waited for after its maker has failed",
    kind: "leak",
    blocked: ["get channel.next made"],
    *program(fixed) {
      const made = channel<never>(0, { name: "made" });
      const entries = new Map<string, number>();
      let making = false;
      function* get(key: string): Operation<void> {
        if (entries.has(key)) return;
        if (making) {
          yield* made.next();
          return;
        }
        making = true;
        try {
          yield* yieldNow();
          throw new RangeError("cannot be made");
        } catch {
          if (!fixed) return;
        }
        made.close();
      }
      go(get, "key");
      go(get, "key");
    },
  },
]);
