// Chassis within chassis in some hundred random orders: nothing is lost or doubled, and nothing is left behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep } from "offshoot";
import {
  type AnyComponent,
  backplane,
  box,
  Component,
  carousel,
  component,
  par,
  pipeline,
  producerFinished,
  publishTo,
  seq,
  splitter,
  subscribeTo,
  tpipe,
} from "offshoot/component";
import { planeStats } from "../../../src/component/chassis/planes.ts";
import { simulate } from "../../../src/testing/simulate.ts";
import { assertNothingLeft, collector, source } from "../../support/parts.ts";

const MOST = 40;
const numbers = Array.from({ length: MOST }, (_, i) => i);

const Passes = component(
  { inboxes: { inbox: box<number>({ size: 2 }) }, outboxes: { outbox: box<number>() } },
  function* passes(self, most: number): Operation<void> {
    for (let i = 0; i < most; i++) {
      const item = yield* self.next();
      if (item.done) return;
      yield* self.put(item.value);
    }
  },
);

/** All components below one, and itself. */
const below = (one: AnyComponent): AnyComponent[] => [one, ...one.children.flatMap(below)];

const inOrder = (got: unknown[]): boolean => got.every((n, i) => i === 0 || n === (got[i - 1] as number) + 1);

async function inOrders(seeds: number, program: () => Operation<void>): Promise<void> {
  for (let seed = 0; seed < seeds; seed++) {
    try {
      await simulate(program, { seed });
    } catch (error) {
      throw new Error(`in the order of seed ${seed}`, { cause: error });
    }
  }
}

test("what goes through parts one after the other, side by side and past, arrives once", async () => {
  await inOrders(150, function* () {
    const got: unknown[] = [];
    const row = pipeline(
      source(...numbers),
      seq(Passes(7), pipeline(Passes(3), Passes(9)), seq(Passes(1), Passes(1)), Passes(99)),
      par([Passes(99), Passes(99), Passes(99)], { inbox: "round-robin" }),
      tpipe(Passes(99), { when: (n: number) => n % 3 === 0 }),
      collector(got),
    );
    const all = below(row);
    yield* row;
    assert.equal(got.pop(), "end");
    assert.deepEqual(
      got.sort((a, b) => (a as number) - (b as number)),
      numbers,
    );
    assertNothingLeft(...all);
  });
});

test("each sink that comes and goes has a stretch of what came, without a gap", async () => {
  await inOrders(150, function* () {
    const split = splitter<number>();
    const all: unknown[] = [];
    const row = pipeline(source(...numbers), split, Passes(99), collector(all));
    const task = row.start();
    const visitors: { readonly got: unknown[]; readonly part: AnyComponent }[] = [];
    for (let v = 0; v < 3; v++)
      go(function* () {
        const got: unknown[] = [];
        const part = pipeline(Passes(v === 0 ? 4 : 99), collector(got));
        visitors.push({ got, part });
        const sink = split.addSink(part, "inbox", { slow: "wait" });
        go(() => part);
        if (v === 1) {
          yield* sleep(0);
          split.removeSink(sink);
        }
      });
    yield* task;
    yield* sleep(1);
    assert.deepEqual(all, [...numbers, "end"]);
    for (const { got, part } of visitors) {
      assert.equal(got.pop(), "end");
      assert.ok(inOrder(got), got.join(" "));
      assertNothingLeft(...below(part));
    }
    assertNothingLeft(...below(row));
  });
});

test("subscribers and publishers come and go; each subscriber has of each publisher a stretch without a gap", async () => {
  await inOrders(150, function* () {
    const news = backplane<number>("news") as AnyComponent;
    const got: unknown[][] = [];
    const all: AnyComponent[] = [news];
    const tasks = [0, 100].map((base) => {
      const row = pipeline(source(...numbers.map((n) => base + n)), publishTo<number>("news"));
      all.push(...below(row));
      return go(() => row);
    });
    for (const most of [5, 99]) {
      const into: unknown[] = [];
      got.push(into);
      const row = pipeline(subscribeTo<number>("news"), Passes(most), collector(into));
      all.push(...below(row));
      go(() => row);
    }
    const runs = go(() => news);
    for (const task of tasks) yield* task;
    Component.insideOf(news).box("control", "test").send(producerFinished(), "test");
    yield* runs;
    yield* sleep(1);
    for (const into of got) {
      assert.equal(into.pop(), "end");
      for (const base of [0, 100])
        assert.ok(inOrder(into.filter((n) => (n as number) >= base && (n as number) < base + MOST)), into.join(" "));
    }
    assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
    assertNothingLeft(...all);
  });
});

test("stopping a nest of them at any time leaves nothing behind", async () => {
  for (let at = 0; at < 12; at++)
    await inOrders(12, function* () {
      const made: AnyComponent[] = [];
      const turning = carousel((most: number) => {
        const part = pipeline(Passes(most), function* (self: Component<{ inbox: number }, { outbox: number }>) {
          for (let item = yield* self.next(); !item.done; item = yield* self.next()) {
            yield* sleep(1);
            yield* self.put(item.value);
          }
        });
        made.push(...below(part as AnyComponent));
        return part;
      });
      const split = splitter<number>();
      const nexts = component({ outboxes: { outbox: box<number>() } }, function* (self): Operation<void> {
        for (const most of [2, 3, 9]) {
          yield* self.put(most);
          yield* sleep(3);
        }
      })();
      nexts.link([nexts, "outbox"], [turning, "next"]);
      const side = pipeline(Passes(5), publishTo<number>("side"));
      split.addSink(side);
      const plane = backplane<number>("side") as AnyComponent;
      const takes = pipeline(subscribeTo<number>("side", { slow: "drop" }), collector([]));
      const row = pipeline(
        source(...numbers),
        split,
        turning,
        par(Passes(99), Passes(99)),
        tpipe(Passes(99), { when: (n: number) => n > 3, mode: "split" }),
        collector([]),
      );
      const tops = [row, nexts, side, plane, takes] as AnyComponent[];
      const all = tops.flatMap(below);
      for (const top of tops) top.start();
      yield* sleep(at);
      row.stop();
      yield* sleep(30);
      assert.ok(["succeeded", "cancelled"].includes(nexts.status), nexts.status);
      plane.stop();
      takes.stop();
      side.stop();
      yield* sleep(1);
      assert.deepEqual(planeStats("test"), { there: 0, waiting: 0 });
      assertNothingLeft(...all, ...made);
    });
});
