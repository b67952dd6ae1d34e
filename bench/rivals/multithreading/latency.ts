// How long a message takes through its channel: to a thread that waits, and back and forth without a pause.

import { setTimeout as pause } from "node:timers/promises";
import { channel, move, spawn } from "multithreading";
import { clock, latencyOutcome, type Outcome, sharedClock } from "../../trial.ts";
import { close as shut, unwrap } from "./channel.ts";

const IDLE_MS = 2;

export const close = shut;

/** Each message says when it was sent; the other thread answers what it took, all at the end. */
export async function idle(size: number): Promise<Outcome> {
  const [sender, receiver] = channel<number>();
  const collected = spawn(move(receiver, size), async (incoming, count) => {
    const latencies = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const result = await incoming.recv();
      if (!result.ok) throw result.error;
      latencies[i] = Number(process.hrtime.bigint()) - result.value;
    }
    return latencies;
  });
  for (let i = 0; i < size; i++) {
    await pause(IDLE_MS);
    unwrap(await sender.send(sharedClock()));
  }
  const latencies = unwrap(await collected.join());
  return latencyOutcome(latencies, latencies.length);
}

/** Half the round trip. */
export async function busy(size: number): Promise<Outcome> {
  const [ping, pinged] = channel<number>();
  const [pong, ponged] = channel<number>();
  const echoing = spawn(move(pinged, pong, size), async (incoming, outgoing, count) => {
    for (let i = 0; i < count; i++) {
      const result = await incoming.recv();
      if (!result.ok) throw result.error;
      await outgoing.send(result.value);
    }
  });
  const latencies = new Float64Array(size);
  let wrong = 0;
  for (let i = 0; i < size; i++) {
    const begin = clock();
    unwrap(await ping.send(i));
    if (unwrap(await ponged.recv()) !== i) wrong++;
    latencies[i] = (clock() - begin) / 2;
  }
  unwrap(await echoing.join());
  return latencyOutcome(latencies, size - wrong);
}
