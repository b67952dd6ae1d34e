// The ends of a way between threads: a shared channel, which nobody else uses.

import type { List } from "../../base/list.ts";
import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Waiter } from "../../core/waiter.ts";
import { Cargo, isReadable } from "../../parallel/cargo.ts";
import { INLINE } from "../../parallel/ring-layout.ts";
import type { SharedChannel } from "../../parallel/shared-channel.ts";
import type { InPort, OutPort } from "./port.ts";

export class SharedOut implements OutPort {
  declare readonly channel: SharedChannel<unknown>;
  /** Who sends, in messages. */
  declare private readonly from: string;
  declare private spare: Cargo | null;

  constructor(channel: SharedChannel<unknown>) {
    this.channel = channel;
    this.from = `Component.send: "${channel.name}"`;
    this.spare = new Cargo();
  }

  get waiting(): List<Waiter> {
    return this.channel.senders.waiters;
  }

  get capacity(): number {
    return this.channel.capacity;
  }

  get length(): number {
    return this.channel.length;
  }

  get hasRoom(): boolean {
    return this.channel.ring.hasRoom;
  }

  wait(waiter: Waiter): void {
    this.channel.senders.push(waiter);
  }

  look(): void {
    this.channel.senders.look();
  }

  offer(message: unknown): boolean {
    const { channel } = this;
    if (typeof message === "number") return channel.offer(message, null, null) !== NOT_READY;
    if (!channel.ring.hasRoom) return false;
    return channel.offerCargo(this.laden(message), null, null) !== NOT_READY;
  }

  pack(message: unknown): unknown {
    return typeof message === "number" ? message : this.laden(message).copy();
  }

  offerPacked(packed: unknown): boolean {
    return packed instanceof Cargo ? this.channel.offerCargo(packed, null, null) !== NOT_READY : this.offer(packed);
  }

  /** Calls code of users, such as getters, which may send something meanwhile: with another cargo. */
  private laden(message: unknown): Cargo {
    const cargo = this.spare ?? new Cargo();
    this.spare = null;
    try {
      cargo.load(message, this.from);
    } finally {
      this.spare = cargo;
    }
    const { length } = cargo;
    const { size } = this.channel.ring.pages;
    if (length > INLINE && length > size)
      throw misuse(
        `${this.from}: a message takes ${length} bytes, and between the threads there is room for ${size}. Place the part with { bytes: ${length} } or more, or send less at a time.`,
      );
    return cargo;
  }
}

export class SharedIn implements InPort {
  declare readonly channel: SharedChannel<unknown>;
  declare taken: number;

  constructor(channel: SharedChannel<unknown>) {
    this.channel = channel;
    this.taken = 0;
  }

  get waiting(): List<Waiter> {
    return this.channel.receivers.waiters;
  }

  get length(): number {
    return this.channel.ring.published;
  }

  get hasNext(): boolean {
    const { ring } = this.channel;
    const ticket = ring.peek();
    return ticket >= 0 && isReadable(ring, ticket);
  }

  wait(waiter: Waiter): void {
    this.channel.receivers.push(waiter);
  }

  look(): void {
    this.channel.receivers.look();
  }

  take(): unknown {
    const raw = this.channel.take();
    if (raw !== NOT_READY) this.taken++;
    return raw;
  }
}
