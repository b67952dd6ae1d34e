// What a placement needs of the place where its part runs: ways there and back, and the call that performs the part.

import type { Selectable } from "../../core/types.ts";
import type { Ended, Order } from "./notes.ts";
import type { InPort, OutPort } from "./port.ts";

export interface Stage {
  /** A way there. `way` is what its other end is made of. */
  out(label: string, capacity: number): { readonly port: OutPort; readonly way: unknown };
  /** A way back. */
  in(label: string, capacity: number): { readonly port: InPort; readonly way: unknown };
  /** Performs the part: from its start to its end. Cancelling it cancels the part, and the extent waits for its cleanup. */
  perform(order: Order): Selectable<Ended>;
  /** Its part has ended: gives up what it has. */
  close(): Promise<void> | null;
}
