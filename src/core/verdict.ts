// Failure of the whole: finds out when programs can never go on.
//
// The host tells when nothing is left that could wake anybody. When it says so twice with no turn of the scheduler between, every program that has not
// ended is stuck, and that is exact. Where the process is kept alive by something else, all that can be said is that every task has waited only for
// objects of this library for a while: that is a warning, given once.

import type { Program } from "./program.ts";
import { liveTasks, waitOf } from "./report.ts";
import type { Scheduler } from "./scheduler.ts";
import { HELD, type Tasklet } from "./task.ts";

const PATIENCE = 1_000; // ms

/** Does one of its tasks wait for a promise, its async body's or another? */
function waitsForPromise(program: Program): boolean {
  return liveTasks(program.root as Tasklet<unknown>).some((task) => waitOf(task)?.outside === true);
}

/** Does one of its tasks wait for something that is none of ours? An async body does, unless operations are pending that it awaits. */
function waitsOutside(program: Program): boolean {
  return liveTasks(program.root as Tasklet<unknown>).some((task) => {
    if (waitOf(task)?.outside !== true) return false;
    return (task.flags & HELD) === 0 || task.scope === null || task.scope.head === null;
  });
}

/**
 * What becomes of a run that waits for something outside the library when nothing else can go on. In production the host knows that nothing can come: that is a
 * verdict. On virtual time it knows nothing of the world: the wait is refused, or the world is waited for.
 */
export type External = "verdict" | "refuse" | "wait";

export class Verdicts {
  declare private readonly scheduler: Scheduler;
  declare private readonly external: External;
  declare private readonly programs: Set<Program>;
  declare private unwatch: (() => void) | null;
  declare private cancelLook: (() => void) | null;
  declare private turnsWhenDry: number;
  declare private turnsWhenLooked: number;
  declare private readonly warned: WeakSet<Program>;

  constructor(scheduler: Scheduler, external: External) {
    this.scheduler = scheduler;
    this.external = external;
    this.programs = new Set();
    this.unwatch = null;
    this.cancelLook = null;
    this.turnsWhenDry = -1;
    this.turnsWhenLooked = -1;
    this.warned = new WeakSet();
  }

  add(program: Program): void {
    this.programs.add(program);
    if (this.unwatch !== null) return;
    this.unwatch = this.scheduler.host.watch(() => this.dry());
    this.lookLater();
  }

  remove(program: Program): void {
    this.programs.delete(program);
    if (this.programs.size > 0) return;
    this.unwatch?.();
    this.unwatch = null;
    this.cancelLook?.();
    this.cancelLook = null;
  }

  private dry(): void {
    const { scheduler } = this;
    if (!scheduler.isIdle || scheduler.hasTimers || scheduler.neighbours?.mayWake() === true) return;
    if (scheduler.turns !== this.turnsWhenDry) {
      this.turnsWhenDry = scheduler.turns;
      scheduler.host.turn(() => {}); // look again after one more turn of the event loop
      return;
    }
    this.turnsWhenDry = -1;
    if (this.external !== "verdict") {
      const outside = [...this.programs].filter(waitsOutside);
      if (this.external === "refuse") for (const program of outside) program.refuse();
      if (outside.length > 0) return;
    }
    // One run may wait for another by a promise. So first those are told in which nobody waits for a promise; of the others only the newest.
    const programs = [...this.programs];
    const alone = programs.filter((program) => !waitsForPromise(program));
    for (const program of alone.length > 0 ? alone : programs.slice(-1)) program.stuck();
    scheduler.host.turn(() => {}); // what they do now takes place before the event loop turns: look again after that
  }

  private lookLater(): void {
    this.turnsWhenLooked = this.scheduler.turns;
    this.cancelLook = this.scheduler.host.later(PATIENCE, () => {
      this.look();
      this.lookLater();
    });
  }

  private look(): void {
    const { scheduler } = this;
    if (!scheduler.isIdle || scheduler.hasTimers || scheduler.turns !== this.turnsWhenLooked) return;
    const stuck = [...this.programs].filter((program) => !this.warned.has(program));
    if (stuck.length === 0) return;
    if (stuck.some(waitsOutside)) return;
    for (const program of stuck) {
      this.warned.add(program);
      const what = `stuck? Every task has waited for ${PATIENCE} ms, and only for what other tasks do.`;
      scheduler.host.warn(`${what} If something else feeds them, all is well.\n${program.describe()}`);
    }
  }
}
