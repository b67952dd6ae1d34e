// The process in which one JavaScript subject runs one workload.
//
//   node --expose-gc bench/measure.ts <folder> <program> <part> <size> <warm-up size> <repetitions>
//
// Prints one line of JSON: the outcome of each timed repetition, in order. A process measures one thing only, so
// that neither the heap nor the optimiser remembers another workload. Nothing is collected by force between
// repetitions: that shrinks V8's young generation to its smallest, which no program that runs finds itself with.

import type { Close, Outcome, Trial } from "./trial.ts";

const [folder, name, part, size, warmUp, repetitions] = process.argv.slice(2);
const program = (await import(`./${folder}/${name}.ts`)) as Readonly<Record<string, Trial>> & {
  readonly close?: Close;
};
const trial = program[part ?? ""];
if (trial === undefined) throw new Error(`bench: ${folder}/${name}.ts exports no "${part}"`);

// Twice: what the code behind the loops does is learned at the end of the first, and makes V8 compile everything again.
for (let i = 0; i < 2 && Number(warmUp) > 0; i++) await trial(Number(warmUp));
const outcomes: Outcome[] = [];
for (let i = 0; i < Number(repetitions); i++) {
  outcomes.push(await trial(Number(size)));
}
await program.close?.();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
