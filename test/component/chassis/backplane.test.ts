// backplane, publishTo, subscribeTo: publish and subscribe by name, within a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlockError, go, group, MisuseError, type Operation, run, sleep, yieldNow } from "offshoot";
import {
  type AnyComponent,
  backplane,
  box,
  Component,
  component,
  graphline,
  pipeline,
  producerFinished,
  publishTo,
  subscribeTo,
} from "offshoot/component";
import { planeStats } from "../../../src/component/chassis/planes.ts";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected, thrown } from "../../support/caught.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

const tell = (to: AnyComponent, message: unknown): void =>
  Component.insideOf(to).box("control", "test").send(message, "test");

test("what is published goes to every subscriber; the end of a publisher ends nothing else", async () => {
  await simulate(function* () {
    const news = backplane<string>("news");
    const [a, b]: [unknown[], unknown[]] = [[], []];
    yield* group(function* (g) {
      g.go(() => news);
      const rows = [pipeline(subscribeTo(news), collector(a)), pipeline(subscribeTo<string>("news"), collector(b))];
      for (const row of rows) g.go(() => row);
      yield* sleep(1);
      yield* pipeline(source("one", "two"), publishTo("news"));
      yield* pipeline(source("three"), publishTo(news));
      assert.deepEqual([news.status, rows[0]?.status], ["waiting", "waiting"]);
      news.finish();
      news.finish();
    });
    assert.deepEqual(a, ["one", "two", "three", "end"]);
    assert.deepEqual(b, ["one", "two", "three", "end"]);
    assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
    assertNothingLeft(news as AnyComponent);
  });
});

test("publishers and subscribers wait for the backplane to appear", async () => {
  await simulate(function* () {
    const got: unknown[] = [];
    const news = backplane("news");
    go(() => pipeline(subscribeTo("news"), collector(got)));
    go(() => pipeline(source(1, 2), publishTo("news")));
    yield* sleep(10);
    assert.deepEqual(planeStats("test"), { there: 0, waiting: 2 });
    news.start();
    yield* sleep(10);
    assert.deepEqual(planeStats("test"), { there: 1, waiting: 0 });
    news.stop();
    yield* sleep(1);
    assert.deepEqual(got, [1, 2, "end"]);
  });
});

test("a name that never appears is told by the report of the deadlock, with those there are", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      backplane("news").start();
      yield* sleep(1);
      yield* pipeline(source(1), publishTo("nwes"));
    }),
  );
  assert.match(error.message, /"publish to nwes" .*waits for backplane\.find "nwes" \(in this run there is "news"\)/);
});

test("two runs never meet", async () => {
  const got: unknown[] = [];
  await Promise.all(
    ["a", "b"].map((name) =>
      run(function* () {
        const news = backplane<string>("news");
        news.start();
        const task = pipeline(subscribeTo(news), collector(got)).start();
        for (let turns = 0; turns < 9; turns++) yield* yieldNow();
        yield* pipeline(source(name), publishTo(news));
        tell(news as AnyComponent, producerFinished());
        yield* task;
      }),
    ),
  );
  assert.deepEqual(got.sort(), ["a", "b", "end", "end"]);
});

test("a name is taken as long as its backplane runs", async () => {
  await simulate(function* () {
    const first = backplane("news");
    first.start();
    yield* sleep(1);
    assert.match(
      (yield* caught(MisuseError, backplane("news"))).message,
      /^backplane: there is a backplane "news" in this run already\. Give it another name\.$/,
    );
    assert.deepEqual(planeStats("test"), { there: 1, waiting: 0 });
    first.stop();
    yield* sleep(1);
    const again = backplane("news");
    again.start();
    yield* sleep(1);
    assert.equal(again.status, "waiting");
    again.stop();
  });
});

test("its end ends the subscribers after what they were given, and tells publishers that nobody is there", async () => {
  await simulate(function* () {
    const news = backplane<number>("news");
    const got: unknown[] = [];
    const slow = component({ inboxes: { inbox: box<number>({ size: 1 }) } }, function* (self): Operation<void> {
      for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
        got.push(item.value);
        yield* sleep(10);
      }
      got.push("end");
    });
    const endless = function* (self: Component<{ inbox: unknown }, { outbox: number }>): Operation<void> {
      for (let n = 0; ; n++) {
        yield* self.put(n);
        yield* sleep(1);
      }
    };
    news.start();
    const takes = pipeline(subscribeTo(news), slow());
    takes.start();
    const gives = pipeline(endless, publishTo(news));
    gives.start();
    yield* sleep(4.5);
    news.stop();
    yield* sleep(100);
    assert.deepEqual(got, [0, 1, 2, 3, 4, "end"]);
    assert.equal(takes.status, "succeeded");
    assert.equal(gives.status, "succeeded");
    assert.equal(gives.children[0]?.status, "cancelled");
    assertNothingLeft(news as AnyComponent, takes, gives, ...takes.children, ...gives.children);
  });
});

test("a subscriber that leaves ends nothing else, and is let go", async () => {
  await simulate(function* () {
    const news = backplane<number>("news");
    const [a, b]: [unknown[], unknown[]] = [[], []];
    news.start();
    const leaves = pipeline(subscribeTo(news), collector(a, 1));
    leaves.start();
    const stays = pipeline(subscribeTo(news), collector(b));
    stays.start();
    const stopped = pipeline(subscribeTo(news), collector([]));
    stopped.start();
    yield* sleep(1);
    const inner = Component.insideOf(news as AnyComponent);
    assert.equal(inner.links.size, 3);
    stopped.stop();
    yield* sleep(1);
    assert.equal(inner.links.size, 2);
    for (const n of [1, 2, 3]) {
      yield* pipeline(source(n), publishTo(news));
      yield* sleep(1);
    }
    assert.equal(inner.links.size, 1);
    news.stop();
    yield* sleep(1);
    assert.deepEqual(a, [1]);
    assert.deepEqual(b, [1, 2, 3, "end"]);
    assertNothingLeft(news as AnyComponent, leaves, stays, stopped, ...stopped.children, ...leaves.children);
  });
});

test("a slow subscriber holds up publishers, misses messages, or is shut down, as it has said", async () => {
  for (const slow of ["wait", "drop", "fail"] as const)
    await simulate(function* () {
      const news = backplane<number>("news");
      news.start();
      const got: unknown[] = [];
      const lazy = component({ inboxes: { inbox: box<number>({ size: 1 }) } }, function* (self): Operation<void> {
        for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
          got.push(item.value);
          yield* sleep(100);
        }
      });
      const row = pipeline(subscribeTo(news, { slow, size: 2 }), lazy());
      row.start();
      yield* sleep(1);
      const published = pipeline(source(...Array.from({ length: 40 }, (_, i) => i)), publishTo(news));
      published.start();
      yield* sleep(50);
      assert.equal(published.status, slow === "wait" ? "waiting" : "succeeded");
      assert.equal(row.children[0]?.status, slow === "fail" ? "cancelled" : "waiting");
      yield* sleep(10_000);
      if (slow === "wait") assert.equal(got.length, 40);
      news.stop();
    });
});

test("something linked with its inbox ends it when it has finished", async () => {
  await simulate(function* () {
    const got: unknown[] = [];
    yield* graphline({
      parts: {
        taker: pipeline(subscribeTo<number>("news"), collector(got)),
        news: backplane<number>("news"),
        feeds: source(1, 2),
      },
      links: { "feeds.outbox": "news.inbox" },
    });
    assert.deepEqual(got, [1, 2, "end"]);
  });
});

test("cancelling at any point leaves nothing behind", async () => {
  for (let at = 0; at < 5; at++)
    for (const whom of [0, 1, 2, 3])
      await simulate(function* () {
        const news = backplane<number>("news") as AnyComponent;
        const feeds = function* (self: Component<{ inbox: unknown }, { outbox: number }>): Operation<void> {
          for (let n = 0; n < 5; n++) {
            yield* sleep(1);
            yield* self.put(n);
          }
        };
        const takes = pipeline(subscribeTo<number>("news", { size: 1 }), collector([]));
        const gives = pipeline(feeds, publishTo("news"));
        const waits = pipeline(source(1), publishTo("never"));
        const all: AnyComponent[] = [takes, gives, waits, news];
        const inner = [...takes.children, ...gives.children, ...waits.children];
        for (const one of all) one.start();
        yield* sleep(at);
        all[whom]?.stop();
        yield* sleep(20);
        for (const one of all) one.stop();
        yield* sleep(1);
        assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
        assertNothingLeft(...all, ...inner);
      });
});

test("what cannot be is refused when it is made", () => {
  assert.match(
    thrown(MisuseError, () => backplane("")).message,
    /^backplane: the name must be a string that is not empty, got a string \(\)\.$/,
  );
  // @ts-expect-error no name
  assert.match(thrown(MisuseError, () => publishTo(7)).message, /^publishTo: the name must be a string/);
  // @ts-expect-error no such policy
  assert.match(thrown(MisuseError, () => subscribeTo("a", { slow: "no" })).message, /^subscribeTo: slow must be/);
  assert.match(thrown(MisuseError, () => subscribeTo("a", { size: -1 })).message, /^subscribeTo: the size must be/);
});
