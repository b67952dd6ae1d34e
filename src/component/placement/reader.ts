// Reads notes out of a port, one after the other, until it is told to finish or to stop.

import { Leaf } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Operation } from "../../core/types.ts";
import type { Description, Waiter } from "../../core/waiter.ts";
import { ENDED } from "../../parallel/cargo.ts";
import type { Attempting, InPort } from "./port.ts";

export class Reader<N> {
  declare readonly port: InPort;
  declare private readonly label: string;
  declare private isFinishing: boolean;
  declare private isStopped: boolean;

  constructor(port: InPort, label: string) {
    this.port = port;
    this.label = label;
    this.isFinishing = false;
    this.isStopped = false;
  }

  *run(heed: (note: N) => Operation<void> | void): Operation<void> {
    const next = new NextNote(this, this.label);
    for (;;) {
      const note = yield* next;
      if (note === ENDED) return;
      const more = heed(note as N);
      if (more !== undefined) yield* more;
    }
  }

  /** Ends when there are no notes left. */
  finish(): void {
    this.isFinishing = true;
    this.port.look();
  }

  /** Ends now. Answers the notes that are left. */
  stop(): N[] {
    const left: N[] = [];
    for (let note = this.take(); note !== NOT_READY && note !== ENDED; note = this.take()) left.push(note as N);
    this.isStopped = true;
    this.port.look();
    return left;
  }

  take(): unknown {
    if (this.isStopped) return ENDED;
    const note = this.port.take();
    return note === NOT_READY && this.isFinishing && this.port.length === 0 ? ENDED : note;
  }
}

interface Taking {
  readonly port: InPort;
  take(): unknown;
}

class NextNote extends Leaf<unknown> implements Attempting {
  declare private readonly reader: Taking;
  declare private readonly label: string;

  constructor(reader: Taking, label: string) {
    super();
    this.reader = reader;
    this.label = label;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return this.reader.take();
  }

  attempt(): unknown {
    return this.reader.take();
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.reader.port.wait(waiter);
  }

  delist(waiter: Waiter): void {
    this.reader.port.waiting.remove(waiter);
  }

  describe(): Description {
    return { operation: "notes of", object: this.label, heldBy: [], outside: true };
  }
}
