// Workers that each perform one operation, started and called off by a driver that compares them with an oracle.

import assert from "node:assert/strict";
import { go, type Operation, type Task, TaskCancelledError, yieldNow } from "offshoot";

export class Crowd<T> {
  /** Who has gone on, in order, and with what. */
  declare readonly log: string[];
  declare readonly values: Map<number, T>;
  declare private readonly tasks: Task<void>[];

  constructor() {
    this.log = [];
    this.values = new Map();
    this.tasks = [];
  }

  /** Starts a worker, and answers its number: 0, 1, 2 ... */
  start(op: () => Operation<T>): number {
    const { log, values, tasks } = this;
    const id = tasks.length;
    tasks.push(
      go(function* (): Operation<void> {
        const value = yield* op();
        values.set(id, value);
        log.push(`${id}`);
      }),
    );
    return id;
  }

  cancel(id: number): void {
    this.tasks[id]?.cancel();
  }

  /** Lets everybody have a few turns. */
  *settle(): Operation<void> {
    for (let i = 0; i < 4; i++) yield* yieldNow();
  }

  /** Calls everybody off who still waits. */
  *end(): Operation<void> {
    for (const task of this.tasks) {
      task.cancel();
      try {
        yield* task;
      } catch (error) {
        assert.ok(error instanceof TaskCancelledError);
      }
    }
  }
}
