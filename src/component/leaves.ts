// The operations of boxes: receive, next, put, pause. The box decides; they speak the leaf protocol for it.
//
// Those that are used most have a `next` of their own, with the same steps as in channels: why, is told in channel/leaves.ts.

import { List } from "../base/list.ts";
import { NO_WAITERS, remember, remembered } from "../channel/leaves.ts";
import { Leaf, parking, resume, start } from "../core/leaf.ts";
import { machine, NOT_READY, PARKED, RESUME } from "../core/machine.ts";
import { SELF, touch, WRITE } from "../core/tracker.ts";
import type { Suspend } from "../core/types.ts";
import { type Description, type Runner, VALUE, type Waiter } from "../core/waiter.ts";
import { type Box, END, type Parcel } from "./box.ts";
import { observer } from "./observer.ts";

type Step<T> = IteratorResult<Suspend, T>;

const DONE: IteratorReturnResult<void> = Object.freeze({ done: true, value: undefined });

abstract class Collect<V> extends Leaf<V> {
  declare readonly channel: Box; // under the name by which a task remembers the operations it made last

  constructor(box: Box) {
    super();
    this.channel = box;
  }

  ready(): boolean {
    return this.channel.takesTake();
  }

  poll(): unknown {
    return this.channel.take();
  }

  enlist(waiter: Waiter): void {
    this.channel.awaitMessage(waiter);
    if (observer.tellQueues !== null) tellWait(this.channel.owner, this);
  }

  delist(waiter: Waiter): void {
    touch(this.channel, SELF, WRITE);
    this.channel.receivers.remove(waiter);
  }

  protected described(operation: string): Description {
    return { operation, object: this.channel.label, heldBy: feeders(this.channel) };
  }
}

export class ReceiveMessage<T> extends Collect<T> {
  override next(input?: unknown): Step<T> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      const raw = this.channel.take();
      if (raw !== NOT_READY) return { done: true, value: raw === END ? this.finish(raw) : (raw as T) };
      this.enlist(parking(this));
      return PARKED;
    }
    const runner = machine.runner as Runner;
    if (input === RESUME && runner.wake === VALUE) {
      const raw = runner.result;
      runner.result = undefined;
      return { done: true, value: raw === END ? this.finish(raw) : (raw as T) };
    }
    return resume(this, input);
  }

  override finish(raw: unknown): T {
    if (raw === END) throw this.channel.endError();
    return raw as T;
  }

  override fails(raw: unknown): boolean {
    return raw === END;
  }

  describe(): Description {
    return this.described("component.receive");
  }
}

export class NextMessage<T> extends Collect<IteratorResult<T, void>> {
  override next(input?: unknown): Step<IteratorResult<T, void>> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      const raw = this.channel.take();
      if (raw !== NOT_READY) return { done: true, value: this.finish(raw) };
      this.enlist(parking(this));
      return PARKED;
    }
    return resume(this, input);
  }

  override finish(raw: unknown): IteratorResult<T, void> {
    return raw === END ? { done: true, value: undefined } : { done: false, value: raw as T };
  }

  describe(): Description {
    return this.described("component.next");
  }
}

/** The operation that receives from a box: one of the two the task made last, if it was of this box. */
export function receiveFrom<T>(box: Box): ReceiveMessage<T> {
  const leaf = remembered(box);
  return leaf instanceof ReceiveMessage ? leaf : remember(new ReceiveMessage(box));
}

/** The same for `next`. */
export function nextFrom<T>(box: Box): NextMessage<T> {
  const leaf = remembered(box);
  return leaf instanceof NextMessage ? leaf : remember(new NextMessage(box));
}

export class Put extends Leaf<void> implements Parcel {
  declare readonly box: Box;
  declare readonly message: unknown;

  constructor(box: Box, message: unknown) {
    super();
    this.box = box;
    this.message = message;
  }

  override next(input?: unknown): Step<void> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      if (this.box.offer(this.message) !== NOT_READY) return DONE;
      this.enlist(parking(this));
      return PARKED;
    }
    if (input === RESUME && (machine.runner as Runner).wake === VALUE) return DONE;
    return resume(this, input);
  }

  ready(): boolean {
    return this.box.takesOffer();
  }

  poll(): unknown {
    return this.box.offer(this.message);
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    (this.box.sink as Box).awaitRoom(waiter);
    if (observer.tellQueues !== null) tellWait(this.box.owner, this);
  }

  /** For a line that is served from elsewhere: see `Box.admit`. */
  attempt(): unknown {
    return (this.box.sink as Box).admit(this.message);
  }

  delist(waiter: Waiter): void {
    const sink = this.box.sink as Box;
    touch(sink, SELF, WRITE);
    sink.putters.remove(waiter);
  }

  describe(): Description {
    const { label, owner } = this.box.sink ?? this.box; // nobody waits at one that leads nowhere, but it may be printed
    return { operation: "component.put", object: label, heldBy: [owner.label] };
  }
}

/** Who can be stirred: see `Component.pause`. */
export interface Stirrable {
  readonly label: string;
  /** Something has happened since the last pause ended. */
  isStirred: boolean;
  pausers: List<Waiter>;
  /** Sees whether something has come from elsewhere that nobody has been told of; null where nothing can. */
  readonly outlook: Outlook | null;
}

/** What comes from elsewhere without telling anybody, and has to be looked at. */
export interface Outlook {
  /** Stirs the component if something has come since it was stirred for that last. */
  look(): void;
  /** The component pauses: it is stirred as soon as something comes. */
  watch(): void;
}

export class Pause extends Leaf<void> {
  declare private readonly component: Stirrable;

  constructor(component: Stirrable) {
    super();
    this.component = component;
  }

  ready(): boolean {
    const { component } = this;
    touch(component, SELF, WRITE);
    if (component.outlook !== null && !component.isStirred) component.outlook.look();
    return component.isStirred;
  }

  poll(): unknown {
    if (!this.ready()) return NOT_READY;
    this.component.isStirred = false;
    return undefined;
  }

  enlist(waiter: Waiter): void {
    const { component } = this;
    if (component.pausers === NO_WAITERS) component.pausers = new List();
    component.pausers.push(waiter);
    component.outlook?.watch();
    if (observer.tellQueues !== null) tellWait(component, this);
  }

  delist(waiter: Waiter): void {
    touch(this.component, SELF, WRITE);
    this.component.pausers.remove(waiter);
  }

  describe(): Description {
    return { operation: "component.pause", object: this.component.label, heldBy: [] };
  }
}

function tellWait(component: object, leaf: Leaf<unknown>): void {
  const { operation, object } = leaf.describe();
  observer.tellQueues?.({ kind: "waits", component, on: `${operation} ${object}` });
}

/** Whose outboxes lead to a box, for reports. */
function feeders(box: Box): string[] {
  const labels: string[] = [];
  for (let lead = box.sources.head; lead !== null && labels.length < 8; lead = lead.after)
    labels.push(lead.from.owner.label);
  return labels;
}
