// What is measured between threads: calls on a pool, messages, a map that two threads share, and what a worker costs.
//
// Pools have two workers. Their workers are kept from one repetition to the next, as a program keeps them, except
// where the start is what is measured. What runs inside workers is plain JavaScript in every subject: Node's stripping
// of types costs a worker 50 ms and 11 MiB, which would drown what is compared.

import { BURNT } from "./burn.js";
import {
  type Field,
  faster,
  fasterThan,
  figure,
  type Given,
  ns,
  type Subject,
  sumBelow,
  type Workload,
  workload,
} from "./workload.ts";

const BETWEEN: Field = {
  title: "Between threads",
  subjects: [
    "offshoot",
    "piscina",
    "piscina-16",
    "tinypool",
    "poolifier",
    "workerpool",
    "multithreading",
    "sharedmap",
    "raw",
    "one-thread",
  ],
  ours: "offshoot/parallel",
};

const POOLS: readonly Subject[] = [
  "offshoot",
  "piscina",
  "piscina-16",
  "tinypool",
  "poolifier",
  "workerpool",
  "multithreading",
  "raw",
];
const CHANNELS: readonly Subject[] = ["offshoot", "multithreading", "raw"];

/** The sizes of calls, of which ours take a fraction of the time. */
const CALLS: Partial<Record<Subject, number>> = {
  piscina: 20_000,
  "piscina-16": 20_000,
  tinypool: 20_000,
  poolifier: 20_000,
  workerpool: 20_000,
  multithreading: 20_000,
  raw: 20_000,
};

export const BETWEEN_THREADS: readonly Workload[] = [
  call("call", {
    operation: "call of a function that does nothing, one after the other",
    part: "one",
    size: 20_000,
    answer: (n) => sumBelow(n) + n,
    bars: [],
  }),
  call("call-100", {
    operation: "call of a function that does nothing, 100 in flight",
    part: "hundred",
    size: 200_000,
    sizes: CALLS,
    answer: (n) => sumBelow(n) + n,
    bars: [faster(10, "piscina"), faster(5, "piscina-16"), faster(4, "poolifier"), faster(4, "multithreading")],
  }),
  call("call-batch", {
    operation: "call of a function that does nothing, 10 000 at once",
    part: "batch",
    size: 10_000,
    repetitions: 15,
    warmUpShare: 1,
    answer: (n) => sumBelow(n) + n,
    bars: [],
  }),
  call("call-map", {
    operation: "item of 10 000 that the pool maps with a function that does nothing",
    subjects: ["offshoot"],
    part: "mapped",
    size: 10_000,
    repetitions: 15,
    warmUpShare: 1,
    answer: (n) => sumBelow(n) + n,
    bars: [fasterThan(10, "piscina", "call-batch"), fasterThan(5, "piscina-16", "call-batch")],
  }),
  call("call-idle", {
    operation: "call of a function that does nothing, after 2 ms of idleness",
    part: "idle",
    size: 500,
    smoke: 20,
    repetitions: 3,
    warmUpShare: 5,
    figures: ["p50", "p99"],
    answer: (n) => sumBelow(n) + n,
    bars: [figure("p50", 1.1, "piscina"), figure("p99", 1.1, "piscina")],
  }),
  call("call-object", {
    operation: "call with an object of 100 bytes there and back, 100 in flight",
    part: "object",
    size: 100_000,
    sizes: CALLS,
    answer: sumBelow,
    bars: [],
  }),
  call("call-copy", {
    operation: "call with 64 KiB copied there and back, 4 in flight",
    part: "copy",
    size: 5000,
    answer: (n) => n,
    bars: [],
  }),
  call("call-move", {
    operation: "call with 1 MiB moved there and back, one after the other",
    part: "move",
    size: 5000,
    smoke: 20,
    answer: (n) => n,
    bars: [],
  }),
  call("compute", {
    operation: "task of 5 ms of computing, 200 of them",
    subjects: [...POOLS, "one-thread"],
    part: "compute",
    size: 200,
    smoke: 4,
    repetitions: 1,
    warmUpShare: 4,
    answer: (n) => n * BURNT,
    bars: [faster(1.9, "one-thread")],
  }),
  threads("message-number", {
    program: "messages",
    part: "numbers",
    warmUpShare: 1,
    operation: "number sent from one thread to another",
    subjects: CHANNELS,
    size: 1_000_000,
    sizes: { raw: 300_000, multithreading: 5000 },
    answer: sumBelow,
    bars: [faster(10, "raw")],
  }),
  threads("message-number-try", {
    program: "messages",
    part: "numbersTried",
    warmUpShare: 1,
    operation: "number sent from one thread to another, waiting only where `trySend` and `tryReceive` fail",
    subjects: ["offshoot"],
    size: 1_000_000,
    answer: sumBelow,
    bars: [fasterThan(10, "raw", "message-number")],
  }),
  threads("message-object", {
    program: "messages",
    part: "objects",
    warmUpShare: 1,
    operation: "object { id, name, value } sent from one thread to another",
    subjects: CHANNELS,
    size: 300_000,
    sizes: { raw: 100_000, multithreading: 2000 },
    answer: (n) => 2 * sumBelow(n),
    bars: [faster(3, "raw")],
  }),
  threads("thread-channels", {
    program: "component-thread",
    part: "channels",
    warmUpShare: 1,
    operation: "number sent to another thread and back, through shared channels",
    subjects: ["offshoot"],
    size: 300_000,
    answer: sumBelow,
    bars: [],
  }),
  threads("component-thread", {
    part: "graph",
    warmUpShare: 1,
    operation: "number sent through a graphline whose part in the midst is in another thread",
    subjects: ["offshoot"],
    size: 300_000,
    answer: sumBelow,
    bars: [{ ...ns(1.3, "offshoot"), elsewhere: "thread-channels", wording: "at most 1.3 × thread-channels" }],
  }),
  threads("latency-idle", {
    program: "latency",
    part: "idle",
    operation: "message to a thread that waits, sent after 2 ms of idleness, one way",
    subjects: CHANNELS,
    size: 500,
    smoke: 20,
    repetitions: 3,
    warmUpShare: 5,
    figures: ["p50", "p99"],
    answer: (n) => n,
    bars: [figure("p50", 1.1, "raw"), figure("p99", 1.1, "raw")],
  }),
  threads("latency-busy", {
    program: "latency",
    part: "busy",
    operation: "message of a ping-pong between threads, one way",
    subjects: CHANNELS,
    size: 50_000,
    sizes: { multithreading: 2000 },
    figures: ["p50", "p99"],
    answer: (n) => n,
    bars: [figure("p50", 1.1, "raw"), figure("p99", 1.1, "raw")],
  }),
  threads("shared-map", {
    operation: "set or get, 10^5 keys put into an empty map by two threads at once (`one-thread`: a `Map`)",
    subjects: ["offshoot", "sharedmap", "one-thread"],
    size: 1_000_000,
    smoke: 4000,
    answer: (n) => n / 10, // as many keys
    bars: [ns(1.2, "one-thread"), faster(7, "sharedmap")],
  }),
  call("idle-worker", {
    operation: "worker that waits for work, 8 of them (`raw`: a bare `new Worker`)",
    part: "idleWorkers",
    size: 8,
    repetitions: 1,
    warmUpShare: Number.POSITIVE_INFINITY,
    figures: ["bytes"],
    answer: (n) => n,
    bars: [figure("bytes", 1.1, "raw")],
  }),
  call("start", {
    operation: "pool made and its first call answered",
    part: "start",
    size: 5,
    repetitions: 3,
    warmUpShare: 5,
    answer: (n) => n,
    bars: [],
  }),
];

function threads(name: string, given: Given): Workload {
  return workload(name, BETWEEN, given);
}

function call(name: string, given: Given): Workload {
  return threads(name, { program: "calls", subjects: POOLS, ...given });
}
