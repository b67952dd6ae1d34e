// Which shared objects this thread knows, and how others come to know them.
//
// An object lies in a SharedArrayBuffer of its own, which V8 frees when no thread holds it any more. A message holds only its number. Who sends it introduces it
// first to all threads that do not know it; one that was started later, and meets a number it does not know, asks around. In the head of the object stands how many
// messages are under way that hold it: while there are any, nobody forgets it.
//
//   send     1 count the message   2 introduce the object to those whose bit is not set
//   forget   1 nothing under way? clear the bit   2 look again: if a message has come up, set it again and stay
//            3 if no thread knows it any more, and it keeps other objects: those are under way in it no more
//
// What is kept in an object (a value of a map, a message in a channel) counts as under way as long as it is there. Objects that keep each other in a circle are never forgotten, nor is
// what is kept in one that a thread knew which has died.
//
// Since each side first writes its own word and then reads the other's, one of the two sees the other.
//
// Invariant
//   while a message is under way that holds an object, at least the thread that has sent it knows the object

import { MisuseError } from "../base/errors.ts";
import { slotOf } from "./commons.ts";
import type { Mended, Message } from "./message.ts";
import { here, type Neighbours } from "./neighbours.ts";
import { SHARE, type Shareable } from "./shareable.ts";
import { addWaiter as addBit, WAIT_SET as BITS, hasWaiter as hasBit, removeWaiter as removeBit } from "./wait-set.ts";

// Words of the head of every shared object.
const UNDER_WAY = 0;
const MENDER = 1;
const KNOWN = 2;
const KEEPS = KNOWN + BITS;
const HOLDERS = KEEPS + 1; // threads that have an entry for it, and those that have died with one: the bits are only hints, as a slot may have another thread by now
const PATRON = HOLDERS + 1; // a thread for which one of those counts that are under way, as long as it lives; or 0
/** Where the words of the object itself begin. */
export const BODY: number = 12;

/** Objects of one kind, as they are made again in another thread. */
type Revive = (memory: SharedArrayBuffer, name: string, id: number) => SharedObject;

interface Introduction extends Message {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly memory: SharedArrayBuffer;
}

/** Something that lies in shared memory, as one thread has it in hand. */
export abstract class SharedObject {
  /** For messages and reports. */
  declare readonly name: string;
  /** @internal */
  declare readonly [SHARE]: number;
  /** @internal */
  declare readonly memory: SharedArrayBuffer;
  /** @internal */
  declare readonly words: Int32Array;

  /** Without an id, it is a new object: nobody else knows it yet. `kind` is the name under which `kinds` can make it again. @internal */
  constructor(kind: string, memory: SharedArrayBuffer, name: string, id: number) {
    this.name = name;
    this.memory = memory;
    this.words = new Int32Array(memory);
    this[SHARE] = id === NEW ? here().commons.nextId() : id;
    directory().enter(this, kind);
  }

  /** What users have in hand for it. @internal */
  get face(): unknown {
    return this;
  }

  /** May another thread use it? @internal */
  get isShared(): boolean {
    return Atomics.load(this.words, HOLDERS) > 1 || Atomics.load(this.words, UNDER_WAY) > 0;
  }

  /** No thread can use it any more: what it keeps is thrown away. @internal */
  discard(): void {}

  /** A thread has died, perhaps in the midst of this. Called with the right to mend: in one thread at a time. */
  protected abstract mendFor(dead: number): void;

  /** @internal */
  mend(dead: number): void {
    this.mending(() => this.mendFor(dead));
  }

  /** Calls a function while no other thread mends this object. Short: others spin meanwhile. @internal */
  protected mending(f: () => void): void {
    const { commons, who } = here();
    const { words } = this;
    for (;;) {
      const holder = Atomics.compareExchange(words, MENDER, 0, who);
      if (holder === who) {
        f(); // in the midst of it another thread was found dead
        return;
      }
      if (holder === 0) break;
      if (!commons.isAlive(holder) && Atomics.compareExchange(words, MENDER, holder, who) === holder) break;
      here().commons.buryTheDead();
    }
    try {
      f();
    } finally {
      Atomics.store(words, MENDER, 0);
    }
  }
}

/** In place of an id: the object is a new one. */
export const NEW = 0;

/** An object, of which these are the words, is about to keep others. */
export function keepIn(words: Int32Array): void {
  Atomics.store(words, KEEPS, 1);
}

/** A kind of a higher floor is named by the address of its module, from where a thread that meets it loads it; and all other kinds, as for a map: it may be built on one. */
const isModule = (kind: string): boolean => /^\w+:\/\//.test(kind);

const kinds = new Map<string, Revive>();
/** How kinds are loaded that this thread does not know yet. */
let loadKind: (kind: string) => Promise<unknown> | undefined = () => undefined;

/** Says how objects of a kind are made again in a thread they are sent to. */
export function defineKind(kind: string, revive: Revive): void {
  kinds.set(kind, revive);
}

/** Says how kinds are loaded that are not defined yet: threads that only work load what they meet. */
export function loadKindsBy(load: (kind: string) => Promise<unknown> | undefined): void {
  loadKind = load;
}

interface Entry {
  readonly kind: string;
  readonly name: string;
  readonly memory: SharedArrayBuffer;
  readonly head: Int32Array;
  object: WeakRef<SharedObject> | null;
}

/** Entries at which it is looked for the first time whether some can be forgotten. */
const FIRST_SWEEP = 64;

class Directory implements Mended {
  declare private readonly neighbours: Neighbours;
  declare private readonly entries: Map<number, Entry>;
  /** The numbers that were asked for, and not answered yet. */
  declare private readonly wanted: Set<number>;
  /** Objects that have been dropped here before they were known, and how often: they are asked for. */
  declare private readonly owed: Map<number, number>;
  declare private readonly freed: FinalizationRegistry<number>;
  declare private readonly loading: Map<string, Promise<unknown>>;
  declare private sweepAt: number;

  constructor() {
    this.neighbours = here();
    this.entries = new Map();
    this.wanted = new Set();
    this.owed = new Map();
    this.freed = new FinalizationRegistry((id) => this.forget(id));
    this.loading = new Map();
    this.sweepAt = FIRST_SWEEP;
    this.neighbours.on("introduce", (introduction: Introduction) => this.introduced(introduction));
    this.neighbours.on("seek", ({ id }: { id: number }, from) => this.sought(id, from));
    this.neighbours.mendAtDeath(this);
  }

  /** How many objects are known here. */
  get size(): number {
    return this.entries.size;
  }

  /** A thread has died: so it knows nothing any more, and may have been in the midst of any object. */
  mend(dead: number): void {
    this.wanted.clear(); // it may be the one that was to answer
    for (const id of this.owed.keys()) this.want(id);
    for (const { head, object } of [...this.entries.values()]) {
      removeBit(head, KNOWN, slotOf(dead));
      object?.deref()?.mend(dead);
      if (Atomics.compareExchange(head, PATRON, dead, 0) === dead) Atomics.sub(head, UNDER_WAY, 1);
    }
  }

  /** An object has come into being in this thread. */
  enter(object: SharedObject, kind: string): void {
    const id = object[SHARE];
    const { memory, name } = object;
    const known = this.entries.get(id);
    if (known !== undefined) known.object = new WeakRef(object);
    else {
      const head = new Int32Array(memory, 0, BODY);
      this.entries.set(id, { kind, name, memory, head, object: new WeakRef(object) });
      Atomics.add(head, HOLDERS, 1);
      addBit(head, KNOWN, this.neighbours.slot);
    }
    this.freed.register(object, id);
    if (this.entries.size > this.sweepAt) this.sweep();
  }

  /** A message is about to be sent that holds an object: everybody is to know it. */
  depart(object: Shareable): void {
    const id = object[SHARE];
    const { kind, name, memory, head } = this.entries.get(id) as Entry;
    Atomics.add(head, UNDER_WAY, 1);
    const { commons, who } = this.neighbours;
    for (const other of commons.living()) {
      if (other === who || hasBit(head, KNOWN, slotOf(other))) continue;
      if (this.neighbours.tell(other, { about: "introduce", id, kind, name, memory } as Message))
        addBit(head, KNOWN, slotOf(other));
    }
  }

  /** Nobody forgets an object as long as this thread lives. */
  patronise(object: Shareable): void {
    this.depart(object);
    const { head } = this.entries.get(object[SHARE]) as Entry;
    Atomics.store(head, PATRON, this.neighbours.who);
  }

  /** Sees to it that a thread knows an object before what it is told next. */
  introduce(object: Shareable, to: number): void {
    const id = object[SHARE];
    const { kind, name, memory, head } = this.entries.get(id) as Entry;
    if (this.neighbours.tell(to, { about: "introduce", id, kind, name, memory } as Message))
      addBit(head, KNOWN, slotOf(to));
  }

  /** Is an object known here? If not, the others are asked, once, and this thread is woken when one has answered. */
  knows(id: number): boolean {
    let entry = this.entries.get(id);
    if (entry === undefined) {
      this.neighbours.takeMessages();
      entry = this.entries.get(id);
    }
    if (entry !== undefined) return kinds.has(entry.kind) || !this.load(entry.kind);
    this.want(id);
    return false;
  }

  /** Asks the others for an object, once. */
  private want(id: number): void {
    if (this.wanted.has(id)) return;
    this.wanted.add(id);
    this.neighbours.tellAll({ about: "seek", id } as Message);
  }

  /** Loads a kind, if that is possible. This thread is woken when it has been. */
  private load(kind: string): boolean {
    const loading =
      this.loading.get(kind) ?? (isModule(kind) ? Promise.all([import(kind), loadKind("map")]) : loadKind(kind));
    if (loading === undefined) return false;
    if (!this.loading.has(kind)) {
      this.loading.set(kind, loading);
      loading.then(() => this.neighbours.scheduler.visitSoon());
    }
    return true;
  }

  /** An object, if it is known here. */
  find(id: number): SharedObject | null {
    const entry = this.entries.get(id);
    return entry === undefined ? null : this.objectOf(id, entry);
  }

  /** A message that held an object has been taken: the object, which must be known. */
  arrive(id: number): SharedObject {
    const entry = this.entries.get(id) as Entry;
    const object = this.objectOf(id, entry);
    Atomics.sub(entry.head, UNDER_WAY, 1);
    return object;
  }

  /** A message that held an object has been thrown away. */
  drop(id: number): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) {
      Atomics.sub(entry.head, UNDER_WAY, 1);
      return;
    }
    this.owed.set(id, (this.owed.get(id) ?? 0) + 1);
    this.want(id);
  }

  private objectOf(id: number, entry: Entry): SharedObject {
    const object = entry.object?.deref();
    if (object !== undefined) return object;
    const revive = kinds.get(entry.kind);
    if (revive === undefined)
      throw new MisuseError(
        `offshoot/parallel: a shared object of the kind "${entry.kind}" came in, which this copy of the package does not know. Have all threads load the same version.`,
      );
    return revive(entry.memory, entry.name, id);
  }

  private introduced({ id, kind, name, memory }: Introduction): void {
    this.wanted.delete(id);
    if (this.entries.has(id)) return;
    const head = new Int32Array(memory, 0, BODY);
    this.entries.set(id, { kind, name, memory, head, object: null });
    Atomics.add(head, HOLDERS, 1);
    addBit(head, KNOWN, this.neighbours.slot);
    const owed = this.owed.get(id);
    if (owed !== undefined) Atomics.sub(head, UNDER_WAY, owed);
    this.owed.delete(id);
    if (this.entries.size > this.sweepAt) this.sweep();
  }

  private sought(id: number, from: number): void {
    if (!this.entries.has(id)) this.neighbours.takeMessages(); // who has put it in a message has introduced it here before
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    const { kind, name, memory, head } = entry;
    if (this.neighbours.tell(from, { about: "introduce", id, kind, name, memory } as Message))
      addBit(head, KNOWN, slotOf(from));
  }

  private sweep(): void {
    for (const id of this.entries.keys()) this.forget(id);
    this.sweepAt = Math.max(this.entries.size * 2, FIRST_SWEEP);
  }

  private forget(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.object?.deref() !== undefined) return;
    const { head } = entry;
    const { slot } = this.neighbours;
    // 1
    if (Atomics.load(head, UNDER_WAY) > 0) return;
    removeBit(head, KNOWN, slot);
    // 2
    if (Atomics.load(head, UNDER_WAY) > 0) addBit(head, KNOWN, slot);
    else if (Atomics.sub(head, HOLDERS, 1) === 1 && Atomics.compareExchange(head, KEEPS, 1, 0) === 1) {
      // 3
      addBit(head, KNOWN, slot);
      setImmediate(() => this.discard(id, entry)); // this thread may be in the midst of anything
    } else this.entries.delete(id);
  }

  /** Nobody else knows the object, nor ever will. */
  private discard(id: number, entry: Entry): void {
    const { kind } = entry;
    if (kinds.has(kind)) this.objectOf(id, entry).discard();
    else if (this.load(kind))
      this.loading.get(kind)?.then(() => {
        if (kinds.has(kind)) this.objectOf(id, entry).discard();
      });
  }
}

let instance: Directory | null = null;

/** The shared objects this thread knows. */
export function directory(): Directory {
  instance ??= new Directory();
  return instance;
}

// The bits of the known threads have the shape of a wait set.
if (PATRON >= BODY) throw new Error("directory: the head is too small");
