// How long a message takes over a port: to a thread that waits, and back and forth without a pause.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { clock, latencyOutcome, type Outcome, sharedClock } from "../../trial.ts";
import { Peer } from "./peer.ts";

const IDLE_MS = 2;

const peer = new Peer(new URL("./latency-peer.js", import.meta.url));

export const close = (): Promise<void> => peer.close();

/** Each message says when it was sent; the other thread answers what it took, all at the end. */
export async function idle(size: number): Promise<Outcome> {
  const port = await peer.open({ what: "collect", size });
  const answered = once(port, "message");
  for (let i = 0; i < size; i++) {
    await pause(IDLE_MS);
    port.postMessage(sharedClock());
  }
  const [latencies] = (await answered) as [Float64Array];
  port.close();
  return latencyOutcome(latencies, latencies.length);
}

/** Half the round trip. */
export async function busy(size: number): Promise<Outcome> {
  const port = await peer.open({ what: "echo", size });
  const latencies = new Float64Array(size);
  let wrong = 0;
  await new Promise<void>((resolve) => {
    let i = 0;
    let begin = clock();
    port.on("message", (n: number) => {
      const now = clock();
      latencies[i] = (now - begin) / 2;
      if (n !== i) wrong++;
      i++;
      if (i === size) resolve();
      else {
        begin = clock();
        port.postMessage(i);
      }
    });
    port.postMessage(0);
  });
  port.close();
  return latencyOutcome(latencies, size - wrong);
}
