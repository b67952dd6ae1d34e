// The walker: finds every regular file below a folder and puts its path into a channel. Symbolic links are not followed.
//
// The channel is bounded, so the walker is never far ahead of those who read: when it is full, `send` waits. Only the
// entries of one folder, and the folders still to visit, are in memory.

import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { go, type Operation, type Sender } from "offshoot";
import { type Portions, skipped } from "./count.ts";
import { type Skipped, Totals } from "./totals.ts";

export function* walk(top: string, paths: Pick<Sender<string>, "send">, portions: Portions): Operation<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = yield* go(list, folder);
    if (!Array.isArray(entries)) {
      for (const portion of new Totals().portions([entries])) yield* portions.send(portion);
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) yield* paths.send(path);
    }
  }
}

/** The entries of a folder, or why there are none. The failure of a task would end the whole, so this one is a value. */
async function list(folder: string): Promise<Dirent[] | Skipped> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return skipped(folder, error);
  }
}
