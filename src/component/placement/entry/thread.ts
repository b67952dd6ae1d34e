// What a worker thread performs for a part that was placed in it.

import type { Operation } from "../../../core/types.ts";
import type { SharedChannel } from "../../../parallel/shared-channel.ts";
import type { Ended, Order } from "../notes.ts";
import { performPart, type Ways } from "../performer.ts";
import { SharedIn, SharedOut } from "../shared-port.ts";

const ways: Ways = {
  in: (way) => new SharedIn(way as SharedChannel<unknown>),
  out: (way) => new SharedOut(way as SharedChannel<unknown>),
};

export function* perform(order: Order): Operation<Ended> {
  return yield* performPart(order, ways);
}
