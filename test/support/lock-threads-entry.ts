// What runs in the threads that lock-threads.ts starts.

import { parentPort, workerData } from "node:worker_threads";
import { type Operation, run } from "offshoot";
import { joinFamily } from "../../src/parallel/neighbours.ts";
import "../../src/parallel/shared/mutex.ts";
import "../../src/parallel/shared/rwlock.ts";
import { SharedChannel } from "../../src/parallel/shared-channel.ts";
import { steps } from "../../src/parallel/steps.ts";
import * as all from "../parallel/shared/bodies.ts";
import type { Errand } from "./lock-threads.ts";

const { birth, channel, body, args, gate, dies } = workerData as Errand;
const neighbours = joinFamily(birth);
const errands = new SharedChannel<readonly unknown[]>(channel.memory, channel.name, channel.id, null);
const objects = await run(() => errands.receive());
parentPort?.postMessage({});
Atomics.wait(gate, 0, 0);
if (dies !== null) {
  let left = dies.time ?? 1;
  steps.at = (step) => {
    if (step === dies.step && --left === 0) process.exit(7);
  };
}
const bodies: Readonly<Record<string, unknown>> = { ...all };
const perform = bodies[body] as (...args: readonly unknown[]) => Operation<unknown>;
let next = 0;
const given = args.map((value) => (value === undefined ? objects[next++] : value));
const result = await run(() => perform(...given));
parentPort?.postMessage({ result: [result] });
neighbours.depart();
