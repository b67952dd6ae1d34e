// SingleFlight: callers who ask for the same key at the same time share one call.
//
// Invariant
//   a key is in the map exactly while its call runs, unless it was forgotten

import { oneLine } from "../base/errors.ts";
import { checkpoint } from "../core/basic.ts";
import { Composite, checkBody } from "../core/body.ts";
import { type Watcher, watch } from "../core/joiners.ts";
import { misuse } from "../core/leaf.ts";
import { runningTask } from "../core/run.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type AnyBody, label, OBSERVED, type Tasklet } from "../core/task.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Body, Operation, Suspend } from "../core/types.ts";
import { FAILED } from "../core/waiter.ts";
import { Isolated, shared } from "./isolated.ts";

class Flight<K, V> implements Watcher {
  declare readonly call: Isolated<V>;
  declare callers: number;
  declare private readonly flights: Map<K, Flight<K, V>>;
  declare private readonly key: K;

  constructor(call: Isolated<V>, flights: Map<K, Flight<K, V>>, key: K) {
    this.call = call;
    this.callers = 0;
    this.flights = flights;
    this.key = key;
    watch(call.task as Tasklet<unknown>, this);
  }

  ended(task: Tasklet<unknown>): void {
    touch(this.flights, SELF, WRITE);
    if (this.flights.get(this.key) === this) this.flights.delete(this.key);
    if (task.state !== FAILED || (task.flags & OBSERVED) !== 0) return;
    const { host } = task.program.scheduler as Scheduler;
    host.warn(`SingleFlight.do: ${label(task)} failed when its callers had left: ${oneLine(task.result)}`);
  }
}

/**
 * Keeps the same work from being done twice at the same time: while a call for a key runs, others who ask for that key get its result. Nothing is kept
 * afterwards: this is no cache.
 *
 * The body runs as a task of its own that belongs to the run, which waits for it: a caller who is cancelled leaves it to the others, and what it throws goes to
 * all of them and to nobody else. If it fails when all of them have left, that is told on standard error.
 *
 * @example
 * const { value } = yield* users.do(id, () => fetchUser(id));
 */
export class SingleFlight<K, V> {
  declare private readonly flights: Map<K, Flight<K, V>>;

  constructor() {
    this.flights = new Map();
    tellMade(this.flights);
  }

  /**
   * The result of the call for `key` that is under way, or of `body`, which is started if there is none. `shared` tells whether more than one asked for it.
   * Keys are compared as in a `Map`. O(1).
   *
   * **Cancellation.** The caller leaves; the call goes on.
   *
   * @throws what the body threw; {@link MisuseError} at the call if it is no function
   */
  do(key: K, body: Body<V>): Operation<{ readonly value: V; readonly shared: boolean }> {
    checkBody(body, "SingleFlight.do");
    return new Composite("SingleFlight.do", () => this.perform(key, body as AnyBody));
  }

  /** The next call for `key` starts anew, even while one is under way, whose callers still get its result. O(1). */
  forget(key: K): void {
    touch(this.flights, SELF, WRITE);
    this.flights.delete(key);
  }

  private *perform(key: K, body: AnyBody): Generator<Suspend, { value: V; shared: boolean }, unknown> {
    const caller = runningTask("SingleFlight.do");
    for (;;) {
      yield* checkpoint; // whoever has been cancelled starts nothing
      touch(this.flights, SELF, WRITE);
      let flight = this.flights.get(key);
      if (flight === undefined) {
        flight = new Flight(new Isolated<V>(body, "SingleFlight.do"), this.flights, key);
        this.flights.set(key, flight);
      }
      const { task } = flight.call;
      if ((task as Tasklet<unknown>) === caller)
        throw misuse(
          `SingleFlight.do: ${label(task)} asks for its own result. A body must not call do() for its own key.`,
        );
      flight.callers++;
      try {
        const value = yield* shared(task, "singleflight.do");
        touch(this.flights, SELF, WRITE);
        return { value, shared: flight.callers > 1 };
      } catch (error) {
        if (!flight.call.cutShort) throw error;
      }
    }
  }
}
