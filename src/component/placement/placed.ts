// The proxy of a part that runs elsewhere: a component with the same boxes, as chassis take it.

import { checkpoint } from "../../core/basic.ts";
import { shield } from "../../core/extent.ts";
import type { Operation } from "../../core/types.ts";
import { until } from "../../flow/until.ts";
import type { Origin } from "../../parallel/origin.ts";
import { Component, inside } from "../component.ts";
import { Crossing } from "./crossing.ts";
import type { Stage } from "./stage.ts";

export class Placed extends Component<object, object> {
  readonly #stage: Stage;
  readonly #crossing: Crossing;

  constructor(
    name: string,
    origin: Origin,
    args: readonly unknown[],
    queue: number,
    stageFor: (label: string) => Stage,
  ) {
    super({ name });
    const workings = inside(this, "inThread");
    this.#stage = stageFor(workings.label);
    this.#crossing = new Crossing(workings, this.#stage, origin, args, queue);
    workings.isOpen = true;
    workings.makes = (box, kind, limit) => this.#crossing.make(box, kind, limit);
    workings.heard = (message) => {
      this.#crossing.hear(message);
      return true;
    };
  }

  override *main(): Operation<void> {
    const stage = this.#stage;
    try {
      const { wasCancelled, reason } = yield* this.#crossing.perform();
      if (!wasCancelled) return;
      this.stop(reason);
      yield* checkpoint;
    } finally {
      const closing = stage.close();
      if (closing !== null) yield* shield(until(() => closing));
    }
  }
}
