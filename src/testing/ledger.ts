// What one task has given away and must not change any more: each object that it has sent, with what that held.
//
// Invariant
//   the objects are in the order of the sends that they belong to, each with the latest

import type { Held } from "./place.ts";
import { type Memory, memoryOf, overlap, type Snapshot, snapshotsOf } from "./snapshot.ts";

/** One send. */
export interface Send {
  /** The name of the channel. */
  readonly channel: string;
  /** Where it was. */
  readonly place: Held;
}

/** What has been changed, in words, and by which send it had been given away. */
export interface Change {
  readonly send: Send;
  readonly what: readonly string[];
}

interface Given {
  readonly snapshot: Snapshot;
  readonly send: Send;
}

/** The values that are kept an eye on: those that the task has sent last. */
const MOST_SENDS = 100;

export class Ledger {
  declare private readonly given: Map<object, Given>;
  declare private readonly sends: Send[];

  constructor() {
    this.given = new Map();
    this.sends = [];
  }

  /** A value has been sent. */
  give(value: unknown, send: () => Send): void {
    const snapshots = snapshotsOf(value);
    if (snapshots.length === 0) return;
    const made = send();
    for (const snapshot of snapshots) {
      this.given.delete(snapshot.object); // to the end
      this.given.set(snapshot.object, { snapshot, send: made });
    }
    if (this.sends.push(made) <= MOST_SENDS) return;
    const oldest = this.sends.shift();
    for (const [object, given] of this.given) {
      if (given.send !== oldest) break;
      this.given.delete(object);
    }
  }

  /** A value has come back, or parts of one: the task may change all that it consists of. */
  takeBack(value: unknown): void {
    if (this.given.size === 0) return;
    for (const { object } of snapshotsOf(value)) {
      this.given.delete(object);
      const memory = memoryOf(object);
      if (memory !== null) this.takeBackBytes(memory);
    }
  }

  /** Another view of the same bytes may be what was given. */
  private takeBackBytes(memory: Memory): void {
    for (const object of this.given.keys()) {
      const other = memoryOf(object);
      if (other !== null && overlap(memory, other)) this.given.delete(object);
    }
  }

  /** Others may have changed what was given: that is theirs to do. */
  renew(): void {
    for (const { snapshot } of this.given.values()) snapshot.renew();
  }

  /** What has been changed since, of one send. */
  change(): Change | null {
    for (const { snapshot, send } of this.given.values()) {
      if (snapshot.isSame) continue;
      const what: string[] = [];
      for (const given of this.given.values()) if (given.send === send) what.push(...given.snapshot.changes());
      if (what.length > 0) return { send, what };
      snapshot.renew(); // the same in another order
    }
    return null;
  }
}
