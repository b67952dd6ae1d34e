// A time limit that is raced by the answer: finds the order in which somebody pays twice, runs it once more, and shows that a key for the request is the remedy.
//
//   node --conditions=offshoot/source examples/late-answer/main.ts
//
// Exit code 0: it was found and replayed, and the remedy has no such order; 1: otherwise.

import { explore, replay } from "offshoot/testing";
import { purchase } from "./payments.ts";

const broken = () => purchase("asks again");

// While the clock stands still until nobody can go on, as in simulate, the bank is always in time.
const idle = await explore(broken, { strategy: "dfs", time: "idle" });
console.log(
  `asks again, on a clock that waits: ${idle.ok ? "no failure" : "failed"} in ${idle.runs} runs: ${idle.covered}`,
);

const { failure } = await explore(broken, { name: "late answer", keep: false }); // this failure is wanted: nothing to keep
console.log(`asks again, on a clock that does not wait\n\n${indent(failure?.report ?? "no failure found")}\n`);
if (!idle.ok || failure?.kind !== "error") process.exitCode = 1;

if (failure !== undefined) {
  const again = await replay(broken, failure.token).catch((error: Error) => error.message);
  console.log(`  replayed: ${again}\n`);
  if (again !== "paid 2 times") process.exitCode = 1;
}

const mended = await explore(() => purchase("asks again, with a key"), { strategy: "dfs" });
console.log(`asks again, with a key: ${mended.ok ? "no failure" : "failed"} in ${mended.runs} runs: ${mended.covered}`);
console.log(`  the client was told: ${[...mended.outcomes.keys()].join(" or ")}`);
if (!mended.ok || mended.covered !== "every order") process.exitCode = 1;

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
