// The file that calls a function.

import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of the file that called `f`, which called this, or null if it is no file. */
export function callerOf(f: (...args: never) => unknown): string | null {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, sites) => sites[0]?.getFileName() ?? null;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, f);
    const name = holder.stack;
    if (typeof name !== "string") return null;
    if (name.startsWith("file:")) return fileURLToPath(name);
    return isAbsolute(name) ? name : null;
  } finally {
    Error.prepareStackTrace = prepareStackTrace as typeof Error.prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
