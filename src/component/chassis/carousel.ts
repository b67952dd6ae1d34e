// carousel: a part is made for each message, one at a time, and has the boxes of the whole.
//
//   1 wait for a message on `next`
//   2 make a part of it, and pass the boxes on
//   3 run it; another message on `next` meanwhile: shut it down, once
//   4 undo what was passed on, let it go, and ask for the next

import { ClosedError, describeValue, oneLine } from "../../base/errors.ts";
import { checkBody } from "../../core/body.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, inside } from "../component.ts";
import { FactoryError } from "../errors.ts";
import { type Given, type Part, partOf, type TakenByAll } from "../part.ts";
import { isProducerFinished, shutdown } from "../signal.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";
import { Orders, tellPart } from "./orders.ts";
import { keepForTheNext, passTo } from "./passing.ts";

export interface CarouselOptions extends ChassisOptions {
  /** Is "NEXT" sent in the beginning too, before there has been a part? Default: false. */
  readonly requestFirst?: boolean | undefined;
}

/** A carousel takes the messages its parts are made for, and what those parts take; it gives what they give. */
export type Carousel<M, P> = Chassis<{ inbox: TakenByAll<P>; next: M }, { outbox: Given<P>; requestNext: "NEXT" }>;

type In = { inbox: unknown; next: unknown };
type Out = { outbox: unknown; requestNext: "NEXT" };

class Turning extends Chassis<In, Out> {
  readonly #factory: (message: unknown) => unknown;
  readonly #requestFirst: boolean;
  readonly #orders: Orders;
  #current: AnyComponent | null = null;

  constructor(factory: (message: unknown) => unknown, options: CarouselOptions) {
    super(options, "carousel", {
      inboxes: { next: "a part is made for each message" },
      outboxes: { requestNext: '"NEXT" when a part has ended' },
    });
    checkBody(factory, "carousel");
    const { requestFirst = false } = options;
    if (typeof requestFirst !== "boolean")
      throw misuse(`carousel: requestFirst must be true or false, got ${describeValue(requestFirst)}.`);
    this.#factory = factory;
    this.#requestFirst = requestFirst;
    keepForTheNext(this as unknown as AnyComponent);
    this.#orders = new Orders(this, (message) => {
      if (this.#current === null) return [];
      return isProducerFinished(message) && this.dataReady("next") > 0 ? [] : [this.#current];
    });
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
    if (this.#requestFirst) yield* this.#requestNext();
    // 1 wait
    for (let message = yield* this.next("next"); !message.done; message = yield* this.next("next")) {
      yield* this.#turn(message.value);
      if (this.#orders.shutdown !== null) return;
      yield* this.#requestNext();
    }
  }

  *#turn(message: unknown): Operation<void> {
    // 2 make
    const part = this.#make(message);
    this.adopt(part);
    this.#orders.turned();
    this.#current = part;
    try {
      passTo(this, part);
      // 3 run
      yield* this.runOne(part, () => this.#watch(part));
    } finally {
      // 4 undo
      this.#orders.turned();
      this.#current = null;
      this.removeChild(part);
    }
  }

  #make(message: unknown): AnyComponent {
    const { label } = inside(this, "carousel");
    const what = `carousel: the factory of "${label}" has`;
    let made: unknown;
    try {
      made = this.#factory(message);
    } catch (error) {
      throw new FactoryError(`${what} thrown for the message ${describeValue(message)}: ${oneLine(error)}.`, error);
    }
    try {
      return partOf(made, "carousel");
    } catch (error) {
      throw new FactoryError(
        `${what} made no part for the message ${describeValue(message)}, but ${describeValue(made)}. Return a component, a generator function, an async iterable, or a stream.`,
        error,
      );
    }
  }

  /** Shuts a part down when there is another message on `next`. */
  *#watch(part: AnyComponent): Operation<void> {
    const { finished } = this.#orders;
    if (finished !== null && this.dataReady("next") === 0) tellPart(part, finished);
    const inner = inside(part, "carousel");
    while (!inner.hasEnded && this.dataReady("next") === 0) yield* this.pause();
    if (!inner.hasEnded) tellPart(part, shutdown(`"${inside(this, "carousel").label}" goes on to the next`));
  }

  *#requestNext(): Operation<void> {
    try {
      yield* this.put("NEXT", "requestNext");
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error; // whoever wanted to know has ended
    }
  }
}

/**
 * One part after the other, each made when it is wanted: a message on the inbox `next` makes a part by `factory(message)`. The inbox and the outbox of the whole are
 * those of the part that runs. When it has ended, the outbox `requestNext` gives "NEXT". A message on `next` while a part runs shuts that part down; the new one is
 * made when it has ended. What a part has not collected, and what comes while there is none, waits for the next, in order.
 *
 * The whole ends when all that leads to `next` has finished, and the last part has ended. `producerFinished` at its control says so for boxes that nothing leads to;
 * what is queued on `next` has its turn, and the last part is told. `shutdown` discards what is queued and is passed to the part; the whole ends as cancelled when that
 * has ended. What parts say on their `signal` stays inside. Whoever the whole is linked with takes it for one source and one sink from beginning to end.
 *
 * A part that fails is dealt with as `failures` says: with "isolate" the next may come. O(1) for each message.
 *
 * **Cancellation.** Cancels the part that runs; what is queued is lost.
 *
 * @throws {@link MisuseError} for a factory that is no function. The whole fails with {@link FactoryError} when the factory throws, which is the cause then, or makes no
 * part; whatever `failures` says
 * @example
 * const player = carousel((path: string) => pipeline(createReadStream(path), decoder()), { requestFirst: true });
 * const jukebox = graphline({
 *   parts: { playlist: new Playlist(), player },
 *   links: { "player.requestNext": "playlist.inbox", "playlist.outbox": "player.next", "player.outbox": "outbox" },
 * });
 */
export function carousel<M, const P extends Part>(
  factory: (message: M) => P,
  options: CarouselOptions = {},
): Carousel<M, P> {
  return new Turning(factory as (message: unknown) => unknown, options) as unknown as Carousel<M, P>;
}
