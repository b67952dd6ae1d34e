// Store in one thread: what a transaction sees, writes, waits for and refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { DeadlockError, go, MisuseError, type Operation, race, run, sleep, TimeoutError, timeout } from "offshoot";
import { Store, type Transaction, TransactionConflictError } from "offshoot/component";
import { move, SharedCounter } from "offshoot/parallel";
import { simulate } from "offshoot/testing";
import type { StoreMemory } from "../../src/component/store-memory.ts";

type Numbers = Record<string, number>;

/** Lets another transaction commit in the midst of a body. */
function commitBetween(store: Store<Numbers>, writes: Numbers): void {
  const { memory } = store as unknown as { memory: StoreMemory };
  const changes = new Map(Object.entries(writes).map(([key, value]) => [`=${key}`, { value }]));
  assert.equal(memory.commit(new Map(), changes, "test"), undefined);
}

test("a transaction reads what others have written, and its own writes", async () => {
  await run(function* () {
    const store = new Store<{ a: number; b: string; c: { list: number[] } }>();
    const value = yield* store.transaction((tx) => {
      assert.equal(tx.get("a"), undefined);
      assert.equal(tx.has("a"), false);
      tx.set("a", 1);
      tx.set("b", "text");
      tx.set("c", { list: [1] });
      assert.equal(tx.get("a"), 1);
      assert.equal(tx.has("a"), true);
      assert.equal(tx.delete("b"), true);
      assert.equal(tx.delete("b"), false);
      assert.equal(tx.has("b"), false);
      assert.equal(
        tx.update("a", (n = 0) => n + 1),
        2,
      );
      return "done";
    });
    assert.equal(value, "done");
    assert.equal(yield* store.get("a"), 2);
    assert.equal(yield* store.has("b"), false);
    assert.deepEqual(yield* store.get("c"), { list: [1] });
    assert.deepEqual(
      yield* store.snapshot(),
      new Map<string, unknown>([
        ["a", 2],
        ["c", { list: [1] }],
      ]),
    );
    store.check();
  });
});

test("values are copied, in and out", async () => {
  await run(function* () {
    const store = new Store<{ list: number[] }>();
    yield* store.transaction((tx) => {
      const list = [1];
      tx.set("list", list);
      list.push(2);
      (tx.get("list") as number[]).push(3);
      assert.deepEqual(tx.get("list"), [1]);
    });
    const got = (yield* store.get("list")) as number[];
    got.push(4);
    assert.deepEqual(yield* store.get("list"), [1]);
  });
});

test("shared objects are kept as what they are, and move has no effect", async () => {
  await run(function* () {
    const store = new Store<{ counter: SharedCounter; bytes: Uint8Array }>();
    const counter = new SharedCounter(1);
    const bytes = new Uint8Array([1, 2, 3]);
    yield* store.transaction((tx) => {
      tx.set("counter", counter);
      tx.set("bytes", move(bytes));
    });
    (yield* store.get("counter"))?.add(1);
    assert.equal(counter.get(), 2);
    assert.equal(bytes.length, 3);
    assert.deepEqual(yield* store.get("bytes"), bytes);
  });
});

test("what a body throws is thrown, and nothing is written", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    const failing = store.transaction((tx) => {
      tx.set("a", 1);
      throw new RangeError("no");
    });
    try {
      yield* failing;
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
    assert.equal((yield* store.snapshot()).size, 0);
  });
});

test("a body whose reads another transaction has changed is run again", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    yield* store.set("a", 1);
    let runs = 0;
    const value = yield* store.transaction((tx) => {
      const a = tx.get("a") as number;
      if (++runs === 1) commitBetween(store, { a: 5 });
      tx.set("b", a);
      return a;
    });
    assert.equal(runs, 2);
    assert.equal(value, 5);
    assert.equal(yield* store.get("b"), 5);
  });
});

test("a body never sees values of different moments", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    yield* store.transaction((tx) => {
      tx.set("a", 1);
      tx.set("b", 1);
    });
    let runs = 0;
    const seen = yield* store.transaction((tx) => {
      const a = tx.get("a");
      if (++runs === 1) {
        commitBetween(store, { a: 2, b: 2 });
        try {
          tx.get("b");
          assert.fail("b was read");
        } catch {
          assert.throws(() => tx.get("a"), { name: "Interruption" }); // it is told again and again
        }
        return undefined; // and nobody asks for its outcome
      }
      return [a, tx.get("b")];
    });
    assert.deepEqual(seen, [2, 2]);
    assert.equal(runs, 2);
  });
});

test("a commit of other keys does not disturb a transaction, which goes on at a later moment", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    yield* store.set("a", 1);
    let runs = 0;
    const seen = yield* store.transaction((tx) => {
      const a = tx.get("a");
      if (++runs === 1) commitBetween(store, { b: 2 });
      return [a, tx.get("b"), tx.get("c")];
    });
    assert.deepEqual(seen, [1, 2, undefined]);
    assert.equal(runs, 1);
  });
});

test("a key that is not there may be read again, whatever was read in between", async () => {
  await run(function* () {
    const store = new Store<Record<string, unknown>>({ attempts: 1 });
    for (let i = 0; i < 3; i++) yield* store.set("a", { n: 1 });
    yield* store.set("b", { n: 2 });
    const seen = yield* store.transaction((tx) => [
      tx.get("a"),
      tx.get("none"),
      tx.get("b"),
      tx.get("none"),
      tx.get("a"),
    ]);
    assert.deepEqual(seen, [{ n: 1 }, undefined, { n: 2 }, undefined, { n: 1 }]);
  });
});

test("a key that was deleted meanwhile is noticed", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    yield* store.transaction((tx) => {
      tx.set("a", 1);
      tx.set("b", 1);
    });
    const { memory } = store as unknown as { memory: StoreMemory };
    let runs = 0;
    const seen = yield* store.transaction((tx) => {
      const a = tx.has("a");
      if (++runs === 1) memory.commit(new Map(), new Map([["=a", null], ["=b", null]]), "test"); // biome-ignore format: a line
      return [a, tx.has("b")];
    });
    assert.deepEqual(seen, [false, false]);
    assert.equal(runs, 2);
  });
});

test("a transaction that always meets others ends with an error that names the keys", async () => {
  await run(function* () {
    const store = new Store<Numbers>({ name: "busy", attempts: 50 });
    let runs = 0;
    const hopeless = store.transaction(
      (tx) => {
        const n = tx.get(`key ${runs % 2}`) ?? 0;
        commitBetween(store, { [`key ${runs % 2}`]: ++runs });
        tx.set("mine", n);
      },
      { attempts: 4 },
    );
    try {
      yield* hopeless;
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof TransactionConflictError);
      assert.deepEqual(error.keys, ["key 0", "key 1"]);
      assert.equal(error.attempts, 4);
      assert.match(error.message, /^Store.transaction: run 4 times, .* of "busy": "key 0", "key 1"\. /);
    }
    assert.equal(runs, 4);
    assert.equal(yield* store.has("mine"), false);
  });
});

test("retry waits until something it has read changes", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    let runs = 0;
    const waiting = go(() =>
      store.transaction((tx) => {
        runs++;
        const a = tx.get("a") ?? 0;
        if (a < 2) tx.retry();
        return a;
      }),
    );
    yield* sleep(1);
    yield* store.set("other", 1);
    yield* sleep(1);
    assert.equal(runs, 1);
    yield* store.set("a", 1);
    yield* store.set("a", 2);
    assert.equal(yield* waiting, 2);
    assert.ok(runs <= 3);
    store.check();
  });
});

test("what a body has set before it retries is forgotten, also if it catches that", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    const waiting = go(() =>
      store.transaction((tx) => {
        const is = tx.get("go") ?? 0;
        tx.set("half", is);
        try {
          if (is === 0) tx.retry();
        } catch {}
        return is;
      }),
    );
    yield* sleep(1);
    assert.equal(yield* store.has("half"), false);
    yield* store.set("go", 1);
    assert.equal(yield* waiting, 1);
    assert.equal(yield* store.get("half"), 1);
  });
});

test("a wait is over when the key is there", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    const waiting = go(() => store.wait("a"));
    yield* sleep(1);
    yield* store.set("a", 7);
    assert.equal(yield* waiting, 7);
    assert.equal(yield* store.wait("a"), 7);
  });
});

test("a transaction that waits can be cancelled, and leaves nothing", async () => {
  await run(function* () {
    const store = new Store<Numbers>();
    yield* store.set("a", 0);
    const waiting = store.transaction((tx) => (tx.get("a") === 0 ? tx.retry() : tx.set("b", 1)));
    try {
      yield* timeout(1, waiting);
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof TimeoutError);
    }
    yield* store.set("a", 1);
    assert.equal(yield* store.has("b"), false);
    yield* race([waiting, sleep(1_000)]); // an operation can be performed again
    assert.equal(yield* store.get("b"), 1);
    store.check();
  });
});

test("a run whose tasks all wait for changes is a deadlock, which names store and keys", async () => {
  const stuck = simulate(function* main() {
    yield* new Store<Numbers>({ name: "void" }).wait("nothing");
  });
  await assert.rejects(stuck, (error) => error instanceof DeadlockError && /void\["nothing"\]/.test(error.message));
});

test("a store that is full changes nothing", async () => {
  await run(function* () {
    const store = new Store<Record<string, string>>({ maxBytes: 2 ** 16 });
    yield* store.set("a", "before");
    const room = (store as unknown as { memory: StoreMemory }).memory.unused;
    const tooMuch = store.transaction((tx) => {
      tx.set("a", "after");
      for (let i = 0; i < 10; i++) tx.set(`key ${i}`, "x".repeat(room / 10));
    });
    try {
      yield* tooMuch;
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof MisuseError);
      assert.match(error.message, /is full/);
    }
    assert.deepEqual(yield* store.snapshot(), new Map([["a", "before"]]));
    store.check();
    try {
      yield* store.set("b", "x".repeat(room));
      assert.fail();
    } catch (error) {
      assert.match((error as Error).message, /is full/);
    }
    store.check();
    for (let i = 0; i < 500; i++)
      yield* store.transaction((tx) => {
        for (let key = 0; key < 4; key++) tx.set(`key ${key}`, `${i} `.repeat(100));
      });
    assert.equal((yield* store.snapshot()).size, 5);
    store.check();
  });
});

test("what cannot be right is told", async () => {
  await run(function* () {
    const store = new Store<Numbers>({ name: "s" });
    const misuse = (message: RegExp) => (error: unknown) => {
      assert.ok(error instanceof MisuseError, String(error));
      assert.match(error.message, message);
      return true;
    };
    const body = (f: (tx: Transaction<Numbers>) => unknown): Operation<unknown> => store.transaction(f);
    assert.throws(() => store.transaction(1 as never), misuse(/the body must be a function, got a number \(1\)/));
    assert.throws(() => body(async () => 1), misuse(/cannot wait, and an async function does/));
    assert.throws(() => body(function* () {}), misuse(/cannot wait, and a generator function does/));
    assert.throws(() => body(async function* () {}), misuse(/cannot wait, and a generator function does/));
    assert.throws(() => store.transaction(() => 1, { attempts: 0 }), misuse(/whole number of at least 1/));
    assert.throws(() => new Store({ attempts: 1.5 }), misuse(/whole number of at least 1/));
    assert.throws(() => new Store({ maxBytes: 1 }), misuse(/^Store: maxBytes/));
    const cases: [(tx: Transaction<Numbers>) => unknown, RegExp][] = [
      [() => sleep(1), /has returned an operation/],
      [() => Promise.resolve(), /has returned a promise/],
      [() => store.get("a"), /Store\.get: called on "s" in the body of a transaction/],
      [() => store.transaction(() => 1), /Store\.transaction: called on "s" in the body/],
      [(tx) => tx.get(1 as never), /Transaction\.get: the key must be a string/],
      [(tx) => tx.set("a", (() => 1) as never), /Transaction\.set: .*function/],
      [(tx) => tx.retry(), /nothing has been read of "s"/],
    ];
    for (const [wrong, message] of cases) {
      try {
        yield* body(wrong);
        assert.fail(`${message} was not told`);
      } catch (error) {
        misuse(message)(error);
      }
    }
    const kept = (yield* body((tx) => tx)) as Transaction<Numbers>;
    assert.throws(() => kept.get("a"), misuse(/Transaction\.get: the transaction is over/));
    assert.throws(() => kept.retry(), misuse(/Transaction\.retry: the transaction is over/));
    assert.equal((yield* store.snapshot()).size, 0);
    assert.equal(inspect(store), '[store "s"]');
  });
});
