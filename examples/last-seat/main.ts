// The last seat in every order: a race on a cell, a seat sold twice, and a sale in which neither can be.
//
//   node --conditions=offshoot/source examples/last-seat/main.ts
//
// Exit code 0: both failures were found and replayed, and the remedy has none in any order; 1: otherwise.

import { explore, replay } from "offshoot/testing";
import { type Manner, sale } from "./sale.ts";

const broken: readonly (readonly [Manner, kind: string])[] = [
  ["look, then set", "race"],
  ["look, then take", "error"],
];
for (const [manner, kind] of broken) {
  const body = () => sale(2, 1, manner);
  const { failure } = await explore(body, { name: manner, keep: false }); // this failure is wanted: nothing to keep
  console.log(`${manner}\n\n${indent(failure?.report ?? "no failure found")}\n`);
  const again =
    failure === undefined ? "nothing" : await replay(body, failure.token).catch((error: Error) => error.name);
  console.log(`  replayed: ${again}\n`);
  if (failure?.kind !== kind) process.exitCode = 1;
}

const remedy: Manner = "look and take at once";
const { ok, covered, runs, outcomes } = await explore(() => sale(3, 1, remedy), { strategy: "dfs", keep: false });
console.log(`${remedy}: covered ${covered} in ${runs} runs, ${[...outcomes.keys()].join(" or ")} sold`);
if (!ok || covered !== "every order") process.exitCode = 1;

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
