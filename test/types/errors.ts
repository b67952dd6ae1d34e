// Every error class has a literal code, by which a caught error can be narrowed. Compile-only.

import {
  Cancelled,
  ClosedError,
  DeadlockError,
  EndOfChannel,
  MisuseError,
  OffshootError,
  TaskCancelledError,
} from "offshoot";
import { is } from "./expect.ts";

export function explain(error: unknown): string {
  if (error instanceof Cancelled) {
    is<"OFFSHOOT_ERR_CANCELLED">()(error.code);
    is<unknown>()(error.reason);
    return "cancelled";
  }
  if (error instanceof TaskCancelledError) return error.code;
  if (error instanceof EndOfChannel) return error.code;
  if (error instanceof MisuseError) return error.code;
  if (error instanceof ClosedError) {
    is<"sender" | "receiver">()(error.by);
    return error.by;
  }
  if (error instanceof DeadlockError) {
    is<"deadlock" | "leak">()(error.kind);
    return error.report;
  }
  if (error instanceof OffshootError) {
    is<string>()(error.code);
    return error.task?.name ?? "no task";
  }
  return "foreign";
}
