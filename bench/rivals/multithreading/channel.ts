// What its channel's workloads share: a runtime of one worker, and unwrapping.

import { initRuntime, type Result, shutdown } from "multithreading";

initRuntime({ maxWorkers: 1 });

export async function close(): Promise<void> {
  shutdown();
}

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
