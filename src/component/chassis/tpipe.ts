// tpipe: some of what passes goes through a part, beside the rest or as well as the rest.

import { ClosedError, describeValue } from "../../base/errors.ts";
import { checkBody } from "../../core/body.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, Component } from "../component.ts";
import { type Given, type Part, partOf, type Taken } from "../part.ts";
import { isShutdown } from "../signal.ts";
import type { Fits } from "../types.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";
import { Orders } from "./orders.ts";

export interface TpipeOptions extends ChassisOptions {
  /** Where what is for the part goes: "route" (the default), there only; "split", there and onward, the same object. */
  readonly mode?: "route" | "split" | undefined;
  /** Where what the part gives goes: "join" (the default), into the stream; "apart", to the outbox `results` of the whole. */
  readonly results?: "join" | "apart" | undefined;
}

type Gives<O, Passing, P> = O extends { readonly results: "apart" }
  ? { outbox: Passing; results: Given<P> }
  : { outbox: Passing | Given<P> };

/** A tpipe takes what its condition is asked about, of which `S` is for the part. */
export type Tpipe<M, S, O, P> = Chassis<
  { inbox: M },
  Gives<O, O extends { readonly mode: "split" } ? M : Exclude<M, S>, P>
>;

type Condition = (message: unknown) => boolean;

class Junction extends Component<{ inbox: unknown }, { outbox: unknown; matched: unknown }> {
  readonly #when: Condition;
  readonly #splits: boolean;

  constructor(when: Condition, splits: boolean) {
    super({ name: "junction", outboxes: { matched: "what is for the part" } });
    this.#when = when;
    this.#splits = splits;
  }

  override *main(): Operation<void> {
    let isThere = true;
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const { value } = item;
      const matches = this.#when(value);
      if (typeof matches !== "boolean")
        throw misuse(`tpipe: the condition must answer true or false, got ${describeValue(matches)}.`);
      if (matches && isThere) isThere = yield* this.#give(value);
      if (!matches || this.#splits) yield* this.put(value);
    }
  }

  /** Gives a message to the part. When that has ended, a stream that is only copied goes on without it. */
  *#give(message: unknown): Operation<boolean> {
    try {
      yield* this.put(message, "matched");
      return true;
    } catch (error) {
      if (!this.#splits || !(error instanceof ClosedError)) throw error;
      return false;
    }
  }
}

class Tee extends Chassis<{ inbox: unknown }, { outbox: unknown; results: unknown }> {
  readonly #orders: Orders;

  constructor(given: unknown, options: TpipeOptions & { readonly when: Condition }) {
    if (typeof options !== "object" || options === null)
      throw misuse(
        `tpipe: options must be an object, got ${describeValue(options)}. Write { when: (message) => ... }.`,
      );
    const { when, mode = "route", results = "join" } = options;
    checkBody(when, "tpipe");
    if (mode !== "route" && mode !== "split")
      throw misuse(`tpipe: mode must be "route" or "split", got ${describeValue(mode)}.`);
    if (results !== "join" && results !== "apart")
      throw misuse(`tpipe: results must be "join" or "apart", got ${describeValue(results)}.`);
    super(options, "tpipe", results === "apart" ? { outboxes: { results: "what the part gives" } } : {});
    const part = partOf(given, "tpipe");
    const junction = new Junction(when, mode === "split");
    const whole = this as unknown as AnyComponent;
    const first = junction as unknown as AnyComponent;
    this.assemble([first, part], () => {
      this.link([whole, "inbox"], [first, "inbox"]);
      this.link([first, "outbox"], [whole, "outbox"]);
      this.link([first, "matched"], [part, "inbox"]);
      this.link([first, "signal"], [part, "control"]);
      this.link([part, "outbox"], [whole, results === "join" ? "outbox" : "results"]);
    });
    this.#orders = new Orders(whole, (message) => (isShutdown(message) ? this.children : [first]));
  }

  override *main(): Operation<void> {
    yield* this.runAll(this.children);
    yield* this.#orders.obeyed();
  }
}

/**
 * Lets messages pass, but for those that are for a part: they go to its inbox. With `mode: "split"` they pass as well. What the part gives joins what passes, or comes
 * out of an outbox of its own, `results`; to have only a sink, leave that unlinked. A condition that is a type predicate is looked at by the compiler: the part is given
 * what matches, and what matches is not in the outbox.
 *
 * What passes keeps its order, and so does what the part gives; between the two there is none. A part that is full holds up what comes behind. When all that leads
 * here has finished, the part is told; the whole ends when it has ended. When the part ends before, a stream that is split goes on without it; one that is routed
 * ends, since there is nowhere to go for what matches. On its `signal` the whole says one thing, at its end.
 *
 * **Cost.** O(1) for each message, and the condition. **Cancellation.** Cancels the part.
 *
 * `when` says of a message whether it is for the part.
 *
 * @throws {@link MisuseError} for what is no part, and for options that cannot be; a condition that throws fails the whole, as a part that fails
 * @example
 * const repaired = tpipe(repair(), { when: (order: Order): order is BrokenOrder => order.isBroken });
 * await run(() => pipeline(orders, repaired, shop));
 */
export function tpipe<M, S extends M, const P extends Part, const O extends TpipeOptions>(
  part: P & Fits<S, Taken<P>>,
  options: O & TpipeOptions & { readonly when: (message: M) => message is S },
): Tpipe<M, S, O, P>;
export function tpipe<M, const P extends Part, const O extends TpipeOptions>(
  part: P & Fits<M, Taken<P>>,
  options: O & TpipeOptions & { readonly when: (message: M) => boolean },
): Tpipe<M, never, O, P>;
export function tpipe(part: unknown, options: unknown): unknown {
  return new Tee(part, options as TpipeOptions & { readonly when: Condition });
}
