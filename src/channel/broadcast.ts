// A broadcast: every value sent goes to every subscriber, each with a buffer of its own.
//
// A subscription is a channel whose receiving end the subscriber has. What happens when its buffer is full is the subscriber's choice: the sender waits
// for it, the value is dropped for it, or it is failed and leaves. A send commits when no subscriber has to be waited for, to all of them in one step.
//
// Invariants
//   senders wait only while some subscriber that is waited for is full
//   a subscription is in the set exactly as long as it has neither been disposed of, failed, nor closed

import { ClosedError, describeValue } from "../base/errors.ts";
import { List } from "../base/list.ts";
import { Leaf, misuse } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { READ, SELF, tellMade, touch, WHOLE, WRITE } from "../core/tracker.ts";
import type { Receiver, Selectable, Sender } from "../core/types.ts";
import { complete, type Description, fail, type Runner, type Waiter } from "../core/waiter.ts";
import { BufferedChannel, byWhom } from "./channel.ts";
import { END } from "./leaves.ts";
import { checkCapacity } from "./policy.ts";

export interface BroadcastOptions {
  /** For messages and reports. Default: "broadcast". */
  readonly name?: string | undefined;
  /** Values a subscriber may be behind: a whole number of at least 1. Default 16. */
  readonly buffer?: number | undefined;
  /** What to do about a subscriber whose buffer is full: "wait" for it (the default), "drop" the value for it, or "fail" it. */
  readonly slow?: "wait" | "drop" | "fail" | undefined;
}

/** The sending end of a broadcast, and the place to subscribe. */
export interface Broadcast<T> extends Sender<T> {
  /** Receives what is sent from now on. Options not given are those of the broadcast. Disposing of it, or `cancel`, unsubscribes. */
  subscribe(options?: BroadcastOptions): Receiver<T> & Disposable;
  /** Subscribers. */
  readonly size: number;
}

type Slow = "wait" | "drop" | "fail";
const SLOW: readonly Slow[] = ["wait", "drop", "fail"];

/** The channel of one subscriber. It tells the broadcast when it has room again, and when its receiver leaves. */
class Subscription<T> extends BufferedChannel<T> implements Disposable {
  declare readonly slow: Slow;
  declare private readonly hub: Hub<T>;

  constructor(hub: Hub<T>, name: string, buffer: number, slow: Slow) {
    super(buffer, name);
    this.hub = hub;
    this.slow = slow;
  }

  override take(): unknown {
    const raw = super.take();
    if (raw !== NOT_READY && raw !== END) this.hub.roomIn();
    return raw;
  }

  /** The broadcast tells, which knows whose value it is. */
  protected override tellGave(): void {}

  override cancel(reason?: unknown): void {
    super.cancel(reason);
    this.hub.leave(this);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

class BroadcastSend<T> extends Leaf<void> {
  declare private readonly hub: Hub<T>;
  declare private readonly value: T;

  constructor(hub: Hub<T>, value: T) {
    super();
    this.hub = hub;
    this.value = value;
  }

  ready(): boolean {
    return this.hub.takesSend();
  }

  poll(): unknown {
    return this.hub.offer(this.value);
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this.value;
    this.hub.senders.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this.hub, SELF, WRITE);
    this.hub.senders.remove(waiter);
  }

  describe(): Description {
    return { operation: "channel.send", object: this.hub.name, heldBy: this.hub.slowest() };
  }
}

export class Hub<T> implements Broadcast<T> {
  declare readonly name: string;
  declare readonly senders: List<Waiter>;
  declare private readonly subscriptions: Set<Subscription<T>>;
  declare private readonly options: Required<BroadcastOptions>;
  declare private closed: boolean;
  declare private closer: string;
  declare private reason: unknown;
  declare private sent: number;

  constructor(options: BroadcastOptions) {
    this.options = withDefaults(options, { name: "broadcast", buffer: 16, slow: "wait" }, "broadcast");
    this.name = this.options.name as string;
    this.senders = new List();
    this.subscriptions = new Set();
    this.closed = false;
    this.closer = "";
    this.reason = undefined;
    this.sent = 0;
    tellMade(this);
  }

  get size(): number {
    touch(this, SELF, READ);
    return this.subscriptions.size;
  }

  subscribe(options: BroadcastOptions = {}): Receiver<T> & Disposable {
    const { name, buffer, slow } = withDefaults(options, this.options, "Broadcast.subscribe");
    touch(this, WHOLE, WRITE);
    touch(this, SELF, WRITE);
    const subscription = new Subscription<T>(this, name as string, buffer as number, slow as Slow);
    if (this.closed) subscription.close(this.reason);
    else this.subscriptions.add(subscription);
    return subscription;
  }

  send(value: T): Selectable<void> {
    return new BroadcastSend(this, value);
  }

  trySend(value: T): boolean {
    return this.offer(value) !== NOT_READY;
  }

  close(error?: unknown): void {
    touch(this, SELF, WRITE);
    if (this.closed) {
      throw misuse(`Broadcast.close: "${this.name}" was closed before${this.closer}. Close a broadcast once.`);
    }
    const { runner } = machine;
    this.closed = true;
    this.reason = error;
    this.closer = byWhom(runner, this.sent);
    for (const subscription of this.subscriptions) subscription.close(error);
    this.subscriptions.clear();
    for (let waiter = this.senders.shift(); waiter !== null; waiter = this.senders.shift())
      fail(waiter, this.closedError(waiter.runner));
  }

  takesSend(): boolean {
    touch(this, SELF, WRITE);
    return this.closed || this.slowest().length === 0;
  }

  offer(value: T): unknown {
    touch(this, WHOLE, WRITE);
    touch(this, SELF, WRITE);
    if (this.closed) throw this.closedError(machine.runner);
    if (this.senders.head !== null || !this.takesSend()) return NOT_READY;
    this.deliver(value, machine.runner);
    return undefined;
  }

  /** A subscriber has room again: the senders in line, first come, first served, as far as nobody is full. */
  roomIn(): void {
    touch(this, SELF, WRITE);
    while (this.senders.head !== null && this.takesSend()) {
      const sender = this.senders.shift() as Waiter;
      const value = sender.payload as T;
      complete(sender, undefined); // first: it may be a case of a select that waits at a subscription too
      this.deliver(value, sender.runner);
    }
  }

  leave(subscription: Subscription<T>): void {
    touch(this, SELF, WRITE);
    if (this.subscriptions.delete(subscription)) this.roomIn();
  }

  /** The subscribers a sender has to wait for. */
  slowest(): string[] {
    const full: string[] = [];
    for (const subscription of this.subscriptions) {
      if (subscription.slow === "wait" && !subscription.takesSend()) full.push(subscription.name);
    }
    return full;
  }

  private deliver(value: T, by: Runner | null): void {
    this.sent++;
    if (machine.tracker !== null && this.subscriptions.size > 0) machine.tracker.gave(this, value, by);
    for (const subscription of this.subscriptions) {
      if (subscription.trySend(value) || subscription.slow === "drop") continue;
      this.subscriptions.delete(subscription);
      subscription.close(new ClosedError(fellBehind(subscription), "sender"));
    }
  }

  private closedError(runner: Runner | null): ClosedError {
    const task = runner === null ? undefined : { id: runner.id, name: runner.name };
    const message = `Broadcast.send: "${this.name}" was closed${this.closer}. Close it only after the last send.`;
    return new ClosedError(message, "sender", { task });
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    this.senders.check();
    if (this.senders.head !== null && this.takesSend())
      throw new Error(`Broadcast "${this.name}": senders wait for nobody`);
    for (const subscription of this.subscriptions) subscription.check();
  }
}

const fellBehind = (subscription: BufferedChannel<unknown>): string =>
  `Broadcast: subscriber "${subscription.name}" was ${subscription.capacity} values behind and has been failed. Receive faster, or subscribe with slow: "wait".`;

function withDefaults(options: BroadcastOptions, defaults: BroadcastOptions, from: string): Required<BroadcastOptions> {
  if (typeof options !== "object" || options === null) {
    throw misuse(`${from}: options must be an object, got ${describeValue(options)}.`);
  }
  const { name = defaults.name, buffer = defaults.buffer, slow = defaults.slow } = options;
  if (!SLOW.includes(slow as Slow))
    throw misuse(`${from}: slow must be "wait", "drop" or "fail", got ${describeValue(slow)}.`);
  return { name, buffer: checkCapacity(buffer, 1, from), slow };
}

/**
 * Makes a broadcast. A value sent goes to every subscriber there is at that moment, in the order sent; with none it is gone.
 *
 * **Fairness.** Senders that wait are served first come, first served. **Cost.** O(subscribers) for each value.
 *
 * **Cancellation.** A cancelled `send` has given nothing, to nobody.
 *
 * **Closing.** `close(error?)` closes every subscription as it does a channel: what is buffered is still delivered. A subscriber that leaves never
 * fails a sender.
 *
 * @throws {@link MisuseError} for a buffer that is no whole number of at least 1, and from `close()` when it was closed before
 * @example
 * const ticks = broadcast<number>({ slow: "drop" });
 * const mine = ticks.subscribe();
 * yield* ticks.send(1);
 */
export function broadcast<T>(options: BroadcastOptions = {}): Broadcast<T> {
  return new Hub<T>(options);
}
