// Standard error: messages, and on a terminal a line of progress that is written over and over. Elsewhere there is none.

import { type Operation, sleep } from "offshoot";
import type { Totals } from "./totals.ts";

const REFRESH = 100; // ms
const ERASE = "\r\x1b[K";

export const hasTerminal: boolean = process.stdout.isTTY === true && process.stderr.isTTY === true;

/** Never returns: meant to be a daemon, which is cancelled when the work is done. */
export function* showProgress(totals: Totals): Operation<void> {
  try {
    for (;;) {
      const { files, bytes } = totals;
      process.stderr.write(`${ERASE}${files} files, ${(bytes / 1e6).toFixed(1)} MB`);
      yield* sleep(REFRESH);
    }
  } finally {
    process.stderr.write(ERASE);
  }
}

/** Writes a line of its own, above the progress. */
export function tell(line: string): void {
  process.stderr.write(`${hasTerminal ? ERASE : ""}${line}\n`);
}
