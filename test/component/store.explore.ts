// Store in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, yieldNow } from "offshoot";
import { Store } from "offshoot/component";
import { comesTo, ending } from "../support/outcomes.ts";

type Numbers = Record<string, number>;
const small = { maxBytes: 2 ** 16 };

test("counts of two tasks are never lost", async () => {
  await comesTo([2], (watch) => {
    const store = watch(new Store<Numbers>(small));
    return function* () {
      const count = () => store.update("n", (n = 0) => n + 1);
      const [a, b] = [go(count), go(count)];
      yield* a;
      yield* b;
      return yield* store.get("n");
    };
  });
});

test("two keys are always seen as one commit has left them", async () => {
  await comesTo(["0,0", "1,1"], (watch) => {
    const store = watch(new Store<Numbers>(small));
    return function* () {
      const writer = go(() =>
        store.transaction((tx) => {
          tx.set("a", 1);
          tx.set("b", 1);
        }),
      );
      const reader = go(() => store.transaction((tx) => `${tx.get("a") ?? 0},${tx.get("b") ?? 0}`));
      yield* writer;
      return yield* reader;
    };
  });
});

test("who retries goes on, whenever the change comes", async () => {
  await comesTo(["2 1"], (watch) => {
    const store = watch(new Store<Numbers>(small));
    return function* () {
      const waits = go(() =>
        store.transaction((tx) => (tx.get("a") === 2 ? tx.update("b", (n = 0) => n + 1) : tx.retry())),
      );
      const sets = go(function* () {
        yield* store.set("a", 1);
        yield* store.set("a", 2);
      });
      yield* sets;
      yield* waits;
      return `${yield* store.get("a")} ${yield* store.get("b")}`;
    };
  });
});

test("a transaction that is cancelled has committed or done nothing", async () => {
  await comesTo(["done 1 1", "cancelled 0 0"], (watch) => {
    const store = watch(new Store<Numbers>(small));
    return function* () {
      const task = go(() =>
        store.transaction((tx) => {
          tx.set("a", 1);
          tx.set("b", 1);
          return "done";
        }),
      );
      const killer = go(function* () {
        yield* yieldNow();
        task.cancel();
      });
      yield* killer;
      const how = yield* ending(task);
      const all = yield* store.snapshot();
      assert.equal(all.size === 0, how === "cancelled");
      return `${how} ${all.get("a") ?? 0} ${all.get("b") ?? 0}`;
    };
  });
});
