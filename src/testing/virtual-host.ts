// A host on virtual time. Time stands still while anything can run, and then jumps to the next deadline: a test that sleeps for a day takes microseconds.
//
// One turn of this host is one turn of the event loop, so that every microtask (an async body that goes on, a promise that settles) has run before time
// moves. In each turn it does the first of these that there is to do: call back whoever asked for a turn; let time jump to the alarm; say that it is dry.

import type { Host } from "../core/host.ts";
import { isAlone } from "./ambient.ts";

/** As they are when this is loaded: a simulated run replaces them. */
const { clearImmediate, queueMicrotask, setImmediate } = globalThis;

interface Alarm {
  readonly deadline: number;
  readonly run: () => void;
}

let goesOn = false;

/** Is a host about to have its next turn, by an immediate that is none of the run's? */
export const startsTurn = (): boolean => goesOn;

function goOn(loop: () => void): NodeJS.Immediate {
  goesOn = true;
  const next = setImmediate(loop);
  goesOn = false;
  return next;
}

export class VirtualHost implements Host {
  /** What the program would have told a person. */
  declare readonly warnings: string[];
  /** Called at the beginning of each turn: the run of this host is the one that is meant now. */
  declare onTurn: (() => void) | null;
  declare private isOver: boolean;
  declare private time: number;
  declare private readonly seed: number;
  declare private readonly asked: (() => void)[];
  declare private set: Alarm | null;
  declare private dry: (() => void) | null;
  /** The next turn. It is taken back at the end: an exploration makes many runs before the event loop turns again. */
  declare private next: NodeJS.Immediate | null;

  constructor(seed: number) {
    this.warnings = [];
    this.onTurn = null;
    this.isOver = false;
    this.time = 0;
    this.seed = seed;
    this.asked = [];
    this.set = null;
    this.dry = null;
    this.next = null;
  }

  now(): number {
    return this.time;
  }

  entropy(): number {
    return this.seed;
  }

  /** Where other runs are under way, in a turn of its own: what a step leads to by promises is not to be mixed with what they do. */
  soon(run: () => void): void {
    if (!this.isOver && !isAlone()) {
      this.asked.push(run);
      return;
    }
    queueMicrotask(() => {
      this.onTurn?.();
      run();
    });
  }

  turn(run: () => void): void {
    this.asked.push(run);
  }

  turned(run: () => void): void {
    this.asked.push(run);
  }

  alarm(deadline: number, run: () => void): void {
    this.set = { deadline, run };
  }

  silence(): void {
    this.set = null;
  }

  watch(dry: () => void): () => void {
    this.dry = dry;
    this.next = goOn(this.loop);
    return () => this.unwatch();
  }

  later(): () => void {
    return () => {};
  }

  leap(to: number): void {
    this.time = Math.max(this.time, to);
  }

  /** Nothing more happens here: the run is given up. */
  stop(): void {
    this.unwatch();
    this.asked.length = 0;
    this.set = null;
    this.time = Number.POSITIVE_INFINITY; // ends the slice that is under way
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  capture(): null {
    return null;
  }

  private unwatch(): void {
    this.isOver = true;
    if (this.next !== null) clearImmediate(this.next);
    this.next = null;
    this.dry = null;
  }

  private readonly loop: () => void = () => {
    if (this.dry === null) return;
    this.next = goOn(this.loop);
    this.onTurn?.();
    const { asked, set } = this;
    if (asked.length > 0) {
      for (const run of asked.splice(0)) run();
    } else if (set !== null) {
      this.set = null;
      this.time = Math.max(this.time, set.deadline);
      set.run();
    } else this.dry();
  };
}
