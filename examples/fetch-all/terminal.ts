// Standard error: messages, and on a terminal a line of progress that is written over and over. Elsewhere there is none.

import { type Operation, ticker } from "offshoot";
import type { Board } from "./download.ts";

const REFRESH = 100; // ms
const ERASE = "\r\x1b[K";

export const hasTerminal: boolean = process.stdout.isTTY === true && process.stderr.isTTY === true;

/** Never returns: meant to be a daemon, which is cancelled when the work is done. */
export function* showProgress(board: Board): Operation<void> {
  const every = ticker(REFRESH);
  try {
    for (;;) {
      process.stderr.write(`${ERASE}${board.done} of ${board.urls.length} done, ${board.underWay} under way`);
      yield* every.receive();
    }
  } finally {
    process.stderr.write(ERASE);
  }
}

/** Writes a line of its own, above the progress. */
export function tell(line: string): void {
  process.stderr.write(`${hasTerminal ? ERASE : ""}${line}\n`);
}
