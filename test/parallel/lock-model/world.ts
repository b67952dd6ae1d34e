// Threads as tasks, and shared memory in which each access is a step: for explorations of what threads do with shared words. A thread may die before any of its steps,
// and it sleeps and is roused as threads are.
//
// What is not the code of the package itself mirrors it, step by step: neighbours.ts, commons.ts, wait-set.ts, sleepers.ts, line.ts and shared/lock-line.ts in
// src/parallel. Who changes the order of steps there changes it here.

import { type Channel, channel, currentTask, type Operation, unbounded } from "offshoot";
import { Leaf } from "../../../src/core/leaf.ts";
import { READ, SELF, touch, WRITE } from "../../../src/core/tracker.ts";
import type { Description } from "../../../src/core/waiter.ts";
import { slotOf } from "../../../src/parallel/commons.ts";
import * as hungers from "../../../src/parallel/shared/hunger.ts";
import { NOT_TAKEN, TAKEN } from "../../../src/parallel/shared/mutex-words.ts";
import { type Stepwise, stepwise } from "./stepwise.ts";

class Word {
  value = 0;
}

/** One access to a word: answers what it held before. */
class Access extends Leaf<number> {
  private readonly what: string;
  private readonly word: Word;
  private readonly change: (old: number) => number;

  constructor(what: string, word: Word, change: (old: number) => number) {
    super();
    this.what = what;
    this.word = word;
    this.change = change;
  }

  ready(): boolean {
    return true;
  }

  poll(): unknown {
    const { value } = this.word;
    const now = this.change(value) | 0;
    touch(this.word, SELF, now === value ? READ : WRITE);
    this.word.value = now;
    return value;
  }

  enlist(): void {}

  delist(): void {}

  describe(): Description {
    return { operation: this.what, object: String(this.word.value), heldBy: [] };
  }
}

/** Thrown in a thread that dies: nothing of it runs after that. */
const DEATH: unknown = Symbol("death");

/** Stands for steps.ts. */
const steps = {
  at(step: string): void {
    if (dyingAt.get(currentTask().name) === step) throw DEATH;
  },
};
/** At which step a thread dies, by its name. */
const dyingAt = new Map<string, string>();

/** The words of an object, as one thread has them in hand. */
export class View {
  readonly model: Model;
  /** Null for what is done after a death. */
  readonly thread: Thread | null;

  constructor(model: Model, thread: Thread | null) {
    this.model = model;
    this.thread = thread;
  }

  step(what: string, word: Word, change: (old: number) => number): Operation<number> {
    const { thread } = this;
    if (thread !== null && thread.stepsToLive-- === 0) throw DEATH;
    return new Access(what, word, change);
  }

  /** Does nothing, and others may come in between. */
  pause(): Operation<unknown> {
    return this.step("pause", this.model.nothing, (old) => old);
  }
}

const access = (what: string, view: View, at: number, change: (old: number) => number): Operation<number> =>
  view.step(`${what} ${at}`, view.model.words[at] as Word, change);

/** Stands for `Atomics`. */
const atomics = {
  load: (view: View, at: number) => access("load", view, at, (old) => old),
  store: (view: View, at: number, value: number) => access("store", view, at, () => value),
  and: (view: View, at: number, bits: number) => access("and", view, at, (old) => old & bits),
  or: (view: View, at: number, bits: number) => access("or", view, at, (old) => old | bits),
  compareExchange: (view: View, at: number, expected: number, value: number) =>
    access("compareExchange", view, at, (old) => (old === expected ? value : old)),
};

/** Stands for loaded.ts, and for wait-set.ts: all threads fit into one word. */
const sets: Record<"loaded" | "addWaiter" | "removeWaiter" | "hasWaiters" | "takeWaiter", Stepwise> = {
  *loaded(view: View, at: number) {
    return yield* atomics.load(view, at);
  },
  *addWaiter(view: View, at: number, slot: number) {
    yield* atomics.or(view, at, 1 << slot);
  },
  *removeWaiter(view: View, at: number, slot: number) {
    return ((yield* atomics.and(view, at, ~(1 << slot))) & (1 << slot)) !== 0;
  },
  *hasWaiters(view: View, at: number) {
    return (yield* atomics.load(view, at)) !== 0;
  },
  *takeWaiter(view: View, at: number, from: number) {
    for (;;) {
      const bits = yield* atomics.load(view, at);
      if (bits === 0) return -1;
      const behind = bits & (-1 << from);
      const lowest = behind !== 0 ? behind & -behind : bits & -bits;
      if (((yield* atomics.and(view, at, ~lowest)) & lowest) !== 0) return 31 - Math.clz32(lowest);
    }
  },
};

const { hunger } = stepwise([hungers], sets, { Atomics: atomics }) as { hunger: Stepwise };

/** The functions of a module on shared words, as generators; `others` is what they refer to in other modules. */
export function protocol<M extends object>(module: M, others: object = {}): Record<keyof M, Stepwise> {
  return stepwise([module, others], sets, { Atomics: atomics, steps, slotOf }) as Record<keyof M, Stepwise>;
}

/** A line of those who wait, as one thread has it. */
export interface ModelLine {
  readonly at: number;
  readonly hungryAt: number;
  /** What is done when nobody stands there any more. */
  readonly forgo: () => Operation<void>;
  isHungry: boolean;
  misses: number;
  /** See Sleepers. */
  turn: number;
}

/** A thread, as the code of the package sees itself: it stands for `neighbours`. */
export class Thread {
  readonly who: number;
  readonly slot: number;
  readonly view: View;
  readonly commons: Record<"isAlive", (who: number) => Operation<boolean>>;
  /** It is woken by what comes in here. */
  readonly inbox: Channel<void>;
  /** How often it looks in vain before it is hungry. */
  patience: number;
  /** How many steps it takes before it dies. */
  stepsToLive: number;
  isDead: boolean;
  private readonly model: Model;

  constructor(model: Model, slot: number) {
    this.model = model;
    this.slot = slot;
    this.patience = 0;
    this.stepsToLive = Number.POSITIVE_INFINITY;
    this.who = ((slot + 1) << 7) | slot;
    const view = new View(model, this);
    this.view = view;
    this.inbox = channel<void>(unbounded(), { name: `inbox of ${slot}` });
    this.isDead = false;
    this.commons = {
      *isAlive(who) {
        return who !== 0 && (yield* view.step("isAlive", model.living[slotOf(who)] as Word, (old) => old)) === who;
      },
    };
  }

  /** Its task is to have its name, and dies when it comes to a step. */
  diesAt(step: string): void {
    dyingAt.set(`thread ${this.slot}`, step);
  }

  line(at: number, hungryAt: number, forgo: () => Operation<void>): ModelLine {
    return { at, hungryAt, forgo, isHungry: false, misses: 0, turn: 0 };
  }

  *rouse(slot: number): Operation<void> {
    if ((yield* this.view.step("stir", this.model.asleep[slot] as Word, () => 0)) === 1) this.model.post(slot);
  }

  // Sleepers.wakeOne
  *wakeOne(line: ModelLine): Operation<void> {
    const { view, model } = this;
    if (!(yield* sets.hasWaiters(view, line.at))) return;
    for (let slot = yield* sets.takeWaiter(view, line.at, line.turn); slot >= 0; ) {
      if ((yield* view.step("at", model.living[slot] as Word, (old) => old)) !== 0) {
        line.turn = slot + 1;
        yield* this.rouse(slot);
        return;
      }
      slot = yield* sets.takeWaiter(view, line.at, slot + 1);
    }
  }

  *wakeAll({ at }: ModelLine): Operation<void> {
    for (
      let slot = yield* sets.takeWaiter(this.view, at, 0);
      slot >= 0;
      slot = yield* sets.takeWaiter(this.view, at, 0)
    )
      yield* this.rouse(slot as number);
  }

  /** Stands in line until `take` answers something else than NOT_TAKEN, or until it gives up: then NOT_TAKEN. */
  *wait(line: ModelLine, take: () => Operation<number>, givesUp: () => boolean): Operation<number> {
    let taken = yield* this.look(line, take);
    while (taken === NOT_TAKEN && !givesUp()) {
      taken = yield* this.rest(line, take);
      if (taken !== NOT_TAKEN) break;
      yield* this.inbox.receive();
      const gaveUp = givesUp();
      yield* this.wake(line, gaveUp);
      if (gaveUp) break;
      taken = yield* this.look(line, take);
    }
    if (taken === NOT_TAKEN || line.isHungry) {
      line.isHungry = false;
      yield* line.forgo();
    }
    return taken;
  }

  // Neighbours.rest; NOT_TAKEN when it sleeps
  private *rest(line: ModelLine, take: () => Operation<number>): Operation<number> {
    const { view, model, slot } = this;
    const asleep = model.asleep[slot] as Word;
    for (;;) {
      yield* view.step("fallAsleep", asleep, () => 1);
      yield* sets.addWaiter(view, line.at, slot);
      let taken = yield* this.look(line, take);
      if (taken === NOT_TAKEN && (yield* view.step("isAsleep", asleep, (old) => old)) === 1) return NOT_TAKEN;
      yield* this.wake(line, taken !== NOT_TAKEN);
      if (taken === NOT_TAKEN) taken = yield* this.look(line, take);
      if (taken !== NOT_TAKEN) return taken;
    }
  }

  // Neighbours.wake and Line.withdraw
  private *wake(line: ModelLine, isDone: boolean): Operation<void> {
    yield* this.view.step("stir", this.model.asleep[this.slot] as Word, () => 0);
    if (!(yield* sets.removeWaiter(this.view, line.at, this.slot)) && isDone) yield* this.wakeOne(line);
  }

  // LockLine.look and served
  private *look(line: ModelLine, take: () => Operation<number>): Operation<number> {
    const taken = yield* take();
    if (taken === NOT_TAKEN) {
      if (++line.misses > this.patience && !line.isHungry)
        line.isHungry = yield* hunger(this.view, line.hungryAt, this);
      return taken;
    }
    line.misses = 0;
    if (taken !== TAKEN) return taken;
    if (line.isHungry) yield* atomics.store(this.view, line.hungryAt, 0);
    line.isHungry = false;
    return taken;
  }
}

export class Model {
  readonly words: Word[];
  readonly living: Word[];
  readonly asleep: Word[];
  readonly threads: Thread[];
  readonly nothing: Word;

  constructor(words: number, threads: number) {
    this.words = Array.from({ length: words }, () => new Word());
    this.living = Array.from({ length: threads }, () => new Word());
    this.asleep = Array.from({ length: threads }, () => new Word());
    dyingAt.clear();
    this.threads = Array.from({ length: threads }, (_, slot) => new Thread(this, slot));
    this.nothing = new Word();
    for (const { slot, who } of this.threads) (this.living[slot] as Word).value = who;
  }

  /** What a word holds, without a step. */
  peek(at: number): number {
    return (this.words[at] as Word).value;
  }

  post(slot: number): void {
    this.threads[slot]?.inbox.trySend();
  }

  /** The life of a thread. When it has died, `died` is told at once; then `mend` is called, its bits are taken out, and all look. */
  *live(
    thread: Thread,
    body: () => Operation<void>,
    died: () => void,
    mend: (view: View, dead: number) => Operation<unknown>,
    sets: readonly number[],
  ): Operation<void> {
    try {
      yield* body();
    } catch (error) {
      if (error !== DEATH) throw error;
      thread.isDead = true;
      died();
      const view = new View(this, null);
      yield* view.step("bury", this.living[thread.slot] as Word, () => 0);
      yield* mend(view, thread.who);
      for (const at of sets) yield* atomics.and(view, at, ~(1 << thread.slot));
      for (const { slot, isDead } of this.threads) {
        if (isDead) continue;
        yield* view.step("stir", this.asleep[slot] as Word, () => 0);
        this.post(slot);
      }
    }
  }
}
