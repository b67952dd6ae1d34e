// Real threads for the tests of shared locks: each runs a function of test/parallel/shared/bodies.ts, is given shared objects, and may be made to die at a step.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { directory } from "../../src/parallel/directory.ts";
import type { Birth } from "../../src/parallel/message.ts";
import { here } from "../../src/parallel/neighbours.ts";
import { SHARE } from "../../src/parallel/shareable.ts";
import { type SharedChannel, sharedChannel } from "../../src/parallel/shared-channel.ts";

/** What a thread is started with. */
export interface Errand {
  readonly birth: Birth;
  readonly channel: { readonly memory: SharedArrayBuffer; readonly name: string; readonly id: number };
  readonly body: string;
  /** Shared objects come through the channel. */
  readonly args: readonly unknown[];
  /** It begins when this is not 0 any more. */
  readonly gate: Int32Array;
  readonly dies: Death | null;
}

/** At which step a thread dies, and when it comes there for the how manieth time. */
export interface Death {
  readonly step: string;
  readonly time?: number;
}

export interface ThreadOptions {
  readonly dies?: Death;
  /** It begins only when told so. */
  readonly isHeld?: boolean;
}

export class TestThread {
  readonly who: number;
  /** It is there, and will begin at once when it is told so. */
  readonly ready: Promise<void>;
  /** What the function has come to; rejects when the thread ends before that. */
  readonly result: Promise<unknown>;
  /** Settles when it has ended, and the others have been told so. */
  readonly ended: Promise<void>;
  private readonly worker: Worker;
  private readonly gate: Int32Array;

  constructor({ dies, isHeld = false }: ThreadOptions, body: string, args: readonly unknown[]) {
    const birth = here().beget();
    this.who = birth.who;
    const name = `errand of ${birth.who}`;
    const channel = sharedChannel<readonly unknown[]>(1, { name }) as unknown as SharedChannel<readonly unknown[]>;
    const { memory, [SHARE]: id } = channel;
    const isShared = (value: unknown): boolean => typeof value === "object" && value !== null && SHARE in value;
    const plain = args.map((value) => (isShared(value) ? undefined : value));
    this.gate = new Int32Array(new SharedArrayBuffer(4));
    if (!isHeld) this.go();
    const { gate } = this;
    const errand: Errand = { birth, channel: { memory, name, id }, body, args: plain, gate, dies: dies ?? null };
    this.worker = new Worker(new URL("./lock-threads-entry.ts", import.meta.url), {
      workerData: errand,
      transferList: birth.links.map(({ port }) => port),
    });
    directory().depart(channel); // under way for good, since the thread is not told of it as of others
    channel.trySend(args.filter(isShared));
    this.ready = once(this.worker, "message").then(() => {});
    this.result = new Promise((resolve, reject) => {
      this.worker.on("message", ({ result }: { result?: unknown[] }) => result !== undefined && resolve(result[0]));
      this.worker.on("error", reject);
      this.worker.on("exit", (code) => reject(new Error(`${name}: it has ended with code ${code}`)));
    });
    this.result.catch(() => {});
    this.ended = once(this.worker, "exit").then(() =>
      here().died(birth.who, { why: "has ended", exitCode: undefined, cause: undefined }),
    );
  }

  go(): void {
    Atomics.store(this.gate, 0, 1);
    Atomics.notify(this.gate, 0);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
    await this.ended;
  }
}

/** Starts a thread that runs an exported function of test/parallel/shared/bodies.ts, in a run. */
export function thread(body: string, ...args: readonly unknown[]): TestThread {
  return new TestThread({}, body, args);
}

/** The same for a thread that dies at a step. */
export function mortal(dies: Death, body: string, ...args: readonly unknown[]): TestThread {
  return new TestThread({ dies }, body, args);
}

/** The same for one that begins when it is told so; resolves when it is there. */
export async function held(body: string, ...args: readonly unknown[]): Promise<TestThread> {
  const made = new TestThread({ isHeld: true }, body, args);
  await made.ready;
  return made;
}
