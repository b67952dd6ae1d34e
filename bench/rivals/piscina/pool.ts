// Piscina: functions of a module, called by name.

import { Piscina } from "piscina";
import type { Open } from "../calls.ts";

/** @param concurrency calls that a worker may have at once; Piscina's default is 1 */
export function opener(concurrency: number): Open {
  return (threads) => {
    const pool = new Piscina({
      filename: new URL("./jobs.js", import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: concurrency,
    });
    const next = { name: "next" };
    const same = { name: "same" };
    const moved = { name: "moved" };
    const burn = { name: "burn" };
    return {
      next: (n) => pool.run(n, next),
      nextAll: (numbers) => Promise.all(numbers.map((n) => pool.run(n, next))),
      order: (order) => pool.run(order, same),
      copy: (bytes) => pool.run(bytes, same),
      move: (bytes) => pool.run(Piscina.move(bytes), moved),
      burn: (iterations) => pool.run(iterations, burn),
      close: () => pool.close(),
    };
  };
}
