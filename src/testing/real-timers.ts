// Real timers that a run has left running. They are out of reach of the virtual world (captured before, or imported from node:timers), so they go off when
// the run is over, in the midst of something else.
//
// Node tells of each timer that is started. Those of a run are told from those of the rest of the process, such as other tests, by the async context: that of the
// run is marked. And from those that Node itself and this package start for their own ends by the stack: the first frame above the timer is code of users.
//
// Invariant
//   the hook is enabled exactly while somebody is watching

import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { MisuseError } from "../base/errors.ts";
import { framesOf, type Held, holdStack, inLines } from "./place.ts";
import { startsTurn } from "./virtual-host.ts";

interface Started {
  /** What Node says of a timer that has gone off or was cleared, in all its versions from 20 on. Without that nothing is said. */
  readonly timer: { readonly _destroyed?: boolean };
  readonly held: Held;
}

const own = new URL("..", import.meta.url).href;
const TIMER_FRAMES = /\(?node:(internal\/)?(timers|async_hooks)/;
const MOST_SHOWN = 8;
const MOST_FRAMES = 4;
/** With those of Node. */
const FRAMES = 20;
const FIRST_SWEEP = 256;

const runs = new AsyncLocalStorage<RealTimers>();
let watching = 0;

const options = {
  trackPromises: false, // where Node can do without: promises are many
  init(_id: number, type: string, _trigger: number, timer: object): void {
    if ((type === "Timeout" || type === "Immediate") && !startsTurn()) runs.getStore()?.started(timer);
  },
};
const hook = createHook(options);

/** Watches from when it is made until it is closed. */
export class RealTimers {
  declare private timers: Started[];
  declare private sweepAt: number;
  declare private isClosed: boolean;

  constructor() {
    this.timers = [];
    this.sweepAt = FIRST_SWEEP;
    this.isClosed = false;
    if (watching++ === 0) hook.enable();
  }

  /** Calls a function: the timers are watched that it, and what it leads to, starts. */
  within<T>(run: () => T): T {
    return runs.run(this, run);
  }

  started(timer: Started["timer"]): void {
    if (this.isClosed) return;
    this.timers.push({ timer, held: holdStack(options.init, FRAMES) });
    if (this.timers.length < this.sweepAt) return;
    this.timers = this.timers.filter(isRunning);
    this.sweepAt = Math.max(FIRST_SWEEP, this.timers.length * 2);
  }

  /** The run is over: what is running now has been left. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (--watching === 0) hook.disable();
    this.timers = this.timers.filter((started) => isRunning(started) && isOfUsers(started));
  }

  /** Throws if some have been left. */
  refuse(from: string): void {
    const { timers } = this;
    const n = timers.length;
    if (n === 0) return;
    const many = n === 1 ? "a real timer was" : `${n} real timers were`;
    const lines = [
      `${from}: ${many} left running when the run ended. Use sleep(), or the global setTimeout inside the run: these go by its clock. Or clear ${n === 1 ? "it" : "them"}.`,
      ...timers.slice(0, MOST_SHOWN).flatMap(paragraph),
      ...(n > MOST_SHOWN ? [`  ... and ${n - MOST_SHOWN} more`] : []),
    ];
    throw new MisuseError(lines.join("\n"));
  }
}

const isRunning = ({ timer }: Started): boolean => timer._destroyed === false;

/** Above the frames of the timer, and those of built-in functions, lies code of neither Node nor this package. */
function isOfUsers({ held }: Started): boolean {
  for (const line of (held.stack ?? "").split("\n").slice(1)) {
    if (TIMER_FRAMES.test(line) || line.includes("<anonymous>")) continue;
    return !line.includes("node:") && !line.includes(own);
  }
  return false;
}

function paragraph({ held }: Started): string[] {
  const [, name = "timer"] = /(set(?:Timeout|Interval|Immediate))/.exec(timersOf(held)) ?? [];
  return [`  ${name}, started`, ...inLines(framesOf(held).slice(0, MOST_FRAMES))];
}

const timersOf = ({ stack = "" }: Held): string =>
  stack
    .split("\n")
    .filter((line) => TIMER_FRAMES.test(line))
    .join("\n");
