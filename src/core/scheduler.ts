// The scheduler: one run queue, one heap of timers, one loop over them. One for each host: one a thread in production, one a simulation.
//
// The queue is FIFO; whoever is woken goes to the tail. A turn of the loop runs tasks until the queue is empty or its slice of time is used up; then the
// event loop turns, so that neither I/O nor a due timer is kept waiting by tasks that are always ready. The clock is read every 32 steps, and more often
// where steps take long.
//
// Invariants
//   a task is in the queue exactly when its state is READY and its group has a place for it
//   while the loop is not running, either the queue is empty or a call of it has been asked for
//   the host's alarm is set to the first timer's deadline, or earlier

import { Heap } from "../base/heap.ts";
import { Ring } from "../base/ring.ts";
import type { Alarm } from "./alarm.ts";
import { Chooser } from "./chooser.ts";
import type { Host, Neighbours, Policy } from "./host.ts";
import type { Leaf } from "./leaf.ts";
import { begin, bodyEnded } from "./lifecycle.ts";
import { BUDGET, machine, PARKED, RESUME, runErrands, SUSPEND } from "./machine.ts";
import type { Probe } from "./probe.ts";
import { foreign, type Resident } from "./resident.ts";
import { HELD, type Tasklet } from "./task.ts";
import { CLOCK, READ, SELF, touch, WAIT, WRITE } from "./tracker.ts";
import type { Tracker } from "./tracking.ts";
import { type Awaited, FAILED, type Readier, RUNNING, SUCCEEDED, WAITING } from "./waiter.ts";

/** Milliseconds the tasks may have before the event loop gets its turn. */
const SLICE = 4;
/** The most steps between two looks at the clock (a look costs as much as a step), and the milliseconds that should lie between them at most. */
const STEPS = 32;
const LOOK = 0.25;
/** The most looks in one slice, for clocks that stand still while tasks run. */
const ROUNDS = 4096;
/** The parts that stand for deadlines, as a tracker sees them, go down from here. */
const FIRST_DEADLINE = -16;

export class Scheduler implements Readier {
  declare readonly host: Host;
  declare readonly policy: Policy | null;
  declare probe: Probe | null;
  /** Told of what the steps here have to do with each other. */
  declare tracker: Tracker | null;
  /** Null while this is the only thread. */
  declare neighbours: Neighbours | null;
  /** Turns of the loop so far: tells whether anything happened. */
  declare turns: number;
  /** Promises have taken part: operations were awaited, or a body was async. */
  declare promised: boolean;
  /** Those in which a task ran, and not only timers went off. */
  declare turnsOfTasks: number;
  declare readonly masks: boolean;
  declare private readonly queue: Ring<Tasklet<unknown>>;
  declare private readonly timers: Heap<Alarm>;
  declare private order: number;
  /** The loop runs, or has been asked for. */
  declare private awake: boolean;
  /** The turn has ended because nothing was left to do, here or from other threads. */
  declare private isResting: boolean;
  declare private steps: number;
  declare private alarmAt: number;
  /** When the event loop last turned, as far as is known; negative when it may have turned since. */
  declare private burst: number;
  /** Who asks the policy; null without one. */
  declare private readonly chooser: Chooser | null;

  constructor(host: Host, policy: Policy | null) {
    this.host = host;
    this.policy = policy;
    this.probe = null;
    this.tracker = null;
    this.neighbours = null;
    this.turns = 0;
    this.turnsOfTasks = 0;
    this.promised = false;
    this.masks = policy !== null;
    this.queue = new Ring();
    this.timers = new Heap();
    this.order = 0;
    this.awake = false;
    this.isResting = true;
    this.steps = 1;
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.burst = -1;
    const fire = (alarm: Alarm): void => this.fireDue(alarm.deadline, alarm);
    this.chooser = policy === null ? null : new Chooser(policy, host, this.queue, this.timers, fire);
  }

  /** Puts a task at the tail of the queue. */
  ready(task: Tasklet<unknown>): void {
    // Somebody else wakes it, from a wait that could be cancelled.
    if (machine.tracker !== null && task.waiter !== null && task !== machine.runner && (task.flags & HELD) === 0)
      touch(task, WAIT, WRITE);
    this.queue.push(task);
    if (!this.awake) this.rouse();
  }

  unready(task: Tasklet<unknown>): void {
    const { queue } = this;
    for (let i = queue.size - 1; i >= 0; i--) {
      if (queue.peek(i) !== task) continue;
      queue.takeAt(i);
      return;
    }
  }

  get hasTimers(): boolean {
    return this.timers.size > 0;
  }

  /** Is each step followed by a turn of the event loop? So it is where a policy chooses and promises take part: what they lead to is done before the next choice. */
  private get pumps(): boolean {
    return this.promised && this.chooser !== null;
  }

  get isIdle(): boolean {
    return !this.awake;
  }

  /** Arms a timer that is not armed. O(log n). */
  arm(alarm: Alarm, ms: number): void {
    this.date(alarm, this.host.now() + ms);
    this.start(alarm);
  }

  /** Says when a timer is due, without arming it: its place among those of the same deadline is taken now. O(1). */
  date(alarm: Alarm, deadline: number): void {
    alarm.deadline = deadline;
    if (machine.tracker !== null && deadline < Number.POSITIVE_INFINITY) {
      touch(this, CLOCK, READ);
      touch(this, FIRST_DEADLINE - deadline, WRITE); // of equal deadlines the one that came first goes off first
    }
    alarm.order = this.order++;
  }

  /** Arms a timer that has a date, and is not armed. O(log n). */
  start(alarm: Alarm): void {
    // Where timers may go off at any time, one that is armed keeps those behind it from that: it matters which was armed first.
    touch(this, CLOCK, this.policy?.racy === true ? WRITE : READ);
    touch(alarm, SELF, WRITE);
    this.timers.push(alarm);
    if (!this.awake) this.setAlarm();
  }

  /** Takes a timer back. O(log n). */
  disarm(alarm: Alarm): void {
    touch(this, CLOCK, READ);
    this.timers.remove(alarm);
    if (!this.awake && this.timers.size === 0) this.setAlarm();
  }

  goesOn(leaf: Awaited): boolean {
    return this.chooser === null || this.chooser.goesOn(leaf as Leaf<unknown>, this.promised);
  }

  check(): void {
    this.timers.check();
    for (let i = 0; i < this.queue.size; i++) {
      const task = this.queue.peek(i);
      if (task.state >= RUNNING) throw new Error(`Scheduler: ${task.name} is in the run queue, but ${task.status}`);
    }
  }

  /** Asks for a turn of the loop: at once, unless tasks have kept the event loop for a whole slice already. */
  private rouse(): void {
    this.awake = true;
    if (this.pumps) {
      this.host.turn(this.run);
      return;
    }
    const now = this.host.now();
    if (this.burst < 0) {
      this.burst = now;
      this.host.turned(() => {
        this.burst = -1;
      });
    }
    if (now - this.burst < SLICE) this.host.soon(this.run);
    else this.host.turn(this.run);
  }

  private readonly run: () => void = () => {
    try {
      this.turn();
    } catch (error) {
      // A fault of this package, or of an observer: it is told to the process, and the other tasks go on.
      machine.runner = null;
      machine.credit = 0;
      this.awake = false;
      if (this.queue.size > 0) this.rouse();
      else this.setAlarm();
      throw error;
    }
  };

  private turn(): void {
    const { host, queue } = this;
    const start = host.now();
    this.turns++;
    this.isResting = false;
    machine.tracker = this.tracker;
    let now = this.look();
    this.neighbours?.wake();
    if (queue.size > 0) this.turnsOfTasks++;
    for (
      let rounds = ROUNDS;
      rounds > 0 && now - start < SLICE && (queue.size > 0 || this.hasFound());
      rounds = this.pumps ? 0 : rounds - 1
    ) {
      if (queue.size === 0) {
        now = this.look(); // what was found were no tasks
        continue;
      }
      const resident = queue.peek(0).program as unknown as Resident;
      if (resident.within === null) this.runSome(resident, start);
      else resident.within(() => this.runSome(resident, start));
      now = this.look();
    }
    machine.runner = null;
    machine.credit = 0;
    if (queue.size > 0 || !this.isResting) {
      this.neighbours?.look();
      host.turn(this.run);
      return;
    }
    this.awake = false;
    this.setAlarm();
  }

  /** No task is ready. Does another thread have something for this one? If not, this thread rests. */
  private hasFound(): boolean {
    machine.runner = null;
    machine.credit = 0;
    this.isResting = this.neighbours === null || !this.neighbours.rest();
    return !this.isResting;
  }

  /** Another thread may have something for this one: looks at once, unless that happens anyway. */
  visit(): void {
    if (this.awake) return;
    this.awake = true;
    this.run();
  }

  /** The same, as soon as what is under way is done. */
  visitSoon(): void {
    if (!this.awake) this.rouse();
  }

  /** Looks at the clock, and lets the timers go off that are due. */
  private look(): number {
    const now = this.host.now();
    machine.tick = Math.floor(now);
    // Where there is a policy timers go off when nothing else can happen, one by one if it lets them go off at other times too: then it is asked before each.
    if (this.timers.size > 0) {
      if (this.policy === null) this.fireDue(now, null);
      else if (this.queue.size === 0) this.fireDue(now, this.policy.racy ? (this.timers.first() as Alarm) : null);
    }
    if (machine.errands !== null) runErrands();
    return now;
  }

  /** Runs tasks while those of the same program are first in line, and until the time has come. */
  private runSome(resident: Resident, start: number): void {
    const { queue } = this;
    let now = this.host.now();
    for (let rounds = ROUNDS; rounds > 0 && now - start < SLICE; rounds--) {
      if (!this.runSteps(resident) || queue.size === 0 || this.pumps) return;
      const before = now;
      now = this.look();
      if (now - before > LOOK) this.steps = Math.max(this.steps >> 1, 1);
      else if (this.steps < STEPS) this.steps *= 2;
    }
  }

  /** Runs a few steps. Says false when a task of another program is first in line. */
  private runSteps(resident: Resident): boolean {
    const { queue } = this;
    if (this.chooser !== null || this.probe !== null || resident.contexts !== null) return this.watchSteps(resident); // seam
    for (let i = this.steps; i > 0 && queue.size > 0; i--) {
      const task = queue.shift();
      if (task.program !== (resident as unknown)) {
        queue.unshift(task);
        return false;
      }
      this.step(task);
      if (machine.errands !== null) runErrands();
    }
    return true;
  }

  /** The same where somebody chooses, looks on, or has a context for each task. */
  private watchSteps(resident: Resident): boolean {
    const { queue, chooser } = this;
    for (let i = this.steps; i > 0 && queue.size > 0; i--) {
      const task = chooser === null ? queue.shift() : chooser.next();
      if (chooser === null && task.program !== (resident as unknown)) {
        queue.unshift(task);
        return false;
      }
      this.probe?.stepping?.(task);
      if (resident.contexts === null) this.stepOut(task);
      else resident.contextOf(task)(() => this.stepOut(task));
      this.probe?.stepped?.(task, task.state === WAITING ? (task.waiter?.leaf ?? null) : null);
      if (this.pumps) return true;
    }
    return true;
  }

  /** A step with what it has left to be done after it. */
  private stepOut(task: Tasklet<unknown>): void {
    this.step(task);
    if (machine.errands !== null) runErrands();
  }

  /** One turn of a task: from where it was parked to where it parks again, or to its end. */
  private step(task: Tasklet<unknown>): void {
    machine.runner = task;
    task.state = RUNNING;
    if (this.masks || task.cancelled !== null) {
      machine.credit = 0;
      machine.reserve = BUDGET;
    } else {
      machine.credit = BUDGET;
      machine.reserve = 0;
    }
    let input: unknown = RESUME;
    let generator = task.generator;
    if (generator === null) {
      generator = begin(task);
      if (generator === null) return;
      input = undefined;
    }
    let result: IteratorResult<unknown, unknown>;
    try {
      result = generator.next(input);
    } catch (error) {
      bodyEnded(task, FAILED, error);
      return;
    }
    if (result === PARKED) return;
    this.settle(task, result);
  }

  /** The task has returned, or it has yielded something else than a parked leaf of ours. */
  private settle(task: Tasklet<unknown>, first: IteratorResult<unknown, unknown>): void {
    let result = first;
    for (let tries = 0; result.done !== true; tries++) {
      if (result.value === SUSPEND) return; // ours, wrapped by an iterator of the user's own
      const { value } = result;
      const generator = task.generator as Iterator<unknown, unknown, unknown>;
      const misused = foreign(task, value);
      try {
        if (generator.throw === undefined || tries === BUDGET) throw misused; // it catches that again and again
        result = generator.throw(misused);
      } catch (error) {
        // yield* over an array or a map: their iterators cannot be thrown into, which is all that JavaScript has to say about it
        const engine = error instanceof TypeError && error.message.includes("'throw' method");
        bodyEnded(task, FAILED, engine ? misused : error);
        return;
      }
      if (result === PARKED) return;
    }
    bodyEnded(task, SUCCEEDED, result.value);
  }

  /** Lets the timers go off that are due, or only the first. */
  private fireDue(now: number, only: Alarm | null): void {
    const { timers } = this;
    machine.runner = null;
    machine.credit = 0;
    for (let alarm = timers.first(); alarm !== undefined && alarm.deadline <= now; alarm = timers.first()) {
      timers.remove(alarm);
      if (machine.tracker !== null) {
        machine.tracker.fires(alarm);
        touch(this, CLOCK, WRITE);
      }
      alarm.fire();
      if (alarm === only) return;
    }
  }

  /** Sets the host's alarm to the first timer. An alarm that goes off too early only looks and is set again. */
  private setAlarm(): void {
    const first = this.timers.first();
    if (first === undefined) {
      if (this.alarmAt !== Number.POSITIVE_INFINITY) this.host.silence();
      this.alarmAt = Number.POSITIVE_INFINITY;
      return;
    }
    if (first.deadline >= this.alarmAt) return;
    this.alarmAt = first.deadline;
    this.host.alarm(first.deadline, () => {
      this.alarmAt = Number.POSITIVE_INFINITY;
      if (this.awake) return;
      this.awake = true;
      this.run();
    });
  }
}
