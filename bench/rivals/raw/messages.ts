// Messages over a port, as many as there are, with nothing that holds the sender back.

import type { Reading } from "../../payload.ts";
import { reading } from "../../payload.ts";
import { clock, type Outcome } from "../../trial.ts";
import { Peer } from "./peer.ts";

const peer = new Peer(new URL("./messages-peer.js", import.meta.url));

export const close = (): Promise<void> => peer.close();

export function numbers(size: number): Promise<Outcome> {
  return send(size, "numbers", (i) => i);
}

export function objects(size: number): Promise<Outcome> {
  return send(size, "objects", reading);
}

/** The other thread answers the sum when it has them all. */
async function send(size: number, what: string, message: (i: number) => number | Reading): Promise<Outcome> {
  const port = await peer.open({ what, size });
  const answered = new Promise<number>((resolve) => port.once("message", resolve));
  const begin = clock();
  for (let i = 0; i < size; i++) port.postMessage(message(i));
  const answer = await answered;
  const ns = clock() - begin;
  port.close();
  return { ns, answer };
}
