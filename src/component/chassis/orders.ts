// What comes to the control of a whole that passes it to its parts itself: par, seq, carousel, tpipe.
//
// A signal is passed on in the step in which it comes. A shutdown is obeyed by the parts first; the whole ends, cancelled, when they have. Where no part is there to
// hear it, the whole is cancelled at once.

import { checkpoint } from "../../core/basic.ts";
import { SELF, tellMade, touch, WRITE } from "../../core/tracker.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, inside } from "../component.ts";
import { isProducerFinished, isShutdown, type ProducerFinished, type Shutdown } from "../signal.ts";

/**
 * Gives a message to the control box of a part. False if the part has ended. A part that hands its control on to one that has ended is stopped by a shutdown all the
 * same.
 */
export function tellPart(part: AnyComponent, message: unknown): boolean {
  const inner = inside(part, "Chassis");
  touch(inner, SELF, WRITE);
  const { sink } = inner.box("control", "Chassis");
  if (inner.hasEnded) return false;
  if (sink?.accept(message) !== true && isShutdown(message)) part.stop(message.reason);
  return true;
}

export class Orders {
  declare private stopping: Shutdown | null;
  declare private finishing: ProducerFinished | null;
  declare private readonly whole: AnyComponent;
  declare private readonly hearers: (message: unknown) => readonly AnyComponent[];

  /** `hearers` says which parts a message is for. */
  constructor(whole: AnyComponent, hearers: (message: unknown) => readonly AnyComponent[]) {
    this.stopping = null;
    this.finishing = null;
    this.whole = whole;
    this.hearers = hearers;
    inside(whole, "Chassis").heard = (message) => this.heard(message);
    tellMade(this);
  }

  /** The first shutdown that has come. */
  get shutdown(): Shutdown | null {
    touch(this, SELF, WRITE);
    return this.stopping;
  }

  /** The first producerFinished that has come. */
  get finished(): ProducerFinished | null {
    touch(this, SELF, WRITE);
    return this.finishing;
  }

  /** Who hears them is another now. */
  turned(): void {
    touch(this, SELF, WRITE);
  }

  /** The last that main does: ends as it was told to. */
  *obeyed(): Operation<void> {
    const { shutdown: order } = this;
    if (order === null) return;
    this.whole.stop(order.reason);
    yield* checkpoint;
  }

  private heard(message: unknown): boolean {
    touch(this, SELF, WRITE);
    if (isProducerFinished(message)) {
      this.finishing ??= message;
      inside(this.whole, "Chassis").finishInboxes();
    }
    if (isShutdown(message)) this.stopping ??= message;
    let heard = false;
    for (const part of this.hearers(message)) heard = tellPart(part, message) || heard;
    if (isShutdown(message) && !heard) this.whole.stop(message.reason);
    return true;
  }
}
