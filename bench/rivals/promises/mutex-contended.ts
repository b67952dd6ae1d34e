// The mutex of async-mutex, wanted by 100 async functions, each of which gives up its turn while it holds it.

import { Mutex } from "async-mutex";
import { clock, type Outcome } from "../../trial.ts";

const TASKS = 100;

interface Counter {
  count: number;
}

export async function trial(size: number): Promise<Outcome> {
  const mutex = new Mutex();
  const counter: Counter = { count: 0 };
  const start = clock();
  await Promise.all(Array.from({ length: TASKS }, () => addAll(size / TASKS, mutex, counter)));
  return { ns: clock() - start, answer: counter.count };
}

async function addAll(times: number, mutex: Mutex, counter: Counter): Promise<void> {
  for (let i = 0; i < times; i++) {
    const release = await mutex.acquire();
    const before = counter.count;
    await undefined;
    counter.count = before + 1;
    release();
  }
}
