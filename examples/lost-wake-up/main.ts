// A lost wake-up: finds the order in which a reader waits for ever, runs it once more, and shows that the remedy has none.
//
//   node --conditions=offshoot/source examples/lost-wake-up/main.ts
//
// Exit code 0: the deadlock was found and replayed, and the remedy has none in any order; 1: otherwise.

import { explore, replay } from "offshoot/testing";
import { correspondence } from "./mailbox.ts";

const broken = () => correspondence(1, "look, then lock");
const { failure } = await explore(broken, { name: "lost wake-up", keep: false }); // this failure is wanted: nothing to keep
console.log(`look, then lock\n\n${indent(failure?.report ?? "no deadlock found")}\n`);
if (failure?.kind !== "deadlock") process.exitCode = 1;

if (failure !== undefined) {
  const again = await replay(broken, failure.token).catch((error: Error) => error.name);
  console.log(`  replayed: ${again}\n`);
  if (again !== "DeadlockError") process.exitCode = 1;
}

for (const letters of [1, 2]) {
  const { ok, covered, runs } = await explore(() => correspondence(letters, "lock, then look"), { strategy: "dfs" });
  console.log(`lock, then look, ${letters} at a time: ${ok ? "no failure" : "failed"} in ${runs} runs: ${covered}`);
  if (!ok || covered !== "every order") process.exitCode = 1;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
