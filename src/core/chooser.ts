// Who goes next, where a policy decides: simulations and explorations. In production there is none of this.
//
// There is one choice for each visible operation, before it: who performs the next one. A task that is given its turn goes on from where it was to its next
// operation and performs that, without another choice, unless it has started or woken somebody on the way, who could be first. So resuming and starting are no
// steps of their own.
//
// In racy time the timer that is due first can be chosen as well. It stands behind the tasks; but in front of them if its time has come, for production lets
// timers go off before tasks have their turn. So choice 0 everywhere is production's order.
//
// Invariant
//   `chosen` is a place in the queue from the choice that stops a task until the next turn, which is that of the chosen one; otherwise -1

import type { Heap } from "../base/heap.ts";
import type { Ring } from "../base/ring.ts";
import type { Alarm } from "./alarm.ts";
import type { Host, Policy, Ready } from "./host.ts";
import type { Leaf } from "./leaf.ts";
import { machine, runErrands } from "./machine.ts";
import type { Tasklet } from "./task.ts";

export class Chooser implements Ready {
  declare private readonly policy: Policy;
  declare private readonly host: Host;
  declare private readonly queue: Ring<Tasklet<unknown>>;
  declare private readonly timers: Heap<Alarm>;
  declare private readonly fire: (alarm: Alarm) => void;
  declare private chosen: number;
  /** How many were in the queue when the task that has its turn was chosen for its next operation; -1 after that operation. */
  declare private granted: number;
  /** The task that was stopped so that promises could settle, and would have gone on. */
  declare private paused: Tasklet<unknown> | null;
  declare current: boolean;
  declare timer: number;

  constructor(
    policy: Policy,
    host: Host,
    queue: Ring<Tasklet<unknown>>,
    timers: Heap<Alarm>,
    fire: (alarm: Alarm) => void,
  ) {
    this.policy = policy;
    this.host = host;
    this.queue = queue;
    this.timers = timers;
    this.fire = fire;
    this.chosen = -1;
    this.granted = -1;
    this.paused = null;
    this.current = false;
    this.timer = -1;
  }

  /** The task whose turn it is. The queue is not empty. */
  next(): Tasklet<unknown> {
    const { chosen } = this;
    this.chosen = -1;
    this.putFirst();
    const task = this.queue.takeAt(chosen >= 0 ? chosen : this.choose());
    this.granted = this.queue.size;
    return task;
  }

  /** The task that was stopped for promises is the first of those who can be chosen: it would have gone on. */
  private putFirst(): void {
    const { queue, paused } = this;
    this.paused = null;
    if (paused === null) return;
    for (let i = 0; i < queue.size; i++) {
      if (queue.peek(i) !== paused) continue;
      queue.unshift(queue.takeAt(i));
      return;
    }
  }

  /** Does the running task go on with this operation? Otherwise another one is first; or where promises take part, what they lead to, and then the choice. */
  goesOn(leaf: Leaf<unknown>, promised: boolean): boolean {
    const task = machine.runner as Tasklet<unknown>;
    if (this.granted !== this.queue.size) {
      if (promised) {
        this.paused = task;
        return false;
      }
      this.current = true;
      this.chosen = this.choose();
      this.current = false;
      if (this.chosen >= 0) return false;
    }
    this.granted = -1;
    if (task.cancelled === null) this.policy.began(task, leaf);
    return true;
  }

  at(choice: number): Tasklet<unknown> | null {
    if (choice === this.timer) return null;
    const { queue, current } = this;
    let place = choice;
    if (this.timer === 0) place--;
    if (current) place--;
    return place < 0 ? (machine.runner as Tasklet<unknown>) : queue.peek(place);
  }

  /** Has the policy choose a task: its place in the queue, or -1 for the one that runs. Until it does, timers may go off. */
  private choose(): number {
    const { policy, host, queue, timers } = this;
    const { runner } = machine;
    for (;;) {
      const tasks = queue.size + (this.current ? 1 : 0);
      const alarm = policy.racy ? timers.first() : undefined;
      if (alarm === undefined) this.timer = -1;
      else this.timer = alarm.deadline <= host.now() ? 0 : tasks;
      const choice = policy.choose("task", alarm === undefined ? tasks : tasks + 1, this);
      if (alarm === undefined || choice !== this.timer)
        return choice - (this.timer === 0 ? 1 : 0) - (this.current ? 1 : 0);
      if (alarm.deadline > host.now()) {
        host.leap?.(alarm.deadline);
        policy.leapt(alarm.deadline);
        machine.tick = Math.floor(host.now());
      }
      this.fire(alarm);
      if (machine.errands !== null) runErrands();
      machine.runner = runner;
    }
  }
}
