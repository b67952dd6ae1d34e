// What the tests of threads that die share: pools to die in, what has been received, and how the others go on.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type Channel, go, type Operation } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
import { check } from "../../support/channels.ts";
import { type Item, item, type Notes } from "./jobs.ts";

export const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
export const mortal = new Pool({ threads: 1, name: "mortal" });
export const living = new Pool({ threads: 1, name: "living" });
export const closePools = (): Promise<unknown> => Promise.all([mortal.close(), living.close()]);

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const notesFor = (senders: number, each: number): Notes => ({
  counts: new Int32Array(new SharedArrayBuffer(senders * each * 4)),
  each,
});

/** How often the values of one sender have been received. */
export const countsOf = ({ counts, each }: Notes, from: number): number[] => [
  ...counts.subarray(from * each, (from + 1) * each),
];

export const lostIn = (ch: { stats(): object }): number => (ch.stats() as { lostWithThread: number }).lostWithThread;

/** The channel is whole, and everybody can use it to its limits. */
export function* goesOn(ch: Channel<Item>, bytes: number): Operation<void> {
  assert.equal(ch.length, 0);
  check(ch);
  const whole = { from: 0, n: 0, rest: "x".repeat(bytes - 100) };
  for (let i = 0; i < 2 * ch.capacity; i++) {
    yield* ch.send(whole);
    assert.deepEqual(yield* ch.receive(), whole);
  }
  const pump = go(() => living.run(jobs.sends, ch, 3, 20));
  for (let n = 0; n < 20; n++) assert.deepEqual(yield* ch.receive(), item(3, n));
  yield* pump;
  check(ch);
}

/** How an operation ends, in words. */
export function* outcome(op: Operation<unknown>): Operation<string> {
  try {
    return inspect(yield* op);
  } catch (error) {
    return String(error);
  }
}
