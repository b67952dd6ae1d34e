// splitter: what comes goes to many. A link leads to one box only; this is how one message reaches several.

import { ClosedError, describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { type AnyComponent, Component } from "../component.ts";
import { kindOfStandard } from "../declaration.ts";
import type { NoSpaceInBoxError } from "../errors.ts";
import type { AddedName, BoxOptions, ComponentArguments, Fits, InboxName, InMessage, InOf, Wired } from "../types.ts";
import { FanOut, type Receiver, type Sink, type Slow } from "./fanout.ts";

export interface SplitterOptions<O extends string = never> {
  /** For messages and reports. Default: "splitter". */
  readonly name?: string | undefined;
  /** Outboxes beside `outbox`, each of which gives every message. */
  readonly outboxes?: readonly O[] | undefined;
  /**
   * What is done about a sink without room (below its size; below 16 messages where it has none). "wait" (the default): all wait for it. "drop": it misses the
   * message, which is counted. "fail": it gets nothing more, and its component a `shutdown` with a `NoSpaceInBoxError` as the reason.
   */
  readonly slow?: Slow | undefined;
  /** With "fail": is told of each sink that was too slow. */
  readonly onFail?: ((error: NoSpaceInBoxError, sink: Sink) => void) | undefined;
  /** Does it live on when it had sinks and all of them have ended? Default false: then it ends as a producer does for whom nobody is there, quietly. */
  readonly persists?: boolean | undefined;
}

export interface SinkOptions {
  /** Default: that of the splitter. */
  readonly slow?: Slow | undefined;
  /** The size that the box of the sink is given: a whole number, or null for no limit. Default: left as it is. */
  readonly size?: number | null | undefined;
}

/** One message for many. See `splitter`. */
export interface Splitter<T, O extends string = never> extends Component<{ inbox: T }, { [B in O | "outbox"]: T }> {
  /**
   * Gives to a box of a component too, from the next message on: makes an outbox for it and links it. O(sinks).
   *
   * @throws {@link MisuseError} when the box is a sink already, or one of the two has ended; {@link UnknownBoxError}, {@link LinkAcrossRunsError}
   */
  addSink<C extends Wired<object, object>, B extends InboxName<InOf<C>> = "inbox">(
    component: C & Fits<T, InMessage<InOf<C>, B>>,
    box?: B,
    options?: SinkOptions,
  ): Sink;
  /**
   * Gives no more to a sink that was added, from now on: also the message at hand, if it still waits for room there. What has arrived stays. Unless something else
   * leads to its box, that is over. False if the sink has gone before. O(sinks).
   */
  removeSink(sink: Sink): boolean;
  /** Who is given what comes: each outbox in the order in which it was made. */
  readonly sinks: readonly Sink[];
}

type Options = SplitterOptions<string>;

export class Splitting extends Component<{ inbox: unknown }, { outbox: unknown }> {
  readonly #slow: Slow;
  readonly #persists: boolean;
  readonly #fanOut: FanOut;

  constructor(options: Options, kind: string) {
    const { name = kind, outboxes = [], slow = "wait", onFail, persists = false } = checked(options, kind);
    const listed = Object.fromEntries(outboxes.map((box) => [box, ""]));
    super(...([{ name, outboxes: listed }] as unknown as ComponentArguments<{ inbox: unknown }, { outbox: unknown }>));
    this.#slow = slow;
    this.#persists = persists;
    this.#fanOut = new FanOut(this as AnyComponent, "splitter", onFail);
    for (const box of new Set(["outbox", ...outboxes])) this.#fanOut.open(box, slow);
  }

  override *main(): Operation<void> {
    for (let message = yield* this.next(); !message.done; message = yield* this.next()) {
      const somebody = yield* this.#fanOut.give(message.value);
      if (!somebody && !this.#persists)
        throw new ClosedError(`splitter: all sinks of "${this.componentName}" have ended.`, "receiver");
    }
  }

  addSink(component: AnyComponent, box = "inbox", options: SinkOptions = {}): Sink {
    if (typeof options !== "object" || options === null)
      throw misuse(`Splitter.addSink: options must be an object, got ${describeValue(options)}.`);
    const { slow = this.#slow, size } = options;
    checkSlow(slow, "Splitter.addSink");
    return this.#fanOut.add(component, box, slow, size, "Splitter.addSink");
  }

  removeSink(sink: Sink): boolean {
    return this.#fanOut.remove(sink as Receiver);
  }

  get sinks(): readonly Sink[] {
    return [...this.#fanOut.receivers];
  }

  override addOutbox<const N extends string>(name: N, options?: Pick<BoxOptions, "doc">): AddedName<N> {
    const added = super.addOutbox(name, options);
    this.#fanOut.open(added, this.#slow);
    return added;
  }

  override deleteOutbox(name: string): void {
    super.deleteOutbox(name);
    this.#fanOut.shut(name);
  }

  /** Throws when an invariant does not hold. @internal */
  check(): void {
    this.#fanOut.check();
  }
}

function checked(options: Options, kind: string): Options {
  if (typeof options !== "object" || options === null)
    throw misuse(`${kind}: options must be an object, got ${describeValue(options)}.`);
  const { outboxes = [], slow = "wait", onFail, persists = false } = options;
  const isName = (name: unknown): boolean =>
    typeof name === "string" && name !== "" && (kindOfStandard(name) === undefined || name === "outbox");
  if (!Array.isArray(outboxes) || !outboxes.every(isName))
    throw misuse(
      `${kind}: outboxes must be an array of names other than those every component has, got ${describeValue(outboxes)}.`,
    );
  checkSlow(slow, kind);
  if (onFail !== undefined && typeof onFail !== "function")
    throw misuse(`${kind}: onFail must be a function, got ${describeValue(onFail)}.`);
  if (typeof persists !== "boolean")
    throw misuse(`${kind}: persists must be true or false, got ${describeValue(persists)}.`);
  return options;
}

export function checkSlow(slow: unknown, from: string): void {
  if (slow !== "wait" && slow !== "drop" && slow !== "fail")
    throw misuse(`${from}: slow must be "wait", "drop" or "fail", got ${describeValue(slow)}.`);
}

/**
 * Gives every message that comes to many: to each of its outboxes that is linked, `outbox` and those of the options or of `addOutbox`; and to each sink that was added
 * with `addSink`. Those come and go while it runs: who is there when a message is taken gets it once, who comes later gets the next. With nobody there a message is gone.
 *
 * **All are given the same object.** Who changes a message changes it for the others: freeze what goes to several, or have each copy it.
 *
 * A sink whose component has ended is let go. When all have ended the splitter ends, unless it `persists`. When it ends, the sinks learn that it has finished.
 *
 * **Fairness.** Who has room has a message at once; then the slow ones that are waited for are waited for in the order in which they came, so that nobody is more
 * than one message ahead in what it was given. **Cost.** O(sinks) for each message.
 *
 * **Cancellation.** A message that some were waited for may have been given to the others.
 *
 * @throws {@link MisuseError} for options that cannot be
 * @example
 * const lines = splitter<string>({ slow: "drop" });
 * const sink = lines.addSink(viewer, "inbox", { size: 100 });
 * go(() => pipeline(source, lines, archive)); // archive is at its `outbox`
 * // later
 * console.log(`${sink.lost} lines were not shown`);
 * lines.removeSink(sink);
 */
export function splitter<T = unknown, const O extends string = never>(
  options: SplitterOptions<O> = {},
): Splitter<T, O> {
  return new Splitting(options as Options, "splitter") as unknown as Splitter<T, O>;
}
