// The pipeline: walk -> paths -> count, on each thread with some tasks that read -> portions -> merge.
//
// Both channels are bounded, so a slow stage holds up the one before it, and memory does not grow with the folder.
// Everything ends in order: after the walk `paths` is closed, which ends those who count; the group of those that send portions
// ends with the last of them; then nobody can send any more and `portions` is closed, which ends the merger.
// If any task fails, on whichever thread, all others are cancelled and `pipeline` throws the error once they have ended.

import { type Channel, channel, go, group, type Operation, type Receiver } from "offshoot";
import { type Pool, remote, sharedChannel } from "offshoot/parallel";
import { countFiles } from "./count.ts";
import type { Portion, Totals } from "./totals.ts";
import { walk } from "./walk.ts";

/** Files that are being read at once, on all threads together. */
const READERS = 16;
const PATHS = 256;
const PORTIONS = 4;
/** Bytes of portions under way between threads: no less than the largest one. */
const ROOM = 16 * 1024 * 1024;

const counting = remote<typeof import("./count.ts")>(new URL("./count.ts", import.meta.url));

/** Adds up everything below `folder` into `totals`, which may be looked at meanwhile. Without a pool, on this thread. */
export function* pipeline(
  folder: string,
  pool: Pool | null,
  totals: Totals,
  tellSkipped: (line: string) => void,
): Operation<void> {
  const paths =
    pool === null ? channel<string>(PATHS, { name: "paths" }) : sharedChannel<string>(PATHS, { name: "paths" });
  const portions: Channel<Portion> =
    pool === null
      ? channel<Portion>(PORTIONS, { name: "portions" })
      : sharedChannel<Portion>(PORTIONS, { name: "portions", bytes: ROOM });

  go(merge, portions, totals, tellSkipped);
  yield* group(function* (sending): Operation<void> {
    sending.go(function* (): Operation<void> {
      yield* walk(folder, paths, portions);
      paths.close();
    });
    if (pool === null) sending.go(countFiles, paths, portions, READERS);
    else {
      const readers = Math.max(2, Math.ceil(READERS / pool.size));
      for (let i = 0; i < pool.size; i++) sending.go(() => pool.run(counting.countFiles, paths, portions, readers));
    }
  });
  portions.close();
}

function* merge(portions: Receiver<Portion>, totals: Totals, tellSkipped: (line: string) => void): Operation<void> {
  for (;;) {
    const portion = yield* portions.next();
    if (portion.done) return;
    totals.merge(portion.value);
    for (const { path, why } of portion.value.skipped) tellSkipped(`corpus: skipped ${path}: ${why}`);
  }
}
