// A mutex that 100 tasks want, each of which gives up its turn while it holds it.

import { go, Mutex, type Operation, run, type Task, yieldNow } from "offshoot";
import { clock, type Outcome } from "../trial.ts";

const TASKS = 100;

interface Counter {
  count: number;
}

export function trial(size: number): Promise<Outcome> {
  return run(() => contend(size));
}

function* contend(size: number): Operation<Outcome> {
  const mutex = new Mutex();
  const counter: Counter = { count: 0 };
  const tasks: Task<void>[] = [];
  const start = clock();
  for (let i = 0; i < TASKS; i++) tasks.push(go(addAll, size / TASKS, mutex, counter));
  for (const task of tasks) yield* task;
  return { ns: clock() - start, answer: counter.count };
}

function* addAll(times: number, mutex: Mutex, counter: Counter): Operation<void> {
  for (let i = 0; i < times; i++) {
    yield* mutex.lock();
    const before = counter.count;
    yield* yieldNow();
    counter.count = before + 1;
    mutex.unlock();
  }
}
