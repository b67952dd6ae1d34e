// graphline: links by name, boxes of the whole, ends of many sources, and control that reaches the parts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation, sleep } from "offshoot";
import {
  type AnyComponent,
  Component,
  graphline,
  LinkCycleError,
  pipeline,
  producerFinished,
  shutdown,
  UnknownBoxError,
  UnknownPartError,
} from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { caught, thrown } from "../support/caught.ts";
import { Giving, Idle, insideOf, Keeping, Lasting } from "../support/components.ts";

const loose = (component: unknown): AnyComponent => component as AnyComponent;

test("messages go where the links say, and the end when all sources have ended", async () => {
  await simulate(function* () {
    const keeping = new Keeping();
    class Splits extends Component<{ inbox: unknown }, { outbox: unknown; odd: unknown }> {
      constructor() {
        super({ outboxes: { odd: "odd ones" } });
      }
      override *main(): Operation<void> {
        for (let n = yield* this.next(); !n.done; n = yield* this.next())
          yield* (n.value as number) % 2 === 0 ? this.put(n.value) : this.put(n.value, "odd");
      }
    }
    const odd = new Keeping();
    yield* graphline({
      parts: { one: new Giving(1, 2), two: new Giving(3, 4), split: new Splits(), even: keeping, odd },
      links: {
        "one.outbox": "split.inbox",
        "two.outbox": "split.inbox",
        "split.outbox": "even.inbox",
        "split.odd": "odd.inbox",
      },
      sizes: { "split.inbox": 1 },
    });
    assert.deepEqual(keeping.got.sort(), [2, 4, "end"]);
    assert.deepEqual(odd.got.sort(), [1, 3, "end"]);
  });
});

test("names without a full stop are boxes of the whole, standard ones and its own", async () => {
  await simulate(function* () {
    const [w, giving, keeping, inner] = [new Idle(), new Giving(1, 2), new Keeping(), new Keeping()];
    const graph = graphline({
      parts: { pass: pipeline(new Giving("own")), inner },
      links: { jobs: "inner.inbox", "pass.outbox": "results" },
      inboxes: ["jobs"],
      outboxes: ["results"],
    });
    w.link([giving, "outbox"], [loose(graph), "jobs"]);
    w.link([loose(graph), "results"], [keeping, "inbox"]);
    for (const one of [giving, graph, keeping]) loose(one).start();
    yield* sleep(1);
    assert.deepEqual(
      [inner.got, keeping.got],
      [
        [1, 2, "end"],
        ["own", "end"],
      ],
    );
  });
});

test("an unknown part or box is told with those that there are, where Kamaelia took it for the whole", () => {
  const parts = (): { a: Idle; b: Idle } => ({ a: new Idle(), b: new Idle() });
  const links = (from: string, to: string) => () => graphline({ parts: parts(), links: { [from]: to } as never });
  assert.match(
    thrown(UnknownPartError, links("c.outbox", "b.inbox")).message,
    /has no part "c", named in the link "c\.outbox"\. It has a, b\./,
  );
  assert.match(thrown(UnknownBoxError, links("a.out", "b.inbox")).message, /"Idle#\d+" has no box "out"/);
  assert.match(thrown(UnknownBoxError, links("a.outbox", "results")).message, /has no box "results" of its own/);
});

test("what makes no sense is misuse, said at the call", () => {
  for (const [definition, message] of [
    [undefined, /expected \{ parts, links \}/],
    [{ parts: {}, links: {} }, /there are no parts/],
    [{ parts: { "a.b": new Idle() }, links: {} }, /"a\.b" cannot be the name of a part/],
    [{ parts: { a: 5 }, links: {} }, /the part "a": .+ is no part/],
    [{ parts: { a: new Idle() } }, /links must be an object/],
    [{ links: {} }, /parts must be an object/],
    [{ parts: { a: new Idle() }, links: {}, inboxes: ["outbox"] }, /"outbox" is not one of the inboxes/],
    [{ parts: { a: new Idle() }, links: {}, outboxes: "results" }, /outboxes must be an array of names/],
  ] as const)
    assert.match(thrown(MisuseError, () => graphline(definition as never)).message, message);
});

test("a circle of boxes of the whole is refused", () => {
  const part = new Idle();
  thrown(LinkCycleError, () => {
    const inner = graphline({ parts: { part }, links: { inbox: "part.inbox" } });
    inner.link([part, "inbox"], [loose(inner), "inbox"]);
  });
});

test("what comes to its control goes to all parts whose control is linked to nothing", async () => {
  await simulate(function* () {
    const [w, source] = [new Idle(), new Idle()];
    const parts = { a: new Lasting(), b: new Lasting(), c: new Lasting() };
    const graph = graphline({ parts, links: { "a.signal": "c.control" } });
    w.link([source, "signal"], [loose(graph), "control"]);
    const task = graph.start();
    yield* sleep(1);
    source.send(shutdown("enough"), "signal");
    yield* sleep(1);
    assert.deepEqual(
      Object.values(parts).map(({ status }) => status),
      ["cancelled", "cancelled", "cancelled"],
    );
    assert.equal(task.status, "succeeded");
  });
});

test("producerFinished at its control ends parts that have no other source", async () => {
  await simulate(function* () {
    const [w, source, keeping] = [new Idle(), new Idle(), new Keeping()];
    const graph = graphline({ parts: { keeping }, links: {} });
    w.link([source, "signal"], [loose(graph), "control"]);
    graph.start();
    source.send(producerFinished(), "signal");
    yield* sleep(1);
    assert.deepEqual(keeping.got, ["end"]);
    assert.equal(graph.status, "succeeded");
  });
});

test("a failing part fails the whole with its error, and the others are cancelled", async () => {
  await simulate(function* () {
    const lasting = new Lasting();
    const graph = graphline({
      parts: {
        fails: () => {
          throw new RangeError("broken");
        },
        lasting,
      },
      links: {},
      name: "factory",
    });
    assert.equal((yield* caught(RangeError, graph)).message, "broken");
    assert.equal(lasting.status, "cancelled");
    assert.equal(graph.componentName, "factory");
  });
});

test("a graphline has its own boxes: those of another made the same way are apart", () => {
  const make = (inboxes: readonly string[]): AnyComponent =>
    loose(graphline({ parts: { a: new Idle() }, links: {}, inboxes: inboxes as never }));
  make(["jobs"]);
  thrown(UnknownBoxError, () => make([]).dataReady("jobs"));
});

test("the whole has ended when all parts have, and its links are gone", async () => {
  await simulate(function* () {
    const parts = { a: new Giving(1), b: new Keeping() };
    const graph = graphline({ parts, links: { "a.outbox": "b.inbox" } });
    yield* graph;
    assert.equal(insideOf(graph).links.size, 0);
    assert.equal(insideOf(parts.b).box("inbox", "test").sources.size, 0);
  });
});
