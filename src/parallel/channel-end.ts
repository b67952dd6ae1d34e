// The end of a shared channel: who has ended it, how, and why. It is written before the ring is closed: who finds the ring closed finds all of it.
//
//   1 become the one who ends it   2 write why, then how   3 close the ring
//
// Invariants
//   one living thread at a time is between step 1 and step 3
//   once HOW is written it will be closed: if the thread dies first, whoever mends closes it

import { decode, encode } from "./codec.ts";
import { encodeError } from "./error-codec.ts";
import { loaded } from "./loaded.ts";
import { here } from "./neighbours.ts";
import type { Ring } from "./ring.ts";
import { REASON_SIZE, SPARE } from "./ring-layout.ts";
import { steps } from "./steps.ts";

// Words.
const ENDER = SPARE; // who is ending it, or has
const HOW = SPARE + 1;
const REASON_LENGTH = SPARE + 2;

// How it has ended; 0 while it has not.
export const SHUT = 1;
export const GIVEN_UP = 2; // by its receiver, while it was open
export const LEFT = 3; // by its receiver, after it had been closed

export class End {
  declare private readonly ring: Ring;

  constructor(ring: Ring) {
    this.ring = ring;
  }

  get how(): number {
    return loaded(this.ring.words, HOW);
  }

  /** The thread that has ended it. */
  get by(): number {
    return this.ring.words[ENDER] as number;
  }

  get hasReason(): boolean {
    return (this.ring.words[REASON_LENGTH] as number) > 0;
  }

  get reason(): unknown {
    const length = this.ring.words[REASON_LENGTH] as number;
    return length === 0 ? undefined : decode(this.ring.reason.slice(0, length), NOTHING);
  }

  /** Ends the channel. False if that has been done before. */
  put(how: number, reason: Uint8Array | null): boolean {
    const { ring } = this;
    const { words } = ring;
    const neighbours = here();
    const { commons, who } = neighbours;
    // 1
    for (;;) {
      const ender = Atomics.compareExchange(words, ENDER, 0, who);
      if (ender === 0 || (ender === who && !ring.isClosed)) break;
      if (ring.isClosed) return false;
      // Who lives is about to close it, and has only to write the reason yet.
      if (!commons.isAlive(ender) && Atomics.compareExchange(words, ENDER, ender, who) === ender) break;
      neighbours.commons.buryTheDead();
    }
    if (steps.at !== null) steps.at("end");
    // 2
    if (reason !== null) ring.reason.set(reason);
    words[REASON_LENGTH] = reason?.length ?? 0;
    Atomics.store(words, HOW, how);
    if (steps.at !== null) steps.at("how");
    // 3
    ring.close();
    return true;
  }

  /** The receiver leaves a channel that its sender has closed. */
  leave(): void {
    Atomics.compareExchange(this.ring.words, HOW, SHUT, LEFT);
  }

  /** A thread has died that may have been in the midst of ending it. */
  mend(): void {
    if (this.how !== 0 && !this.ring.isClosed) this.ring.close();
  }
}

const NOTHING = { object: (): undefined => undefined, handed: (): undefined => undefined };

/**
 * A reason travels without what could be handed over with it. An error that is too long for the room there is loses its cause, most frames, and fields that are not short,
 * before it loses its class. `refuse` makes the error for a shared object in it.
 */
export function reasonOf(error: unknown, refuse: () => Error): Uint8Array {
  const loader = {
    refer(): void {
      throw refuse();
    },
    hand: (): number => -1,
  };
  const whole =
    error instanceof Error ? encodeError(error, loader) : encode(error, loader, "Channel.close", "the reason");
  if (whole.length <= REASON_SIZE) return whole.slice();
  const left = error instanceof Error ? encodeError(outlined(error), loader) : whole;
  if (left.length <= REASON_SIZE) return left.slice();
  const short = new Error(error instanceof Error ? error.message.slice(0, MOST_TEXT) : "a reason too large to travel");
  short.stack = "";
  return encodeError(short, loader).slice();
}

/** Characters, which take two bytes at most. */
const MOST_TEXT = REASON_SIZE / 8;
const MOST_FIELDS = 8;

/** An error of the same class, with what is short of the other. */
function outlined(error: Error): Error {
  const { message, stack } = error;
  const left = new Error(message.slice(0, MOST_TEXT));
  Object.setPrototypeOf(left, Object.getPrototypeOf(error));
  const frames = message.length > MOST_TEXT ? "" : (stack ?? "").slice(0, 2 * MOST_TEXT);
  Object.defineProperty(left, "stack", { value: frames.slice(0, Math.max(frames.lastIndexOf("\n"), 0)) });
  const fields = Object.entries(Object.getOwnPropertyDescriptors(error)).filter(
    ([key, { value }]) => key !== "message" && key !== "stack" && isShort(key) && isShort(value),
  );
  for (const [key, descriptor] of fields.slice(0, MOST_FIELDS)) Object.defineProperty(left, key, descriptor);
  return left;
}

const isShort = (value: unknown): boolean =>
  typeof value === "number" ||
  typeof value === "boolean" ||
  (typeof value === "string" && value.length < MOST_TEXT / MOST_FIELDS);
