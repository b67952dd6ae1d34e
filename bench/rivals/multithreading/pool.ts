// multithreading: one pool for the whole process; functions are sent as source and kept by the worker that had them.
//
// A view is always moved, so a copy is made beforehand where a copy is wanted.

import { initRuntime, move, type Result, shutdown, spawn } from "multithreading";
import type { RivalPool } from "../calls.ts";

export function open(threads: number): RivalPool {
  initRuntime({ maxWorkers: threads });
  const next = (n: number): number => n + 1;
  const same = <T>(value: T): T => value;
  const burn = async (iterations: number): Promise<number> => (await import("../../burn.js")).burn(iterations);
  return {
    next: async (n) => unwrap(await spawn(move(n), next).join()),
    nextAll: async (numbers) =>
      (await Promise.all(numbers.map((n) => spawn(move(n), next).join()))).map((result) => unwrap(result)),
    order: async (order) => unwrap(await spawn(move(order), same<typeof order>).join()),
    copy: async (bytes) => unwrap(await spawn(move(bytes.slice()), same<Uint8Array>).join()),
    move: async (bytes) => unwrap(await spawn(move(bytes), same<Uint8Array>).join()),
    burn: async (iterations) => unwrap(await spawn(move(iterations), burn).join()),
    close: async () => shutdown(),
  };
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
