// Boxes as in Axon: what they store and discard, how full they are, what they refuse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BoxEmptyError, NoSpaceInBoxError, UnknownBoxError } from "offshoot/component";
import { thrown } from "../../support/caught.ts";
import { Idle, insideOf, lostAt } from "../../support/components.ts";

function linked(size: number | null = null): { a: Idle; b: Idle } {
  const [a, b] = [new Idle(), new Idle()];
  new Idle().link([a, "outbox"], [b, "inbox"], { size });
  return { a, b };
}

test("an inbox hands out what was delivered, first in, first out", () => {
  const { a, b } = linked();
  for (const message of ["one", undefined, null, 0]) a.send(message);
  assert.equal(b.dataReady(), 4);
  for (const message of ["one", undefined, null, 0]) assert.equal(b.recv(), message);
  assert.equal(b.dataReady(), 0);
});

test("an outbox that is linked nowhere discards silently, but counts what it has lost", () => {
  const a = new Idle();
  a.send(1);
  a.send(2);
  assert.equal(a.isFull(), false);
  assert.equal(lostAt(a, "outbox"), 2);
});

test("recv from an empty box throws, under a name: BoxEmptyError", () => {
  const b = new Idle();
  const error = thrown(BoxEmptyError, () => b.recv());
  assert.equal(error.code, "OFFSHOOT_ERR_BOX_EMPTY");
  assert.match(error.message, /^Component\.recv: "Idle#\d+\.inbox" is empty\. Look with dataReady\(\) first/);
});

test("a full box refuses with its length and its limit, stores nothing, and wakes nobody", () => {
  const { a, b } = linked(2);
  a.send(1);
  a.send(2);
  assert.equal(a.isFull(), true);
  const inside = insideOf(b);
  inside.isStirred = false;
  const error = thrown(NoSpaceInBoxError, () => a.send(3));
  assert.deepEqual([error.length, error.limit, error.code], [2, 2, "OFFSHOOT_ERR_NO_SPACE_IN_BOX"]);
  assert.match(
    error.message,
    /^Component\.send: "Idle#\d+\.inbox" \(through "Idle#\d+\.outbox"\) is full: 2 of 2\. Use put\(\)/,
  );
  assert.equal(inside.isStirred, false);
  assert.deepEqual([...b.drain()], [1, 2]);
});

test("size 0 refuses everything, as 0 of 0", () => {
  const { a, b } = linked(0);
  assert.equal(a.isFull(), true);
  const error = thrown(NoSpaceInBoxError, () => a.send(1));
  assert.deepEqual([error.length, error.limit], [0, 0]);
  assert.equal(b.dataReady(), 0);
});

test("a box may be shrunk below what lies in it: what is there stays, and sends fail as 5 of 2", () => {
  const { a, b } = linked(5);
  for (let n = 0; n < 5; n++) a.send(n);
  b.setInboxSize("inbox", 2);
  const error = thrown(NoSpaceInBoxError, () => a.send(5));
  assert.deepEqual([error.length, error.limit], [5, 2]);
  for (let n = 0; n < 4; n++) assert.equal(b.recv(), n);
  a.send("room again");
  assert.deepEqual([...b.drain()], [4, "room again"]);
});

test("a box tells its size, and that it has none as null", () => {
  const { b } = linked(7);
  assert.equal(b.inboxSize(), 7);
  b.setInboxSize("inbox", null);
  assert.equal(b.inboxSize(), null);
});

test("isFull looks at the box at the end, dataReady at the box itself", () => {
  const [wirer, a, p, b] = [new Idle(), new Idle(), new Idle(), new Idle()];
  wirer.link([a, "outbox"], [p, "inbox"]);
  wirer.link([p, "inbox"], [b, "inbox"], { size: 1 });
  a.send(1);
  assert.deepEqual([a.isFull(), p.isFull("inbox"), b.isFull("inbox")], [true, true, true]);
  assert.deepEqual([p.dataReady(), b.dataReady()], [0, 1]);
});

test("anyReady names a box in which a message lies", () => {
  const [wirer, a, b] = [new Idle(), new Idle(), new Idle()];
  assert.equal(b.anyReady(), undefined);
  wirer.link([a, "outbox"], [b, "control"] as never);
  a.send("hello");
  assert.equal(b.anyReady(), "control");
  assert.equal(b.recv("control"), "hello");
  assert.equal(b.anyReady(), undefined);
});

test("drain takes all there is, and what is sent meanwhile", () => {
  const { a, b } = linked();
  a.send(1);
  const got: unknown[] = [];
  for (const message of b.drain()) {
    got.push(message);
    if (message === 1) a.send(2);
  }
  assert.deepEqual(got, [1, 2]);
});

test("an unknown box is an UnknownBoxError that tells which there are, not a bare key error", () => {
  const a = new Idle();
  for (const call of [
    () => a.send(1, "out" as "outbox"),
    () => a.recv("in" as "inbox"),
    () => a.dataReady("in" as "inbox"),
    () => new Idle().link([a, "out" as "outbox"], [new Idle(), "inbox"]),
  ]) {
    const error = thrown(UnknownBoxError, call);
    assert.match(error.message, /"Idle#\d+" has no box "(in|out)"\. It has inbox, control, outbox, signal\./);
  }
});

test("an outbox is no inbox, and an inbox no outbox", () => {
  const a = new Idle();
  assert.match(thrown(UnknownBoxError, () => a.recv("outbox" as "inbox")).message, /is an outbox/);
  assert.match(thrown(UnknownBoxError, () => a.send(1, "inbox" as "outbox")).message, /is an inbox/);
});
