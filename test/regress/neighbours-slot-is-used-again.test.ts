// A thread that had died was mourned by taking what it had said last. Where that led to a new thread in the same slot, the rest was taken for words of the new one, whose way here was closed.

import assert from "node:assert/strict";
import { test } from "node:test";
import "offshoot/parallel";
import { slotOf } from "../../src/parallel/commons.ts";
import type { Birth, Message } from "../../src/parallel/message.ts";
import { here } from "../../src/parallel/neighbours.ts";

const FATE = { why: "has ended", exitCode: 0, cause: undefined };

function wayOf(birth: Birth): Birth["links"][number]["port"] {
  const link = birth.links.find(({ who }) => who === here().who);
  assert.ok(link);
  return link.port;
}

test("what the dead have said stays theirs, and who takes their place is heard", async () => {
  const neighbours = here();
  const heard: [what: string, by: number][] = [];
  let second: Birth | null = null;
  neighbours.on("going", (_: Message, from) => {
    heard.push(["going", from]);
    second = neighbours.beget();
  });
  neighbours.on("gone", (_: Message, from) => heard.push(["gone", from]));
  const first = neighbours.beget();
  wayOf(first).postMessage({ about: "going" });
  wayOf(first).postMessage({ about: "gone" });
  neighbours.commons.bury(first.who);
  neighbours.died(first.who, FATE);
  assert.ok(second);
  const next: Birth = second;
  assert.equal(slotOf(next.who), slotOf(first.who));
  assert.deepEqual(heard, [
    ["going", first.who],
    ["gone", first.who],
  ]);
  assert.ok(neighbours.isLinked(next.who));
  wayOf(next).postMessage({ about: "gone" });
  neighbours.takeMessages();
  assert.deepEqual(heard.at(-1), ["gone", next.who]);
  neighbours.died(next.who, FATE);
  assert.ok(!neighbours.isLinked(next.who));
});

test("a thread that is begun in the slot of one that is still to be mourned takes nothing from it", () => {
  const neighbours = here();
  const heard: [what: string, by: number][] = [];
  neighbours.on("gone", (_: Message, from) => heard.push(["gone", from]));
  const first = neighbours.beget();
  wayOf(first).postMessage({ about: "gone" });
  neighbours.commons.bury(first.who);
  const next = neighbours.beget();
  assert.equal(slotOf(next.who), slotOf(first.who));
  neighbours.died(first.who, FATE);
  assert.ok(neighbours.isLinked(next.who));
  wayOf(next).postMessage({ about: "gone" });
  neighbours.takeMessages();
  assert.deepEqual(heard, [
    ["gone", first.who],
    ["gone", next.who],
  ]);
  neighbours.died(next.who, FATE);
});
