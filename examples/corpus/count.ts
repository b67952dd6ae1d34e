// Counts one file: an async body, which is how promises come into a task. Its caller joins it with yield*.
//
// `currentTask()` works until the first await, so the signal is taken first. When the task is cancelled the signal is
// aborted; throwing its reason then ends the task as cancelled, after `finally` has closed the file.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { currentTask } from "offshoot";
import { FileCounter } from "./words.ts";

/** What came of one path. */
export type Counted =
  | { readonly kind: "file"; readonly counter: FileCounter }
  | { readonly kind: "skipped"; readonly path: string; readonly why: string };

/** Reads a file piece by piece into `buffer`, which is this task's alone until it ends. */
export async function countFile(path: string, buffer: Uint8Array): Promise<Counted> {
  const { signal } = currentTask();
  let file: FileHandle | undefined;
  try {
    // The walker saw a regular file; should it have become a symbolic link since, opening it fails.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const counter = new FileCounter();
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      counter.add(buffer.subarray(0, bytesRead));
    }
    counter.end();
    return { kind: "file", counter };
  } catch (error) {
    return skipped(path, error);
  } finally {
    await file?.close();
  }
}

/** A failure of the file system concerns one path and is counted. Anything else is thrown on. */
export function skipped(path: string, error: unknown): Counted {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) throw error;
  return { kind: "skipped", path, why: String(error.code) };
}
