// Boxes that come and go while a component lives, and the tree of components.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError } from "offshoot";
import { BoxInUseError, Component, UnknownBoxError } from "offshoot/component";
import { simulate } from "../../../src/testing/simulate.ts";
import { thrown } from "../../support/caught.ts";
import { Idle, insideOf } from "../../support/components.ts";

test("adding a box answers its name: the one given, or that with a number if it is taken", () => {
  const a = new Idle();
  assert.equal(a.addInbox("extra"), "extra");
  assert.equal(a.addInbox("extra"), "extra1");
  assert.equal(a.addOutbox("extra"), "extra2");
  assert.equal(a.addInbox("inbox"), "inbox1");
});

test("an added box works like any other, with its size", () => {
  const [w, a, b] = [new Idle(), new Idle(), new Idle()];
  const [out, into] = [a.addOutbox("more") as "outbox", b.addInbox("more", { size: 1 }) as "inbox"];
  w.link([a, out], [b, into]);
  a.send(1, out);
  assert.equal(a.isFull(out), true);
  assert.equal(b.recv(into), 1);
});

test("a deleted box is unknown, and its name is free again", () => {
  const a = new Idle();
  const name = a.addInbox("extra") as "inbox";
  a.deleteInbox(name);
  thrown(UnknownBoxError, () => a.recv(name));
  thrown(UnknownBoxError, () => a.deleteInbox(name));
  assert.equal(a.addOutbox("extra"), "extra");
  a.deleteOutbox("extra");
  thrown(UnknownBoxError, () => a.deleteOutbox("extra"));
});

test("a box that is still linked cannot be deleted, where Axon left a link that nobody could undo", () => {
  const [w, a, b] = [new Idle(), new Idle(), new Idle()];
  const [out, into] = [a.addOutbox("out"), b.addInbox("in")];
  const link = w.link([a, out as "outbox"], [b, into as "inbox"]);
  assert.match(thrown(BoxInUseError, () => a.deleteOutbox(out)).message, /is linked with "Idle#\d+\.in"/);
  assert.match(thrown(BoxInUseError, () => b.deleteInbox(into)).message, /is linked with "Idle#\d+\.out"/);
  w.unlink(link);
  a.deleteOutbox(out);
  b.deleteInbox(into);
});

test("the boxes a component was made with stay for life", () => {
  class Declares extends Component<{ jobs: number }, { outbox: number }> {
    constructor() {
      super({ inboxes: { jobs: "what to do" } });
    }
    override main(): void {}
  }
  const a = new Declares();
  for (const name of ["inbox", "control", "jobs"]) thrown(MisuseError, () => a.deleteInbox(name));
  for (const name of ["outbox", "signal"]) thrown(MisuseError, () => a.deleteOutbox(name));
});

test("a name must be a string that is not empty", () => {
  const a = new Idle();
  for (const name of ["", 5, undefined]) thrown(MisuseError, () => a.addInbox(name as string));
});

test("children are listed in order, and the list is a copy", () => {
  const [a, b, c] = [new Idle(), new Idle(), new Idle()];
  a.addChildren(b, c);
  assert.deepEqual(a.children, [b, c]);
  (a.children as Idle[]).pop();
  assert.equal(a.children.length, 2);
});

test("a child has one parent, and is not its own", () => {
  const [a, b, c] = [new Idle(), new Idle(), new Idle()];
  a.addChildren(b);
  assert.match(thrown(MisuseError, () => c.addChildren(b)).message, /is a child of "Idle#\d+" already/);
  thrown(MisuseError, () => b.addChildren(a));
  thrown(MisuseError, () => a.addChildren(a));
});

test("removing a child undoes the links its parent made with it, and stops nothing", async () => {
  await simulate(function* () {
    const [a, b, c] = [new Idle(), new Idle(), new Idle()];
    a.addChildren(b, c);
    a.link([b, "outbox"], [c, "inbox"]);
    a.link([a, "inbox"], [c, "control"] as never);
    a.removeChild(b);
    assert.equal(insideOf(a).links.size, 1);
    assert.deepEqual(a.children, [c]);
    thrown(MisuseError, () => a.removeChild(b));
    c.addChildren(b);
    assert.equal(b.status, "made");
  });
});

test("boxes belong to one component: they do not leak to others of its class, where Axon's Graphline had them in common", () => {
  const [a, b] = [new Idle(), new Idle()];
  a.addInbox("mine");
  thrown(UnknownBoxError, () => b.dataReady("mine" as "inbox"));
});
