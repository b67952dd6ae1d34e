// Counts files whose paths come through a channel, a few at a time, and sends what it has counted in portions.
//
// Nothing here knows on which thread it runs: in the thread that began, with local channels, or on a worker, with shared ones. Nor whether they are channels: in
// ../corpus-graph they are the boxes of a component. What is sent is plain data, and many files in one portion, since a portion that goes to another thread is copied.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { currentTask, go, group, type Operation, type Receiver, type Sender } from "offshoot";
import { type Portion, type Skipped, Totals } from "./totals.ts";
import { FileCounter } from "./words.ts";

const PIECE = 128 * 1024; // bytes read at once
const OFTEN = 500; // ms from one portion to the next, at least

/** What came of one path. */
type Counted =
  | { readonly kind: "file"; readonly counter: FileCounter }
  | { readonly kind: "skipped"; readonly skipped: Skipped };

/** Where paths come from. */
export type Paths = Pick<Receiver<string>, "next">;
/** Where portions go. */
export type Portions = Pick<Sender<Portion>, "send">;

/** Counts until there are no more paths, with so many tasks that read. */
export function* countFiles(paths: Paths, portions: Portions, readers: number): Operation<void> {
  const gathered = new Gathered(portions);
  yield* group((g) => {
    for (let i = 0; i < readers; i++) g.go(read, paths, gathered);
  });
  yield* gathered.send();
}

function* read(paths: Paths, gathered: Gathered): Operation<void> {
  const buffer = new Uint8Array(PIECE);
  for (;;) {
    const path = yield* paths.next();
    if (path.done) return;
    yield* gathered.add(yield* go(countFile, path.value, buffer));
  }
}

/** What the tasks of one thread have counted since the last portion. They share it without a lock: no other task runs between two `yield*`. */
class Gathered {
  private readonly portions: Portions;
  private totals = new Totals();
  private skipped: Skipped[] = [];
  private since: number = performance.now();

  constructor(portions: Portions) {
    this.portions = portions;
  }

  *add(counted: Counted): Operation<void> {
    if (counted.kind === "skipped") this.skipped.push(counted.skipped);
    else this.totals.add(counted.counter);
    if (performance.now() - this.since >= OFTEN) yield* this.send();
  }

  *send(): Operation<void> {
    const portions = this.totals.portions(this.skipped);
    this.totals = new Totals();
    this.skipped = [];
    this.since = performance.now();
    for (const portion of portions) yield* this.portions.send(portion);
  }
}

/**
 * Reads a file piece by piece into `buffer`, which is this task's alone until it ends.
 *
 * An async body, which is how promises come into a task. `currentTask()` works until the first await, so the signal is taken first. When the task is cancelled the
 * signal is aborted; throwing its reason then ends the task as cancelled, after `finally` has closed the file.
 */
async function countFile(path: string, buffer: Uint8Array): Promise<Counted> {
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
    return { kind: "skipped", skipped: skipped(path, error) };
  } finally {
    await file?.close();
  }
}

/** A failure of the file system concerns one path and is counted. Anything else is thrown on. */
export function skipped(path: string, error: unknown): Skipped {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) throw error;
  return { path, why: String(error.code) };
}
