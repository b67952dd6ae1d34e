// What comes to the control of a whole that passes it to its parts itself: par, seq, carousel, tpipe.
//
// A signal is passed on in the step in which it comes. A shutdown is obeyed by the parts first; the whole ends, cancelled, when they have. Where no part is there to
// hear it, the whole is cancelled at once.

import { checkpoint } from "../../core/basic.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, inside } from "../component.ts";
import { isProducerFinished, isShutdown, type ProducerFinished, type Shutdown } from "../signal.ts";

/** Gives a message to the control box of a part. False if the part has ended. */
export function tellPart(part: AnyComponent, message: unknown): boolean {
  const { sink } = inside(part, "Chassis").box("control", "Chassis");
  if (sink === null || sink.owner.hasEnded) return false;
  sink.accept(message);
  return true;
}

export class Orders {
  /** The first shutdown that has come. */
  declare shutdown: Shutdown | null;
  /** The first producerFinished that has come. */
  declare finished: ProducerFinished | null;
  declare private readonly whole: AnyComponent;
  declare private readonly hearers: (message: unknown) => readonly AnyComponent[];

  /** `hearers` says which parts a message is for. */
  constructor(whole: AnyComponent, hearers: (message: unknown) => readonly AnyComponent[]) {
    this.shutdown = null;
    this.finished = null;
    this.whole = whole;
    this.hearers = hearers;
    inside(whole, "Chassis").heard = (message) => this.heard(message);
  }

  /** The last that main does: ends as it was told to. */
  *obeyed(): Operation<void> {
    if (this.shutdown === null) return;
    this.whole.stop(this.shutdown.reason);
    yield* checkpoint;
  }

  private heard(message: unknown): boolean {
    if (isProducerFinished(message)) {
      this.finished ??= message;
      inside(this.whole, "Chassis").finishInboxes();
    }
    if (isShutdown(message)) this.shutdown ??= message;
    let heard = false;
    for (const part of this.hearers(message)) heard = tellPart(part, message) || heard;
    if (isShutdown(message) && !heard) this.whole.stop(message.reason);
    return true;
  }
}
