// lossyConnector: what does not fit is dropped, so that a slow consumer never holds up a producer.

import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { optionsOf, type PartOptions } from "./options.ts";

export interface LossStats {
  /** Messages for which there was room. */
  readonly passed: number;
  /** Messages for which there was no room. */
  readonly dropped: number;
}

class LossyConnector<T> extends Component<{ inbox: T }, { outbox: T }> {
  #passed = 0;
  #dropped = 0;

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      if (this.isFull()) {
        this.#dropped++;
      } else {
        this.send(item.value);
        this.#passed++;
      }
    }
  }

  stats(): LossStats {
    return Object.freeze({ passed: this.#passed, dropped: this.#dropped });
  }
}

/**
 * Passes messages on while there is room in the inbox they come to, which has to have a size; drops the others, and counts them. Never waits for room.
 *
 * @example
 * const meter = lossyConnector<Reading>();
 * yield* pipeline(sensor, meter, 10, slowDisplay);
 * console.log(meter.stats().dropped);
 */
export function lossyConnector<T>(
  options: PartOptions = {},
): Component<{ inbox: T }, { outbox: T }> & { stats(): LossStats } {
  return new LossyConnector<T>({ name: optionsOf(options, "lossyConnector").name });
}
