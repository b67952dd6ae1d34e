// Operations that async bodies await, beside tasks that yield them, in some hundred orders: promises settle when they like, so these are not all orders.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  callback,
  channel,
  currentTask,
  go,
  MisuseError,
  Mutex,
  moveOnAfter,
  RwLock,
  Semaphore,
  select,
  selectNow,
  sleep,
  TaskCancelledError,
  timer,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { thrown } from "../support/caught.ts";
import { explored } from "../support/explored.ts";
import { ending } from "../support/outcomes.ts";

test("of what async bodies and tasks receive each value goes to one, and cancelling one of them takes none", async () => {
  const outcomes = await explored(200, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      const got: number[] = [];
      const awaits = go(async () => {
        const me = currentTask();
        for (;;) got.push(await me.run(ch.receive()));
      });
      const chooses = go(async () => {
        const { value } = await select({ first: ch.receive(), never: sleep(1_000) });
        got.push(value as number);
      });
      const yields = go(function* () {
        got.push(yield* ch.receive());
      });
      go(() => awaits.cancel());
      let sent = 0;
      while (
        (yield* moveOnAfter(
          1,
          ch.send(sent + 1).map(() => true),
        )) === true
      )
        sent++; // as long as anybody receives
      yield* chooses;
      yield* yields;
      assert.equal(yield* ending(awaits), "cancelled");
      assert.deepEqual(
        got.sort(),
        Array.from({ length: sent }, (_, i) => i + 1),
      );
      assert.equal(ch.stats().waitingReceivers, 0);
      return "done";
    };
  });
  assert.deepEqual([...outcomes.keys()], ['"done"']);
});

test("locks that async bodies await are held by one at a time, and are free in the end", async () => {
  await explored(200, (watch) => {
    const locks = [new Mutex({ name: "db" }), new RwLock({ name: "rw" }), new Semaphore(1, { name: "one" })] as const;
    const [mutex, lock, permits] = locks.map(watch) as unknown as typeof locks;
    return function* () {
      let inside = 0;
      const visits = [mutex, lock, permits].flatMap((one) => {
        const lockOne = () => (one === permits ? permits.acquire() : (one as Mutex).lock());
        const visit = async () => {
          const held = await lockOne();
          inside++;
          await yieldNow();
          inside--;
          held[Symbol.dispose]();
        };
        return [
          go(visit),
          go(visit),
          go(function* () {
            const held = yield* lockOne();
            inside++;
            assert.ok(inside <= 3);
            yield* yieldNow();
            inside--;
            held[Symbol.dispose]();
          }),
        ];
      });
      for (const visit of visits) yield* visit;
      assert.deepEqual([mutex.locked, lock.tryLock() === undefined, permits.available], [false, false, 1]);
    };
  });
});

test("disposing of a task from an async body cancels it and waits for its end", async () => {
  await explored(100, () => {
    return function* () {
      let ended = false;
      const task = go(function* () {
        try {
          yield* sleep(10);
        } finally {
          ended = true;
        }
      });
      yield* yieldNow();
      yield* go(async () => {
        await task[Symbol.asyncDispose]();
        assert.equal(ended, task.status === "cancelled" && ended);
        assert.ok(["cancelled", "succeeded"].includes(task.status));
      });
    };
  });
});

test("what needs no wait may be selected outside any task, and takes one of what is there", async () => {
  await explored(100, (watch) => {
    const [a, b] = [watch(channel<string>(1)), watch(channel<string>(1))];
    const mutex = watch(new Mutex());
    return function* () {
      const alarm = watch(timer(1));
      yield* a.send("a");
      yield* b.send("b");
      yield* sleep(2);
      const [values, lock, fired, refused] = yield* callback<readonly unknown[]>((resolve) => {
        const taken = selectNow({ a: a.receive(), b: b.receive() });
        const held = selectNow({ lock: mutex.lock() });
        resolve([taken?.value, held?.key, selectNow({ fired: alarm.fired })?.key, selectNow({ lock: mutex.lock() })]);
      });
      assert.deepEqual([lock, fired, refused], ["lock", "fired", undefined]);
      assert.equal(a.length + b.length, 1);
      assert.equal(mutex.locked, true);
      return values;
    };
  });
});

test("a lock that is awaited outside any task is handed over like to a task", async () => {
  await explored(100, (watch) => {
    const mutex = watch(new Mutex());
    return function* () {
      const held = yield* mutex.lock();
      go(() => held[Symbol.dispose]());
      go(() => mutex.withLock(() => yieldNow()));
      yield* callback<void>((resolve) => {
        void mutex.lock().then((lock) => {
          assert.equal(mutex.locked, true);
          lock[Symbol.dispose]();
          resolve();
        });
      });
      yield* sleep(1);
      assert.equal(mutex.locked, false);
    };
  });
});

test("a task that an async body runs for it is cancelled with it", async () => {
  await explored(100, (watch) => {
    const ch = watch(channel<void>());
    return function* () {
      const owner = go(async () => {
        const me = currentTask();
        await null;
        await me.run(ch.receive());
      });
      yield* sleep(1);
      go(() => owner.cancel());
      try {
        yield* owner;
        assert.fail("it was not cancelled");
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
      assert.equal(ch.stats().waitingReceivers, 0);
    };
  });
});

test("an operation whose promise nobody looks at any more is given up quietly with its task", async () => {
  await explored(100, (watch) => {
    const ch = watch(channel<number>());
    return function* () {
      let got = 0;
      const owner = go(async () => {
        ch.receive().then((value) => {
          got += value;
        });
        await currentTask().run(sleep(1_000));
      });
      const left = new WaitGroup();
      const starts = go(async () => {
        await null;
        thrown(MisuseError, () => left.go(() => {})); // outside any task
      });
      yield* sleep(1);
      go(() => ch.trySend(1));
      go(() => owner.cancel());
      yield* ending(owner);
      yield* starts;
      yield* left.wait();
      assert.deepEqual([ch.stats().received, ch.stats().waitingReceivers], [got, 0]);
    };
  });
});
