// sleep: a leaf that commits when its time has come. Its timer is armed when somebody starts to wait and taken back when they stop.

import { Alarm } from "../core/alarm.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { delayOf } from "./clock.ts";

class SleepAlarm extends Alarm {
  declare private readonly waiter: Waiter;

  constructor(waiter: Waiter) {
    super();
    this.waiter = waiter;
  }

  fire(): void {
    complete(this.waiter, undefined);
  }
}

class Sleep extends Leaf<void> {
  declare private readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    if (this.ms === Number.POSITIVE_INFINITY) return;
    const alarm = new SleepAlarm(waiter);
    waiter.payload = alarm;
    (waiter.runner.program.scheduler as Scheduler).arm(alarm, this.ms);
  }

  delist(waiter: Waiter): void {
    if (waiter.payload instanceof SleepAlarm) (waiter.runner.program.scheduler as Scheduler).disarm(waiter.payload);
  }

  describe(): Description {
    return { operation: "sleep", object: `${this.ms} ms`, heldBy: [] };
  }
}

/**
 * Waits for `ms` milliseconds, counted from when it is started: at least so long, and longer while other tasks keep the loop busy. Below zero counts as
 * zero, which waits until the loop has looked at the clock; `Infinity` waits for ever. Equal deadlines complete in the order they were started.
 *
 * **Cost.** O(log n) in the number of timers. While somebody waits, the process is kept alive.
 *
 * **Cancellation.** The timer is taken back at once.
 *
 * @throws {@link MisuseError} at the call if `ms` is not a number
 */
export function sleep(ms: number): Selectable<void> {
  return new Sleep(delayOf(ms, "sleep"));
}
