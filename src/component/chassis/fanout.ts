// From one to many: receivers that are given the same messages, or one each in turn. What splitter, backplane and par are made of.
//
// A receiver is an outbox of the owner, and the link that leads on from it. Receivers come and go while a message is given:
//
//   1 those there are in the beginning, and no others, are to have the message; those with room have it at once
//   2 of the slow ones, some are waited for, one after the other; a receiver that is removed meanwhile does not get it
//
// Invariant
//   a receiver that was added has a box and a link exactly as long as it is in the list

import { ClosedError } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { select } from "../../core/select.ts";
import { SELF, tellMade, touch, WRITE } from "../../core/tracker.ts";
import type { Operation } from "../../core/types.ts";
import { type Box, OUTBOX } from "../box.ts";
import { type AnyComponent, inside } from "../component.ts";
import { NoSpaceInBoxError } from "../errors.ts";
import { Put } from "../leaves.ts";
import type { Linkage } from "../linkage.ts";
import { shutdown } from "../signal.ts";
import type { Workings } from "../workings.ts";

/** What is done about a receiver without room: see `SplitterOptions`. */
export type Slow = "wait" | "drop" | "fail";

/** One of those who are given what comes to a splitter. */
export interface Sink {
  /** The outbox that leads to it. */
  readonly box: string;
  /** Messages it was not given, for it had no room. */
  readonly lost: number;
}

export class Receiver implements Sink {
  declare readonly out: Box;
  declare readonly slow: Slow;
  /** Was its outbox made for it? Then that is deleted with it. */
  declare readonly added: boolean;
  declare lost: number;

  constructor(out: Box, slow: Slow, added: boolean) {
    this.out = out;
    this.slow = slow;
    this.added = added;
    this.lost = 0;
  }

  get box(): string {
    return this.out.name;
  }
}

export interface ReceiverOptions {
  readonly slow?: Slow | undefined;
  readonly size?: number | null | undefined;
}

export class FanOut {
  declare readonly receivers: Receiver[];
  /** A receiver has ended, and none was added since. */
  declare private deserted: boolean;
  /** Who was given the last message that was dealt out. */
  declare private last: Receiver | null;
  declare private readonly owner: AnyComponent;
  declare private readonly kind: string;
  declare private readonly onFail: ((error: NoSpaceInBoxError, sink: Sink) => void) | null;

  /** `kind` is what messages call it. */
  constructor(
    owner: AnyComponent,
    kind: string,
    onFail: ((error: NoSpaceInBoxError, sink: Sink) => void) | null = null,
  ) {
    this.receivers = [];
    this.deserted = false;
    this.last = null;
    this.owner = owner;
    this.kind = kind;
    this.onFail = onFail;
    tellMade(this);
  }

  /** Gives to whatever an outbox of the owner leads to. */
  open(name: string, slow: Slow): void {
    touch(this, SELF, WRITE);
    this.receivers.push(new Receiver(this.inside.box(name, this.kind), slow, false));
  }

  /** Gives nothing to an outbox any more. */
  shut(name: string): void {
    touch(this, SELF, WRITE);
    const index = this.receivers.findIndex((receiver) => receiver.box === name);
    if (index >= 0) this.receivers.splice(index, 1);
  }

  /** Makes an outbox, links it with the box of a component, and gives to that from the next message on. */
  add(component: AnyComponent, box: string, slow: Slow, size: number | null | undefined, from: string): Receiver {
    touch(this, SELF, WRITE);
    const { inside: owner } = this;
    const to = inside(component, from).box(box, from);
    if (owner.hasEnded) throw misuse(`${from}: "${owner.label}" has ended. Add sinks while it lives.`);
    if (this.receivers.some(({ out }) => out.onward?.to === to))
      throw misuse(`${from}: "${to.label}" is a sink of "${owner.label}" already. It would get every message twice.`);
    const name = owner.addBoxNamed("sink", OUTBOX, undefined, from);
    try {
      this.owner.link([this.owner, name], [component, box], { size });
    } catch (error) {
      owner.deleteBox(name, false, from);
      throw error;
    }
    const receiver = new Receiver(owner.box(name, from), slow, true);
    this.receivers.push(receiver);
    this.deserted = false;
    return receiver;
  }

  /** Undoes what `add` has done. The receiver is told that no more comes from here. False if it is not there any more. */
  remove(receiver: Receiver): boolean {
    touch(this, SELF, WRITE);
    const index = this.receivers.indexOf(receiver);
    if (index < 0) return false;
    this.receivers.splice(index, 1);
    if (!receiver.added || this.inside.hasEnded) return true;
    const { out } = receiver;
    out.told = true;
    const linkage = out.onward as Linkage | null;
    if (linkage !== null && this.inside.links.has(linkage)) this.inside.unlink(linkage);
    this.inside.deleteBox(out.name, false, this.kind);
    return true;
  }

  /** Removes all that were added. */
  clear(): void {
    for (const receiver of [...this.receivers]) if (receiver.added) this.remove(receiver);
  }

  /** Gives a message to all. Answers false when nobody is left: receivers have ended, and none lives. */
  *give(message: unknown): Operation<boolean> {
    touch(this, SELF, WRITE);
    // 1 those with room
    let living = 0;
    let slow: Receiver[] | null = null;
    for (const receiver of [...this.receivers]) {
      if (!this.lives(receiver)) continue;
      living++;
      if (receiver.out.takesOffer()) {
        receiver.out.offer(message);
      } else {
        slow ??= [];
        slow.push(receiver);
      }
    }
    // 2 the slow ones
    for (const receiver of slow ?? []) {
      if (!this.receivers.includes(receiver)) continue;
      if (receiver.slow === "drop") {
        receiver.lost++;
      } else if (receiver.slow === "fail") {
        this.fail(receiver);
      } else if (!(yield* this.waitFor(receiver, message))) {
        living--;
      }
    }
    return living > 0 || !this.deserted;
  }

  /** Gives a message to the next in turn that has room, and waits for the first to have some. To nobody if none lives. */
  *deal(message: unknown): Operation<void> {
    for (;;) {
      touch(this, SELF, WRITE);
      const living = this.inTurn().filter((receiver) => this.lives(receiver));
      if (living.length === 0) return;
      const ready = living.find(({ out }) => out.takesOffer());
      if (ready !== undefined) {
        ready.out.offer(message);
        this.last = ready;
        return;
      }
      try {
        const puts = living.map(({ out }) => new Put(out, message));
        const { key } = yield* select(puts, { priority: true });
        this.last = living[key as number] as Receiver;
        return;
      } catch (error) {
        if (!hasLeft(error)) throw error;
      }
    }
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    const { inside: owner } = this;
    owner.check();
    for (const { out, added } of this.receivers)
      if (added && !owner.hasEnded && (out.onward === null || !owner.boxes.includes(out)))
        throw new Error(`${this.kind} "${owner.label}": the box of a sink leads nowhere`);
  }

  private get inside(): Workings {
    return inside(this.owner, this.kind);
  }

  /** All, beginning with the one behind the last that was given something. */
  private inTurn(): Receiver[] {
    const start = this.last === null ? 0 : this.receivers.indexOf(this.last) + 1;
    return [...this.receivers.slice(start), ...this.receivers.slice(0, start)];
  }

  /** Does anybody collect what is given there? One that has ended is let go. */
  private lives(receiver: Receiver): boolean {
    const { sink } = receiver.out;
    if (sink === null) return false;
    touch(sink, SELF, WRITE);
    if (!sink.owner.hasEnded) return true;
    this.left(receiver);
    return false;
  }

  private left(receiver: Receiver): void {
    this.deserted = true;
    if (receiver.added) this.remove(receiver);
  }

  private *waitFor(receiver: Receiver, message: unknown): Operation<boolean> {
    try {
      yield* new Put(receiver.out, message);
      return true;
    } catch (error) {
      if (!hasLeft(error)) throw error;
      this.left(receiver);
      return false;
    }
  }

  /** Is too slow, and had better fail than miss something: its component is shut down. */
  private fail(receiver: Receiver): void {
    const sink = receiver.out.sink as Box;
    const { size } = sink.messages;
    const error = new NoSpaceInBoxError(
      `${this.kind}: "${sink.label}" had no room: ${size} messages lie in it. "${sink.owner.label}" has been shut down. Collect faster, give the box a larger size, or add it with slow: "wait" or "drop".`,
      size,
      sink.limit,
    );
    this.remove(receiver);
    (sink.owner as Workings).box("control", this.kind).sink?.accept(shutdown(error));
    this.onFail?.(error, receiver);
  }
}

/** Has the receiver of what was put ended? */
function hasLeft(error: unknown): boolean {
  return error instanceof ClosedError && error.by === "receiver";
}
