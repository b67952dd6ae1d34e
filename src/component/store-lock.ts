// The lock under which transactions commit, one after the other: a shared mutex whose words lie in the memory of the store (mutex-words.ts).
//
// It is held within one step, and never while code of users runs. Who dies while it holds it poisons nothing: whoever takes it next finishes first what is half done.

import { NOT_READY } from "../core/machine.ts";
import type { Description } from "../core/waiter.ts";
import { slotOf } from "../parallel/commons.ts";
import { type Line, SharedLeaf } from "../parallel/line.ts";
import { here, type Neighbours } from "../parallel/neighbours.ts";
import { LockLine, type Waited } from "../parallel/shared/lock-line.ts";
import {
  forgoMutex,
  HOLDER,
  HUNGRY,
  leaveMutex,
  mendMutex,
  NOT_TAKEN,
  repairMutex,
  SLEEPERS,
  TAKEN,
  takeMutex,
} from "../parallel/shared/mutex-words.ts";

export class CommitLock implements Waited {
  declare readonly line: LockLine;
  declare private readonly words: Int32Array;
  declare private readonly neighbours: Neighbours;
  /** No task of this thread holds it from one step to the next. */
  declare readonly isHeldHere: boolean;

  /** `words` are laid out as those of a mutex. */
  constructor(words: Int32Array) {
    this.words = words;
    this.neighbours = here();
    this.line = new LockLine(this, words, SLEEPERS, HUNGRY);
    this.isHeldHere = false;
  }

  take(): boolean {
    for (;;) {
      const taken = takeMutex(this.words, this.neighbours);
      if (taken === NOT_TAKEN) return false;
      if (taken !== TAKEN) {
        repairMutex(this.words, this.neighbours); // somebody has died with it
        continue;
      }
      this.line.served();
      return true;
    }
  }

  leave(): void {
    const next = leaveMutex(this.words, this.neighbours);
    if (next !== 0) this.neighbours.rouse(slotOf(next));
    else this.line.wakeOne();
    if (this.line.isWanted) this.line.look();
  }

  /** Could `take` be true now? */
  get isTakeable(): boolean {
    if (!this.line.isTurn()) return false;
    const { commons, who } = this.neighbours;
    const { holder } = this;
    return holder === 0 || holder === ~who || !commons.isAlive(holder < 0 ? ~holder : holder);
  }

  get holder(): number {
    return Atomics.load(this.words, HOLDER);
  }

  mend(dead: number): void {
    mendMutex(this.words, dead);
    this.line.clear(slotOf(dead));
  }

  looked(): void {}

  forgo(): void {
    if (forgoMutex(this.words, this.neighbours)) this.line.wakeOne();
  }
}

/** What is committed under. */
interface Locked {
  readonly name: string;
  readonly lock: CommitLock;
  /** May another thread use it? */
  readonly isShared: boolean;
  /** Finishes what a thread has left half done that has died. With the lock. */
  finish(): void;
}

/** Does something with the lock in hand, in one step, when it has it. Nothing is done if it is cancelled before. */
export class WithLock<T> extends SharedLeaf<T> {
  declare private readonly store: Locked;
  declare private readonly work: () => T;

  constructor(store: Locked, work: () => T) {
    super();
    this.store = store;
    this.work = work;
  }

  protected get line(): Line {
    return this.store.lock.line;
  }

  ready(): boolean {
    return this.store.lock.isTakeable;
  }

  attempt(): unknown {
    const { lock } = this.store;
    if (!lock.take()) return NOT_READY;
    try {
      this.store.finish();
      return this.work();
    } finally {
      lock.leave();
    }
  }

  describe(): Description {
    return { operation: "store.commit", object: this.store.name, heldBy: [], outside: this.store.isShared };
  }
}
