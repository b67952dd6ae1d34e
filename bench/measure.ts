// The process in which one JavaScript subject runs one workload.
//
//   node --expose-gc bench/measure.ts <folder> <workload> <size> <warm-up size> <repetitions>
//
// Prints one line of JSON: the outcome of each timed repetition, in order. A process measures one thing only, so
// that neither the heap nor the optimiser remembers another workload. Nothing is collected by force between
// repetitions: that shrinks V8's young generation to its smallest, which no program that runs finds itself with.

import type { Outcome, Trial } from "./trial.ts";

const [folder, workload, size, warmUp, repetitions] = process.argv.slice(2);
const { trial } = (await import(`./${folder}/${workload}.ts`)) as { trial: Trial };

// Twice: what the code behind the loops does is learned at the end of the first, and makes V8 compile everything again.
for (let i = 0; i < 2 && Number(warmUp) > 0; i++) await trial(Number(warmUp));
const outcomes: Outcome[] = [];
for (let i = 0; i < Number(repetitions); i++) {
  outcomes.push(await trial(Number(size)));
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
