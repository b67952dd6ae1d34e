// pipeline: data, ends and signals down a row, sizes, consumers that leave early, failures and their policies, and pipelines in pipelines.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  go,
  MisuseError,
  never,
  type Operation,
  run,
  select,
  sleep,
  TaskCancelledError,
  timeout,
  yieldNow,
} from "offshoot";
import { type AnyComponent, Component, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { checkAll, Giving, Idle, insideOf, Keeping, Lasting } from "../support/components.ts";

/** Adds one to each number. */
class Adding extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value + 1);
  }
}

function* fails(): Operation<never> {
  yield* sleep(1);
  throw new RangeError("broken");
}

test("messages pass in order, and the end comes after the last", async () => {
  await simulate(function* () {
    const keeping = new Keeping();
    yield* pipeline(new Giving(1, 2, 3), new Adding() as Component, 2, new Adding() as Component, keeping);
    assert.deepEqual(keeping.got, [3, 4, 5, "end"]);
  });
});

test("a pipeline of hundreds of parts, and one part alone", async () => {
  await simulate(function* () {
    const keeping = new Keeping();
    const adders = Array.from({ length: 300 }, () => new Adding() as Component);
    yield* pipeline([new Giving(0), ...adders, keeping], {});
    assert.deepEqual(keeping.got, [300, "end"]);
    yield* pipeline(new Giving(1));
  });
});

test("run takes a pipeline", async () => {
  const keeping = new Keeping();
  await run(() => pipeline(new Giving(1), keeping));
  assert.deepEqual(keeping.got, [1, "end"]);
});

test("a number before a part is the size of its inbox, which holds its producer back", async () => {
  await simulate(function* () {
    let put = 0;
    class Counts extends Component {
      override *main(): Operation<void> {
        for (;;) {
          yield* this.put(put);
          put++;
        }
      }
    }
    const [counts, lasting] = [new Counts(), new Lasting()];
    const line = pipeline(counts, 3, lasting);
    const task = line.start();
    yield* sleep(1);
    assert.deepEqual([put, lasting.dataReady(), lasting.inboxSize()], [3, 3, 3]);
    task.cancel();
  });
});

test("without a size a producer that puts is sixteen messages ahead at most", async () => {
  await simulate(function* () {
    let put = 0;
    class Counts extends Component {
      override *main(): Operation<void> {
        for (;;) {
          yield* this.put(put);
          put++;
        }
      }
    }
    const task = pipeline(new Counts(), new Lasting()).start();
    yield* sleep(1);
    assert.equal(put, 16);
    task.cancel();
  });
});

test("a consumer that leaves early ends those before it quietly, up to the first", async () => {
  await simulate(function* () {
    const got: unknown[] = [];
    class Endless extends Component {
      override *main(): Operation<void> {
        for (let n = 0; ; n++) yield* this.put(n);
      }
    }
    const [endless, adding] = [new Endless(), new Adding()];
    yield* pipeline(endless, 2, adding as Component, 2, function* (self: Component): Operation<void> {
      for (let n = 0; n < 3; n++) got.push(yield* self.receive());
    });
    assert.deepEqual(got, [1, 2, 3]);
    assert.deepEqual([endless.status, adding.status], ["cancelled", "cancelled"]);
  });
});

test("the whole takes and gives as its first and last part do", async () => {
  await simulate(function* () {
    const [w, giving, keeping] = [new Idle(), new Giving(1, 2), new Keeping()];
    const line = pipeline(new Adding(), new Adding());
    w.link([giving, "outbox"], [line as AnyComponent, "inbox"]);
    w.link([line as AnyComponent, "outbox"], [keeping, "inbox"]);
    for (const one of [giving, line, keeping]) (one as AnyComponent).start();
    yield* sleep(1);
    assert.deepEqual(keeping.got, [3, 4, "end"]);
    checkAll(line, keeping, giving);
  });
});

test("pipelines are parts of pipelines, at any depth", async () => {
  await simulate(function* () {
    const keeping = new Keeping();
    const adding = (): Component => new Adding() as Component;
    yield* pipeline(
      pipeline(new Giving(1, 2), adding()),
      pipeline(pipeline(adding()), pipeline(pipeline(adding(), adding()))),
      keeping,
    );
    assert.deepEqual(keeping.got, [5, 6, "end"]);
  });
});

test("messages for a pipeline that has not been started wait at its first part", async () => {
  await simulate(function* () {
    const [w, giver, first] = [new Idle(), new Idle(), new Keeping()];
    const line = pipeline(first);
    w.link([giver, "outbox"], [line as AnyComponent, "inbox"]);
    giver.send("early");
    assert.deepEqual([first.dataReady(), (line as AnyComponent).dataReady()], [1, 0]);
    w.unlink(giver);
    giver.stop();
    insideOf(first).box("inbox", "test").told = true;
    yield* line;
    assert.deepEqual(first.got, ["early", "end"]);
  });
});

test("stopping a pipeline cancels all its parts, and yields that it was stopped to whoever joins it", async () => {
  await simulate(function* () {
    const parts = [new Lasting(), new Lasting()];
    const line = pipeline(parts, {});
    const task = line.start();
    yield* sleep(1);
    line.stop("enough");
    assert.equal((yield* caught(TaskCancelledError, task)).reason, "enough");
    for (const part of parts) assert.equal(part.status, "cancelled");
  });
});

test("a timeout around a pipeline ends it", async () => {
  await simulate(function* () {
    const part = new Lasting();
    yield* caught(Error, timeout(5, pipeline(part)));
    assert.equal(part.status, "cancelled");
  });
});

test("a failing part cancels the others and fails the pipeline, with its own error", async () => {
  await simulate(function* () {
    const [before, after] = [new Lasting(), new Lasting()];
    const line = pipeline(before, fails, after);
    const error = yield* caught(RangeError, line);
    assert.equal(error.message, "broken");
    assert.deepEqual([line.status, before.status, after.status], ["failed", "cancelled", "cancelled"]);
  });
});

test("an error of a part in a pipeline within a pipeline reaches the outermost", async () => {
  await simulate(function* () {
    const outer = new Lasting();
    yield* caught(RangeError, pipeline(pipeline(pipeline(fails)), outer));
    assert.equal(outer.status, "cancelled");
  });
});

test("isolated, a failing part harms nobody: the others learn its end, and its error is thrown in the end", async () => {
  await simulate(function* () {
    const keeping = new Keeping();
    function* failing(self: Component): Operation<void> {
      yield* self.put("before");
      yield* fails();
    }
    const error = yield* caught(Error, pipeline([failing, keeping], { failures: "isolate" }));
    assert.match(String(error), /broken/);
    assert.deepEqual(keeping.got, ["before", "end"]);
  });
});

test("isolated with onFailure, each error is told with its component, and nothing is thrown", async () => {
  await simulate(function* () {
    const told: unknown[] = [];
    const keeping = new Keeping();
    yield* pipeline([fails, keeping], {
      failures: "isolate",
      onFailure: (error, part) => told.push([(error as Error).message, part.componentName]),
    });
    assert.deepEqual(told, [["broken", "fails"]]);
    assert.deepEqual(keeping.got, ["end"]);
  });
});

test("isolated, an error within onFailure is not swallowed", async () => {
  await simulate(function* () {
    const onFailure = (): void => {
      throw new TypeError("told badly");
    };
    const error = yield* caught(Error, pipeline([fails], { failures: "isolate", onFailure }));
    assert.match(String(error), /told badly/);
  });
});

test("restarted, a part goes on with the same boxes and what lies in them", async () => {
  await simulate(function* () {
    let starts = 0;
    const keeping = new Keeping();
    function* fragile(self: Component): Operation<void> {
      starts++;
      for (let n = yield* self.next(); !n.done; n = yield* self.next()) {
        if (n.value === 2) throw new RangeError("two");
        yield* self.put(n.value);
      }
    }
    yield* pipeline([new Giving(1, 2, 3, 4), fragile, keeping], { failures: "restart", restart: { backoff: false } });
    assert.equal(starts, 2);
    assert.deepEqual(keeping.got, [1, 3, 4, "end"]);
  });
});

test("restarted too often, a part fails the pipeline", async () => {
  await simulate(function* () {
    let starts = 0;
    function* failing(): Operation<void> {
      starts++;
      yield* fails();
    }
    yield* caught(RangeError, pipeline([failing], { failures: "restart", restart: { attempts: 3, backoff: false } }));
    assert.equal(starts, 3);
  });
});

test("a circular pipeline leads round, until a part ends", async () => {
  await simulate(function* () {
    const seen: number[] = [];
    function* first(self: Component): Operation<void> {
      yield* self.put(0);
      for (;;) {
        const n = (yield* self.receive()) as number;
        seen.push(n);
        if (n >= 6) return;
        yield* self.put(n);
      }
    }
    yield* pipeline([first, new Adding() as Component, new Adding() as Component], { circular: true });
    assert.deepEqual(seen, [2, 4, 6]);
  });
});

test("mains may be generators, async functions, and plain ones", async () => {
  await run(function* () {
    const keeping = new Keeping();
    class Plain extends Component {
      override main(): void {
        this.send("plain");
      }
    }
    async function awaits(self: Component): Promise<void> {
      for (let n = await self.next(); !n.done; n = await self.next()) await self.put(`${n.value} awaited`);
    }
    yield* pipeline(new Plain(), awaits, keeping);
    assert.deepEqual(keeping.got, ["plain awaited", "end"]);
  });
});

test("a pipeline started in a cancelled extent runs nothing, and its neighbours learn its end", async () => {
  await simulate(function* () {
    const [w, giving, keeping] = [new Idle(), new Giving(1), new Keeping()];
    const line = pipeline(giving);
    w.link([line as AnyComponent, "outbox"], [keeping, "inbox"]);
    const keeps = keeping.start();
    const task = go(function* () {
      try {
        yield* never;
      } finally {
        line.start();
      }
    });
    yield* yieldNow();
    task.cancel();
    yield* keeps;
    assert.deepEqual(keeping.got, ["end"]);
    assert.deepEqual([line.status, giving.status], ["cancelled", "made"]);
  });
});

test("two pipelines cannot have one part", () => {
  const part = new Idle();
  pipeline(part);
  assert.match(thrown(MisuseError, () => pipeline(part)).message, /"Idle#\d+" is a child of "pipeline#\d+" already/);
});

test("selects look at boxes of several parts at once", async () => {
  await simulate(function* () {
    const [w, a, b, c] = [new Idle(), new Idle(), new Idle(), new Idle()];
    w.link([a, "outbox"], [b, "inbox"]);
    w.link([a, "signal"], [c, "inbox"]);
    a.send("second", "signal" as "outbox");
    assert.deepEqual(yield* select({ b: b.receive(), c: c.receive() }), { key: "c", value: "second" });
    assert.equal((yield* select({ b: b.receive(), time: sleep(1) })).key, "time");
    a.send("not lost");
    assert.equal(b.recv(), "not lost");
  });
});

for (const [what, call, message] of [
  ["no parts", () => pipeline(), /^pipeline: there are no parts\. Give at least one\.$/],
  ["a size at the end", () => pipeline(new Idle(), 5), /^pipeline: the size 5 stands before no part/],
  ["two sizes", () => pipeline(5, 6, new Idle()), /^pipeline: two sizes, 5 and 6, stand before one part/],
  ["a size below 0", () => pipeline(-1, new Idle()), /^pipeline: the size must be a whole number of at least 0/],
  ["what is no part", () => pipeline({} as never), /^pipeline: .+ is no part\. Give a component/],
  [
    "a class",
    () => pipeline(Idle as never),
    /^pipeline: got the class "Idle"\. Make a component of it: new Idle\(\)\.$/,
  ],
  [
    "a policy there is not",
    () => pipeline([new Idle()], { failures: "x" as never }),
    /failures must be "fail", "isolate"/,
  ],
  ["restart without the policy", () => pipeline([new Idle()], { restart: {} }), /restart is for failures: "restart"/],
  ["onFailure without the policy", () => pipeline([new Idle()], { onFailure: () => {} }), /onFailure is for failures/],
] as const)
  test(`${what}: misuse, said at the call`, () => {
    assert.match(thrown(MisuseError, call).message, message);
  });
