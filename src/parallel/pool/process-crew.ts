// A pool of processes: the same face as one of threads, for code that must not share a process (native modules that are not safe in threads, leaks, crashes).
//
// The calls wait here, and each process gets one when it has none; a body that waits does not keep its process from getting another when all have some. Everything travels
// in messages, as the codec's bytes; nothing can be shared.
//
// Invariant
//   a call is in the queue, or with one process, or over

import { type ChildProcess, fork } from "node:child_process";
import { describeValue, oneLine } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import { misuse } from "../../core/leaf.ts";
import { decode, encode, type Loader, type Unloader } from "../codec.ts";
import { detachMoved } from "../move.ts";
import type { Backend, PoolStats } from "./backend.ts";
import { type Call, type Employer, wordsOfPool } from "./call.ts";
import { flagsForProcess } from "./flags.ts";
import { type CallRecipe, callRecipe, loadOf, namesIn } from "./functions.ts";
import { Durations } from "./histogram.ts";
import type { Settings } from "./settings.ts";

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

interface Hand {
  readonly child: ChildProcess;
  readonly number: number;
  /** The calls it has, by number. */
  readonly calls: Map<number, Call>;
  /** Those of them that do not keep it from getting another: their bodies wait. */
  readonly waiting: Set<number>;
  readonly exit: Promise<void>;
  isReady: boolean;
  isRetiring: boolean;
  why: string | null;
  done: number;
  memoryMb: number;
}

/** Processes that may end in a row before they were ready. */
const TRIES = 3;
/** Milliseconds a process gets to end by itself when its pool is closed. */
const FAREWELL = 1_000;

export class ProcessCrew implements Employer, Backend {
  declare readonly name: string;
  declare readonly words: Employer["words"];
  declare readonly grace: number;
  declare readonly timeout: number;
  declare readonly size: number;
  declare underWay: number;
  declare private readonly settings: Settings;
  declare private readonly hands: Set<Hand>;
  declare private readonly queue: Ring<Call>;
  declare private readonly starts: WeakMap<Call, number>;
  declare private readonly runs: Durations;
  declare private readonly waits: Durations;
  declare private done: number;
  declare private failed: number;
  declare private lastCall: number;
  declare private lastHand: number;
  declare private failures: number;
  declare private isClosed: boolean;
  declare private emptied: (() => void) | null;

  constructor(settings: Settings) {
    this.name = settings.name;
    this.words = wordsOfPool(settings.name, "process");
    this.grace = settings.grace;
    this.timeout = settings.timeout;
    this.size = settings.processes;
    this.underWay = 0;
    this.settings = settings;
    this.hands = new Set();
    this.queue = new Ring();
    this.starts = new WeakMap();
    this.runs = new Durations();
    this.waits = new Durations();
    this.done = 0;
    this.failed = 0;
    this.lastCall = 0;
    this.lastHand = 0;
    this.failures = 0;
    this.isClosed = false;
    this.emptied = null;
  }

  get isOwn(): boolean {
    return true;
  }

  get employer(): Employer {
    return this;
  }

  get hired(): number {
    return this.hands.size;
  }

  begin(call: Call): void {
    this.underWay++;
    if (this.isClosed) {
      call.refused(misuse(`Pool.run: pool "${this.name}" is closed. Make the calls before close(), or another pool.`));
      return;
    }
    call.place = ++this.lastCall;
    call.wasPut(now());
    if (call.worker === 0) {
      this.queue.push(call);
      this.dispatch();
      return;
    }
    for (const hand of this.hands)
      if (hand.number === call.worker) {
        this.give(hand, call);
        return;
      }
    call.lost({ why: "has ended", exitCode: undefined, cause: undefined });
  }

  retract(call: Call): boolean {
    return !this.starts.has(call); // it is passed over when its turn comes
  }

  cancel(call: Call, reason: unknown): void {
    let bytes: Uint8Array | null = null;
    try {
      bytes = encode(reason, COPYING, "").slice();
    } catch {
      // a reason that cannot travel: the task is cancelled without one
    }
    this.send(this.handOf(call), { order: "cancel", id: call.place, bytes });
  }

  replace(call: Call, why: string): void {
    const hand = this.handOf(call);
    if (hand === null) return;
    hand.why ??= why;
    hand.child.kill("SIGKILL");
  }

  handOver(): void {}

  startOf(call: Call): number | null {
    return this.starts.get(call) ?? null;
  }

  over(call: Call, failed: boolean): void {
    if (failed) this.failed++;
    else this.done++;
    const start = this.starts.get(call);
    if (start !== undefined) {
      this.waits.add(start - call.putAt);
      this.runs.add(now() - start);
    }
    if (--this.underWay > 0) return;
    for (const { child } of this.hands) hold(child, false);
    this.emptied?.();
  }

  hireAll(): number[] {
    while (this.staying().length < this.size) this.start();
    return this.staying().map(({ number }) => number);
  }

  stats(): PoolStats {
    const workers = [...this.hands].map(({ number, calls, done, memoryMb }) =>
      Object.freeze({ id: number, running: calls.size, done, memoryMb }),
    );
    const running = workers.reduce((sum, { running }) => sum + running, 0);
    const busy = workers.filter(({ running }) => running > 0).length;
    return Object.freeze({
      queued: this.queue.size,
      running,
      done: this.done,
      failed: this.failed,
      utilisation: workers.length === 0 ? 0 : busy / workers.length,
      run: this.runs.summary(),
      wait: this.waits.summary(),
      workers: Object.freeze(workers),
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.underWay > 0)
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
    const all = [...this.hands];
    for (const hand of all) {
      hand.why ??= "was closed";
      hold(hand.child, true);
      this.send(hand, { order: "leave" });
    }
    const timer = setTimeout(() => {
      for (const { child } of all) child.kill("SIGKILL");
    }, FAREWELL);
    await Promise.all(all.map(({ exit }) => exit));
    clearTimeout(timer);
  }

  /** Gives calls that wait to processes that have none; then to those whose bodies only wait. */
  private dispatch(): void {
    const { queue } = this;
    while (queue.size > 0) {
      if (queue.peek(0).isOver) {
        queue.shift();
        continue;
      }
      const hand = this.freeHand();
      if (hand === null) break;
      this.give(hand, queue.shift());
    }
    const starting = this.staying().filter(({ isReady }) => !isReady).length;
    if (queue.size > starting && this.staying().length < this.size) this.start();
  }

  private freeHand(): Hand | null {
    let best: Hand | null = null;
    for (const hand of this.staying()) {
      if (!hand.isReady || hand.calls.size > hand.waiting.size) continue;
      if (best === null || hand.calls.size < best.calls.size) best = hand;
    }
    // One that has bodies waiting is taken only if there is none to come that has nothing to do.
    return best !== null && best.calls.size > 0 && this.staying().length < this.size ? null : best;
  }

  private give(hand: Hand, call: Call): void {
    const origin = callRecipe(call.origin);
    const moved: (ArrayBuffer | ArrayBufferView)[] = [];
    try {
      const bytes = encode(
        loadOf(call.origin, call.args),
        copyingInto(moved),
        "Pool.run",
        namesIn(call.origin),
      ).slice();
      hand.calls.set(call.place, call);
      this.starts.set(call, now());
      this.send(hand, { order: "call", id: call.place, origin, bytes });
      detachMoved(moved);
    } catch (error) {
      hand.calls.delete(call.place);
      call.refused(error);
    }
  }

  private start(): void {
    const child = fork(ENTRY, {
      execArgv: flagsForProcess(),
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const hand: Hand = {
      child,
      number: ++this.lastHand,
      calls: new Map(),
      waiting: new Set(),
      exit: new Promise((resolve) => child.once("exit", () => resolve())),
      isReady: false,
      isRetiring: false,
      why: null,
      done: 0,
      memoryMb: 0,
    };
    child.on("message", (report: Report) => this.hear(hand, report));
    child.on("error", (error) => {
      hand.why ??= `could not be started or reached (${oneLine(error)})`;
    });
    child.once("exit", (code, signal) => this.ended(hand, code, signal));
    hold(child, this.underWay > 0);
    this.hands.add(hand);
  }

  private hear(hand: Hand, report: Report): void {
    switch (report.report) {
      case "ready":
        hand.isReady = true;
        this.failures = 0;
        break;
      case "waits":
        if (hand.calls.has(report.id)) hand.waiting.add(report.id);
        break;
      case "memory":
        hand.memoryMb = report.mb;
        return;
      case "answer":
        this.accept(hand, report.id, report.how, report.bytes);
    }
    this.dispatch();
  }

  private accept(hand: Hand, id: number, how: number, bytes: Uint8Array): void {
    const call = hand.calls.get(id);
    hand.calls.delete(id);
    hand.waiting.delete(id);
    hand.done++;
    const { tasks, memoryMb } = this.settings;
    if (hand.done >= tasks || hand.memoryMb > memoryMb) hand.isRetiring = true;
    if (hand.isRetiring && hand.calls.size === 0) this.send(hand, { order: "leave" });
    call?.answered(how, decode(bytes, BARE));
  }

  private ended(hand: Hand, code: number | null, signal: string | null): void {
    this.hands.delete(hand);
    const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const death = { why: hand.why ?? how, exitCode: code ?? undefined, cause: undefined };
    for (const call of hand.calls.values()) call.lost(death);
    if (this.isClosed) return;
    if (!hand.isReady && ++this.failures >= TRIES) {
      this.failures = 0;
      while (this.queue.size > 0) this.queue.shift().lost(death);
    }
    this.dispatch();
  }

  private handOf(call: Call): Hand | null {
    for (const hand of this.hands) if (hand.calls.get(call.place) === call) return hand;
    return null;
  }

  private staying(): Hand[] {
    return [...this.hands].filter(({ isRetiring }) => !isRetiring);
  }

  private send(hand: Hand | null, order: Order): void {
    if (hand?.child.connected === true) {
      if (this.underWay > 0) hold(hand.child, true);
      hand.child.send(order);
    }
  }
}

/** Keeps this process alive, or not, for the sake of one of the pool. */
function hold(child: ChildProcess, isHeld: boolean): void {
  const channel = child.channel as { ref(): void; unref(): void } | null | undefined;
  if (isHeld) {
    child.ref();
    channel?.ref();
  } else {
    child.unref();
    channel?.unref();
  }
}

const COPYING: Loader = { refer: refuse, hand: () => -1 };
const BARE: Unloader = { object: () => undefined, handed: () => undefined };

function copyingInto(moved: (ArrayBuffer | ArrayBufferView)[]): Loader {
  return {
    refer: refuse,
    hand(value) {
      if (!(value instanceof SharedArrayBuffer)) moved.push(value as ArrayBuffer);
      return -1;
    },
  };
}

function refuse(object: object): never {
  throw misuse(
    `Pool.run: ${describeValue(object)} lies in shared memory, which processes do not share. Use a pool of threads, or send the data it holds.`,
  );
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "../entry/process.ts" : "../entry/process.js", import.meta.url);

const now = (): number => performance.timeOrigin + performance.now();
