// A folder for the files of one test, and which files this process has open.

import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder that is gone when the test has ended. Answers the path of a file in it. */
export function folder(t: TestContext): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), "offshoot-files-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return (name) => join(path, name);
}

/** The files below a path that this process has open, where the system tells. */
export function openFiles(path: string): string[] {
  try {
    return readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        const file = readlinkSync(`/proc/self/fd/${fd}`);
        return file.startsWith(path) ? [file] : [];
      } catch {
        return []; // that of the listing itself
      }
    });
  } catch {
    return [];
  }
}
