// What workers do in parallel.mjs.

import { sleep } from "offshoot";

export const add = (a, b) => a + b;

export function fails() {
  throw new RangeError("as told", { cause: new Error("the cause") });
}

export function* feeds(out, n) {
  for (let i = 0; i < n; i++) yield* out.send(i);
  return "fed";
}

export function* naps(started) {
  try {
    yield* started.send(1);
    yield* sleep(60_000);
  } finally {
    started.trySend(2);
  }
}

export const ends = () => process.exit(3);

export function length(bytes) {
  return bytes.length;
}

export function increments(map, counter, times) {
  for (let i = 0; i < times; i++) {
    map.update("n", (old) => (old ?? 0) + 1);
    counter.add(1);
  }
}

export function* locks(mutex, list, times) {
  for (let i = 0; i < times; i++) {
    yield* mutex.lock();
    const at = list.length;
    list.push(at);
    mutex.unlock();
  }
}
