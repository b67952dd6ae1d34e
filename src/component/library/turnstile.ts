// turnstile: one message passes each time that somebody asks for one.

import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { optionsOf, type PartOptions } from "./options.ts";

class Turnstile<T> extends Component<{ inbox: T; next: unknown }, { outbox: T }> {
  constructor(name: string | undefined) {
    super({ name, inboxes: { next: "each message here lets one pass" } });
  }

  // The message is taken before it is asked for, so that the end is seen, and passed on, though nobody asks any more.
  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const asked = yield* this.next("next");
      if (asked.done) return;
      yield* this.put(item.value);
    }
  }
}

/**
 * Lets one message pass for each message, whatever it is, that comes to its inbox `next`; asked for before there is one, it passes as soon as it comes. Holds
 * one message in hand. Ends when there are no more messages, or nobody can ask for them any more.
 *
 * @example
 * graphline({
 *   parts: { source, gate: turnstile<Job>(), worker },
 *   links: { "source.outbox": "gate.inbox", "worker.idle": "gate.next", "gate.outbox": "worker.inbox" },
 * });
 */
export function turnstile<T>(options: PartOptions = {}): Component<{ inbox: T; next: unknown }, { outbox: T }> {
  return new Turnstile<T>(optionsOf(options, "turnstile").name);
}
