// WaitGroup in all orders of two or three tasks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, MisuseError, select, sleep, WaitGroup, yieldNow } from "offshoot";
import { thrown } from "../support/caught.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("whoever waits goes on when all is done, and not before", async () => {
  await comesTo(["done"], (watch) => {
    const left = watch(new WaitGroup());
    return function* () {
      left.add(2);
      let done = 0;
      for (const _ of [1, 2])
        go(function* () {
          yield* yieldNow();
          done++;
          left.done();
        });
      yield* left.wait();
      assert.deepEqual([done, left.pending], [2, 0]);
      yield* left.wait(); // at once
      return "done";
    };
  });
});

test("a waiter that is cancelled leaves the count as it is, and the others are woken", async () => {
  await comesTo(["done done", "cancelled done"], (watch) => {
    const left = watch(new WaitGroup());
    return function* () {
      left.add(1);
      const waits = go(() => left.wait().map(() => "done"));
      const next = go(() => left.wait().map(() => "done"));
      yield* sleep(1); // until both wait
      go(() => {
        const before = left.pending;
        waits.cancel();
        assert.equal(left.pending, before);
      });
      go(() => left.done());
      yield* sleep(1); // until both have done so
      assert.equal(left.pending, 0);
      return `${yield* ending(waits)} ${yield* ending(next)}`;
    };
  });
});

test("a task is counted until it has ended, cancelled or not", async () => {
  await comesTo(["ended", "cancelled"], (watch) => {
    const left = watch(new WaitGroup());
    return function* () {
      let inside = 0;
      const task = left.go(function* () {
        inside++;
        try {
          yield* yieldNow();
        } finally {
          inside--;
        }
        return "ended";
      });
      go(() => task.cancel());
      yield* left.wait();
      assert.equal(inside, 0);
      assert.ok(task.status === "succeeded" || task.status === "cancelled", task.status);
      return yield* ending(task);
    };
  });
});

test("a select waits for the end or for a message, and leaves the other one alone", async () => {
  await comesTo(["end", "message"], (watch) => {
    const left = watch(new WaitGroup());
    const ch = watch(channel<string>());
    return function* () {
      left.add(1);
      const chooses = go(() => select({ end: left.wait(), message: ch.receive() }));
      const sends = go(() => ch.send("hello"));
      go(() => left.done());
      const { key } = yield* chooses;
      if (key === "end") assert.equal(yield* ch.receive(), "hello");
      yield* sends;
      yield* left.wait();
      left.add(1); // nobody who has been woken is still to go on
      return key;
    };
  });
});

test("adding again before those who waited have gone on is misuse, in whatever order they do", async () => {
  await comesTo(["used again", "refused"], (watch) => {
    const left = watch(new WaitGroup());
    return function* () {
      left.add(1);
      let gone = false;
      const waits = go(function* () {
        yield* left.wait();
        gone = true;
      });
      yield* sleep(1); // until it waits
      left.done();
      const adds = go(() => {
        if (gone) left.add(1);
        else thrown(MisuseError, () => left.add(1));
        return gone ? "used again" : "refused";
      });
      const how = yield* adds;
      yield* waits;
      assert.equal(left.pending, how === "refused" ? 0 : 1);
      return how;
    };
  });
});

test("two selects that wait for one end are both told", async () => {
  await comesTo(["end end", "end stop", "stop end"], (watch) => {
    const left = watch(new WaitGroup());
    const stop = watch(channel<void>(1));
    return function* () {
      left.add(1);
      const choose = () => select({ end: left.wait(), stop: stop.receive() }).map(({ key }) => key);
      const [one, other] = [go(choose), go(choose)];
      go(() => left.done());
      go(() => stop.trySend());
      const keys = [yield* one, yield* other];
      assert.ok(keys.includes("end"));
      return keys.join(" ");
    };
  });
});

test("a task that has counted itself as done is not counted again at its end", async () => {
  await comesTo(["done 0"], (watch) => {
    const left = watch(new WaitGroup());
    return function* () {
      left.go(function* () {
        yield* yieldNow();
        left.done();
        yield* yieldNow();
      });
      yield* left.wait();
      return `done ${left.pending}`;
    };
  });
});
