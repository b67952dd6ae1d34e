// topology, toMermaid and topologyChanges: what there is, how it looks, and what changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { Component, graphline, handle, pipeline, toMermaid, topology, topologyChanges } from "offshoot/component";
import { simulate } from "offshoot/testing";

class Relay extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value);
  }
}

/** Labels carry numbers that count in this thread: here they begin at 1. */
function renumbered(text: string): string {
  const seen = new Map<string, string>();
  return text.replace(/(?<=#|\bc)\d+/g, (id) => {
    if (!seen.has(id)) seen.set(id, String(seen.size + 1));
    return seen.get(id) as string;
  });
}

test("a topology tells of components, boxes and links before anything is started", () => {
  const whole = pipeline([new Relay({ name: "first" }), 5, new Relay({ name: "second" })], { name: "row" });
  const { components, links } = topology(whole);
  assert.deepEqual(components.map(({ name, status, waitsFor }) => [name, status, waitsFor]), [
    ["first", "made", null],
    ["second", "made", null],
    ["row", "made", null],
  ]); // biome-ignore format: a table
  const second = components[1];
  assert.equal(second?.parent, components[2]?.label);
  assert.deepEqual(
    second?.boxes.find(({ name }) => name === "inbox"),
    {
      name: "inbox",
      kind: "inbox",
      doc: "",
      length: 0,
      size: 5,
      lost: 0,
      waitingPuts: 0,
      waitingReceives: 0,
      linked: true,
    },
  );
  assert.deepEqual(
    links.map(({ from, to }) => renumbered(`${from} ${to}`).replaceAll(/#\d/g, "")).sort(),
    [
      "first.outbox second.inbox",
      "first.signal second.control",
      "row.inbox first.inbox",
      "second.outbox row.outbox",
      "second.signal row.signal",
    ],
  ); // biome-ignore format: a table
});

test("in a run it tells what lives there, what lies in boxes, and what is waited for", async () => {
  await simulate(function* (): Operation<void> {
    const relay = new Relay();
    const outside = handle(relay);
    yield* outside.put(1);
    yield* outside.put(2);
    assert.equal(yield* outside.get(), 1);
    const report = topology().components.find(({ label }) => label.startsWith("Relay"));
    assert.equal(report?.status, "waiting");
    assert.match(report?.waitsFor ?? "", /^component\.next Relay#\d+\.inbox$/);
    const mine = topology().components.find(({ label }) => label.startsWith("handle"));
    assert.equal(mine?.boxes.find(({ name, kind }) => name === "outbox" && kind === "inbox")?.length, 1);
    outside.finish();
  });
  assert.throws(() => topology(), MisuseError);
  assert.deepEqual(topology(new Relay()).links, []);
});

test("messages to nowhere, and those an ended component leaves, are counted as lost", async () => {
  class Talker extends Component<{ inbox: number }, { outbox: number }> {
    override *main(): Operation<void> {
      this.send(1);
      yield* this.put(2);
    }
  }
  const talker = new Talker();
  await simulate(function* (): Operation<void> {
    const outside = handle(new Relay());
    yield* outside.put(9);
    const task = talker.start();
    yield* task;
    outside.shutdown();
  });
  const lost = Object.fromEntries((topology(talker).components[0]?.boxes ?? []).map(({ name, lost }) => [name, lost]));
  assert.equal(lost["outbox"], 2);
});

test("a picture shows parents as frames and pass-throughs as dotted arrows", () => {
  const inner = graphline({
    parts: { a: new Relay({ name: "a" }), b: new Relay({ name: "b" }) },
    links: { inbox: "a.inbox", "a.outbox": "b.inbox", "b.outbox": "outbox" },
    name: "inner",
  });
  assert.equal(
    renumbered(toMermaid(topology(inner))),
    `flowchart LR
  subgraph c1["inner"]
    c1_inbox(["inbox"])
    c1_outbox(["outbox"])
    c2["a"]
    c3["b"]
  end
  c2 -->|"outbox → inbox"| c3
  c3 -.->|"outbox"| c1_outbox
  c1_inbox -.->|"inbox"| c2
`,
  );
});

test("parts of a graphline that have no name of their own are called as it calls them", () => {
  const nameless = (): (() => Operation<void>) => function* () {};
  async function* numbers(): AsyncGenerator<number> {}
  function* own(): Operation<void> {}
  const whole = graphline({
    parts: { some: numbers(), first: nameless(), second: nameless(), other: own, relay: new Relay() },
    links: {},
  });
  assert.deepEqual(
    topology(whole).components.map(({ name }) => name),
    ["Relay", "graphline", "some", "first", "second", "own"],
  );
});

test("changes are told in order, and nothing is told once nobody listens", async () => {
  const told: string[] = [];
  await simulate(function* (): Operation<void> {
    using changes = topologyChanges({ queues: true });
    const outside = handle(new Relay({ name: "relay" }));
    yield* outside.put(1);
    yield* outside.get();
    outside.finish();
    yield* outside.next();
    for (let change = changes.tryReceive(); change.ok; change = changes.tryReceive())
      told.push(renumbered(Object.values(change.value).join(" ")).replaceAll(/#\d/g, ""));
    changes.cancel();
    assert.deepEqual(changes.tryReceive(), { ok: false, closed: true });
  });
  assert.deepEqual(told, [
    "link-added relay.outbox handle of relay.outbox",
    "component-started relay",
    "link-added handle of relay.inbox relay.inbox",
    "length relay.inbox 1",
    "waits handle of relay component.next handle of relay.outbox",
    "length relay.inbox 0",
    "waits relay component.next relay.inbox",
    "waits handle of relay component.next handle of relay.outbox",
    "component-ended relay",
  ]);
});

test("options that are none are told", () => {
  assert.throws(() => topologyChanges(null as never), MisuseError);
  assert.throws(() => topology({} as never), MisuseError);
});
