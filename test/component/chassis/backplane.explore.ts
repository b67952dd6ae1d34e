// backplane in all orders: who comes first, the backplane, the subscriber or the message; and its end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, sleep } from "offshoot";
import { type AnyComponent, backplane, Component, producerFinished, publishTo, subscribeTo } from "offshoot/component";
import { planeStats } from "../../../src/component/chassis/planes.ts";
import { comesTo } from "../../support/outcomes.ts";
import { assertNothingLeft, boxed } from "../../support/parts.ts";

test("a subscriber gets what is published from then on, or nothing, and the end", async () => {
  await comesTo([0, 1], () => {
    return function* () {
      planeStats("test"); // the registry is there
      const news = backplane<number>("news") as AnyComponent;
      const takes = subscribeTo<number>("news") as AnyComponent;
      boxed(news, takes);
      Component.insideOf(news).box("inbox", "test").send(1, "test");
      news.start();
      takes.start();
      yield* sleep(1); // until all is quiet
      Component.insideOf(news).box("control", "test").send(producerFinished(), "test");
      yield* sleep(1);
      assert.equal(takes.status, "succeeded");
      assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
      assertNothingLeft(news, takes);
      return Component.insideOf(takes).box("outbox", "test").lost;
    };
  });
});

test("what is published before there is a backplane waits for it", async () => {
  await comesTo(["published"], () => {
    return function* () {
      planeStats("test");
      const news = backplane<number>("news") as AnyComponent;
      const gives = publishTo<number>("news") as AnyComponent;
      boxed(news, gives);
      const inner = Component.insideOf(gives);
      inner.box("inbox", "test").send(1, "test");
      inner.box("control", "test").send(producerFinished(), "test");
      const task = gives.start();
      news.start();
      yield* task;
      yield* sleep(1);
      news.stop();
      yield* sleep(1);
      assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
      assertNothingLeft(news, gives);
      return "published";
    };
  });
});

test("who waits for a backplane is cancelled, or finds it; nothing of it is left", async () => {
  await comesTo(["cancelled"], () => {
    return function* () {
      planeStats("test");
      const news = backplane<number>("news") as AnyComponent;
      const takes = subscribeTo<number>("news") as AnyComponent;
      boxed(news, takes);
      takes.start();
      go(() => takes.stop());
      go(() => void news.start());
      yield* sleep(1);
      assert.equal(Component.insideOf(news).links.size, 0);
      news.stop();
      yield* sleep(1);
      assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
      assertNothingLeft(news, takes);
      return takes.status;
    };
  });
});
