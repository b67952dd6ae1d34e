// The pool people write by hand on `worker_threads`: calls in turn to each worker, promises kept by number.

import { Worker } from "node:worker_threads";
import type { RivalPool } from "../calls.ts";

export function open(threads: number): RivalPool {
  const pool = new HandPool(threads);
  const nothing: readonly ArrayBuffer[] = [];
  return {
    next: (n) => pool.call("next", n, nothing),
    nextAll: (numbers) => Promise.all(numbers.map((n) => pool.call<number>("next", n, nothing))),
    order: (order) => pool.call("same", order, nothing),
    copy: (bytes) => pool.call("same", bytes, nothing),
    move: (bytes) => pool.call("moved", bytes, [bytes.buffer as ArrayBuffer]),
    burn: (iterations) => pool.call("burn", iterations, nothing),
    close: () => pool.close(),
  };
}

class HandPool {
  readonly workers: readonly Worker[];
  readonly pending: Map<number, (value: never) => void> = new Map();
  count = 0;

  constructor(threads: number) {
    this.workers = Array.from({ length: threads }, () => new Worker(new URL("./jobs.js", import.meta.url)));
    for (const worker of this.workers) worker.on("message", this.settle);
  }

  call<T>(name: string, argument: unknown, transfer: readonly ArrayBuffer[]): Promise<T> {
    const id = this.count++;
    this.workers[id % this.workers.length]?.postMessage([id, name, argument], transfer);
    return new Promise<T>((resolve) => this.pending.set(id, resolve));
  }

  readonly settle = ([id, value]: [number, never]): void => {
    const resolve = this.pending.get(id);
    this.pending.delete(id);
    resolve?.(value);
  };

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
