// The operations of a shared channel. The channel decides; they speak the leaf protocol for it.

import { parking, resume, start } from "../core/leaf.ts";
import { machine, NOT_READY, PARKED, RESUME } from "../core/machine.ts";
import type { Suspend } from "../core/types.ts";
import { type Description, type Runner, VALUE } from "../core/waiter.ts";
import { ENDED } from "./cargo.ts";
import { type Line, SharedLeaf } from "./line.ts";

const DONE: IteratorReturnResult<void> = Object.freeze({ done: true, value: undefined });

/** A shared channel, as its operations see it. */
interface Ends<T> {
  readonly name: string;
  readonly senders: Line;
  readonly receivers: Line;
  readonly failed: boolean;
  takesSend(): boolean;
  takesReceive(): boolean;
  offer(value: T, by: Send<T> | null, runner: Runner | null): unknown;
  take(): unknown;
  endError(): unknown;
}

export class Send<T> extends SharedLeaf<void> {
  declare private readonly channel: Ends<T>;
  declare private readonly value: T;
  /** There were no pages for the value, and none have become free since they were at this generation; -1 if that is not known. */
  declare starvedAt: number;

  constructor(channel: Ends<T>, value: T) {
    super();
    this.channel = channel;
    this.value = value;
    this.starvedAt = -1;
  }

  override next(input?: unknown): IteratorResult<Suspend, void> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      const { channel } = this;
      if (channel.senders.isTurn() && channel.offer(this.value, this, machine.runner) !== NOT_READY) return DONE;
      this.enlist(parking(this));
      return PARKED;
    }
    if (input === RESUME && (machine.runner as Runner).wake === VALUE) return DONE;
    return resume(this, input);
  }

  protected get line(): Line {
    return this.channel.senders;
  }

  ready(): boolean {
    return this.channel.takesSend();
  }

  attempt(runner: Runner | null): unknown {
    return this.channel.offer(this.value, this, runner);
  }

  describe(): Description {
    return { operation: "channel.send", object: this.channel.name, heldBy: [], outside: true };
  }
}

abstract class Take<T, V> extends SharedLeaf<V> {
  declare readonly channel: Ends<T>;

  constructor(channel: Ends<T>) {
    super();
    this.channel = channel;
  }

  protected get line(): Line {
    return this.channel.receivers;
  }

  ready(): boolean {
    return this.channel.takesReceive();
  }

  attempt(): unknown {
    return this.channel.take();
  }
}

export class Receive<T> extends Take<T, T> {
  override next(input?: unknown): IteratorResult<Suspend, T> {
    if (input === undefined) {
      if (machine.credit <= 0) return start(this);
      machine.credit--;
      const { channel } = this;
      const raw = channel.receivers.isTurn() ? channel.take() : NOT_READY;
      if (raw !== NOT_READY) return { done: true, value: raw === ENDED ? this.finish(raw) : (raw as T) };
      this.enlist(parking(this));
      return PARKED;
    }
    const runner = machine.runner as Runner;
    if (input === RESUME && runner.wake === VALUE) {
      const raw = runner.result;
      runner.result = undefined;
      return { done: true, value: raw === ENDED ? this.finish(raw) : (raw as T) };
    }
    return resume(this, input);
  }

  override finish(raw: unknown): T {
    if (raw === ENDED) throw this.channel.endError();
    return raw as T;
  }

  override fails(raw: unknown): boolean {
    return raw === ENDED;
  }

  describe(): Description {
    return { operation: "channel.receive", object: this.channel.name, heldBy: [], outside: true };
  }
}

export class Next<T> extends Take<T, IteratorResult<T, void>> {
  override finish(raw: unknown): IteratorResult<T, void> {
    if (raw !== ENDED) return { done: false, value: raw as T };
    if (this.channel.failed) throw this.channel.endError();
    return { done: true, value: undefined };
  }

  override fails(raw: unknown): boolean {
    return raw === ENDED && this.channel.failed;
  }

  describe(): Description {
    return { operation: "channel.next", object: this.channel.name, heldBy: [], outside: true };
  }
}
