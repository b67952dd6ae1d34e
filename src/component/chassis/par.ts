// par: parts all at once, their outboxes merged into one.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, inside } from "../component.ts";
import { type Given, type Part, partOf, type TakenByAll } from "../part.ts";
import { isProducerFinished } from "../signal.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";
import { FanOut } from "./fanout.ts";
import { Orders, tellPart } from "./orders.ts";

export interface ParOptions extends ChassisOptions {
  /**
   * Who gets what comes to the inbox of the whole. "broadcast" (the default): every part, the same object; the slowest holds up the others. "round-robin": one part,
   * the next in turn that has room. "discard": nobody.
   */
  readonly inbox?: "broadcast" | "round-robin" | "discard" | undefined;
}

/** Parts side by side take what all of them take, and give what any of them gives. */
export type Parallel<P extends readonly unknown[]> = Chassis<
  { inbox: TakenByAll<P[number]> },
  { outbox: Given<P[number]> }
>;
/** The same where nobody gets what comes. */
export type DeafParallel<P extends readonly unknown[]> = Chassis<{ inbox: unknown }, { outbox: Given<P[number]> }>;

class SideBySide extends Chassis<{ inbox: unknown }, { outbox: unknown }> {
  readonly #inbox: "broadcast" | "round-robin" | "discard";
  readonly #fanOut: FanOut;
  readonly #orders: Orders;

  constructor(given: readonly unknown[], options: ParOptions) {
    super(options, "par");
    const { inbox = "broadcast" } = options;
    if (inbox !== "broadcast" && inbox !== "round-robin" && inbox !== "discard")
      throw misuse(`par: inbox must be "broadcast", "round-robin" or "discard", got ${describeValue(inbox)}.`);
    if (given.length === 0) throw misuse("par: there are no parts. Give at least one.");
    const parts = given.map((part) => partOf(part, "par"));
    this.#inbox = inbox;
    const fanOut = new FanOut(this as AnyComponent, "par");
    this.#fanOut = fanOut;
    this.assemble(parts, () => {
      for (const part of parts) {
        this.link([part, "outbox"], [this, "outbox"]);
        if (inbox !== "discard") fanOut.add(part, "inbox", "wait", undefined, "par");
      }
    });
    // producerFinished comes to them when they have had what came before it
    this.#orders = new Orders(this, (message) => (isProducerFinished(message) ? [] : this.children));
  }

  override *main(): Operation<void> {
    yield* this.runAll(this.children, () => this.#distribute());
    yield* this.#orders.obeyed();
  }

  /** Passes on what comes to the inbox of the whole until no more comes. */
  *#distribute(): Operation<void> {
    for (let message = yield* this.next(); !message.done; message = yield* this.next()) {
      if (this.#inbox === "broadcast") yield* this.#fanOut.give(message.value);
      else if (this.#inbox === "round-robin") yield* this.#fanOut.deal(message.value);
      else inside(this, "par").box("inbox", "par").lost++;
    }
    this.#fanOut.clear();
    if (this.#orders.finished !== null) for (const part of this.children) tellPart(part, this.#orders.finished);
  }
}

/**
 * Parts all at once. What any of them gives comes out of the outbox of the whole. What comes to its inbox goes to all of them, to one in turn, or to nobody, as
 * `inbox` says; a part that has ended is left out. The whole is a component, which ends when all parts have ended.
 *
 * What comes to its control goes to every part: `shutdown` at once, `producerFinished` once they have been given what came before it. The whole says one thing on
 * its `signal`, at its end: `shutdown` if it was shut down, otherwise `producerFinished`; what single parts say there stays inside, since the others go on.
 *
 * With options the parts are given as an array.
 *
 * **Fairness.** The outboxes of the parts are served first come, first served. **Cost.** O(parts) for each message to the inbox, O(1) for each that comes out.
 *
 * **Cancellation.** Cancels all parts.
 *
 * @throws {@link MisuseError} for no parts, and for what is no part
 * @example
 * await run(() => pipeline(urls, par([fetcher(), fetcher(), fetcher()], { inbox: "round-robin" }), store));
 */
export function par<const P extends readonly Part[]>(...parts: P): Parallel<P>;
export function par<const P extends readonly Part[]>(
  parts: P,
  options: ParOptions & { readonly inbox: "discard" },
): DeafParallel<P>;
export function par<const P extends readonly Part[]>(parts: P, options: ParOptions): Parallel<P>;
export function par(...given: readonly unknown[]): unknown {
  return Array.isArray(given[0])
    ? new SideBySide(given[0], (given[1] as ParOptions | undefined) ?? {})
    : new SideBySide(given, {});
}
