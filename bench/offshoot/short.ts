// Programs as short as those that are explored, run again and again: under `run`, or in other orders under `explore`.
//
// A step is an operation that is performed: before each of them an exploration chooses who is next. That a program has
// as many steps as is said is checked: with one less allowed, the exploration gives it up.

import { type Channel, channel, go, Mutex, type Operation, run } from "offshoot";
import { type Cell, cell, type ExploreOptions, explore } from "offshoot/testing";
import { clock, type Outcome } from "../trial.ts";

export interface Short {
  /** Answers what it has computed. */
  readonly body: () => Operation<number>;
  readonly steps: number;
}

/** How often a program goes round; workloads.ts says the same number. */
const ROUNDS = 50;

/** Two tasks, two rendezvous channels: four steps a round, and the join. Answers the sum of what came back. */
export const pingPong: Short = { body: play, steps: 4 * ROUNDS + 1 };

function* play(): Operation<number> {
  const ping = channel<number>();
  const pong = channel<number>();
  const answering = go(answer, ping, pong);
  let sum = 0;
  for (let i = 0; i < ROUNDS; i++) {
    yield* ping.send(i);
    sum += yield* pong.receive();
  }
  yield* answering;
  return sum;
}

function* answer(ping: Channel<number>, pong: Channel<number>): Operation<void> {
  for (let i = 0; i < ROUNDS; i++) yield* pong.send(1 + (yield* ping.receive()));
}

/** Two tasks that count in a cell, a mutex around it: three steps a round, and the join. Answers the count. */
export const locked: Short = { body: countTogether, steps: 3 * ROUNDS + 1 };

function* countTogether(): Operation<number> {
  const mutex = new Mutex();
  const total = cell(0);
  const other = go(count, mutex, total);
  yield* count(mutex, total);
  yield* other;
  return total.peek();
}

function* count(mutex: Mutex, total: Cell<number>): Operation<void> {
  for (let i = 0; i < ROUNDS / 2; i++) {
    yield* mutex.lock();
    yield* total.set(1 + (yield* total.get()));
    mutex.unlock();
  }
}

/** So many runs that the program goes round `size` times. */
export async function runs({ body }: Short, size: number): Promise<Outcome> {
  let sum = 0;
  const start = clock();
  for (let i = 0; i < size / ROUNDS; i++) sum += await run(body);
  return { ns: clock() - start, answer: sum };
}

/** As many, in orders drawn by lot. The two by which `explore` sees whether the program can be repeated come on top. */
export async function explorations({ body, steps }: Short, size: number): Promise<Outcome> {
  const options: ExploreOptions = {
    name: "short",
    strategy: "random",
    keep: false,
    timeMs: Number.POSITIVE_INFINITY,
  };
  const start = clock();
  const { ok, runs, outcomes } = await explore(body, { ...options, runs: size / ROUNDS, maxSteps: steps });
  const ns = clock() - start;
  const fits = await explore(body, { ...options, runs: 1, maxSteps: steps - 1 }).then(
    () => true,
    () => false,
  );
  if (!ok || runs !== size / ROUNDS) throw new Error(`short: ${runs} runs, ok: ${ok}`);
  if (fits) throw new Error(`short: a run has less than ${steps} steps`);
  let sum = 0;
  for (const { value, count } of outcomes.values()) sum += value * count; // a run of more steps has no outcome
  return { ns, answer: sum };
}
