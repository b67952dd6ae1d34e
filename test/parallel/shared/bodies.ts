// What the threads do in the tests of shared locks.

import type { Operation } from "offshoot";
import type { SharedMutex } from "../../../src/parallel/shared/mutex.ts";

/** Adds to a plain number under the lock, so many times. */
export function* count(mutex: SharedMutex, numbers: SharedArrayBuffer, times: number): Operation<void> {
  const plain = new Float64Array(numbers);
  for (let i = 0; i < times; i++) {
    const lock = yield* mutex.lock();
    plain[0] = (plain[0] as number) + 1;
    lock[Symbol.dispose]();
  }
}
