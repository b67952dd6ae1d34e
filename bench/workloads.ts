// What is measured on one thread, and the list of everything that is measured.
//
// What a workload is, and how a bar reads, is told in `workload.ts`; the workloads between threads are in `threads.ts`.

import { BETWEEN_THREADS } from "./threads.ts";
import { beside, bytes, type Field, faster, type Given, ns, sumBelow, type Workload, workload } from "./workload.ts";

const ONE_THREAD: Field = {
  title: "On one thread",
  subjects: ["offshoot", "go", "effect", "effection", "promises"],
  ours: "offshoot",
};

/** Timed laps of the token around the ring, after one that is not; every subject's file says the same number. */
const LAPS = 10;

/** How often a short program goes round in a run; its file says the same number. */
const ROUNDS = 50;

const TASKS: readonly Workload[] = [
  task("ping-pong", {
    operation: "round trip over two rendezvous channels",
    size: 300_000,
    sizes: { effect: 60_000, effection: 20_000 },
    answer: (n) => ((n * (n + 1)) / 2) | 0,
    bars: [ns(0.75, "go"), faster(11, "effect"), faster(15, "effection"), faster(2.3, "promises")],
  }),
  task("buffered", {
    operation: "item through a channel of 128",
    size: 2_000_000,
    sizes: { effect: 200_000, effection: 50_000 },
    answer: (n) => sumBelow(n) | 0,
    bars: [ns(1.25, "go")],
  }),
  task("two-ready", {
    operation: "select of two ready receives, and the send back",
    size: 1_000_000,
    sizes: { effect: 20_000 },
    answer: (n) => n,
    bars: [ns(1.5, "go")],
  }),
  task("fan-in", {
    operation: "item to one receiver selecting over eight rendezvous channels",
    size: 400_000,
    answer: (n) => (8 * sumBelow(n / 8)) | 0,
    bars: [ns(0.5, "go")],
  }),
  task("spawn-join", {
    operation: "task started and joined, one after the other",
    size: 1_000_000,
    sizes: { effect: 200_000, effection: 20_000 },
    repetitions: 3,
    answer: (n) => sumBelow(n) | 0,
    bars: [ns(1, "go")],
  }),
  task("skynet", {
    operation: "leaf of a ten-way tree",
    size: 1_000_000,
    sizes: { effection: 10_000 },
    smoke: 1000,
    repetitions: 3,
    warmUpShare: 10, // sizes are powers of ten
    answer: sumBelow,
    bars: [ns(2, "go")],
  }),
  task("daisy", {
    operation: "link of a chain, made and passed through",
    size: 100_000,
    sizes: { effection: 10_000 },
    repetitions: 3,
    answer: (n) => n,
    bars: [ns(0.6, "go")],
  }),
  task("ring", {
    operation: "hop of a token around a ring of tasks, made beforehand",
    size: 100_000,
    sizes: { effect: 20_000, effection: 5000 },
    repetitions: 3,
    operations: (n) => n * LAPS,
    answer: (n) => n * (LAPS + 1),
    bars: [ns(1, "go")],
  }),
  task("sieve", {
    operation: "number handed from one filter to the next",
    size: 2500,
    sizes: { effect: 1000, effection: 300 },
    smoke: 100,
    repetitions: 3,
    operations: sieveHops,
    answer: primeAt,
    bars: [ns(2, "go")],
  }),
  task("parked-100k", {
    program: "parked",
    operation: "task waiting to receive, 10^5 of them",
    size: 100_000,
    sizes: { effection: 20_000 },
    repetitions: 1,
    figures: ["bytes", "ns"],
    answer: (n) => n,
    bars: [bytes(450)],
  }),
  task("parked-1m", {
    program: "parked",
    operation: "task waiting to receive, 10^6 of them",
    size: 1_000_000,
    sizes: { effect: 300_000, effection: 0 },
    repetitions: 1,
    figures: ["bytes", "ns"],
    answer: (n) => n,
    bars: [bytes(450), ns(1, "go")],
  }),
  task("cancel", {
    operation: "waiting task cancelled, until all 10^5 have ended",
    size: 100_000,
    sizes: { effection: 20_000 },
    repetitions: 1,
    answer: (n) => n,
    bars: [],
  }),
  task("mutex-free", {
    operation: "lock and unlock of a mutex that nobody else wants",
    size: 20_000_000,
    sizes: { effect: 1_000_000, promises: 500_000 },
    answer: (n) => n,
    bars: [faster(10, "effect"), faster(4, "promises")],
  }),
  task("mutex-contended", {
    operation: "turn of one of 100 tasks with a mutex, given up once while it is held",
    size: 1_000_000,
    sizes: { effect: 50_000, promises: 100_000 },
    answer: (n) => n,
    bars: [ns(0.9, "go")],
  }),
  task("rwlock-read", {
    operation: "lock and unlock of a free lock for reading",
    size: 20_000_000,
    sizes: { effect: 20_000 },
    answer: (n) => n,
    bars: [],
  }),
  task("timer", {
    operation: "timer started and stopped, beside 10^5 others",
    size: 1_000_000,
    sizes: { effect: 100_000 },
    answer: (n) => n,
    bars: [ns(1.5, "go")],
  }),
  task("timer-waited", {
    operation: "reply awaited in a select with a timer, which loses, beside 10^5 others",
    size: 500_000,
    sizes: { effect: 50_000, promises: 200_000 },
    answer: (n) => sumBelow(n) | 0,
    bars: [],
  }),
  task("map", {
    operation: "item of 10^5 mapped ten at once, giving up the turn once",
    size: 100_000,
    repetitions: 15,
    answer: (n) => 2 * sumBelow(n),
    bars: [faster(3, "promises")],
  }),
  task("ready-receive", {
    operation: "item sent into a buffer and received",
    size: 5_000_000,
    sizes: { effect: 500_000, effection: 500_000, promises: 1_000_000 },
    answer: (n) => sumBelow(n) | 0,
    bars: [],
  }),
  task("timeout-ready", {
    operation: "item sent into a buffer and received within a time that is not needed",
    size: 2_000_000,
    sizes: { effect: 200_000, effection: 2000, promises: 500_000 },
    answer: (n) => sumBelow(n) | 0,
    bars: [beside(3, "ready-receive")],
  }),
  task("all-switch", {
    operation: "switch between 1000 operations of one `all`",
    size: 5_000_000,
    sizes: { effect: 500_000, effection: 20_000 },
    smoke: 2000, // sizes are multiples of 1000, and their halves too
    answer: (n) => n,
    bars: [],
  }),
  task("ping-pong-step", {
    program: "ping-pong",
    operation: "step of ping-pong, of which a round trip has four",
    size: 300_000,
    subjects: ["offshoot"],
    operations: (n) => 4 * n,
    answer: (n) => ((n * (n + 1)) / 2) | 0,
    bars: [],
  }),
  task("short-ping-pong", {
    operation: "step of ping-pong, in runs of 50 round trips",
    size: 200_000,
    subjects: ["offshoot"],
    operations: (n) => (n / ROUNDS) * (4 * ROUNDS + 1),
    answer: (n) => (n / ROUNDS) * sumBelow(ROUNDS + 1),
    bars: [],
  }),
  task("explore-ping-pong", {
    operation: "step of ping-pong, in explored runs of 50 round trips",
    size: 200_000,
    subjects: ["offshoot"],
    operations: (n) => (n / ROUNDS) * (4 * ROUNDS + 1),
    answer: (n) => (n / ROUNDS) * sumBelow(ROUNDS + 1),
    bars: [beside(5, "ping-pong-step"), beside(5, "short-ping-pong")],
  }),
  task("short-locked", {
    operation: "step of two tasks with a cell in a mutex, in runs of 50 rounds",
    size: 200_000,
    subjects: ["offshoot"],
    operations: (n) => (n / ROUNDS) * (3 * ROUNDS + 1),
    answer: (n) => n,
    bars: [],
  }),
  task("explore-locked", {
    operation: "step of two tasks with a cell in a mutex, in explored runs of 50 rounds",
    size: 200_000,
    subjects: ["offshoot"],
    operations: (n) => (n / ROUNDS) * (3 * ROUNDS + 1),
    answer: (n) => n,
    bars: [beside(5, "ping-pong-step"), beside(5, "short-locked")],
  }),
];

const COMPONENTS: Field = { title: "Components", subjects: ["offshoot"], ours: "offshoot" };

/** With what they are held against: the tasks and channels that components are made of. */
const OF_COMPONENTS: readonly Workload[] = [
  part("channel", {
    program: "buffered",
    operation: "item through a channel of 128",
    size: 2_000_000,
    answer: (n) => sumBelow(n) | 0,
    bars: [],
  }),
  part("turns", {
    program: "ping-pong",
    operation: "round trip over two rendezvous channels",
    size: 300_000,
    answer: (n) => ((n * (n + 1)) / 2) | 0,
    bars: [],
  }),
  part("link", {
    program: "component-link",
    operation: "message from one component to another, through a box of 128",
    size: 2_000_000,
    answer: (n) => sumBelow(n) | 0,
    bars: [beside(3, "channel")],
  }),
  part("pass", {
    program: "component-link",
    part: "passedOn",
    operation: "the same, through ten boxes that pass it on",
    size: 2_000_000,
    answer: (n) => sumBelow(n) | 0,
    bars: [beside(1.1, "link")],
  }),
  part("ring-1000", {
    program: "component-ring",
    operation: "hop of a token around a ring of 1000 components (a round trip of turns has two)",
    size: 1000,
    repetitions: 60, // the first are slow: a repetition is short
    operations: (n) => n * LAPS,
    answer: (n) => n * (LAPS + 1),
    bars: [beside(1.5, "turns")],
  }),
  part("idle-100k", {
    program: "component-idle",
    operation: "component that waits for a message, 10^5 of them, each with a link",
    size: 100_000,
    repetitions: 1,
    figures: ["bytes", "ns"],
    answer: (n) => n,
    bars: [bytes(1500)],
  }),
];

/** Everything, a field after the other. */
export const WORKLOADS: readonly Workload[] = [...TASKS, ...BETWEEN_THREADS, ...OF_COMPONENTS];

function task(name: string, given: Given): Workload {
  return workload(name, ONE_THREAD, given);
}

function part(name: string, given: Given): Workload {
  return workload(name, COMPONENTS, given);
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

function primeAt(count: number): number {
  return primes(count).at(-1) ?? 0;
}

/** How often a number is received in a sieve that ends with the prime numbered `count`. */
function sieveHops(count: number): number {
  const found = primes(count);
  let hops = 0;
  for (let n = 2; n <= (found.at(-1) ?? 0); n++) {
    for (const prime of found) {
      hops++;
      if (n % prime === 0) break;
    }
  }
  return hops;
}
