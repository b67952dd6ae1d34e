// Store between threads: what is committed is whole, whoever looks and whoever dies.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { go, group, type Operation, run } from "offshoot";
import { Store } from "offshoot/component";
import { Pool, remote, SharedLatch, WorkerError } from "offshoot/parallel";
import { Random } from "../../src/base/random.ts";
import { type Bank, sumOf } from "./store-jobs.ts";

const jobs = remote<typeof import("./store-jobs.ts")>(new URL("./store-jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2 });
const dying = new Pool({ threads: 1 });
after(() => Promise.all([pool.close(), dying.close()]));

const ACCOUNTS = 6;

function* opened(): Operation<Store<Bank>> {
  const bank = new Store<Bank>({ name: "bank" });
  yield* bank.transaction((tx) => {
    for (let i = 0; i < ACCOUNTS; i++) tx.set(`account ${i}`, 100);
  });
  return bank;
}

test("what three threads transfer keeps its sum, and nobody ever sees another", async () => {
  await run(function* () {
    const bank = yield* opened();
    const others = [1, 2].map((seed) => pool.go(jobs.transfer, bank, ACCOUNTS, 1_000, seed));
    for (let i = 0; i < 300; i++) {
      const all = yield* bank.snapshot();
      assert.equal(
        sumOf(ACCOUNTS, (key) => all.get(key)),
        ACCOUNTS * 100,
      );
      yield* bank.transaction(
        (tx) => {
          tx.update("account 0", (old = 0) => old + 1);
          tx.update("account 1", (old = 0) => old - 1);
        },
        { attempts: Infinity },
      );
    }
    for (const other of others) assert.equal(yield* other, 0);
    const all = yield* bank.snapshot();
    assert.equal(
      sumOf(ACCOUNTS, (key) => all.get(key)),
      ACCOUNTS * 100,
    );
  });
});

test("no count is lost", async () => {
  await run(function* () {
    const store = new Store<{ n: number }>({ attempts: Infinity });
    yield* group((g) => {
      for (let i = 0; i < 2; i++) g.go(() => pool.run(jobs.count, store, 2_000));
      g.go(function* () {
        for (let i = 0; i < 2_000; i++) yield* store.update("n", (n = 0) => n + 1);
      });
    });
    assert.equal(yield* store.get("n"), 6_000);
  });
});

test("who retries is woken by another thread's commit", async () => {
  await run(function* () {
    const store = new Store<{ ping: number; pong: number }>();
    const echo = pool.go(jobs.echo, store, 200);
    for (let round = 1; round <= 200; round++) {
      yield* store.set("ping", round);
      yield* store.transaction((tx) => {
        if (tx.get("pong") !== round) tx.retry();
      });
    }
    yield* echo;
  });
});

test("keys that come and go together are all there or none", async () => {
  await run(function* () {
    const store = new Store<Record<string, number>>();
    const [begun, stop] = [new SharedLatch(), new SharedLatch()];
    const other = pool.go(jobs.comeAndGo, store, 5, begun, stop);
    yield* begun.wait();
    for (let i = 0; i < 1_000; i++) {
      const seen = yield* store.transaction(
        (tx) => {
          const found: (number | undefined)[] = [];
          for (let key = 4; key >= 0; key--) found.push(tx.get(`key ${key}`));
          assert.equal(new Set(found).size, 1, `saw ${found}`);
          return found;
        },
        { attempts: Infinity },
      );
      assert.equal(new Set(seen).size, 1);
      const all = yield* store.snapshot();
      assert.ok(all.size === 0 || (all.size === 5 && new Set(all.values()).size === 1));
    }
    stop.open();
    assert.ok((yield* other) > 0);
  });
});

const STEPS = "attempt,record,pending,deleted,written,clock,done".split(",").map((step) => `store: ${step}`);

test("a thread that dies at any step of a commit has committed all of it or nothing", async () => {
  await run(function* () {
    for (const step of STEPS) {
      const store = new Store<Record<string, number>>();
      yield* store.transaction((tx) => {
        tx.set("a", 0);
        tx.set("b", 0);
      });
      // Woken even if nobody commits any more.
      const isLost = step === "store: attempt" || step === "store: record";
      const woken = isLost
        ? null
        : go(() => store.transaction((tx) => (tx.get("a") === 1 ? [tx.get("b"), tx.get("c")] : tx.retry())));
      const death = yield* group(
        function* () {
          try {
            yield* dying.run(jobs.writeAndDie, store, step);
          } catch (error) {
            return error;
          }
          return undefined;
        },
        { failures: "isolate" },
      );
      assert.ok(death instanceof WorkerError, `nobody died at "${step}"`);
      if (woken !== null) assert.deepEqual(yield* woken, [undefined, 1], step);
      const all = yield* store.snapshot();
      assert.deepEqual([...all].sort(), isLost ? [["a", 0], ["b", 0]] : [["a", 1], ["c", 1]], step); // biome-ignore format: a line
      yield* store.set("a", 2);
      assert.equal(yield* store.get("a"), 2);
    }
  });
});

test("threads that die in the midst of transfers lose nothing, and hold up nobody", async () => {
  await run(function* () {
    const bank = yield* opened();
    const others = [3, 4].map((seed) => pool.go(jobs.transfer, bank, ACCOUNTS, 1_500, seed));
    const random = new Random(10);
    const deaths: (readonly [step: string, nth: number])[] = ["mutex.freed", "store: pending", "store: written"].map(
      (step) => [step, 1 + random.below(5)],
    );
    for (let i = 0; i < 9; i++) deaths.push(["", 1 + random.below(400)]);
    for (const [step, nth] of deaths) {
      const death = yield* group(
        function* () {
          try {
            yield* dying.run(jobs.transferAndDie, bank, ACCOUNTS, step, nth, nth);
          } catch (error) {
            return error;
          }
          return undefined;
        },
        { failures: "isolate" },
      );
      assert.ok(death instanceof WorkerError, `nobody died at step ${nth} "${step}": ${death}`);
      const all = yield* bank.snapshot();
      assert.equal(
        sumOf(ACCOUNTS, (key) => all.get(key)),
        ACCOUNTS * 100,
        `after a death at step ${nth} "${step}"`,
      );
    }
    for (const other of others) assert.equal(yield* other, 0);
  });
});
