// Our shared map, which grows, used by this thread and a worker at once.

import { type Operation, run, yieldNow } from "offshoot";
import { Pool, remote, SharedMap } from "offshoot/parallel";
import { clock, type Outcome } from "../../trial.ts";
import { keysOf, visit } from "../../visits.js";

const READY = 1;
const BEGIN = 2;

const jobs = remote<typeof import("./jobs.js")>(new URL("./jobs.js", import.meta.url));
const pool = new Pool({ threads: 1 });

export async function close(): Promise<void> {
  await pool.close();
}

export function trial(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const keys = keysOf(size / 10);
    const map = new SharedMap<number>();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const visiting = pool.go(jobs.visit, map, keys.length, size / 2, gate);
    while (Atomics.load(gate, 0) !== READY) yield* yieldNow();
    const begin = clock();
    Atomics.store(gate, 0, BEGIN);
    Atomics.notify(gate, 0);
    const wrong = visit(map, keys, size / 2, 0);
    const wrongThere = yield* visiting;
    return { ns: clock() - begin, answer: map.size - wrong - wrongThere };
  });
}
