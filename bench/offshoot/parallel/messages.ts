// Messages through a shared channel of 1024 places, from a task here to a task in a worker.

import { type Channel, type Operation, run } from "offshoot";
import { Pool, type RemoteFunction, remote, sharedChannel } from "offshoot/parallel";
import { reading } from "../../payload.ts";
import { clock, type Outcome } from "../../trial.ts";

const PLACES = 1024;

const jobs = remote<typeof import("./jobs.js")>(new URL("./jobs.js", import.meta.url));
const pool = new Pool({ threads: 1 });

export async function close(): Promise<void> {
  await pool.close();
}

export function numbers(size: number): Promise<Outcome> {
  return sendAll(size, jobs.addNumbers, function* (channel): Operation<void> {
    for (let i = 0; i < size; i++) yield* channel.send(i);
  });
}

export function numbersTried(size: number): Promise<Outcome> {
  return sendAll(size, jobs.addNumbersTried, function* (channel): Operation<void> {
    for (let i = 0; i < size; i++) if (!channel.trySend(i)) yield* channel.send(i);
  });
}

export function objects(size: number): Promise<Outcome> {
  return sendAll(size, jobs.addReadings, function* (channel): Operation<void> {
    for (let i = 0; i < size; i++) yield* channel.send(reading(i));
  });
}

/** `receive` runs in the worker, and answers the sum when it has them all. */
function sendAll<T>(
  size: number,
  receive: RemoteFunction<[channel: Channel<T>, count: number], number>,
  send: (channel: Channel<T>) => Operation<void>,
): Promise<Outcome> {
  return run(function* (): Operation<Outcome> {
    const channel = sharedChannel<T>(PLACES);
    const receiving = pool.go(receive, channel, size);
    const begin = clock();
    yield* send(channel);
    const answer = yield* receiving;
    return { ns: clock() - begin, answer };
  });
}
