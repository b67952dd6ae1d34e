// Answers requests on all cores, many of them for the same few values, each of which is computed once.
//
//   node --conditions=offshoot/source examples/shared-cache/main.ts
//   node --conditions=offshoot/source examples/shared-cache/main.ts REQUESTS
//
// Exit code 0: all were answered, and no value was computed twice; 1: otherwise; 2: called wrongly.

import { map, type Operation, run } from "offshoot";
import { Pool, remote } from "offshoot/parallel";
import { makeCache } from "./cache.ts";

const answering = remote<typeof import("./answer.ts")>(new URL("./answer.ts", import.meta.url));

const KEYS = ["apple", "banana", "cherry", "damson", "elder"];
const AT_ONCE = 64;

const count = Number(process.argv[2] ?? 200);
if (!Number.isInteger(count) || count < 1) {
  console.error("shared-cache: a whole number of requests, at least 1, please");
  process.exit(2);
}

const requests = Array.from({ length: count }, (_, number) => ({ number, key: KEYS[(number * 7) % KEYS.length]! }));
const cache = makeCache();
const pool = new Pool();
await run(function* main(): Operation<void> {
  const answers = yield* map(requests, (request) => pool.run(answering.answer, request, cache), {
    concurrency: AT_ONCE,
  });
  const values = new Map(answers.map(({ key, value }) => [key, value]));
  for (const [key, value] of [...values].sort()) console.log(`  ${key.padEnd(6)}  ${value}`);

  const times = [...cache.computed.entries()].map(([, n]) => n);
  console.log(`\n  ${answers.length} answers, ${times.reduce((sum, n) => sum + n, 0)} values computed`);
  if (times.some((n) => n !== 1)) process.exitCode = 1;
});
await pool.close();
