// The pipeline: walk -> paths -> 16 x read -> results -> merge.
//
// Both channels are bounded, so a slow stage holds up the one before it, and memory does not grow with the folder.
// Everything ends in order: the walker closes `paths`, which ends the readers; the group of those that send results
// ends with the last of them; then nobody can send any more and `results` is closed, which ends the merger.
// If any task fails, all others are cancelled and `pipeline` throws the error once they have ended.

import { channel, go, group, type Operation, type Receiver, type Sender } from "offshoot";
import { type Counted, countFile } from "./count.ts";
import type { Totals } from "./totals.ts";
import { walk } from "./walk.ts";

const READERS = 16;
const PIECE = 128 * 1024; // bytes read at once

/** Adds up everything below `folder` into `totals`, which may be looked at meanwhile. */
export function* pipeline(folder: string, totals: Totals, tellSkipped: (line: string) => void): Operation<void> {
  const paths = channel<string>(256, { name: "paths" });
  const results = channel<Counted>(READERS, { name: "results" });

  go(merge, results, totals, tellSkipped);
  yield* group(function* (sending): Operation<void> {
    sending.go(walk, folder, paths, results);
    for (let i = 0; i < READERS; i++) sending.go(read, paths, results);
  });
  results.close();
}

function* read(paths: Receiver<string>, results: Sender<Counted>): Operation<void> {
  const buffer = new Uint8Array(PIECE);
  for (;;) {
    const path = yield* paths.next();
    if (path.done) return;
    yield* results.send(yield* go(countFile, path.value, buffer));
  }
}

function* merge(results: Receiver<Counted>, totals: Totals, tellSkipped: (line: string) => void): Operation<void> {
  for (;;) {
    const result = yield* results.next();
    if (result.done) return;
    if (result.value.kind === "file") {
      totals.add(result.value.counter);
    } else {
      totals.skipped++;
      tellSkipped(`corpus: skipped ${result.value.path}: ${result.value.why}`);
    }
  }
}
