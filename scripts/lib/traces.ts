// What a test file may leave behind in its process, to the harm of the files that run there after it.

import { setTimeout as pause } from "node:timers/promises";

export type Traces = ReadonlyMap<string, unknown>;

/** Those that wait for the world, such as a process that ends, may still be about to go. */
const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 5;

/** The process as it is. */
export function traces(): Traces {
  const found = new Map<string, unknown>();
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    found.set(`globalThis.${name}`, typeof value === "object" ? "an object" : value);
  }
  for (const event of process.eventNames()) found.set(`process.on("${String(event)}")`, process.listenerCount(event));
  for (const resource of process.getActiveResourcesInfo()) {
    const name = `open: ${resource}`;
    found.set(name, ((found.get(name) as number | undefined) ?? 0) + 1);
  }
  found.set("process.cwd()", process.cwd());
  found.set("process.env", JSON.stringify(process.env));
  found.set("process.stdout.write", process.stdout.write);
  found.set("process.stderr.write", process.stderr.write);
  found.set("console.log", console.log);
  found.set("Math.random", Math.random);
  found.set("performance.now", performance.now);
  found.set("Error.stackTraceLimit", Error.stackTraceLimit);
  found.set("Error.prepareStackTrace", Error.prepareStackTrace);
  return found;
}

/** The names of what is otherwise than it was; waits for a while where something has yet to end. */
export async function leftBehind(before: Traces): Promise<string[]> {
  const start = performance.now();
  for (;;) {
    const names = differences(before, traces());
    if (names.length === 0 || performance.now() - start > PATIENCE_MS) return names;
    await pause(LOOK_EVERY_MS);
  }
}

/** What is gone is no trace, but for a listener: somebody may have counted on it. */
function differences(before: Traces, after: Traces): string[] {
  const names: string[] = [];
  for (const [name, value] of after) {
    // Node defines some globals when they are first looked at.
    const lazy = name.startsWith("globalThis.") && before.has(name) && before.get(name) === undefined;
    if (!Object.is(before.get(name), value) && !lazy) names.push(name);
  }
  return names;
}
