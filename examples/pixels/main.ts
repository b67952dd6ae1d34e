// A large picture made grey by workers: copied there and back, moved there and back, and in shared memory.
//
//   node --conditions=offshoot/source examples/pixels/main.ts             64 MB
//   node --conditions=offshoot/source examples/pixels/main.ts MEGABYTES
//
// Exit code 0: all ways give the same picture; 1: they do not; 2: called wrongly.

import { type Operation, run } from "offshoot";
import { Pool } from "offshoot/parallel";
import { grey, paint } from "./picture.ts";
import { type Way, ways } from "./ways.ts";

const MOST = 1_024;
const megabytes = Number(process.argv[2] ?? 64);
if (!Number.isInteger(megabytes) || megabytes < 1 || megabytes > MOST) {
  console.error(`pixels: a whole number of megabytes from 1 to ${MOST}, please`);
  process.exit(2);
}

const expected = grey(picture("copied", megabytes));
const pool = new Pool();
await run(function* main(): Operation<void> {
  for (const way of ["copied", "moved", "shared"] as const) {
    yield* ways[way](pool, picture(way, 1)); // threads take some time to start, and code to become fast
    const before = picture(way, megabytes);
    const start = performance.now();
    const after = yield* ways[way](pool, before);
    const ms = performance.now() - start;
    const same = Buffer.compare(after, expected) === 0;
    if (!same) process.exitCode = 1;
    console.log(
      `${way.padEnd(6)}  ${ms.toFixed(0).padStart(6)} ms  ${same ? "the same picture" : "ANOTHER PICTURE"}; ${what(before)}`,
    );
  }
});
await pool.close();

function picture(way: Way, size: number): Uint8Array {
  const bytes = size * 2 ** 20;
  return paint(new Uint8Array(way === "shared" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)));
}

function what(before: Uint8Array): string {
  if (before.length === 0) return "the memory it was in has been handed over";
  return Buffer.compare(before, expected) === 0 ? "made grey where it was" : "what was sent is as it was";
}
