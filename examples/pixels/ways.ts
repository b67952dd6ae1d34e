// Three ways to have a picture made grey by workers. Only the first copies it: there, and back.

import { group, type Operation } from "offshoot";
import { move, type Pool, remote } from "offshoot/parallel";

const picture = remote<typeof import("./picture.ts")>(new URL("./picture.ts", import.meta.url));

export type Way = "copied" | "moved" | "shared";

/** Answers the grey picture. What becomes of `bytes` depends on the way. */
export const ways: Readonly<Record<Way, (pool: Pool, bytes: Uint8Array) => Operation<Uint8Array>>> = {
  /** `bytes` stays as it was. */
  *copied(pool, bytes) {
    return yield* pool.run(picture.grey, bytes);
  },

  /** The memory goes to the worker, and comes back with what the function returns: `bytes` is empty from then on. The worker hands over what it has no use for any more. */
  *moved(pool, bytes) {
    return yield* pool.run(picture.greyAndMove, move(bytes));
  },

  /** `bytes` lies in memory of all threads. Each worker changes a part of its own, so that nobody meets anybody. */
  *shared(pool, bytes) {
    const pixels = bytes.length / 4;
    const part = Math.ceil(pixels / pool.size);
    yield* group((g) => {
      for (let from = 0; from < pixels; from += part)
        g.go(() => pool.run(picture.greyBetween, bytes, from, Math.min(from + part, pixels)));
    });
    return bytes;
  },
};
