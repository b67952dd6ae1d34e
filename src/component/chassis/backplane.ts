// backplane, publishTo, subscribeTo: publish and subscribe by name, within a run.
//
// A backplane lies in the registry of its run (planes.ts) as long as its main runs. A publisher puts into its inbox without a link, so that the end of publishers is
// nothing to it; a subscriber is a receiver of its fan-out.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, Component, inside } from "../component.ts";
import { limitOf } from "../declaration.ts";
import { Put } from "../leaves.ts";
import { FanOut, type Slow } from "./fanout.ts";
import { appear, find, type Plane } from "./planes.ts";
import { checkSlow } from "./splitter.ts";

export interface BackplaneOptions {
  /** What is done about subscribers that are slow, where these do not say it themselves: see `SplitterOptions`. Default: "wait". */
  readonly slow?: Slow | undefined;
}

export interface SubscribeOptions {
  /** What is done when this subscriber is slow. Default: that of the backplane. */
  readonly slow?: Slow | undefined;
  /** How many messages it may be behind: a whole number. Default: null, which is 16. */
  readonly size?: number | null | undefined;
}

/** A place to publish and subscribe. See `backplane`. */
export interface Backplane<T> extends Component<{ inbox: T }, { outbox: never }> {
  readonly planeName: string;
  /** Ends it when what has been published by now has gone out. Twice is the same as once. */
  finish(): void;
}

class Hub extends Component<{ inbox: unknown }, { outbox: never }> implements Plane {
  readonly planeName: string;
  readonly fanOut: FanOut;
  readonly slow: Slow;

  constructor(name: string, slow: Slow) {
    super({ name });
    this.planeName = name;
    this.slow = slow;
    this.fanOut = new FanOut(this as AnyComponent, "backplane");
  }

  finish(): void {
    inside(this, "Backplane.finish").finishInboxes();
  }

  override *main(): Operation<void> {
    const disappear = appear(this);
    try {
      for (let message = yield* this.next(); !message.done; message = yield* this.next())
        yield* this.fanOut.give(message.value);
    } finally {
      disappear();
    }
  }
}

class Publisher extends Component<{ inbox: unknown }, { outbox: never }> {
  readonly #plane: string;

  constructor(plane: string) {
    super({ name: `publish to ${plane}` });
    this.#plane = plane;
  }

  override *main(): Operation<void> {
    const hub = (yield* find(this.#plane, "publishTo")) as Hub;
    const inbox = inside(hub, "publishTo").box("inbox", "publishTo");
    for (let message = yield* this.next(); !message.done; message = yield* this.next())
      yield* new Put(inbox, message.value);
  }
}

class Subscriber extends Component<{ inbox: unknown }, { outbox: unknown }> {
  readonly #plane: string;
  readonly #slow: Slow | undefined;

  constructor(plane: string, { slow, size = null }: SubscribeOptions) {
    super({ name: `subscribe to ${plane}`, inboxes: { inbox: { size } } });
    this.#plane = plane;
    this.#slow = slow;
  }

  override *main(): Operation<void> {
    const hub = (yield* find(this.#plane, "subscribeTo")) as Hub;
    if (inside(hub, "subscribeTo").hasEnded) return; // just now
    const receiver = hub.fanOut.add(this as AnyComponent, "inbox", this.#slow ?? hub.slow, undefined, "subscribeTo");
    try {
      for (let message = yield* this.next(); !message.done; message = yield* this.next())
        yield* this.put(message.value);
    } finally {
      hub.fanOut.remove(receiver);
    }
  }
}

/**
 * A place in this run, found by its name, where some publish and others subscribe without knowing each other: what comes from `publishTo` with the same name goes to
 * every `subscribeTo` with it. The name is taken from the start of the component to its end; two runs never meet.
 *
 * Publishers and subscribers come and go and end nothing else. A backplane lives until it is told to end: `finish()`, and `producerFinished` at its control, let what is
 * queued go out first; `shutdown`, `stop()` and a cancellation end it at once. Then subscribers find the end after what they have been given, and publishers are told at their
 * next message that nobody is there, which ends them quietly. Something that is linked with its inbox ends it as any component, when it has finished.
 *
 * There is no replay: a subscriber gets what comes from then on. **All are given the same object.** Freeze what goes to several.
 *
 * **Fairness.** Publishers are served first come, first served; subscribers as those of `splitter`. **Cost.** O(subscribers) for each message.
 *
 * @throws {@link MisuseError} for a name that is no string; the component fails with it when there is a backplane of this name in this run
 * @example
 * await run(function* () {
 *   const prices = backplane<Price>("prices");
 *   prices.start();
 *   go(() => pipeline(subscribeTo(prices), chart));
 *   yield* pipeline(ticker, publishTo(prices));
 *   prices.finish();
 * });
 */
export function backplane<T = unknown>(name: string, options: BackplaneOptions = {}): Backplane<T> {
  if (typeof options !== "object" || options === null)
    throw misuse(`backplane: options must be an object, got ${describeValue(options)}.`);
  const { slow = "wait" } = options;
  checkSlow(slow, "backplane");
  return new Hub(nameOf(name, "backplane"), slow) as Component<{ inbox: unknown }, { outbox: never }> as Backplane<T>;
}

/**
 * A component that publishes what comes to its inbox on the backplane of that name. As long as there is none it waits for one: a name that never appears is told by
 * the report of the deadlock, with the names there are. Waits too while subscribers that are waited for are slow. O(1) for each message beside what the backplane does.
 *
 * It ends when all that leads to it has finished, which ends nothing else; or when the backplane has ended, at the next message.
 *
 * **Cancellation.** The message that waits for room is not published.
 *
 * @throws {@link MisuseError} for a name that is no string
 * @example
 * yield* pipeline(ticker, publishTo("prices"));
 */
export function publishTo<T = unknown>(plane: string | Backplane<T>): Component<{ inbox: T }, { outbox: never }> {
  return new Publisher(nameOf(plane, "publishTo")) as Component<{ inbox: unknown }, { outbox: never }> as Component<
    { inbox: T },
    { outbox: never }
  >;
}

/**
 * A component that gives what is published on the backplane of that name from now on. As long as there is none it waits for one, as `publishTo` does. O(1) for each message.
 *
 * It ends when the backplane has ended, after what it was given; or when nobody collects what it gives, which ends nothing else. One that is to "fail" when it is slow is
 * shut down.
 *
 * **Cancellation.** What it had not passed on is lost; the backplane lets it go in the same step.
 *
 * @throws {@link MisuseError} for a name that is no string, and for options that cannot be
 * @example
 * yield* pipeline(subscribeTo<Price>("prices", { slow: "drop", size: 100 }), chart);
 */
export function subscribeTo<T = unknown>(
  plane: string | Backplane<T>,
  options: SubscribeOptions = {},
): Component<{ inbox: never }, { outbox: T }> {
  if (typeof options !== "object" || options === null)
    throw misuse(`subscribeTo: options must be an object, got ${describeValue(options)}.`);
  const { slow, size = null } = options;
  if (slow !== undefined) checkSlow(slow, "subscribeTo");
  limitOf(size, "subscribeTo");
  return new Subscriber(nameOf(plane, "subscribeTo"), options) as unknown as Component<{ inbox: never }, { outbox: T }>;
}

function nameOf(plane: unknown, from: string): string {
  const name = plane instanceof Hub ? plane.planeName : plane;
  if (typeof name === "string" && name !== "") return name;
  throw misuse(`${from}: the name must be a string that is not empty, got ${describeValue(name)}.`);
}
