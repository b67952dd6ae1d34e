// sharedmap, which is made with room for all it will ever hold, used by this thread and another at once.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { clock, type Outcome } from "../../trial.ts";
import { keysOf, visit } from "../../visits.js";
import { SharedMap } from "./map.js";

/** As many places for each key: it is told to be fast up to 95 % of what it can hold. */
const ROOM = 1.3;
const KEY_CHARACTERS = 12;
const VALUE_CHARACTERS = 8;

const worker = new Worker(new URL("./shared-map-peer.js", import.meta.url));

export async function close(): Promise<void> {
  await worker.terminate();
}

export async function trial(size: number): Promise<Outcome> {
  const keys = keysOf(size / 10);
  const map = new SharedMap(Math.ceil(keys.length * ROOM), KEY_CHARACTERS, VALUE_CHARACTERS);
  const gate = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ map, count: keys.length, operations: size / 2, gate });
  await once(worker, "message");
  const answered = once(worker, "message");
  const begin = clock();
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  const wrong = visit(map, keys, size / 2, 0);
  const [wrongThere] = (await answered) as [number];
  return { ns: clock() - begin, answer: map.length - wrong - wrongThere };
}
