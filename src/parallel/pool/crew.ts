// The workers of a pool, in the thread that started it: when they are started, how they end, and what follows from that.
//
// A worker is started when calls wait and none is free, up to the size of the pool. One that has died is replaced when there is work for another. If workers die
// again and again before they have taken a call, those who wait are told so.

import { type ResourceLimits, Worker } from "node:worker_threads";
import { oneLine, WorkerError } from "../../base/errors.ts";
import { forgetIn } from "../cargo.ts";
import { slotOf } from "../commons.ts";
import { directory } from "../directory.ts";
import type { Birth, Message } from "../message.ts";
import { here } from "../neighbours.ts";
import { SHARE } from "../shareable.ts";
import type { CallQueue } from "./call-queue.ts";
import { DROPPED, FAILED, GENERATIONS } from "./desk.ts";
import { flagsForThread } from "./flags.ts";
import { Mailbox } from "./mailbox.ts";
import { reply } from "./reply.ts";

export interface CrewOptions {
  readonly limits: ResourceLimits | undefined;
  readonly tasks: number;
  readonly memoryMb: number;
  readonly idle: number;
}

/** What a worker is given. */
export interface Contract {
  readonly birth: Birth;
  readonly pool: { readonly id: number; readonly name: string; readonly memory: SharedArrayBuffer };
  readonly tasks: number;
  readonly memoryMb: number;
  readonly idle: number;
}

/** Workers that may die in a row before they have taken a call. */
const TRIES = 3;
/** Milliseconds a worker gets to end by itself when its pool is closed. */
const FAREWELL = 1_000;

interface Hand {
  readonly who: number;
  readonly worker: Worker;
  readonly exit: Promise<void>;
  isReady: boolean;
  isRetiring: boolean;
  /** Why it is being ended, or has ended. */
  why: string | null;
  cause: unknown;
}

export class Crew {
  declare readonly hands: Set<Hand>;
  declare private readonly queue: CallQueue;
  declare private readonly options: CrewOptions;
  declare private failures: number;
  /** Calls that the workers had done which have ended, and that all had done at the last failure: the failures are in a row while these stay the same. */
  declare private doneByEnded: number;
  declare private doneAtFailure: number;
  declare private isClosed: boolean;

  constructor(queue: CallQueue, options: CrewOptions) {
    this.hands = new Set();
    this.queue = queue;
    this.options = options;
    this.failures = 0;
    this.doneByEnded = 0;
    this.doneAtFailure = 0;
    this.isClosed = false;
  }

  /** Starts another worker if calls wait for one, and the pool may have more. */
  hire(): void {
    if (this.isClosed) return;
    const calls = this.queue.ring.length; // before it is looked who is free: a worker is not, before it takes one out
    let starting = 0;
    let busy = 0;
    for (const hand of this.hands) {
      if (hand.isRetiring) continue;
      if (!hand.isReady) starting++;
      else if (!this.queue.isFree(slotOf(hand.who))) busy++;
      else starting++; // free: as good as one that is about to be
    }
    if (calls <= starting || starting + busy >= this.queue.most) return;
    try {
      this.start();
    } catch (error) {
      if (this.hands.size === 0) this.refuseAll(error);
    }
  }

  /** Starts all workers that the pool may have, and answers their numbers. */
  hireAll(): number[] {
    for (;;) {
      const staying = [...this.hands].filter(({ isRetiring }) => !isRetiring);
      if (staying.length >= this.queue.most) return staying.map(({ who }) => who);
      this.start();
    }
  }

  /** Ends a worker at once. */
  replace(who: number, why: string): void {
    for (const hand of this.hands) {
      if (hand.who !== who) continue;
      hand.why ??= why;
      void hand.worker.terminate();
    }
  }

  /** A worker has begun to take calls. */
  ready(who: number): void {
    for (const hand of this.hands) {
      if (hand.who !== who) continue;
      hand.isReady = true;
      hand.worker.performance.eventLoopUtilization(); // see start
    }
    this.hire();
  }

  /** A worker takes no more calls: it has had its share of them, or of memory. */
  retiring(who: number): void {
    for (const hand of this.hands) {
      if (hand.who !== who) continue;
      hand.isRetiring = true;
      hand.why ??= "had done its share, and had its place taken by another";
    }
    this.count();
    this.hire();
  }

  /** A worker has nothing left to do. What users have left running there must not keep it. */
  departing(who: number): void {
    for (const hand of this.hands)
      if (hand.who === who) setTimeout(() => void hand.worker.terminate(), FAREWELL).unref();
  }

  /** Lets the workers finish what they have, and end. */
  async close(): Promise<void> {
    this.isClosed = true;
    const all = [...this.hands];
    for (const hand of all) {
      hand.isRetiring = true;
      hand.why ??= "was closed";
      here().tell(hand.who, { about: "retire", pool: this.queue[SHARE] } as Message);
      hand.worker.ref();
      if (!hand.isReady) void hand.worker.terminate();
    }
    const timer = setTimeout(() => {
      for (const hand of this.hands) void hand.worker.terminate();
    }, FAREWELL);
    await Promise.all(all.map(({ exit }) => exit));
    clearTimeout(timer);
    // Calls of other threads, and such as were withdrawn.
    this.refuseAll(
      new WorkerError(`Pool.run: pool "${this.queue.name}" was closed before a worker had taken the call.`, undefined),
    );
  }

  utilisation(): number {
    let sum = 0;
    let count = 0;
    for (const { worker, isReady } of this.hands) {
      if (!isReady) continue;
      sum += Math.min(worker.performance.eventLoopUtilization().utilization, 1); // its clocks are read one after the other
      count++;
    }
    return count === 0 ? 0 : sum / count;
  }

  private start(): void {
    const { queue, options } = this;
    const birth = here().beget();
    const contract: Contract = {
      birth,
      pool: { id: queue[SHARE], name: queue.name, memory: queue.memory },
      tasks: options.tasks,
      memoryMb: options.memoryMb,
      idle: options.idle,
    };
    const flags = flagsForThread();
    let worker: Worker;
    try {
      worker = new Worker(ENTRY, {
        workerData: { offshoot: contract },
        transferList: birth.links.map(({ port }) => port),
        ...(flags === undefined ? {} : { execArgv: flags }),
        ...(options.limits === undefined ? {} : { resourceLimits: options.limits }),
        name: queue.name,
      } as ConstructorParameters<typeof Worker>[1]);
    } catch (error) {
      here().died(birth.who, { why: "was never started", exitCode: undefined, cause: error });
      throw error;
    }
    worker.unref();
    queue.report(slotOf(birth.who), 0, 0); // not what one has left there that had its slot before
    // Node says -1 once the thread has been taken down, if it has been asked before: long before "exit" comes through an event loop that may be waiting for what it held.
    here().commons.feelPulse(birth.who, () => worker.performance.eventLoopUtilization().idle < 0);
    worker.once("online", () => worker.performance.eventLoopUtilization());
    const hand: Hand = {
      who: birth.who,
      worker,
      exit: new Promise((resolve) => worker.once("exit", () => resolve())),
      isReady: false,
      isRetiring: false,
      why: null,
      cause: undefined,
    };
    worker.on("error", (error) => {
      hand.cause = error;
    });
    worker.on("exit", (code) => this.ended(hand, code));
    this.hands.add(hand);
    this.count();
  }

  private ended(hand: Hand, exitCode: number): void {
    this.hands.delete(hand);
    this.count();
    const why = hand.why ?? sayEnd(hand.cause, exitCode);
    const { running, done } = this.queue.reportOf(slotOf(hand.who));
    this.doneByEnded += done;
    here().died(hand.who, { why, exitCode, cause: hand.cause });
    // An error that no caller is told of, since the worker had no call, is for the process.
    if (hand.cause !== undefined && hand.isReady && running === 0) Promise.reject(hand.cause);
    if (this.isClosed) return;
    if (hand.why === null && running === 0 && done === 0 && this.hasFailedAgain()) {
      const message = `Pool.run: no worker of pool "${this.queue.name}" could be started: each of ${TRIES} ${why}.`;
      this.refuseAll(new WorkerError(message, exitCode, hand.cause === undefined ? {} : { cause: hand.cause }));
    }
    this.hire();
  }

  /** A worker has died before it has taken a call: were those before it no better, and enough of them? */
  private hasFailedAgain(): boolean {
    let done = this.doneByEnded;
    for (const { who } of this.hands) done += this.queue.reportOf(slotOf(who)).done;
    this.failures = done === this.doneAtFailure ? this.failures + 1 : 1;
    this.doneAtFailure = done;
    if (this.failures < TRIES) return false;
    this.failures = 0;
    return true;
  }

  /** There is no worker for the calls that wait: their callers are told so. */
  private refuseAll(error: unknown): void {
    const { ring, words } = this.queue;
    for (let ticket = ring.peek(); ticket >= 0; ticket = ring.peek()) {
      if (!ring.claimTake(ticket)) continue;
      const at = ring.labelAt(ticket);
      const place = words[at] as number;
      const id = words[at + 1] as number;
      const generation = (words[at + 3] as number) & GENERATIONS;
      forgetIn(ring, ticket);
      ring.release(ticket);
      const mailbox = directory().knows(id) ? directory().find(id) : null;
      if (!(mailbox instanceof Mailbox)) continue; // its caller has ended
      const isWanted = mailbox.take(place, here().who, 0);
      reply(mailbox, place, generation, isWanted ? FAILED : DROPPED, isWanted ? error : undefined, "");
    }
    this.queue.givers.wakeAll();
  }

  private count(): void {
    let staying = 0;
    for (const { isRetiring } of this.hands) if (!isRetiring) staying++;
    this.queue.hired = staying;
  }
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "../entry/worker.ts" : "../entry/worker.js", import.meta.url);

function sayEnd(cause: unknown, exitCode: number): string {
  if (cause !== undefined) {
    const code = (cause as { code?: unknown } | null)?.code;
    if (code === "ERR_WORKER_OUT_OF_MEMORY")
      return "ran out of memory; give it more with limits, or less to do at a time";
    return `ended by an error nobody had caught (${oneLine(cause)})`;
  }
  return exitCode === 0
    ? "ended by itself (exit code 0); process.exit() in a worker ends its thread"
    : `ended with exit code ${exitCode}; process.exit() in a worker ends its thread`;
}
