// The host on Node: performance.now, microtasks and setImmediate, one setTimeout, beforeExit, AsyncLocalStorage.

import { AsyncLocalStorage } from "node:async_hooks";
import type { Host } from "../core/host.ts";

/** As they are when the package is loaded: a simulation may replace them for a while, and production goes on. */
const { clearTimeout, performance, queueMicrotask, setImmediate, setTimeout } = globalThis;

/** The longest delay setTimeout takes; an alarm further away is set again when it has passed. */
const LONGEST = 2 ** 31 - 1;

export class NodeHost implements Host {
  declare private timeout: NodeJS.Timeout | null;

  constructor() {
    this.timeout = null;
  }

  now(): number {
    return performance.now();
  }

  entropy(): number {
    return (Math.random() * 2 ** 32) | 0;
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  turn(run: () => void): void {
    setImmediate(run);
  }

  turned(run: () => void): void {
    setImmediate(run).unref();
  }

  alarm(deadline: number, run: () => void): void {
    this.silence();
    const ms = Math.max(Math.ceil(deadline - performance.now()), 1);
    this.timeout = setTimeout(
      () => {
        this.timeout = null;
        run();
      },
      Math.min(ms, LONGEST),
    );
  }

  silence(): void {
    if (this.timeout !== null) clearTimeout(this.timeout);
    this.timeout = null;
  }

  watch(dry: () => void): () => void {
    process.on("beforeExit", dry);
    return () => process.off("beforeExit", dry);
  }

  later(ms: number, run: () => void): () => void {
    const timeout = setTimeout(run, ms).unref();
    return () => clearTimeout(timeout);
  }

  warn(text: string): void {
    process.stderr.write(`offshoot: ${text}\n`);
  }

  capture(): (run: () => void) => void {
    return AsyncLocalStorage.snapshot();
  }
}
