// seq: parts one after the other, all with the boxes of the whole.

import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, inside } from "../component.ts";
import { type Given, type Part, partOf, type TakenByAll } from "../part.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";
import { Orders, tellPart } from "./orders.ts";
import { keepForTheNext, passTo } from "./passing.ts";

/** A sequence takes what all of its parts take, and gives what any of them gives. */
export type Sequence<P extends readonly unknown[]> = Chassis<
  { inbox: TakenByAll<P[number]> },
  { outbox: Given<P[number]> }
>;

class InOrder extends Chassis<{ inbox: unknown }, { outbox: unknown }> {
  readonly #parts: readonly AnyComponent[];
  readonly #orders: Orders;
  #current: AnyComponent | null = null;

  constructor(parts: readonly unknown[], options: ChassisOptions) {
    super(options, "seq");
    if (parts.length === 0) throw misuse("seq: there are no parts. Give at least one.");
    this.#parts = parts.map((part) => partOf(part, "seq"));
    this.assemble(this.#parts, () => {});
    keepForTheNext(this);
    this.#orders = new Orders(this, () => (this.#current === null ? [] : [this.#current]));
  }

  /** @internal Its outbox lives on when a part has ended. */
  override get relays(): boolean {
    return false;
  }

  override *main(): Operation<void> {
    yield* this.keeping(() => this.#run());
    yield* this.#orders.obeyed();
  }

  *#run(): Operation<void> {
    for (const part of this.#parts) {
      passTo(this, part);
      this.#turn(part);
      yield* this.runOne(part, () => this.#repeat(part));
      this.#turn(null);
      inside(this, "seq").unlinkAllOf(inside(part, "seq"));
      if (this.#orders.shutdown !== null) break;
    }
  }

  #turn(part: AnyComponent | null): void {
    this.#orders.turned();
    this.#current = part;
  }

  /** What was said to the whole holds for each part. */
  *#repeat(part: AnyComponent): Operation<void> {
    if (this.#orders.finished !== null) tellPart(part, this.#orders.finished);
  }
}

/**
 * Parts one after the other: the next is started when the one before has ended. The outbox of the part that runs is that of the whole, and what comes to the inbox
 * of the whole is its to collect. What a part has not collected when it ends, and what comes between two parts, waits for the next, in order; nothing is lost.
 * The whole is a component; whatever it is linked with takes it for one source and one sink from the first part to the last. O(1) for each message.
 *
 * `producerFinished` at its control is passed to the part that runs and to each that follows: none of them waits for messages any more. `shutdown` is passed to
 * the part that runs; no other is started, and the whole ends as cancelled when that part has ended. What parts say on their `signal` stays inside.
 *
 * A part that was cancelled alone is over, and the next begins. One that fails is dealt with as `failures` says: with "isolate" the next begins.
 *
 * With options the parts are given as an array.
 *
 * **Cancellation.** Cancels the part that runs; those that follow are never started.
 *
 * @throws {@link MisuseError} for no parts, and for what is no part
 * @example
 * await run(() => pipeline(lines, seq(handshake(), session(), farewell()), socket));
 */
export function seq<const P extends readonly Part[]>(...parts: P): Sequence<P>;
export function seq<const P extends readonly Part[]>(parts: P, options: ChassisOptions): Sequence<P>;
export function seq(...given: readonly unknown[]): unknown {
  return Array.isArray(given[0])
    ? new InOrder(given[0], (given[1] as ChassisOptions | undefined) ?? {})
    : new InOrder(given, {});
}
