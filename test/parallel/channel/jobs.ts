// What other threads do with shared channels in these tests.

import { threadId } from "node:worker_threads";
import {
  type Channel,
  ClosedError,
  channel,
  go,
  group,
  type Operation,
  type Receiver,
  type Sender,
  select,
  type Task,
  TaskCancelledError,
  yieldNow,
} from "offshoot";
import { move, sharedChannel } from "offshoot/parallel";
import { Random } from "../../../src/base/random.ts";
import { steps } from "../../../src/parallel/steps.ts";

/** Who has sent it, and which of theirs it is. Some are large. */
export interface Item {
  readonly from: number;
  readonly n: number;
  readonly rest: string;
}

export const item = (from: number, n: number): Item => ({ from, n, rest: "x".repeat(n % 5 === 0 ? 2_000 : n % 7) });

export function* sends(to: Sender<Item>, from: number, count: number): Operation<void> {
  for (let n = 0; n < count; n++) yield* to.send(item(from, n));
}

/** Several senders in one thread. */
export function* manySend(to: Sender<Item>, from: number, tasks: number, count: number): Operation<void> {
  yield* group(function* (g) {
    for (let i = 0; i < tasks; i++) g.go(sends, to, from + i, count);
  });
}

export function* receivesAll(from: Receiver<Item>): Operation<Item[]> {
  const got: Item[] = [];
  for (let next = yield* from.next(); !next.done; next = yield* from.next()) got.push(next.value);
  return got;
}

/** Several receivers in one thread: what each of them has received. */
export function* manyReceive(from: Receiver<Item>, tasks: number): Operation<Item[][]> {
  return yield* group(function* (g) {
    const all = Array.from({ length: tasks }, () => g.go(receivesAll, from));
    const got: Item[][] = [];
    for (const task of all) got.push(yield* task);
    return got;
  });
}

export async function iterates(from: Receiver<number>): Promise<number[]> {
  const got: number[] = [];
  for await (const n of from) got.push(n);
  return got;
}

export function* echoes(from: Receiver<number>, to: Sender<number>): Operation<number> {
  let count = 0;
  for (let next = yield* from.next(); !next.done; next = yield* from.next(), count++) yield* to.send(next.value + 1);
  return count;
}

// The end.

/** Waits for the end in all the ways there are. */
export function* meetsTheEnd(ch: Channel<number>, started: Sender<number>): Operation<string[]> {
  const told: string[] = [];
  const tell = (how: string, op: () => Operation<unknown>): (() => Operation<void>) =>
    function* () {
      try {
        told.push(`${how}: ${JSON.stringify(yield* op())}`);
      } catch (error) {
        const by =
          error instanceof ClosedError ? ` by ${error.by}, ${(error.cause as Error | undefined)?.message}` : "";
        told.push(`${how}: ${(error as Error).name}${by}`);
      }
    };
  yield* group(function* (g) {
    const all = [
      g.go(tell("receive", () => ch.receive())),
      g.go(tell("next", () => ch.next())),
      g.go(tell("select", () => select({ got: ch.next() }))),
    ];
    while (all.some(({ status }) => status !== "waiting")) yield* yieldNow();
    yield* started.send(threadId);
  });
  yield* tell("send", () => ch.send(1))();
  return told;
}

/** Waits for room, and tells how that ends. */
export function* meetsRefusal(ch: Sender<unknown>, value: unknown, started: Sender<number>): Operation<string> {
  const task = go(function* (): Operation<string> {
    try {
      yield* ch.send(value);
      return "sent";
    } catch (error) {
      const { by, cause } = error as ClosedError;
      return `${(error as Error).name} by ${by}, ${(cause as Error | undefined)?.message}`;
    }
  });
  while (task.status !== "waiting") yield* yieldNow();
  yield* started.send(threadId);
  return yield* task;
}

class Refused extends RangeError {}

export const closes = (ch: Sender<never>, message?: string): void =>
  ch.close(message === undefined ? undefined : new Refused(message));

export const cancels = (ch: Receiver<unknown>, message: string): void => ch.cancel(new RangeError(message));

// Selects.

/** Takes from two shared channels and a local one, until all of them have ended. */
export function* selects(a: Receiver<number>, b: Receiver<number>, count: number): Operation<Record<string, number[]>> {
  const local = channel<number>();
  go(function* () {
    for (let n = 0; n < count; n++) yield* local.send(n);
    local.close();
  });
  const got: Record<string, number[]> = { a: [], b: [], local: [] };
  const open = new Map<string, Receiver<number>>([["a", a], ["b", b], ["local", local]]); // biome-ignore format: one line
  while (open.size > 0) {
    const { key, value } = yield* select(Object.fromEntries([...open].map(([name, from]) => [name, from.next()])));
    if (value.done) open.delete(key);
    else got[key]?.push(value.value);
  }
  return got;
}

/** Sends each number into whichever of two channels has room. */
export function* spreads(a: Sender<number>, b: Sender<number>, from: number, count: number): Operation<void> {
  for (let n = from; n < from + count; n++) yield* select([a.send(n), b.send(n)]);
}

// Channels through channels.

/** Passes on whatever comes. */
export function* passes(from: Receiver<unknown>, to: Sender<unknown>): Operation<void> {
  for (let next = yield* from.next(); !next.done; next = yield* from.next()) yield* to.send(next.value);
  to.close();
}

/** Asks with a new channel for each answer. */
export function* asks(questions: Sender<Question>, from: number, count: number): Operation<number> {
  let right = 0;
  for (let n = from; n < from + count; n++) {
    const to = sharedChannel<number>(1);
    yield* questions.send({ n, to, rest: "x".repeat(n % 3 === 0 ? 500 : 0) });
    if ((yield* to.receive()) === n ** 2) right++;
  }
  return right;
}

/** Comes with the channel for its answer. */
export interface Question {
  readonly n: number;
  readonly to: Sender<number>;
  readonly rest?: string;
}

/** Answers each question in the channel that comes with it. */
export function* answers(questions: Receiver<Question>): Operation<void> {
  for (let got = yield* questions.next(); !got.done; got = yield* questions.next())
    yield* got.value.to.send(got.value.n ** 2);
}

/** Makes a channel, sends it away, and fills it. */
export function* offers(to: Sender<Receiver<number>>, count: number): Operation<void> {
  const mine = sharedChannel<number>(2, { name: "made in a worker" });
  yield* to.send(mine);
  for (let n = 0; n < count; n++) yield* mine.send(n);
  mine.close();
}

// Memory.

/** Moves buffers into a channel: their lengths afterwards. */
export function* movesAway(to: Sender<Uint8Array>, sizes: readonly number[]): Operation<number[]> {
  const left: number[] = [];
  for (const size of sizes) {
    const bytes = new Uint8Array(size).fill(size % 251);
    yield* to.send(move(bytes));
    left.push(bytes.byteLength);
  }
  return left;
}

export function* sumsOf(from: Receiver<Uint8Array>, count: number): Operation<number[]> {
  const sums: number[] = [];
  for (let i = 0; i < count; i++) sums.push((yield* from.receive()).reduce((sum, byte) => sum + byte, 0));
  return sums;
}

// Cancellation.

/** Receives with tasks that are cancelled at any moment, until the end. */
export function* receivesFickly(from: Receiver<number>, seed: number): Operation<number[]> {
  const random = new Random(seed);
  const got: number[] = [];
  let isOver = false;
  while (!isOver) {
    const task: Task<void> = go(function* () {
      const next = yield* random.below(2) === 0 ? from.next() : select([from.next()]).map(({ value }) => value);
      if (next.done) isOver = true;
      else got.push(next.value);
    });
    for (let turns = random.below(4); turns > 0; turns--) yield* yieldNow();
    if (random.below(3) > 0) task.cancel();
    yield* ended(task);
  }
  return got;
}

function* ended(task: Task<void>): Operation<void> {
  try {
    yield* task;
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
  }
}

/** Sends each number with tasks that are cancelled at any moment, again until it has been sent. */
export function* sendsFickly(to: Sender<number>, numbers: readonly number[], seed: number): Operation<void> {
  const random = new Random(seed);
  for (const n of numbers)
    for (let isSent = false; !isSent; ) {
      const task: Task<void> = go(function* () {
        yield* to.send(n);
        isSent = true;
      });
      for (let turns = random.below(4); turns > 0; turns--) yield* yieldNow();
      if (random.below(3) > 0) task.cancel();
      yield* ended(task);
    }
}

// Without waiting.

const nap = new Int32Array(new SharedArrayBuffer(4));

/** A plain function, which has its thread for itself. */
export function triesToSend(to: Sender<number>, from: number, count: number): number {
  let refused = 0;
  for (let n = 0; n < count; n++)
    while (!to.trySend(from + n)) {
      refused++;
      Atomics.wait(nap, 0, 0, 1);
    }
  return refused;
}

// Ways to die. What is received is noted in memory that outlives the thread.

/** How often each value of each sender has been received. */
export interface Notes {
  readonly counts: Int32Array;
  /** Values of each sender. */
  readonly each: number;
}

export const note = ({ counts, each }: Notes, { from, n }: Item): number => Atomics.add(counts, from * each + n, 1);

/** This thread ends at a step, the n-th time it comes there from now on. */
function dieAt(step: string, times: number): void {
  let left = times;
  steps.at = (name) => {
    if (name === step && --left === 0) process.exit(13);
  };
}

export function* sendsToDeath(
  to: Sender<Item>,
  from: number,
  rest: number,
  step: string,
  times: number,
): Operation<void> {
  dieAt(step, times);
  for (let n = 0; n < 1_000; n++) yield* to.send({ from, n, rest: "x".repeat(rest) });
}

export function* receivesToDeath(from: Receiver<Item>, notes: Notes, step: string, times: number): Operation<void> {
  dieAt(step, times);
  yield* notesAll(from, notes);
}

export function* notesAll(from: Receiver<Item>, notes: Notes, progress?: Int32Array): Operation<number> {
  const last = new Map<number, number>();
  let count = 0;
  for (let next = yield* from.next(); !next.done; next = yield* from.next(), count++) {
    const { from: sender, n } = next.value;
    note(notes, next.value);
    if (progress !== undefined) Atomics.add(progress, 0, 1);
    if (n <= (last.get(sender) ?? -1)) throw new Error(`${n} of ${sender} came after ${last.get(sender)}`);
    last.set(sender, n);
  }
  return count;
}

export function endsToDeath(ch: Channel<Item>, how: "close" | "cancel", step: string): void {
  dieAt(step, 1);
  ch[how](new RangeError("its last words"));
}

/** The same when it is told to, and it tells when it dies: in one word, which says 1 when it has begun, 2 when it may go on, 3 when it is as good as dead. */
export function endsWhenTold(ch: Channel<Item>, how: "close" | "cancel", word: Int32Array): void {
  steps.at = (name) => {
    if (name !== "end") return;
    Atomics.store(word, 0, 3);
    Atomics.notify(word, 0);
    process.exit(13);
  };
  Atomics.store(word, 0, 1);
  Atomics.wait(word, 0, 1);
  ch[how]();
}

/** Waits at both ends of two channels, and dies when it is told to, in one way or another. */
export function* waitsForDeath(
  empty: Receiver<Item>,
  full: Sender<Item>,
  started: Sender<number>,
  orders: Receiver<string>,
): Operation<void> {
  const waiting = [
    go(() => empty.receive()),
    go(() => full.send(item(0, 0))),
    go(() => select([empty.next(), full.send(item(0, 0))])),
  ];
  while (waiting.some(({ status }) => status !== "waiting")) yield* yieldNow();
  yield* started.send(threadId);
  const how = yield* orders.receive();
  if (how === "exit") process.exit(5);
  if (how === "throw")
    setImmediate(() => {
      throw new RangeError("nobody catches this");
    });
  if (how === "fail") throw new RangeError("it fails, and its thread lives");
  yield* empty.receive();
}

/** Makes a channel, sends it away with something in it, and is gone. */
export function* bequeaths(to: Sender<Receiver<number>>): Operation<void> {
  const mine = sharedChannel<number>(4, { name: "bequeathed" });
  for (const n of [1, 2, 3]) yield* mine.send(n);
  yield* to.send(mine);
  process.exit(0);
}

/** Takes a channel out of a message, and dies before it has it. */
export function* diesWithIt(from: Receiver<unknown>): Operation<unknown> {
  dieAt("take", 1);
  return yield* from.receive();
}

/** Sends with several tasks, and receives with several until that is done. */
export function* churns(
  ch: Channel<Item>,
  notes: Notes,
  progress: Int32Array,
  from: number,
  step: string,
  times: number,
): Operation<void> {
  if (times > 0) dieAt(step, times);
  yield* group(function* (g) {
    for (let i = 0; i < RECEIVING; i++) g.daemon(notesAll, ch, notes, progress);
    for (let i = 0; i < SENDING; i++) g.go(sends, ch, from + i, notes.each);
  });
}

/** How many tasks of a thread send there. */
export const SENDING = 2;
/** How many tasks of a thread receive there. */
export const RECEIVING = 2;
