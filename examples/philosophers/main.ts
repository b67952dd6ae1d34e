// The dining philosophers in every order: finds the deadlock, and shows that two remedies leave none. Orders that differ only in steps that have nothing to do
// with each other are one trace, and one of them is enough.
//
//   node --conditions=offshoot/source examples/philosophers/main.ts            three philosophers
//   node --conditions=offshoot/source examples/philosophers/main.ts GUESTS     2 to 5
//
// Exit code 0: the deadlock was found, and none with the remedies; 1: otherwise; 2: called wrongly.

import { type ExploreResult, explore } from "offshoot/testing";
import { dinner, type Manners, MOST } from "./dinner.ts";

const guests = readArguments(process.argv.slice(2));

const { failure } = await explore(() => dinner(guests, "left fork first"), {
  name: "philosophers",
  keep: false, // this failure is wanted
});
console.log(`left fork first\n\n${indent(failure?.report ?? "no deadlock found")}\n`);
if (failure?.kind !== "deadlock") process.exitCode = 1;

const remedies: readonly Manners[] = ["lower fork first", "one seat less"];
for (const manners of remedies) {
  const result = await explore(() => dinner(guests, manners), { strategy: "dpor", timeMs: 5_000 });
  console.log(`${manners}: ${verdictOf(result)}`);
  if (!result.ok) process.exitCode = 1;
}

function verdictOf({ ok, traces, exhausted, failure }: ExploreResult<number>): string {
  if (!ok) return failure?.report ?? "";
  const many = traces.toLocaleString("en-US");
  return exhausted ? `no deadlock in any of ${many} traces` : `no deadlock in ${many} traces, and there are more`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function readArguments(args: readonly string[]): number {
  const [text = "3", ...others] = args;
  const number = Number(text);
  if (others.length === 0 && Number.isInteger(number) && number >= 2 && number <= MOST) return number;
  console.error(`philosophers: not a number of guests: ${args.join(" ")}; usage: philosophers [GUESTS], 2 to ${MOST}`);
  process.exit(2);
}
