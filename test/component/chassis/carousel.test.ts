// carousel: a part is made for each message on `next`, one at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep } from "offshoot";
import {
  type AnyComponent,
  box,
  type CarouselOptions,
  Component,
  carousel,
  component,
  FactoryError,
  graphline,
  type Part,
  producerFinished,
  type Signal,
  shutdown,
} from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

type Feeds = Component<{ inbox: unknown }, { outbox: string }>;

/** Gives each of these after so many milliseconds. */
const timed = (...given: (readonly [ms: number, message: string])[]) =>
  function* timed(self: Feeds): Operation<void> {
    for (const [ms, message] of given) {
      yield* sleep(ms);
      yield* self.put(message);
    }
  };

/** Gives a name and a number each 10 ms, so often. */
const counts = (name: string, most: number) =>
  function* counts(self: Feeds): Operation<void> {
    for (let n = 0; n < most; n++) {
      yield* sleep(10);
      yield* self.put(`${name}${n}`);
    }
  };

/** A driver that sends the next when it is asked to. */
const driver = (...names: string[]) =>
  component({ name: "driver", outboxes: { outbox: box<string>() } }, function* (self): Operation<void> {
    for (const name of names) {
      assert.equal(yield* self.receive(), "NEXT");
      yield* self.put(name);
    }
  })();

test("a part is made for each message, when the one before has ended", async () => {
  const got: string[] = [];
  const made: string[] = [];
  await simulate(function* () {
    const turning = carousel(
      (name: string) => {
        made.push(name);
        return counts(name, 2);
      },
      { requestFirst: true },
    );
    const whole = graphline({
      parts: { driver: driver("a", "b", "c"), turning, collect: collector(got) },
      links: {
        "turning.requestNext": "driver.inbox",
        "driver.outbox": "turning.next",
        "turning.outbox": "collect.inbox",
      },
    });
    yield* whole;
    assert.deepEqual(turning.children, []);
    assertNothingLeft(whole, turning, ...whole.children);
  });
  assert.deepEqual(made, ["a", "b", "c"]);
  assert.deepEqual(got, ["a0", "a1", "b0", "b1", "c0", "c1", "end"]);
});

test("another message shuts the part down that runs, and the next is made when that has ended", async () => {
  const got: string[] = [];
  await simulate(function* () {
    const turning = carousel((name: string) =>
      component({ outboxes: { outbox: box<string>() } }, function* (self): Operation<void> {
        yield* self.put(`${name} begins`);
        try {
          yield* sleep(100);
        } finally {
          self.send(`${name} ends`);
        }
      })(),
    );
    yield* graphline({
      parts: { feeds: timed([0, "a"], [20, "b"], [0, "c"], [20, "d"]), turning, collect: collector(got) },
      links: { "feeds.outbox": "turning.next", "turning.outbox": "collect.inbox" },
    });
  });
  const lines = ["a", "b", "c", "d"].flatMap((name) => [`${name} begins`, `${name} ends`]);
  assert.deepEqual(
    got.filter((line) => !line.startsWith("b")),
    [...lines.filter((line) => !line.startsWith("b")), "end"],
  );
});

test("what a part has not collected, and what comes while there is none, waits for the next", async () => {
  const got: string[] = [];
  const takes = (name: string) =>
    component({ inboxes: { inbox: box<number>() }, outboxes: { outbox: box<string>() } }, function* (self) {
      for (let n = 0; n < 2; n++) {
        const item = yield* self.next();
        yield* self.put(`${name}:${item.value}`);
      }
    })();
  await simulate(function* () {
    yield* graphline({
      parts: {
        data: source(1, 2, 3, 4, 5, 6),
        nexts: timed([10, "a"], [10, "b"], [10, "c"]),
        turning: carousel(takes),
        collect: collector(got),
      },
      links: { "data.outbox": "turning.inbox", "nexts.outbox": "turning.next", "turning.outbox": "collect.inbox" },
    });
  });
  assert.deepEqual(got, ["a:1", "a:2", "b:3", "b:4", "c:5", "c:6", "end"]);
});

test("after producerFinished those that are queued have their turn, and the last is told", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const part = component({ handlesControl: true }, function* (self, name: string): Operation<void> {
      log.push(`${name} ${((yield* self.receive("control")) as Signal).kind}`);
    });
    const teller = component({ outboxes: { outbox: box<string>() } }, function* (self): Operation<void> {
      for (const name of ["a", "b", "c"]) yield* self.put(name);
      self.send(producerFinished("teller"), "signal");
    });
    const turning = carousel(part);
    yield* graphline({
      parts: { teller: teller(), turning },
      links: { "teller.outbox": "turning.next", "teller.signal": "turning.control" },
    });
    assert.equal(turning.status, "succeeded");
  });
  assert.deepEqual(log, ["a shutdown", "b shutdown", "c producerFinished"]);
});

test("a shutdown discards what is queued, and stops the part", async () => {
  await simulate(function* () {
    const log: unknown[] = [];
    const part = (name: string) =>
      component({ handlesControl: true }, function* (self): Operation<void> {
        const signal: Signal = yield* self.receive("control");
        log.push(name, signal);
        yield* sleep(10);
      })();
    const teller = component({ outboxes: { outbox: box<string>() } }, function* (self): Operation<void> {
      yield* self.put("a");
      yield* sleep(1);
      self.send(shutdown("enough"), "signal");
      yield* self.put("b");
    });
    const turning = carousel(part);
    const whole = graphline({
      parts: { teller: teller(), turning, collect: collector(log) },
      links: {
        "teller.outbox": "turning.next",
        "teller.signal": "turning.control",
        "turning.requestNext": "collect.inbox",
      },
    });
    yield* whole;
    assert.deepEqual(log, ["a", shutdown("enough"), "end"]);
    assert.equal(turning.status, "cancelled");
    assertNothingLeft(whole, turning, ...whole.children);
  });
});

test("a shutdown while no part runs ends it at once", async () => {
  await simulate(function* () {
    const turning = carousel(() => counts("never", 1));
    yield* graphline({
      parts: {
        teller: function* (self: Component): Operation<void> {
          yield* sleep(1);
          self.send(shutdown(), "signal");
        },
        turning,
        stays: timed([5, "late"]),
      },
      links: { "teller.signal": "turning.control", "stays.outbox": "turning.next" },
    });
    assert.equal(turning.status, "cancelled");
  });
});

test("a factory that throws, or makes no part, fails the whole with the cause", async () => {
  const failing = (factory: (message: number) => Part, options?: CarouselOptions) =>
    graphline({
      parts: { feeds: source(7), turning: carousel(factory, options) },
      links: { "feeds.outbox": "turning.next" },
    });
  await simulate(function* () {
    const cause = new RangeError("no such file");
    const error = yield* caught(
      FactoryError,
      failing(() => {
        throw cause;
      }),
    );
    assert.match(
      error.message,
      /^carousel: the factory of "carousel#\d+" has thrown for the message a number \(7\): no such file\.$/,
    );
    assert.equal(error.cause, cause);
    const other = yield* caught(
      FactoryError,
      failing(() => undefined as never, { name: "player", failures: "isolate" }),
    );
    assert.match(
      other.message,
      /^carousel: the factory of "player#\d+" has made no part for the message .*, but undefined\./,
    );
    assert.ok(other.cause instanceof MisuseError);
  });
});

test("what failed before the factory did is thrown with what that threw", async () => {
  await simulate(function* () {
    const factory = (message: number): Part => {
      if (message > 1) throw new RangeError("no such file");
      return function* (): Operation<void> {
        throw new TypeError("broken");
      };
    };
    const error = yield* caught(
      AggregateError,
      graphline({
        parts: {
          feeds: function* (self: Component<{ inbox: unknown }, { outbox: number }>): Operation<void> {
            yield* self.put(1);
            yield* sleep(1);
            yield* self.put(2);
          },
          turning: carousel(factory, { failures: "isolate" }),
        },
        links: { "feeds.outbox": "turning.next" },
      }),
    );
    assert.deepEqual(
      error.errors.map(({ name }: Error) => name),
      ["TypeError", "FactoryError"],
    );
  });
});

test("a thousand parts leave nothing in the whole", async () => {
  await simulate(function* () {
    let ran = 0;
    const turning = carousel((_: number) => {
      return function* (): Operation<void> {
        ran++;
      };
    });
    yield* graphline({
      parts: {
        feeds: component({ outboxes: { outbox: box<number>() } }, function* (self): Operation<void> {
          for (let n = 0; n < 1_000; n++) {
            yield* self.put(n);
            yield* self.receive();
          }
        })(),
        turning,
      },
      links: { "feeds.outbox": "turning.next", "turning.requestNext": "feeds.inbox" },
    });
    assert.equal(ran, 1_000);
    const inner = Component.insideOf(turning as unknown as AnyComponent);
    assert.deepEqual([inner.children.size, inner.links.size, inner.boxes.length], [0, 0, 4]);
  });
});

test("a part that fails is dealt with as the policy says", async () => {
  const part = (name: string) => {
    let attempts = 0;
    return function* (self: Feeds): Operation<void> {
      if (name === "bad" || (name === "flaky" && ++attempts < 3)) throw new Error(name);
      yield* self.put(name);
    };
  };
  const whole = (got: unknown[], options: CarouselOptions, names: string[]) =>
    graphline({
      parts: {
        driver: driver(...names),
        turning: carousel(part, { ...options, requestFirst: true }),
        collect: collector(got),
      },
      links: {
        "turning.requestNext": "driver.inbox",
        "driver.outbox": "turning.next",
        "turning.outbox": "collect.inbox",
      },
    });
  await simulate(function* () {
    assert.equal((yield* caught(Error, whole([], {}, ["a", "bad", "b"]))).message, "bad");

    const isolated: unknown[] = [];
    const error = yield* caught(AggregateError, whole(isolated, { failures: "isolate" }, ["a", "bad", "b", "bad"]));
    assert.match(error.message, /^carousel: 2 failures: bad; bad$/);
    assert.deepEqual(isolated, ["a", "b"]);

    const told: unknown[] = [];
    const onFailure = (failure: unknown) => void told.push((failure as Error).message);
    yield* whole(told, { failures: "isolate", onFailure }, ["bad", "b"]);
    assert.deepEqual(told, ["bad", "b", "end"]);

    const restarted: unknown[] = [];
    yield* whole(restarted, { failures: "restart", restart: { backoff: false } }, ["flaky"]);
    assert.deepEqual(restarted, ["flaky", "end"]);
  });
});

test("whoever was asked for the next may have ended", async () => {
  const got: string[] = [];
  await simulate(function* () {
    yield* graphline({
      parts: {
        feeds: timed([0, "a"], [50, "b"]),
        turning: carousel((n: string) => counts(n, 1)),
        once: collector([], 0),
        collect: collector(got),
      },
      links: { "feeds.outbox": "turning.next", "turning.requestNext": "once.inbox", "turning.outbox": "collect.inbox" },
    });
  });
  assert.deepEqual(got, ["a0", "b0", "end"]);
});

test("cancelling it at any point leaves nothing behind", async () => {
  for (let at = 0; at < 45; at += 3)
    await simulate(function* () {
      const parts: AnyComponent[] = [];
      const turning = carousel((name: string) => {
        const part = component({ outboxes: { outbox: box<string>() } }, counts(name, 2))();
        parts.push(part);
        return part;
      });
      const whole = graphline({
        parts: { feeds: timed([0, "a"], [15, "b"], [25, "c"]), turning, data: source(1, 2), collect: collector([]) },
        links: { "feeds.outbox": "turning.next", "data.outbox": "turning.inbox", "turning.outbox": "collect.inbox" },
      });
      whole.start();
      yield* sleep(at);
      whole.stop();
      yield* sleep(1);
      assert.deepEqual(turning.children, []);
      assertNothingLeft(whole, ...whole.children, ...parts);
    });
});

test("what cannot be is refused when it is made", () => {
  // @ts-expect-error no factory
  assert.match(thrown(MisuseError, () => carousel(7)).message, /^carousel: the body must be a function, got/);
  assert.match(
    // @ts-expect-error no boolean
    thrown(MisuseError, () => carousel(() => source(1), { requestFirst: 1 })).message,
    /^carousel: requestFirst must be true or false/,
  );
});
