// One process of a pool of processes: how it is started, what it is told and tells, what it has to do, and how it ends.
//
// Invariant
//   it ends no later than this process, unless this one is killed

import type { ChildProcess } from "node:child_process";
import { oneLine } from "../../base/errors.ts";
import type { Call } from "./call.ts";
import { flagsForProcess } from "./flags.ts";
import type { CallRecipe } from "./functions.ts";

/** To a process. */
export type Order =
  | { readonly order: "call"; readonly id: number; readonly origin: CallRecipe; readonly bytes: Uint8Array }
  | { readonly order: "cancel"; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly order: "leave" };

/** From a process. */
export type Report =
  | { readonly report: "ready" }
  /** A body waits: its process can do something else meanwhile. */
  | { readonly report: "waits"; readonly id: number }
  | { readonly report: "answer"; readonly id: number; readonly how: number; readonly bytes: Uint8Array }
  | { readonly report: "memory"; readonly mb: number };

/** Processes that are to end with this one, however busy they are. */
const living = new Set<ChildProcess>();

export class Child {
  declare readonly number: number;
  /** The calls it has, by number. */
  declare readonly calls: Map<number, Call>;
  /** Those of them that do not keep it from getting another: their bodies wait. */
  declare readonly waiting: Set<number>;
  declare readonly exit: Promise<void>;
  declare isReady: boolean;
  declare isRetiring: boolean;
  /** Why it is being ended, or has ended. */
  declare why: string | null;
  declare done: number;
  declare memoryMb: number;
  declare private readonly process: ChildProcess;
  /** When it was ready, and since when it has been busy; 0 while it is not. */
  declare private readyAt: number;
  declare private busySince: number;
  declare private busyMs: number;
  declare private timer: NodeJS.Timeout | null;

  /**
   * `entry` is what it begins with, if that is not the entry of a pool: then it is told and tells what that takes and gives.
   *
   * @throws what Node does, if it cannot start another process
   */
  constructor(
    number: number,
    hear: (report: Report) => void,
    ended: (code: number | null, how: string) => void,
    entry: URL = ENTRY,
  ) {
    this.number = number;
    this.calls = new Map();
    this.waiting = new Set();
    this.isReady = false;
    this.isRetiring = false;
    this.why = null;
    this.done = 0;
    this.memoryMb = 0;
    this.readyAt = 0;
    this.busySince = 0;
    this.busyMs = 0;
    this.timer = null;
    const { fork } = process.getBuiltinModule("node:child_process"); // only now: threads that start no process should not have it in memory
    const child = fork(entry, {
      execArgv: flagsForProcess(),
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.process = child;
    this.exit = new Promise((resolve) => {
      const end = (code: number | null, how: string): void => {
        living.delete(child);
        if (living.size === 0) process.off("exit", killAll);
        this.stopTimer();
        ended(code, how);
        resolve();
      };
      child.once("exit", (code, signal) =>
        end(code, code === null ? `was ended by ${signal}` : `ended with exit code ${code}`),
      );
      child.on("error", (error) => {
        this.why ??= `could not be started or reached (${oneLine(error)})`;
        if (child.pid === undefined) end(null, this.why); // Node says no more of it
      });
    });
    child.on("message", hear);
    if (living.size === 0) process.on("exit", killAll);
    living.add(child);
  }

  /** Keeps this process alive, or not. */
  hold(isHeld: boolean): void {
    const { process: child } = this;
    const channel = child.channel as { ref(): void; unref(): void } | null | undefined;
    if (isHeld) {
      child.ref();
      channel?.ref();
    } else {
      child.unref();
      channel?.unref();
    }
  }

  /** False if it cannot be reached: then it is about to end. */
  send(order: object): boolean {
    if (!this.process.connected) return false;
    this.process.send(order);
    return true;
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }

  /** It can be given calls. */
  begin(): void {
    this.isReady = true;
    this.readyAt = performance.now();
  }

  /** To be called when its calls have changed, or have begun to wait. */
  count(): void {
    const isBusy = this.calls.size > this.waiting.size;
    if (isBusy === this.busySince > 0) return;
    if (!isBusy) this.busyMs += performance.now() - this.busySince;
    this.busySince = isBusy ? performance.now() : 0;
  }

  /** The share of its time that it was busy. */
  get utilisation(): number {
    const now = performance.now();
    const busy = this.busyMs + (this.busySince > 0 ? now - this.busySince : 0);
    return this.isReady && now > this.readyAt ? Math.min(busy / (now - this.readyAt), 1) : 0;
  }

  /** Calls back unless it gets a call within so many milliseconds. */
  whenIdle(ms: number, back: () => void): void {
    this.stopTimer();
    if (ms > LONGEST) return;
    this.timer = setTimeout(back, ms);
    this.timer.unref();
  }

  stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** Milliseconds: the longest delay that setTimeout takes. */
const LONGEST = 2 ** 31 - 1;

/** A process that is free ends by itself when this one does; one that computes hears nothing of it. */
function killAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "../entry/process.ts" : "../entry/process.js", import.meta.url);
