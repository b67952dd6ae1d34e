// The memory of an InterlockedList as a thread leaves it that dies: at each step of random pushes and flushes. What was pushed is there, but for what the thread had taken.
// own process: it looks like one of several threads

import assert from "node:assert/strict";
import { test } from "node:test";
import "../../../src/parallel/index.ts";
import { here } from "../../../src/parallel/neighbours.ts";
import { load, read } from "../../../src/parallel/shared/freight.ts";
import { GrowingWords, growableMemory } from "../../../src/parallel/shared/growable.ts";
import { LOG_WORDS, Logs } from "../../../src/parallel/shared/logs.ts";
import { steps } from "../../../src/parallel/steps.ts";

const AT = 32;
const MOST = 2 ** 20;

const logsOn = (memory: SharedArrayBuffer, who: number, isNew = false): Logs =>
  new Logs(memory, AT, new GrowingWords(memory), who, isNew ? MOST : null);

function push(logs: Logs, value: unknown): void {
  const { words, length } = load(value, "");
  const source = words.slice(0, length);
  assert.ok(logs.prepare(length));
  logs.push(source, length);
}

/** All there is, of logs of one thread. */
function take(logs: Logs): unknown[] {
  const values: unknown[] = [];
  const end = logs.now();
  for (const log of logs.inUse()) {
    const taken = logs.take(log, end);
    if (taken === null) continue;
    const { words, length } = taken;
    for (let at = 0; at < length; ) {
      values.push(read(words, at + 1));
      const next = load(values.at(-1), "");
      at += 1 + next.length;
    }
  }
  return values;
}

test("at whichever step a thread dies, the next finds what was pushed and not taken, and uses its memory again", () => {
  const { commons, who } = here();
  const dead = commons.enter(0);
  commons.bury(dead);
  const memory = growableMemory((AT + LOG_WORDS) * 4, MOST);
  const logs = logsOn(memory, dead, true);
  logs.begin();
  let model: unknown[] = [];
  let seed = 5;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % n;
  };
  const met = new Set<string>();
  for (let round = 0; round < 150; round++) {
    const value = random(3) === 0 ? round : "ab".repeat(40 + random(3) * random(15_000));
    const isPush = random(6) > 0;
    const before = model;
    model = isPush ? [...model, value] : [];
    let happened = false;
    const look = (step: string): void => {
      steps.at = null;
      met.add(step);
      happened ||= step === "log.publish" || step === "log.claim";
      const copy = growableMemory(memory.byteLength, MOST);
      new Uint8Array(copy).set(new Uint8Array(memory));
      const found = logsOn(copy, who);
      found.begin();
      found.check();
      assert.deepEqual(take(found), happened ? model : before, step);
      for (const log of found.inUse()) if (found.userOf(log) === dead) found.tidy(log);
      found.check();
      assert.ok(found.count().owned <= 1, `${step}: ${found.count().owned} blocks belong to a thread`);
      push(found, "next");
      assert.deepEqual(take(found), ["next"]);
      steps.at = look;
    };
    steps.at = look;
    if (isPush) push(logs, value);
    else assert.deepEqual(take(logs), before);
    steps.at = null;
  }
  logs.check();
  const names = "block link stamp write publish copy claim".split(" ");
  assert.deepEqual([...met].sort(), names.map((name) => `log.${name}`).sort());
});
