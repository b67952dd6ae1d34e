// Tinypool: Piscina's calls, by name, with fewer features.

import { Tinypool } from "tinypool";
import type { RivalPool } from "../calls.ts";

export function open(threads: number): RivalPool {
  const pool = new Tinypool({
    filename: new URL("./jobs.js", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
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
    move: (bytes) => pool.run(Tinypool.move(bytes), moved),
    burn: (iterations) => pool.run(iterations, burn),
    close: () => pool.destroy(),
  };
}
