// How long a message takes through a shared channel: to a thread that waits, and back and forth without a pause.

import { type Operation, run, sleep } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { clock, latencyOutcome, type Outcome, sharedClock } from "../../trial.ts";

const IDLE_MS = 2;
const PLACES = 1024;

const jobs = remote<typeof import("./jobs.js")>(new URL("./jobs.js", import.meta.url));
const pool = new Pool({ threads: 1 });

export async function close(): Promise<void> {
  await pool.close();
}

/** Each message says when it was sent; the other thread answers what it took, all at the end. */
export function idle(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const channel = sharedChannel<number>(PLACES);
    const collecting = pool.go(jobs.latencies, channel, size);
    for (let i = 0; i < size; i++) {
      yield* sleep(IDLE_MS);
      yield* channel.send(sharedClock());
    }
    const latencies = yield* collecting;
    return latencyOutcome(latencies, latencies.length);
  });
}

/** Half the round trip. */
export function busy(size: number): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const ping = sharedChannel<number>(PLACES);
    const pong = sharedChannel<number>(PLACES);
    const echoing = pool.go(jobs.echo, ping, pong, size);
    const latencies = new Float64Array(size);
    let wrong = 0;
    for (let i = 0; i < size; i++) {
      const begin = clock();
      yield* ping.send(i);
      if ((yield* pong.receive()) !== i) wrong++;
      latencies[i] = (clock() - begin) / 2;
    }
    yield* echoing;
    return latencyOutcome(latencies, size - wrong);
  });
}
