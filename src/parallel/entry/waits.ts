// Tells what a function has answered at once from what has to be waited for.

import { isOperation } from "../../core/body.ts";

export function waits(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isOperation(value) || typeof (value as { then?: unknown }).then === "function";
}
