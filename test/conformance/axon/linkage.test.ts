// Links as in Axon: chains that are resolved when they are made, backlogs that go on, trees, and who may undo what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError } from "offshoot";
import { BoxAlreadyLinkedError, LinkCycleError, NoSpaceInBoxError } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { thrown } from "../../support/caught.ts";
import { checkAll, Idle, insideOf, lostAt } from "../../support/components.ts";

const idles = (n: number): Idle[] => Array.from({ length: n }, () => new Idle());

test("a chain is resolved when it is made: every box above knows the last, whatever order the links come in", () => {
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
  ]) {
    const [w, a, b, c, d] = idles(5) as [Idle, Idle, Idle, Idle, Idle];
    const links = [
      () => w.link([a, "outbox"], [b, "outbox"]),
      () => w.link([b, "outbox"], [c, "inbox"]),
      () => w.link([c, "inbox"], [d, "inbox"]),
      () => w.link([d, "inbox"], [w, "inbox"]),
    ];
    for (const i of order) links[i]?.();
    const sink = insideOf(w).box("inbox", "test");
    for (const [one, name] of [
      [a, "outbox"],
      [b, "outbox"],
      [c, "inbox"],
      [d, "inbox"],
    ] as const)
      assert.equal(insideOf(one).box(name, "test").sink, sink);
    a.send("one hop");
    assert.equal(w.recv(), "one hop");
    checkAll(w, a, b, c, d);
  }
});

test("the backlog of a box that is linked on goes to the end of the chain, in order, before what comes later", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [b, "inbox"]);
  for (const n of [1, 2, 3]) a.send(n);
  w.link([b, "inbox"], [c, "inbox"]);
  a.send(4);
  assert.equal(b.dataReady(), 0);
  assert.deepEqual([...c.drain()], [1, 2, 3, 4]);
});

test("a backlog that has no room is refused before anything has moved, where Axon lost a message", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [b, "inbox"]);
  for (const n of [1, 2, 3]) a.send(n);
  const error = thrown(NoSpaceInBoxError, () => w.link([b, "inbox"], [c, "inbox"], { size: 2 }));
  assert.deepEqual([error.length, error.limit], [0, 2]);
  assert.deepEqual([b.dataReady(), c.dataReady(), c.inboxSize()], [3, 0, null]);
  checkAll(a, b, c);
});

test("many boxes may lead to one", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [c, "inbox"]);
  w.link([b, "outbox"], [c, "inbox"]);
  w.link([b, "signal"], [c, "inbox"]);
  a.send(1);
  b.send(2);
  assert.deepEqual([...c.drain()], [1, 2]);
});

test("a box leads on to one other: a second link is refused, also to the same box", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [b, "inbox"]);
  for (const to of [b, c]) {
    const error = thrown(BoxAlreadyLinkedError, () => w.link([a, "outbox"], [to, "inbox"]));
    assert.match(error.message, /"Idle#\d+\.outbox" is linked already, to "Idle#\d+\.inbox"/);
  }
  a.send(1);
  assert.deepEqual([b.dataReady(), c.dataReady()], [1, 0]);
});

test("pass-throughs go inward and outward, and an option may hold them to it", () => {
  const [w, a, b] = idles(3) as [Idle, Idle, Idle];
  thrown(MisuseError, () => w.link([a, "outbox"], [b, "inbox"], { passthrough: "inward" }));
  w.link([w, "inbox"], [a, "inbox"], { passthrough: "inward" });
  w.link([a, "outbox"], [w, "outbox"], { passthrough: "outward" });
  thrown(MisuseError, () => w.link([b, "inbox"], [a, "outbox"]));
});

test("a circle of pass-throughs is refused and named, where Axon recursed without end", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "inbox"], [b, "inbox"]);
  w.link([b, "inbox"], [c, "inbox"]);
  for (const [from, to] of [
    [c, a],
    [c, c],
  ] as const) {
    const error = thrown(LinkCycleError, () => w.link([from, "inbox"], [to, "inbox"]));
    assert.match(error.message, /would make messages go round through ("Idle#\d+\.inbox"(, )?)+\. Leave out one/);
  }
  checkAll(a, b, c);
});

test("only the size of the last box counts; that of one in the midst sleeps until it is the last again", () => {
  const [w, a, p, b] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [p, "inbox"], { size: 1 });
  const onward = w.link([p, "inbox"], [b, "inbox"]);
  for (const n of [1, 2, 3]) a.send(n);
  assert.deepEqual([b.dataReady(), p.inboxSize()], [3, 1]);
  w.unlink(onward);
  a.send(4);
  const error = thrown(NoSpaceInBoxError, () => a.send(5));
  assert.deepEqual([error.length, error.limit], [1, 1]);
  assert.deepEqual([b.dataReady(), p.dataReady()], [3, 1]);
});

test("a box that was unlinked discards, and what has arrived stays", () => {
  const [w, a, b] = idles(3) as [Idle, Idle, Idle];
  const link = w.link([a, "outbox"], [b, "inbox"]);
  a.send(1);
  w.unlink(link);
  a.send(2);
  assert.deepEqual([...b.drain()], [1]);
  assert.equal(lostAt(a, "outbox"), 1);
});

test("a link prints as where it leads from and to", () => {
  const [w, a, b] = idles(3) as [Idle, Idle, Idle];
  assert.match(String(w.link([a, "outbox"], [b, "inbox"])), /^Idle#\d+\.outbox -> Idle#\d+\.inbox$/);
});

test("a link is undone by its maker, and a stranger who tries is told, where Axon ignored it", () => {
  const [w, other, a, b] = idles(4) as [Idle, Idle, Idle, Idle];
  const link = w.link([a, "outbox"], [b, "inbox"]);
  assert.match(thrown(MisuseError, () => other.unlink(link)).message, /was made by "Idle#\d+"/);
  w.unlink(link);
  assert.match(thrown(MisuseError, () => w.unlink(link)).message, /has been undone before/);
});

test("unlinking a component undoes the links that touch it and that were made here, no others", () => {
  const [w, other, a, b, c] = idles(5) as [Idle, Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [b, "inbox"]);
  w.link([b, "outbox"], [c, "inbox"]);
  w.link([c, "outbox"], [a, "control"] as never);
  other.link([b, "signal"], [c, "control"]);
  w.unlink(b);
  assert.equal(insideOf(w).links.size, 1);
  assert.equal(insideOf(other).links.size, 1);
  a.send("lost");
  assert.equal(b.dataReady(), 0);
});

test("the end of a component removes the links it has made, and only those", async () => {
  await simulate(function* () {
    const [maker, other, a, b] = idles(4) as [Idle, Idle, Idle, Idle];
    maker.link([a, "outbox"], [b, "inbox"]);
    other.link([a, "signal"], [b, "control"]);
    yield* maker;
    a.send("lost");
    assert.equal(b.dataReady(), 0);
    assert.equal(insideOf(other).links.size, 1);
    assert.notEqual(insideOf(a).box("signal", "test").sink, null);
  });
});

test("nobody is woken when a link is made or undone and no room comes of it", () => {
  const [w, a, b, c] = idles(4) as [Idle, Idle, Idle, Idle];
  w.link([a, "outbox"], [b, "inbox"]);
  const link = w.link([b, "inbox"], [c, "inbox"]);
  w.unlink(link);
  for (const one of [a, b, c]) assert.equal(insideOf(one).isStirred, false);
});
