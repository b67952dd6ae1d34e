// Small concurrent programs as data: what the brute-force enumerator and the explorer are both given.
//
// A task is a list of operations. Registers belong to a task and are 0 at first; a source is a number or the name of a register. Task 0 is the main one. Some
// operations are visible: each is a step. The others belong to the step they are made in.

export type Source = number | string;

export type Op =
  // visible
  | readonly ["lock", mutex: number]
  | readonly ["write-lock", rwlock: number]
  | readonly ["read-lock", rwlock: number]
  | readonly ["acquire", semaphore: number, permits: number]
  | readonly ["send", channel: number, value: Source, into?: string] // 1 when it was sent, -1 when the channel was closed
  | readonly ["receive", channel: number, into?: string] // -1 at the end of a closed channel
  | readonly ["select", channels: readonly number[], into?: string] // receives from one of them
  | readonly ["get", cell: number, into: string]
  | readonly ["set", cell: number, value: Source]
  | readonly ["update", cell: number, by: Source, into?: string]
  | readonly ["swap", cell: number, expected: Source, value: Source, into?: string] // 1 if it was so, else 0
  | readonly ["wait", waitgroup: number]
  | readonly ["pass", latch: number]
  | readonly ["meet", barrier: number, into?: string]
  | readonly ["yield"]
  | readonly ["join", task: number]
  // parts of a step
  | readonly ["unlock", mutex: number]
  | readonly ["write-unlock", rwlock: number]
  | readonly ["read-unlock", rwlock: number]
  | readonly ["release", semaphore: number, permits: number]
  | readonly ["close", channel: number]
  | readonly ["add", waitgroup: number, n: number]
  | readonly ["open", latch: number]
  | readonly ["spawn", task: number]
  | readonly ["put", register: string, value: Source]
  | readonly ["plus", register: string, n: Source]
  | readonly ["skip", n: number, register: string, value: number]; // the next n operations, if the register has the value

export interface Objects {
  /** Initial values. */
  readonly cells?: readonly number[];
  readonly mutexes?: number;
  readonly rwlocks?: number;
  /** Permits. */
  readonly semaphores?: readonly number[];
  /** Capacities. */
  readonly channels?: readonly number[];
  readonly waitgroups?: number;
  readonly latches?: number;
  /** Parties. */
  readonly barriers?: readonly number[];
}

export interface Program extends Objects {
  readonly tasks: readonly (readonly Op[])[];
}

/** A program whose main task starts all others and returns. */
export function program(objects: Objects, ...tasks: readonly (readonly Op[])[]): Program {
  return { ...objects, tasks: [tasks.map((_, i) => ["spawn", i + 1] as const), ...tasks] };
}

export const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** As in a report of blocked tasks; null for what is no step of its own. */
export function operationOf([kind]: Op): string | null {
  return OPERATIONS[kind] ?? null;
}

const OPERATIONS: Partial<Record<Op[0], string>> = {
  lock: "mutex.lock",
  "write-lock": "rwlock.lock",
  "read-lock": "rwlock.readLock",
  acquire: "semaphore.acquire",
  send: "channel.send",
  receive: "channel.receive",
  select: "select",
  get: "cell.get",
  set: "cell.set",
  update: "cell.update",
  swap: "cell.compareAndSet",
  wait: "waitgroup.wait",
  pass: "latch.wait",
  meet: "barrier.wait",
  yield: "yieldNow",
  join: "task.join",
};

/** The register for what an operation completes with, if it names one. */
export function registerOf(op: Op): string | undefined {
  const into = op[INTO[op[0]] ?? op.length];
  return typeof into === "string" ? into : undefined;
}

const INTO: Partial<Record<Op[0], number>> = { send: 3, receive: 2, select: 2, get: 2, update: 3, swap: 4, meet: 2 };

/** What is compared of a run that succeeded. */
export function outcomeOf(cells: readonly number[], registers: readonly Record<string, number>[]): string {
  const sorted = registers.map((own) => Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([cells, sorted]);
}

/** What is said of a run that cannot go on: as in "leak: t1 mutex.lock, t2 mutex.lock". */
export function verdictOf(blocked: readonly (readonly [task: number, operation: string])[]): string {
  const said = blocked.map(([task, operation]) => `t${task} ${operation}`).sort();
  return `${blocked.some(([task]) => task === 0) ? "deadlock" : "leak"}: ${said.join(", ")}`;
}

export interface Counts {
  readonly runs: number;
  /** How often each outcome came. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Runs that could not go on. */
  readonly stuck: number;
  /** Who waited for what in them, each verdict once. */
  readonly blocked: readonly string[];
  /** Runs that differ only in the order of what is independent are one trace. */
  readonly traces: number;
}
