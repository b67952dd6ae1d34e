// Looks for a divisor of a number on all cores. The first worker that finds one ends the search.
//
//   node --conditions=offshoot/source examples/factor/main.ts
//   node --conditions=offshoot/source examples/factor/main.ts NUMBER...
//
// Exit code 0: all answered; 1: some took longer than ten seconds; 2: called wrongly.

import { type Operation, run } from "offshoot";
import { Pool } from "offshoot/parallel";
import { factor } from "./factor.ts";

const LIMIT = 10_000; // ms for each

const numbers =
  process.argv.length > 2 ? process.argv.slice(2).map(Number) : [91, 400_000_520_000_069, 400_000_520_000_089];
for (const n of numbers) {
  if (Number.isSafeInteger(n) && n > 1) continue;
  console.error(`factor: whole numbers from 2 to ${Number.MAX_SAFE_INTEGER}, please`);
  process.exit(2);
}

const pool = new Pool();
await run(function* main(): Operation<void> {
  for (const n of numbers) {
    const answer = yield* factor(pool, n, LIMIT);
    if (answer.is === "divisor") console.log(`${n} = ${answer.divisor} * ${n / answer.divisor}`);
    else if (answer.is === "prime") console.log(`${n} is a prime`);
    else {
      console.log(`${n}: nothing found within ${LIMIT / 1_000} s`);
      process.exitCode = 1;
    }
  }
});
await pool.close();
