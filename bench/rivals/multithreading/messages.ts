// Messages through its channel, which has 1024 places.

import { channel, move, type Receiver, spawn } from "multithreading";
import { type Reading, reading } from "../../payload.ts";
import { clock, type Outcome } from "../../trial.ts";
import { close as shut, unwrap } from "./channel.ts";

const PLACES = 1024;
/** It has 64 KiB for its values if it is not told otherwise: too few for so many objects. */
const BYTES = 1024 * 1024;

export const close = shut;

export function numbers(size: number): Promise<Outcome> {
  return send(
    size,
    (i) => i,
    async (receiver, left) => {
      let sum = 0;
      for (let i = 0; i < left; i++) {
        const result = await receiver.recv();
        if (!result.ok) throw result.error;
        sum += result.value;
      }
      return sum;
    },
  );
}

export function objects(size: number): Promise<Outcome> {
  return send<Reading>(size, reading, async (receiver, left) => {
    let sum = 0;
    for (let i = 0; i < left; i++) {
      const result = await receiver.recv();
      if (!result.ok) throw result.error;
      const { id, value } = result.value;
      sum += id + value;
    }
    return sum;
  });
}

/** `receive` runs in the worker, and answers the sum when it has them all. */
async function send<T>(
  size: number,
  message: (i: number) => T,
  receive: (receiver: Receiver<T>, left: number) => Promise<number>,
): Promise<Outcome> {
  const [sender, receiver] = channel<T>(PLACES, { size: BYTES });
  const received = spawn(move(receiver, size), receive);
  const begin = clock();
  for (let i = 0; i < size; i++) unwrap(await sender.send(message(i)));
  const answer = unwrap(await received.join());
  return { ns: clock() - begin, answer };
}
