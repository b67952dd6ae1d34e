// workerpool: registered functions, called by name with an array of arguments.

import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import type { RivalPool } from "../calls.ts";

export function open(threads: number): RivalPool {
  const pool = workerpool.pool(fileURLToPath(new URL("./jobs.js", import.meta.url)), {
    workerType: "thread",
    minWorkers: threads,
    maxWorkers: threads,
  });
  // Its promise is one of its own making: `async` makes it one of the language.
  return {
    next: async (n) => await pool.exec("next", [n]),
    nextAll: (numbers) => Promise.all(numbers.map((n) => pool.exec("next", [n]))),
    order: async (order) => await pool.exec("same", [order]),
    copy: async (bytes) => await pool.exec("same", [bytes]),
    move: async (bytes) => await pool.exec("moved", [bytes], { transfer: [bytes.buffer] }),
    burn: async (iterations) => await pool.exec("burn", [iterations]),
    close: async () => {
      await pool.terminate();
    },
  };
}
