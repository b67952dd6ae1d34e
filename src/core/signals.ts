// Who wants to know that an AbortSignal has been aborted. A signal has at most one handler of ours, however many wait for it: Node warns of a leak at the
// eleventh, and a signal that lives as long as the process would collect them.
//
// Invariants
//   a signal has one handler of ours while somebody is subscribed to it, and none otherwise
//   a subscription is linked among the subscribers of its signal until it is told or taken back

import { type Link, List } from "../base/list.ts";

/** The subscribers of one signal, in order. */
class Subscribers extends List<Subscription> {
  declare private readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    super();
    this.signal = signal;
  }

  add(subscription: Subscription): void {
    if (this.head === null) this.signal.addEventListener("abort", this.handler, { once: true });
    this.push(subscription);
  }

  drop(subscription: Subscription): void {
    this.remove(subscription);
    if (this.head === null) this.signal.removeEventListener("abort", this.handler);
  }

  private readonly handler = (): void => {
    for (let first = this.shift(); first !== null; first = this.shift()) {
      first.subscribers = null;
      first.told();
    }
  };
}

/** One who is told, once, outside any task. */
export class Subscription implements Link<Subscription> {
  declare subscribers: Subscribers | null;
  declare readonly told: () => void;
  declare after: Subscription | null;
  declare before: Subscription | null;

  constructor(subscribers: Subscribers, told: () => void) {
    this.subscribers = subscribers;
    this.told = told;
    this.after = null;
    this.before = null;
  }
}

const all = new WeakMap<AbortSignal, Subscribers>();

/** Calls `told` when the signal is aborted, which it must not be yet; in the order of subscribing. O(1). */
export function subscribe(signal: AbortSignal, told: () => void): Subscription {
  let subscribers = all.get(signal);
  if (subscribers === undefined) {
    subscribers = new Subscribers(signal);
    all.set(signal, subscribers);
  }
  const subscription = new Subscription(subscribers, told);
  subscribers.add(subscription);
  return subscription;
}

/** Takes a subscription back. Does nothing when it has been told. O(1). */
export function unsubscribe(subscription: Subscription): void {
  const { subscribers } = subscription;
  subscription.subscribers = null;
  subscribers?.drop(subscription);
}
