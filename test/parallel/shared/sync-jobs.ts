// What the workers do in the tests of shared counters, latches, wait groups, semaphores and barriers.

import type { Operation, Sender } from "offshoot";
import type { SharedBarrier, SharedCounter, SharedLatch, SharedSemaphore, SharedWaitGroup } from "offshoot/parallel";
import { steps } from "../../../src/parallel/steps.ts";

export function count(counter: SharedCounter, times: number): void {
  for (let i = 0; i < times; i++) counter.add(1);
}

export function swap(counter: SharedCounter, times: number): void {
  for (let i = 0; i < times; i++)
    for (let old = counter.get(); !counter.compareAndSet(old, old + 0.5); ) old = counter.get();
}

export function* pass(latch: SharedLatch, passed: Sender<number>): Operation<void> {
  yield* latch.wait();
  yield* passed.send(1);
}

export function finish(group: SharedWaitGroup, times: number): void {
  for (let i = 0; i < times; i++) group.done();
}

/** Uses a permit again and again; `inside` and `most` tell how many did so at once. */
export function* use(
  semaphore: SharedSemaphore,
  inside: SharedCounter,
  most: SharedCounter,
  times: number,
): Operation<void> {
  for (let i = 0; i < times; i++) {
    const permit = yield* semaphore.acquire();
    const now = inside.add(1);
    for (let old = most.get(); now > old && !most.compareAndSet(old, now); ) old = most.get();
    inside.add(-1);
    permit[Symbol.dispose]();
  }
}

export function* hold(semaphore: SharedSemaphore, n: number, held: Sender<number>): Operation<void> {
  yield* semaphore.acquire(n);
  yield* held.send(n);
  yield* semaphore.acquire(n + 1);
}

export function* meet(barrier: SharedBarrier, rounds: number, met: Sender<number>): Operation<void> {
  for (let i = 0; i < rounds; i++) yield* met.send(yield* barrier.wait());
}

/** Ends its thread when it comes to a step. */
export function dieAt(step: string): void {
  steps.at = (name) => {
    if (name === step) process.exit(7);
  };
}

export function die(): void {
  process.exit(7);
}
