// The memory of a SharedList as a thread leaves it that dies: at each step of random changes. What is found is what was before the change, or after, and nothing is lost.
// own process: it looks like one of several threads

import assert from "node:assert/strict";
import { test } from "node:test";
import "../../../src/parallel/index.ts";
import { BODY } from "../../../src/parallel/directory.ts";
import { here } from "../../../src/parallel/neighbours.ts";
import { Entries, LEAST } from "../../../src/parallel/shared/entries.ts";
import { load, read } from "../../../src/parallel/shared/freight.ts";
import { GrowingWords, growableMemory } from "../../../src/parallel/shared/growable.ts";
import { steps } from "../../../src/parallel/steps.ts";

const MOST = 2 ** 18;

const valuesOf = (entries: Entries): unknown[] => {
  const values: unknown[] = [];
  for (let i = 0; i < entries.length; i++) values.push(read(entries.get(i), 0));
  return values;
};

/** The same memory, its lock held by a thread that has died. */
function leftBy(dead: number, memory: SharedArrayBuffer): Entries {
  const copy = growableMemory(memory.byteLength, MOST);
  new Uint8Array(copy).set(new Uint8Array(memory));
  new Int32Array(copy)[BODY] = dead;
  return new Entries(copy, new GrowingWords(copy), false);
}

test("at whichever step a thread dies, the next finds the list as it was before or after the change", () => {
  const { commons } = here();
  const dead = commons.enter(0);
  commons.bury(dead);
  const memory = growableMemory(LEAST, MOST);
  const entries = new Entries(memory, new GrowingWords(memory), true);
  const model: unknown[] = [];
  let seed = 3;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % n;
  };
  const met = new Set<string>();
  for (let round = 0; round < 200; round++) {
    const value = random(4) === 0 ? round : "ab".repeat(30 + random(4) * random(60));
    const index = model.length === 0 || random(3) > 0 ? model.length : random(model.length);
    const before = [...model];
    model[index] = value;
    let happened = false;
    steps.at = (step) => {
      steps.at = null;
      met.add(step);
      happened ||= step === "list.commit";
      const found = leftBy(dead, memory);
      found.mend(dead);
      found.check();
      assert.deepEqual(valuesOf(found), happened ? model : before, step);
      const { words, length } = load("next", "");
      assert.equal(found.push(words.slice(), length), found.length - 1);
      found.check();
      steps.at = again;
    };
    const again = steps.at;
    const { words, length } = load(value, "");
    const source = words.slice(0, length);
    if (index === before.length) entries.push(source, length);
    else entries.set(index, source, length);
    steps.at = null;
    assert.deepEqual(valuesOf(entries), model);
  }
  entries.check();
  const names = "lock note high cell write prepare commit odd even length free freed forget done segment".split(" ");
  assert.deepEqual([...met].sort(), names.map((name) => `list.${name}`).sort());
});
