// A component, as users see it: the base class, its verbs, and how the rest of this folder gets at its inside (workings.ts).

import { describeValue } from "../base/errors.ts";
import { checkpoint } from "../core/basic.ts";
import { Composite } from "../core/body.ts";
import { extent } from "../core/extent.ts";
import { misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { READ, SELF, touch } from "../core/tracker.ts";
import type { Selectable, Suspend, Task } from "../core/types.ts";
import { type Box, END, INBOX, OUTBOX } from "./box.ts";
import { declare, limitOf } from "./declaration.ts";
import { BoxEmptyError } from "./errors.ts";
import { nextFrom, Pause, Put, receiveFrom } from "./leaves.ts";
import type { Linkage } from "./linkage.ts";
import type {
  AddedName,
  BoxName,
  BoxOptions,
  ComponentArguments,
  Fits,
  InboxName,
  InMessage,
  Main,
  Message,
  OutboxName,
  OutMessage,
  Wired,
} from "./types.ts";
import { Workings } from "./workings.ts";

/** Every component, whatever its boxes carry. */
// biome-ignore lint/suspicious/noExplicitAny: messages are both taken and given, so that no other type stands for all
export type AnyComponent = Component<any, any>;

/** One link of a component's boxes, as `link` answers it. Prints as `Reader#1.outbox -> Printer#2.inbox`. */
export type Link = Linkage;

export interface LinkOptions {
  /** The size that the inbox at its end is given: a whole number, or null for no limit. Default: left as it is. */
  readonly size?: number | null | undefined;
  /** Must it pass messages inward (inbox to inbox) or outward (outbox to outbox)? Only checks; which it is follows from the boxes. */
  readonly passthrough?: "inward" | "outward" | undefined;
}

/**
 * A task with named boxes. It sends to its own outboxes and collects from its own inboxes, and knows nothing of who is at the other end: links, which whoever
 * wires it makes, say where messages go.
 *
 * Every component has `inbox`, `control`, `outbox` and `signal`; others are listed when it is made. `In` and `Out` say what each box carries, and the compiler
 * checks what is wired.
 *
 * Performing it (`yield* component`) starts it and waits for its end; `start()` only starts it. When `main` has returned, the components it was linked to learn
 * that it has finished: `next` says so once their box is empty. A `shutdown` that arrives at `control` cancels it. What is sent to a component that has
 * ended is refused with a `ClosedError`, which ends a producer quietly.
 *
 * **Cancellation.** Cancels the main, and everything it has started.
 *
 * @example
 * class Doubler extends Component<{ inbox: number }, { outbox: number }> {
 *   override *main(): Operation<void> {
 *     for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value * 2);
 *   }
 * }
 */
export abstract class Component<In extends object = { inbox: unknown }, Out extends object = { outbox: unknown }>
  extends Composite<void>
  implements Wired<In, Out>
{
  readonly #inside: Workings;
  declare readonly "~messages": { readonly in: In; readonly out: Out };
  /** In types only: awaiting a component is a compile error, not a silent no-op. */
  declare readonly then?: (this: never) => unknown;

  constructor(...[options]: ComponentArguments<In, Out>) {
    super("component", unused);
    if (options !== undefined && (typeof options !== "object" || options === null))
      throw misuse(`Component: options must be an object, got ${describeValue(options)}.`);
    const name = options?.name ?? new.target.name;
    if (typeof name !== "string") throw misuse(`Component: the name must be a string, got ${describeValue(name)}.`);
    const called = name === "" ? "component" : name;
    this.#inside = new Workings(this, called, declare(options, `Component "${called}"`), this.relays);
  }

  /** What the component does, from its start to its end. Called once. */
  abstract main(): Main;

  /** @internal Its outboxes are fed by its children: see `BoxOwner`. */
  get relays(): boolean {
    return false;
  }

  /** For messages: the name it was given, or that of its class. */
  get componentName(): string {
    return this.#inside.name;
  }

  // ---- sending

  /**
   * Sends a message at once. Where the outbox is linked nowhere it is discarded, and counted. Wakes the component at the end of the chain. O(1), however many
   * boxes the message passes through.
   *
   * @throws {@link NoSpaceInBoxError} when the inbox it leads to has a size and is full: nothing is stored, nobody is woken; {@link ClosedError} when the component
   * there has ended; {@link UnknownBoxError}
   */
  send<B extends OutboxName<Out> = "outbox">(message: OutMessage<Out, B>, box: B = "outbox" as B): void {
    this.#inside.outbox(box, "Component.send").send(message, "Component.send");
    if ((box as string) === "signal") this.#inside.signalled(message);
  }

  /**
   * Sends a message, waiting until there is room: below the size of the inbox it leads to, and below 16 where that has none. Served first come, first served.
   * O(1).
   *
   * **Cancellation.** Nothing is sent.
   *
   * @throws {@link ClosedError} when the component there has ended; {@link UnknownBoxError}
   */
  put<B extends OutboxName<Out> = "outbox">(message: OutMessage<Out, B>, box: B = "outbox" as B): Selectable<void> {
    const put = new Put(this.#inside.outbox(box, "Component.put"), message);
    return (box as string) === "signal" ? put.map(() => this.#inside.signalled(message)) : put;
  }

  /** Is the inbox that this box leads to full, as far as it has a size? False where it leads nowhere. */
  isFull(box: OutboxName<Out> | InboxName<In> = "outbox"): boolean {
    const own = this.#inside.box(box, "Component.isFull");
    touch(own, SELF, READ); // where it leads
    return own.sink?.isFull === true;
  }

  // ---- collecting

  /**
   * Takes the first message of an inbox at once.
   *
   * @throws {@link BoxEmptyError} when there is none; {@link UnknownBoxError}
   */
  recv<B extends InboxName<In> = "inbox">(box: B = "inbox" as B): InMessage<In, B> {
    const inbox = this.#inside.inbox(box, "Component.recv");
    const message = inbox.take();
    if (message === NOT_READY || message === END)
      throw new BoxEmptyError(
        `Component.recv: "${inbox.label}" is empty. Look with dataReady() first, or wait with receive() or next().`,
      );
    return message as InMessage<In, B>;
  }

  /**
   * Takes the first message of an inbox, waiting until there is one. First come, first served. O(1).
   *
   * **Cancellation.** Nothing is taken.
   *
   * @throws {@link EndOfChannel} when the box is empty and all that led to it have finished; {@link UnknownBoxError}
   */
  receive<B extends InboxName<In> = "inbox">(box: B = "inbox" as B): Selectable<InMessage<In, B>> {
    return receiveFrom(this.#inside.inbox(box, "Component.receive"));
  }

  /**
   * The same in the shape of an iterator: `done` when the box is empty and all that led to it have finished, or `producerFinished` has come for a box that
   * nothing leads to.
   *
   * @example
   * for (let line = yield* this.next(); !line.done; line = yield* this.next()) handle(line.value);
   */
  next<B extends InboxName<In> = "inbox">(box: B = "inbox" as B): Selectable<IteratorResult<InMessage<In, B>, void>> {
    return nextFrom(this.#inside.inbox(box, "Component.next"));
  }

  /** How many messages lie in an inbox. 0 for one that is linked on: its messages lie where it leads. */
  dataReady(box: InboxName<In> = "inbox"): number {
    return this.#inside.inbox(box, "Component.dataReady").length;
  }

  /** An inbox in which a message lies: `inbox` before `control` before others; undefined if there is none. */
  anyReady(): InboxName<In> | undefined {
    const ready = this.#inside.boxes.find((box) => box.kind !== OUTBOX && box.length > 0);
    return ready?.name as InboxName<In> | undefined;
  }

  /**
   * Is an inbox empty for good: have all that led to it finished, or has `producerFinished` come for one that nothing leads to? For components that `pause` and look;
   * `next` and `receive` tell it themselves.
   */
  isOver(box: InboxName<In> = "inbox"): boolean {
    const inbox = this.#inside.inbox(box, "Component.isOver");
    return inbox.length === 0 && inbox.isOver();
  }

  /** Takes the messages of an inbox one after the other, until it is empty; those that come meanwhile too. */
  *drain<B extends InboxName<In> = "inbox">(box: B = "inbox" as B): IterableIterator<InMessage<In, B>> {
    const inbox = this.#inside.inbox(box, "Component.drain");
    for (let message = inbox.take(); message !== NOT_READY && message !== END; message = inbox.take())
      yield message as InMessage<In, B>;
  }

  /**
   * How many messages an inbox takes: a whole number, 0 to refuse all, or null for any number. Holds at once; what lies there already stays. Only the size of
   * the last inbox of a chain counts. Those who wait for room are served.
   */
  setInboxSize(box: InboxName<In>, size: number | null): void {
    const inbox = this.#inside.inbox(box, "Component.setInboxSize");
    inbox.setLimit(limitOf(size, `Component.setInboxSize: "${inbox.label}"`));
  }

  /** The size of an inbox; null if it has none. */
  inboxSize(box: InboxName<In> = "inbox"): number | null {
    const { limit } = this.#inside.inbox(box, "Component.inboxSize");
    return limit === Number.POSITIVE_INFINITY ? null : limit;
  }

  /**
   * Waits until something has happened since the last pause: a message was delivered to one of its inboxes; one it had sent was collected from a box that was
   * full (or any, see `wake` of the box), or that has room by other means; all sources of an inbox have finished; a child has ended. May end although there is nothing to do: look again, in a loop.
   *
   * **Cancellation.** What has happened stays noted for the next pause.
   */
  pause(): Selectable<void> {
    return new Pause(this.#inside);
  }

  // ---- wiring

  /**
   * Links two boxes: an outbox to an inbox; or passes on, an inbox of this component to an inbox of a child, an outbox of a child to an outbox of this one.
   * Messages that lie in a box that is linked on go with it, in order. O(boxes above).
   *
   * @throws {@link BoxAlreadyLinkedError}, {@link LinkCycleError}, {@link LinkAcrossRunsError}, {@link UnknownBoxError}; {@link NoSpaceInBoxError} when what lies in the
   * first box has no room in the last. Nothing has changed then.
   * @example
   * this.link([reader, "outbox"], [printer, "inbox"], { size: 10 });
   */
  link<
    FI extends object,
    FO extends object,
    const FB extends BoxName<FI, FO>,
    TI extends object,
    TO extends object,
    const TB extends BoxName<TI, TO>,
  >(
    from: readonly [Wired<FI, FO>, FB],
    to: readonly [Wired<TI, TO>, TB] & Fits<Message<FI, FO, FB>, Message<TI, TO, TB>>,
    options: LinkOptions = {},
  ): Link {
    const [source, sink] = [endOf(from, "first"), endOf(to, "second")];
    const limit = options.size === undefined ? null : limitOf(options.size, `Component.link: "${sink.label}"`);
    if (limit !== null && sink.kind === OUTBOX)
      throw misuse(
        `Component.link: "${sink.label}" is an outbox, which has no size. Give the size to the inbox at the end.`,
      );
    return this.#inside.link(source, sink, options.passthrough, limit);
  }

  /**
   * Undoes a link that this component made, or all of those that touch another component.
   *
   * @throws {@link MisuseError} for a link that another component made, or that has been undone
   */
  unlink(what: Link | AnyComponent): void {
    if (what instanceof Component) this.#inside.unlinkAllOf(what.#inside);
    else this.#inside.unlink(what);
  }

  /** Makes others its children: it is stirred when one ends, and they are shown below it. Starts none of them. */
  addChildren(...children: readonly AnyComponent[]): void {
    for (const child of children) this.#inside.addChild(inside(child, "Component.addChildren"));
  }

  /** Undoes the links it made with a child, and lets the child go. */
  removeChild(child: AnyComponent): void {
    this.#inside.removeChild(inside(child, "Component.removeChild"));
  }

  get children(): readonly AnyComponent[] {
    return [...this.#inside.children].map((child) => child.face as AnyComponent);
  }

  /**
   * Adds an inbox while the component lives. Answers its name: the one given, or that with a number if it is taken. What it carries is said by the type of the
   * component, as in `{ [more: `more${string}`]: number }`.
   */
  addInbox<const N extends string>(name: N, options?: BoxOptions): AddedName<N> {
    return this.#inside.addBoxNamed(name, INBOX, options, "Component.addInbox") as AddedName<N>;
  }

  /**
   * Adds an outbox while the component lives. Answers its name, as `addInbox` does.
   *
   * @example
   * class Room extends Component<{ inbox: Said }, { [guest: `guest${string}`]: Said }> {
   *   enter(guest: Component<{ inbox: Said }>): void {
   *     this.link([this, this.addOutbox("guest")], [guest, "inbox"]);
   *   }
   * }
   */
  addOutbox<const N extends string>(name: N, options?: Pick<BoxOptions, "doc">): AddedName<N> {
    return this.#inside.addBoxNamed(name, OUTBOX, options, "Component.addOutbox") as AddedName<N>;
  }

  /**
   * Deletes an inbox that was added. What lies in it is lost, and whoever waits there finds the end.
   *
   * @throws {@link BoxInUseError} while a link touches it; {@link UnknownBoxError}
   */
  deleteInbox(name: string): void {
    this.#inside.deleteBox(name, true, "Component.deleteInbox");
  }

  /** Deletes an outbox that was added. Errors as `deleteInbox`. */
  deleteOutbox(name: string): void {
    this.#inside.deleteBox(name, false, "Component.deleteOutbox");
  }

  // ---- life

  /**
   * Starts the component as a child of the innermost extent of the current task, as `go` does.
   *
   * @throws {@link ComponentStartedError} when it has been started before; {@link LinkAcrossRunsError} when it is linked with a component of another run
   */
  start(): Task<void> {
    if (machine.made !== null) this[Symbol.iterator](); // takes it off the list of what was made and never used
    return this.#inside.start("Component.start") as Task<unknown> as Task<void>;
  }

  /** Cancels it: now if it runs, also while it pauses; as soon as it is started if it has not been. */
  stop(reason?: unknown): void {
    this.#inside.stop(reason);
  }

  /** "made" until it is started, then as its task, in the end "succeeded", "failed" or "cancelled". */
  get status(): "made" | Task<void>["status"] {
    touch(this.#inside, SELF, READ);
    return this.#inside.task === null ? "made" : this.#inside.task.status;
  }

  /** Starts it and waits for its end, in an extent of its own: what it throws can be caught here. */
  override [Symbol.iterator](): Generator<Suspend, void, unknown> {
    return perform(this);
  }

  /** @internal */
  static insideOf(component: AnyComponent): Workings {
    return component.#inside;
  }

  /** @internal */
  static isComponent(value: unknown): value is AnyComponent {
    return typeof value === "object" && value !== null && #inside in value;
  }
}

/** The inside of a component that users gave. */
export function inside(component: unknown, from: string): Workings {
  if (Component.isComponent(component)) return Component.insideOf(component);
  const hint = typeof component === "function" ? "Make one with new, or call its factory." : "Give it a component.";
  throw misuse(`${from}: expected a component, got ${describeValue(component)}. ${hint}`);
}

/** The box that one end of a link names. */
function endOf(end: readonly [unknown, unknown], which: string): Box {
  if (!Array.isArray(end) || end.length !== 2 || typeof end[1] !== "string")
    throw misuse(
      `Component.link: the ${which} end must be a pair [component, "box"], got ${describeValue(end)}. Write [reader, "outbox"].`,
    );
  return inside(end[0], "Component.link").box(end[1], "Component.link", which === "first" ? OUTBOX : INBOX);
}

function* perform(component: AnyComponent): Generator<Suspend, void, unknown> {
  yield* checkpoint;
  yield* extent<void>(component.componentName, null, () => {
    component.start();
  });
}

function unused(): never {
  throw misuse("Component: performed by hand. Write yield* component, or component.start().");
}
