// AsyncLocalStorage: tasks see the context of their run, or with `asyncContext` that of the line that spawned them.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { channel, go, type Operation, run, sleep, yieldNow } from "offshoot";

const storage = new AsyncLocalStorage<string>();

test("a task sees the context of its run, after every kind of wait, and so do its children", async () => {
  const ch = channel<number>(1);
  const whole = storage.run("mine", () =>
    run(function* () {
      assert.equal(storage.getStore(), "mine");
      yield* sleep(1);
      assert.equal(storage.getStore(), "mine");
      yield* yieldNow();
      assert.equal(storage.getStore(), "mine");
      assert.equal(yield* ch.receive(), 1); // completed from outside
      assert.equal(storage.getStore(), "mine");
      const seen = yield* go(async () => {
        await sleep(1);
        return storage.getStore();
      });
      assert.equal(seen, "mine");
    }),
  );
  assert.equal(storage.getStore(), undefined);
  setTimeout(() => storage.run("another", () => void ch.trySend(1)), 5);
  await whole;
});

test("two runs of different contexts take turns, each in its own", async () => {
  const log: string[] = [];
  const ping = channel<void>();
  const body = (first: boolean) =>
    function* (): Operation<void> {
      for (let i = 0; i < 200; i++) {
        log.push(String(storage.getStore()));
        if (first) yield* ping.send();
        else yield* ping.receive();
        assert.equal(storage.getStore(), first ? "a" : "b");
        if (i % 50 === 0) yield* sleep(1);
      }
    };
  await Promise.all([storage.run("a", () => run(body(true))), storage.run("b", () => run(body(false)))]);
  assert.equal(log.filter((name) => name === "a").length, 200);
  assert.equal(log.filter((name) => name === "b").length, 200);
});

test("by itself a child does not see what its parent has entered since", async () => {
  await storage.run("outer", () =>
    run(function* () {
      const child = storage.run("inner", () => go(() => storage.getStore()));
      assert.equal(yield* child, "outer");
    }),
  );
});

test("with asyncContext a child sees the context of the line that spawned it, for life", async () => {
  await storage.run("outer", () =>
    run(
      function* () {
        const body = function* (): Operation<string> {
          const before = storage.getStore();
          yield* sleep(1);
          const child = go(() => storage.getStore());
          return `${before} ${storage.getStore()} ${yield* child}`;
        };
        const [one, two] = ["one", "two"].map((name) => storage.run(name, () => go(body)));
        assert.equal(yield* one as Operation<string>, "one one one");
        assert.equal(yield* two as Operation<string>, "two two two");
        assert.equal(storage.getStore(), "outer");
      },
      { asyncContext: true },
    ),
  );
});
