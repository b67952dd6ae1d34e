// handle: the boxes of a component in the hands of code outside: puts into its inboxes, gets from its outboxes, waits for its end.
//
// The handle has boxes of its own, linked with those of the component when they are first used. It counts as a source: an inbox it has put to is over
// only when `finish` has been called.

import { describeValue } from "../base/errors.ts";
import { iterate } from "../channel/leaves.ts";
import { misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import { run } from "../core/run.ts";
import type { Tasklet } from "../core/task.ts";
import type { Selectable } from "../core/types.ts";
import { FAILED } from "../core/waiter.ts";
import { Box, INBOX, OUTBOX } from "./box.ts";
import { type AnyComponent, Component, inside } from "./component.ts";
import { PLAIN } from "./declaration.ts";
import { nextFrom, Put } from "./leaves.ts";
import { shutdown } from "./signal.ts";
import type { InboxName, InMessage, InOf, OutboxName, OutMessage, OutOf } from "./types.ts";
import { Workings } from "./workings.ts";

/** A component in the hands of code outside. Every operation may be awaited as well as yielded. */
export interface Handle<In, Out> extends AsyncIterable<OutMessage<Out, "outbox">>, AsyncDisposable {
  /**
   * Puts a message into an inbox, waiting until there is room, as `Component.put` does.
   *
   * @throws {@link ClosedError} when the component has ended; {@link MisuseError} after `finish`
   */
  put<B extends InboxName<In> = "inbox">(message: InMessage<In, B>, box?: B): Selectable<void>;
  /**
   * Gets the next message of an outbox, waiting until there is one.
   *
   * @throws {@link EndOfChannel} when the component has ended and all it sent has been got; what the component threw, if it has failed
   */
  get<B extends OutboxName<Out> = "outbox">(box?: B): Selectable<OutMessage<Out, B>>;
  /** The same in the shape of an iterator: `done` at the end. */
  next<B extends OutboxName<Out> = "outbox">(box?: B): Selectable<IteratorResult<OutMessage<Out, B>, void>>;
  /** The messages of an outbox, to its end. Leaving the loop stops nothing. */
  messages<B extends OutboxName<Out> = "outbox">(box?: B): AsyncIterable<OutMessage<Out, B>>;
  /** No more will be put: the component learns it as from any source that has finished. Calling it twice does nothing. */
  finish(): void;
  /** Sends a `shutdown` to `control`, which cancels a component that does not handle it itself. */
  shutdown(reason?: unknown): void;
  /** Settles when the component has ended: rejects with what it threw, also if it was `get` that told it first; a cancelled one has just ended. */
  readonly done: Promise<void>;
}

const OUTSIDE = { main(): void {} };

class Outside<In, Out> implements Handle<In, Out> {
  readonly #component: Workings;
  readonly #own: Workings;
  readonly done: Promise<void>;
  #finished: boolean;

  constructor(component: AnyComponent) {
    this.#component = inside(component, "handle");
    this.#own = new Workings(OUTSIDE, `handle of ${this.#component.name}`, PLAIN, false);
    this.#finished = false;
    const outbox = this.#component.box("outbox", "handle");
    if (outbox.onward === null) this.#read("outbox");
    this.done = ended(component);
  }

  put<B extends InboxName<In> = "inbox">(message: InMessage<In, B>, box: B = "inbox" as B): Selectable<void> {
    return new Put(this.#write(box), message);
  }

  get<B extends OutboxName<Out> = "outbox">(box: B = "outbox" as B): Selectable<OutMessage<Out, B>> {
    const source = this.#read(box);
    return nextFrom<OutMessage<Out, B>>(source).map((message) => {
      if (!message.done) return message.value;
      this.#throwFailure();
      throw source.endError();
    });
  }

  next<B extends OutboxName<Out> = "outbox">(
    box: B = "outbox" as B,
  ): Selectable<IteratorResult<OutMessage<Out, B>, void>> {
    return nextFrom<OutMessage<Out, B>>(this.#read(box)).map((message) => {
      if (message.done === true) this.#throwFailure();
      return message;
    });
  }

  messages<B extends OutboxName<Out> = "outbox">(box: B = "outbox" as B): AsyncIterable<OutMessage<Out, B>> {
    this.#read(box);
    return { [Symbol.asyncIterator]: () => iterate(() => this.next(box) as never) };
  }

  [Symbol.asyncIterator](): AsyncIterator<OutMessage<Out, "outbox">> {
    return this.messages()[Symbol.asyncIterator]();
  }

  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#own.finish();
    this.#component.finishInboxes();
  }

  shutdown(reason?: unknown): void {
    this.#component.box("control", "handle").sink?.accept(shutdown(reason));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#component.stop("its handle was disposed of");
    await this.done.catch(() => {});
  }

  /** The box that leads to an inbox of the component. */
  #write(name: string): Box {
    if (this.#finished)
      throw misuse(`Handle.put: no more was to be put into "${this.#component.label}" after finish().`);
    const mine = this.#own.boxes.find((box) => box.kind === OUTBOX && box.name === name);
    if (mine !== undefined) return mine;
    const inbox = this.#component.inbox(name, "Handle.put");
    const outbox = this.#own.addBox(new Box(this.#own, name, OUTBOX, Number.POSITIVE_INFINITY, false));
    this.#own.link(outbox, inbox, undefined, null);
    return outbox;
  }

  /** The box that an outbox of the component leads to. */
  #read(name: string): Box {
    const mine = this.#own.boxes.find((box) => box.kind === INBOX && box.name === name);
    if (mine !== undefined) return mine;
    const outbox = this.#component.outbox(name, "Handle.get");
    const inbox = new Box(this.#own, name, INBOX, Number.POSITIVE_INFINITY, false);
    this.#own.link(outbox, inbox, undefined, null);
    return this.#own.addBox(inbox);
  }

  #throwFailure(): void {
    const { task } = this.#component;
    if (task === null || task.state !== FAILED) return;
    this.done.catch(() => {}); // told here
    throw task.result;
  }
}

/** Starts the component, if it has not been, and answers its end. */
function ended(component: AnyComponent): Promise<void> {
  if (component.status === "made" && machine.runner === null)
    return run(() => component, { name: component.componentName });
  if (component.status === "made") component.start();
  const task = inside(component, "handle").task as Tasklet<unknown>;
  const done = task.program.over(task).then(() => {
    if (task.state === FAILED) throw task.result;
  });
  done.catch(() => {}); // a failure goes to the owner of the task
  return done;
}

/**
 * Takes a component into the hands of code outside: plain async functions put messages into its inboxes and get them from its outboxes, with back-pressure and
 * without polling.
 *
 * Starts the component if it has not been started: as a child of the current task; where there is none, in a run of its own, whose end is `done`.
 * `outbox` is linked with the handle at once, if it is linked nowhere, and its component then waits in `put` while 16 messages have not been got; other outboxes
 * when they are first asked for.
 *
 * @throws {@link MisuseError} for what is no component
 * @example
 * await using counter = handle(pipeline(lines(), count()));
 * await counter.put("one\ntwo\n");
 * counter.finish();
 * for await (const n of counter) console.log(n);
 */
export function handle<C extends AnyComponent>(component: C): Handle<InOf<C>, OutOf<C>> {
  if (!Component.isComponent(component))
    throw misuse(`handle: expected a component, got ${describeValue(component)}. Make one first.`);
  return new Outside<InOf<C>, OutOf<C>>(component);
}
