// A process of the system from its start to its end, which comes with that of its component at the latest; and with that of this process, however that ends.

import type { ChildProcess } from "node:child_process";
import { select } from "../../core/select.ts";
import type { Operation } from "../../core/types.ts";
import { callback } from "../../flow/callback.ts";
import { until } from "../../flow/until.ts";
import { sleep } from "../../time/sleep.ts";

/** How a process has ended. */
export interface ProcessExit {
  /** Its exit code; null if a signal has killed it. */
  readonly code: number | null;
  /** The signal that has killed it, as "SIGTERM"; null if it has exited. */
  readonly killedBy: string | null;
}

export class Life {
  readonly #child: ChildProcess;
  readonly #inGroup: boolean;
  readonly exited: Promise<ProcessExit>;

  constructor(child: ChildProcess, inGroup: boolean) {
    this.#child = child;
    this.#inGroup = inGroup;
    child.on("error", ignore); // that it could not be started is told to whoever waits for it; that it could not be killed shows
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on("error", ignore);
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, killedBy) => {
        living.delete(this);
        if (living.size === 0) process.off("exit", killLiving);
        resolve({ code, killedBy });
      });
    });
    if (child.pid === undefined) return;
    if (living.size === 0) process.on("exit", killLiving);
    living.add(this);
  }

  /** Ends it, if it has not ended, and waits until it has. */
  *end(graceMs: number): Operation<void> {
    const child = this.#child;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      this.kill("SIGTERM");
      const got = yield* select({ exited: until(this.exited), late: sleep(graceMs) });
      if (got.key === "late") {
        this.kill("SIGKILL");
        yield* until(this.exited);
      } else if (this.#inGroup) {
        this.kill("SIGKILL"); // those it has left behind
      }
    }
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream?.destroy();
      if (stream !== null && !stream.closed) yield* callback<void>((resolve) => void stream.once("close", resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    try {
      if (this.#inGroup && pid !== undefined) process.kill(-pid, signal);
      else this.#child.kill(signal);
    } catch {
      // it has gone meanwhile
    }
  }
}

const ignore = (): void => {};

/** Those that must not outlive this process, however that ends. */
const living = new Set<Life>();
const killLiving = (): void => {
  for (const life of living) life.kill("SIGKILL");
};

/** The last bytes of what was written. */
export class Tail {
  readonly #most: number;
  #bytes: Buffer;

  constructor(most: number) {
    this.#most = most;
    this.#bytes = Buffer.alloc(0);
  }

  add(chunk: Uint8Array): void {
    if (this.#most === 0) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > this.#most) this.#bytes = this.#bytes.subarray(this.#bytes.length - this.#most);
  }

  get text(): string {
    return this.#bytes.toString().trim();
  }
}
