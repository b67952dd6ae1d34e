// A pool of processes: the same face as one of threads, for code that must not share a process (native modules that are not safe in threads, leaks, crashes).
//
// The calls wait here, and each process gets one when it has none; a body that waits does not keep its process from getting another when all have some. Everything travels
// in messages, as the codec's bytes; nothing can be shared.
//
// Invariants
//   a call is in the queue, or with one process, or over
//   arguments are copied when a call is made, unless `queue` calls wait already

import { oneLine } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import { misuse } from "../../core/leaf.ts";
import { decode, encode, type Loader, type Unloader } from "../codec.ts";
import { detachMoved } from "../move.ts";
import type { Backend, PoolStats } from "./backend.ts";
import { type Call, type Employer, wordsOfPool } from "./call.ts";
import { Child, type Order, type Report } from "./child.ts";
import { callRecipe, namesIn } from "./functions.ts";
import { Durations } from "./histogram.ts";
import { loadOf } from "./load.ts";
import type { Settings } from "./settings.ts";
import { refuseShared } from "./unshared.ts";

/** The arguments of a call, as they were when it was made. */
interface Load {
  readonly bytes: Uint8Array;
  /** What is detached once they are sent. */
  readonly moved: readonly (ArrayBuffer | ArrayBufferView)[];
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
  declare private readonly hands: Set<Child>;
  declare private readonly queue: Ring<Call>;
  /** Calls in the queue that were taken back. */
  declare private withdrawn: number;
  declare private readonly loads: WeakMap<Call, Load>;
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
    this.withdrawn = 0;
    this.loads = new WeakMap();
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
    try {
      if (this.isClosed)
        throw misuse(`Pool.run: pool "${this.name}" is closed. Make the calls before close(), or another pool.`);
      if (this.waitingCalls < this.settings.most) this.loads.set(call, pack(call));
    } catch (error) {
      call.refused(error);
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
    if (this.starts.has(call)) return false;
    this.loads.delete(call);
    this.withdrawn++; // it is passed over when its turn comes
    if (this.waitingCalls === 0) {
      this.queue.clear();
      this.withdrawn = 0;
    }
    return true;
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
    hand.kill();
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
    for (const hand of this.hands) hand.hold(false);
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
    const ready = [...this.hands].filter(({ isReady }) => isReady);
    const busy = ready.reduce((sum, { utilisation }) => sum + utilisation, 0);
    return Object.freeze({
      queued: this.waitingCalls,
      running,
      done: this.done,
      failed: this.failed,
      utilisation: ready.length === 0 ? 0 : busy / ready.length,
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
      hand.hold(true);
      hand.send({ order: "leave" });
    }
    const timer = setTimeout(() => {
      for (const hand of all) hand.kill();
    }, FAREWELL);
    await Promise.all(all.map(({ exit }) => exit));
    clearTimeout(timer);
  }

  /** Calls that wait for a process. */
  private get waitingCalls(): number {
    return this.queue.size - this.withdrawn;
  }

  /** Gives calls that wait to processes that have none; then to those whose bodies only wait. */
  private dispatch(): void {
    while (this.waitingCalls > 0) {
      const hand = this.freeHand();
      if (hand === null) break;
      this.give(hand, this.next());
    }
    const starting = this.staying().filter(({ isReady }) => !isReady).length;
    if (this.waitingCalls <= starting || this.staying().length >= this.size) return;
    try {
      this.start();
    } catch (error) {
      if (this.hands.size === 0) this.refuseAll(`could not be started (${oneLine(error)})`, undefined);
    }
  }

  /** The first call that waits, which there must be. */
  private next(): Call {
    for (let call = this.queue.shift(); ; call = this.queue.shift()) {
      if (!call.isOver) return call;
      this.withdrawn--;
    }
  }

  /** There is no process for the calls that wait: their callers are told so. */
  private refuseAll(why: string, exitCode: number | undefined): void {
    while (this.waitingCalls > 0) this.next().lost({ why, exitCode, cause: undefined });
  }

  private freeHand(): Child | null {
    let best: Child | null = null;
    for (const hand of this.staying()) {
      if (!hand.isReady || hand.calls.size > hand.waiting.size) continue;
      if (best === null || hand.calls.size < best.calls.size) best = hand;
    }
    // One that has bodies waiting is taken only if there is none to come that has nothing to do.
    return best !== null && best.calls.size > 0 && this.staying().length < this.size ? null : best;
  }

  private give(hand: Child, call: Call): void {
    try {
      const { bytes, moved } = this.loads.get(call) ?? pack(call);
      this.loads.delete(call);
      hand.calls.set(call.place, call);
      hand.stopTimer();
      hand.count();
      this.starts.set(call, now());
      this.send(hand, { order: "call", id: call.place, origin: callRecipe(call.origin), bytes });
      detachMoved(moved);
    } catch (error) {
      hand.calls.delete(call.place);
      hand.count();
      call.refused(error);
    }
  }

  private start(): void {
    const hand: Child = new Child(
      ++this.lastHand,
      (report) => this.hear(hand, report),
      (code, how) => this.ended(hand, code, how),
    );
    hand.hold(this.underWay > 0);
    this.hands.add(hand);
  }

  private hear(hand: Child, report: Report): void {
    switch (report.report) {
      case "ready":
        hand.begin();
        this.failures = 0;
        break;
      case "waits":
        if (hand.calls.has(report.id)) hand.waiting.add(report.id);
        hand.count();
        break;
      case "memory":
        hand.memoryMb = report.mb;
        return;
      case "answer":
        this.accept(hand, report.id, report.how, report.bytes);
    }
    this.dispatch();
    if (hand.calls.size === 0 && !hand.isRetiring) hand.whenIdle(this.settings.idle, () => this.dismiss(hand));
  }

  private accept(hand: Child, id: number, how: number, bytes: Uint8Array): void {
    const call = hand.calls.get(id);
    hand.calls.delete(id);
    hand.waiting.delete(id);
    hand.count();
    hand.done++;
    const { tasks, memoryMb } = this.settings;
    if (hand.done >= tasks || hand.memoryMb > memoryMb) hand.isRetiring = true;
    if (hand.isRetiring && hand.calls.size === 0) this.dismiss(hand);
    call?.answered(how, decode(bytes, BARE));
  }

  /** A process without a call is to end. */
  private dismiss(hand: Child): void {
    hand.isRetiring = true;
    this.send(hand, { order: "leave" });
  }

  private ended(hand: Child, code: number | null, how: string): void {
    this.hands.delete(hand);
    const why = hand.why ?? how;
    const exitCode = code ?? undefined;
    for (const call of hand.calls.values()) call.lost({ why, exitCode, cause: undefined });
    if (!hand.isReady && ++this.failures >= TRIES) {
      this.failures = 0;
      this.refuseAll(why, exitCode);
    }
    this.dispatch(); // also while the pool is being closed: calls may wait that were made before
  }

  private handOf(call: Call): Child | null {
    for (const hand of this.hands) if (hand.calls.get(call.place) === call) return hand;
    return null;
  }

  private staying(): Child[] {
    return [...this.hands].filter(({ isRetiring }) => !isRetiring);
  }

  private send(hand: Child | null, order: Order): void {
    if (hand?.send(order) === true && this.underWay > 0) hand.hold(true);
  }
}

const COPYING: Loader = { refer: refuseShared, hand: () => -1 };
const BARE: Unloader = { object: () => undefined, handed: () => undefined };

function copyingInto(moved: (ArrayBuffer | ArrayBufferView)[]): Loader {
  return {
    refer: refuseShared,
    hand(value) {
      if (!(value instanceof SharedArrayBuffer)) moved.push(value as ArrayBuffer);
      return -1;
    },
  };
}

/** Copies what a call takes along. */
function pack({ origin, args }: Call): Load {
  const moved: (ArrayBuffer | ArrayBufferView)[] = [];
  const bytes = encode(loadOf(origin, args), copyingInto(moved), "Pool.run", namesIn(origin)).slice();
  return { bytes, moved };
}

const now = (): number => performance.timeOrigin + performance.now();
