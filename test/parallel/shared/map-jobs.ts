// What the tests of the shared map let other threads do.

import type { Operation } from "offshoot";
import type { SharedMap } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { steps } from "../../../src/parallel/steps.ts";

export function fill(map: SharedMap<number>, from: number, to: number): void {
  for (let i = from; i < to; i++) map.set(`key ${i}`, i);
}

export function count(map: SharedMap<number>, key: string, times: number): void {
  for (let i = 0; i < times; i++) map.update(key, (n = 0) => n + 1);
}

/** Counts in an object, which lies in a box. */
export function countBoxed(map: SharedMap<{ n: number; pad: string }>, key: string, times: number): void {
  for (let i = 0; i < times; i++)
    map.update(key, (old) => ({ n: (old?.n ?? 0) + 1, pad: "x".repeat(((old?.n ?? 0) * 7) % 90) }));
}

/** How many of the keys this thread was the first to set. */
export function win(map: SharedMap<number>, keys: number, me: number): number {
  let won = 0;
  for (let i = 0; i < keys; i++) if (map.setOnce(`prize ${i}`, me)) won++;
  return won;
}

/** Sets pairs of keys to texts whose length and letters tell whether they are whole; answers how many were not. */
export function scribble(map: SharedMap<string>, keys: number, times: number, seed: number): number {
  const random = new Random(seed);
  let torn = 0;
  for (let i = 0; i < times; i++) {
    const key = `text ${random.below(keys)}`;
    const what = random.below(3);
    if (what === 0) map.set(key, textOf(random.below(6000)));
    else if (what === 1) map.delete(key);
    else {
      const text = map.get(key);
      if (text !== undefined && text !== textOf(text.length)) torn++;
    }
  }
  return torn;
}

const textOf = (length: number): string => String.fromCharCode(97 + (length % 26)).repeat(length);

/** Puts keys in and takes them out again, until it is told to stop; answers how often. */
export function churn(map: SharedMap<number>, stop: SharedMap<boolean>, keys: number): number {
  let rounds = 0;
  for (; !stop.has("stop"); rounds++) {
    for (let i = 0; i < keys; i++) map.set(`passing ${rounds % 7} ${i}`, i);
    for (let i = 0; i < keys; i++) map.delete(`passing ${rounds % 7} ${i}`);
  }
  return rounds;
}

export function* meet(map: SharedMap<string>, key: string): Operation<string> {
  return yield* map.wait(key);
}

/** A key that belongs to one thread, with what it last set it to: so that others can tell whether that was lost. */
export function work(map: SharedMap<unknown>, who: number, times: number, seed: number): Map<string, unknown> {
  const random = new Random(seed);
  const model = new Map<string, unknown>();
  for (let i = 0; i < times; i++) change(map, who, random, model);
  return model;
}

function change(map: SharedMap<unknown>, who: number, random: Random, model: Map<string, unknown> | null): void {
  // In phases, so that many blocks are free at times, and needed at others.
  const isGrowing = random.below(2) === 0;
  const base = random.below(4) * 200;
  for (let i = 0; i < 200; i++) {
    const key = `${who}:${base + i}${i % 9 === 0 ? " and what makes it longer than an entry" : ""}`;
    if (isGrowing) {
      const value = anyValue(random);
      map.set(key, value);
      model?.set(key, value);
    } else {
      map.delete(key);
      model?.delete(key);
    }
  }
}

function anyValue(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return "a text of some length ".repeat(random.below(8));
    case 1:
      return "x".repeat(random.below(20_000));
    case 2:
      return { id: random.below(1000), tags: ["a", "b"] };
    case 3:
      return random.below(1000) / 8;
    default:
      return random.below(1_000_000);
  }
}

/** Does the same, and dies when it has come to a step so many times. */
export function die(map: SharedMap<unknown>, step: string, nth: number, seed: number): void {
  const random = new Random(seed);
  let left = nth;
  steps.at = (at) => {
    if (at === step && --left === 0) process.exit(3);
  };
  for (let i = 0; i < 400; i++) change(map, 0, random, null);
  steps.at = null;
}

/** Dies with a lock in hand, of which it tells in another map just before. */
export function dieLocked(map: SharedMap<number>, flags: SharedMap<boolean>): void {
  steps.at = (at) => {
    if (at !== "map: locked") return;
    steps.at = null;
    flags.set("locked", true);
    process.exit(3);
  };
  map.set("contended", 1);
}

/** Takes all out when it is told to, and says so. */
export function clearsWhen(map: SharedMap<number>, gate: Int32Array): void {
  Atomics.store(gate, 2, 1);
  Atomics.wait(gate, 0, 0);
  map.clear();
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
}

/** Takes all out, and stops at a step for as long as the gate is 0; or dies there. */
export function clearsAt(map: SharedMap<number>, step: string, gate: Int32Array | null): void {
  steps.at = (at) => {
    if (at !== step) return;
    steps.at = null;
    if (gate === null) process.exit(3);
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
    Atomics.wait(gate, 0, 0);
  };
  map.clear();
}

export function receiveFrom(map: SharedMap<SharedMap<number>>, key: string): number | undefined {
  const inner = map.get(key);
  inner?.set("seen", 1);
  return inner?.get("n");
}
