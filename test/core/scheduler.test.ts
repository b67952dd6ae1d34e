// Who runs when: spawn order, first woken first served, the budget, and turns of the event loop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, type Operation, run, select, sleep, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { rejected } from "../support/caught.ts";

test("children start in the order they were spawned, after the spawning step", async () => {
  await simulate(function* () {
    const log: number[] = [];
    for (let n = 0; n < 5; n++) go(() => log.push(n));
    log.push(-1);
    yield* yieldNow();
    assert.deepEqual(log, [-1, 0, 1, 2, 3, 4]);
  });
});

test("tasks run in the order they were woken", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const gates = [0, 1, 2].map((n) => {
      const gate = channel<void>();
      go(function* () {
        yield* gate.receive();
        log.push(`gate ${n}`);
        yield* yieldNow();
        log.push(`again ${n}`);
      });
      return gate;
    });
    yield* yieldNow();
    for (const n of [2, 0, 1]) gates[n]?.trySend();
    yield* yieldNow();
    yield* yieldNow();
    assert.deepEqual(log, ["gate 2", "gate 0", "gate 1", "again 2", "again 0", "again 1"]);
  });
});

test("an operation that is ready does not give up the turn, up to 128 in one", async () => {
  await simulate(function* () {
    const kinds: Record<string, () => Operation<unknown>> = {
      always: () => always(1),
      send: () => channel<number>(1).send(1),
      receive: () => {
        const ch = channel<number>(1);
        ch.trySend(1);
        return ch.receive();
      },
      select: () => select({ a: always(1), b: always(2) }),
      mapped: () => always(1).map((n) => n),
      task: () => ended,
    };
    const ended = go(() => {});
    yield* ended;
    for (const [name, make] of Object.entries(kinds)) {
      let done = 0;
      const seen: number[] = [];
      const busy = go(function* () {
        for (; done < 400; done++) yield* make();
      });
      go(function* () {
        while (done < 400) {
          seen.push(done);
          yield* yieldNow();
        }
      });
      yield* busy;
      assert.deepEqual(seen, [128, 256, 384], name);
      yield* yieldNow();
    }
  });
});

test("the budget is counted anew after each wait and each yieldNow", async () => {
  await simulate(function* () {
    let others = 0;
    let stop = false;
    go(function* () {
      for (; !stop; others++) yield* yieldNow();
    });
    yield* yieldNow();
    for (let i = 0; i < 10; i++) {
      const before = others;
      for (let n = 0; n < 127; n++) yield* always(n);
      assert.equal(others, before);
      yield* yieldNow();
      assert.equal(others, before + 1);
    }
    stop = true;
  });
});

test("run never starts the body within the call", async () => {
  let ran = false;
  const whole = run(() => {
    ran = true;
  });
  assert.equal(ran, false);
  await whole;
  assert.equal(ran, true);
});

test("two runs take turns on one thread", async () => {
  const log: string[] = [];
  const body = (name: string) =>
    function* (): Operation<void> {
      for (let i = 0; i < 3; i++) {
        log.push(name + i);
        yield* yieldNow();
      }
    };
  await Promise.all([run(body("a")), run(body("b"))]);
  assert.deepEqual(log, ["a0", "b0", "a1", "b1", "a2", "b2"]);
});

for (const [name, later] of [
  ["setTimeout", (f: () => void) => setTimeout(f, 1)],
  ["setImmediate", setImmediate],
] as const) {
  test(`tasks that are always ready do not keep ${name} from its turn`, async () => {
    let due = false;
    later(() => {
      due = true;
    });
    let steps = 0;
    await run(function* () {
      const busy = function* (): Operation<void> {
        while (!due) {
          yield* always(1);
          if (++steps > 300_000_000) throw new Error(`${name} has starved`);
        }
      };
      for (let i = 0; i < 3; i++) go(busy);
    });
    assert.ok(due);
  });
}

test("the same seed gives the same choices of select, another seed others", async () => {
  const choices = (seed: number): Promise<string> =>
    run(
      function* () {
        let text = "";
        for (let i = 0; i < 64; i++) text += (yield* select([always(0), always(1), always(2)])).key;
        return text;
      },
      { seed },
    );
  assert.equal(await choices(5), await choices(5));
  assert.notEqual(await choices(5), await choices(6));
});

test("a sleep that is due goes on although others never wait", async () => {
  await run(function* () {
    let stop = false;
    const busy = go(function* () {
      while (!stop) yield* always(1);
    });
    yield* sleep(1);
    stop = true;
    yield* busy;
  });
});

test("a run inside the body of a run is a run of its own, and its failure is the promise's", async () => {
  const value = await run(async () => {
    const inner = run(function* () {
      yield* sleep(0);
      return 20;
    });
    await rejected(
      RangeError,
      run(() => {
        throw new RangeError("inner");
      }),
    );
    return (await inner) + 1;
  });
  assert.equal(value, 21);
});
