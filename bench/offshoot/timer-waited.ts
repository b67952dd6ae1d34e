// A reply awaited beside a timer that comes too late and is stopped, while tasks wait for many others.
//
// The reply is never there yet when the select begins, so that the timer is waited for each time. The first pass is not
// timed: in it the collector moves the many to where it leaves them alone.

import { type Channel, channel, go, type Operation, run, select, timer } from "offshoot";
import { clock, type Outcome } from "../trial.ts";
import { gather } from "./sleepers.ts";

export function trial(size: number): Promise<Outcome> {
  return run(() => measure(size));
}

function* measure(size: number): Operation<Outcome> {
  const sleepers = yield* gather();
  yield* askAll(size);
  const start = clock();
  const answer = yield* askAll(size);
  const ns = clock() - start;
  sleepers.cancel();
  return { ns, answer };
}

function* askAll(size: number): Operation<number> {
  const ask = channel<number>();
  const reply = channel<number>();
  const answering = go(answerAll, size, ask, reply);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    yield* ask.send(i);
    const late = timer(60_000);
    const got = yield* select({ reply: reply.receive(), late: late.fired });
    if (got.key === "reply" && late.stop()) sum = (sum + got.value) | 0;
  }
  yield* answering;
  return sum;
}

function* answerAll(size: number, ask: Channel<number>, reply: Channel<number>): Operation<void> {
  for (let i = 0; i < size; i++) yield* reply.send(yield* ask.receive());
}
