// poolifier: a fixed pool of threads; a batch is its `mapExecute`.

import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FixedThreadPool } from "poolifier";
import type { RivalPool } from "../calls.ts";

/** Right after work, its `destroy` sometimes never settles, although its workers end. */
const DESTROYED_MS = 1000;

export function open(threads: number): RivalPool {
  // biome-ignore lint/suspicious/noExplicitAny: a pool has one type for the arguments of all its functions
  const pool = new FixedThreadPool<any, any>(threads, fileURLToPath(new URL("./jobs.js", import.meta.url)));
  return {
    next: (n) => pool.execute(n, "next"),
    nextAll: (numbers) => pool.mapExecute(numbers, "next"),
    order: (order) => pool.execute(order, "same"),
    copy: (bytes) => pool.execute(bytes, "same"),
    move: (bytes) => pool.execute(bytes, "same", undefined, [bytes.buffer as ArrayBuffer]),
    burn: (iterations) => pool.execute(iterations, "burn"),
    close: () => Promise.race([pool.destroy(), pause(DESTROYED_MS)]),
  };
}
