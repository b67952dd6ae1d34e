// Priority queue of timers: a four-ary heap whose entries know their place, so that one can be taken out of the middle.
//
// Invariants
//   no entry is before its parent, where `before` is: earlier deadline, or the same deadline and armed earlier
//   entries[i].place === i; an entry outside the heap has place -1
//
// push and remove are O(log n). Four children a node instead of two: half the depth, and the four lie in one cache line.

/** An entry of the heap: subclassed by nobody, made by whoever arms a timer. */
export interface Entry {
  readonly deadline: number;
  /** The order of arming, which breaks ties. */
  readonly order: number;
  place: number;
}

const before = (a: Entry, b: Entry): boolean =>
  a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);

export class Heap<E extends Entry> {
  declare private readonly entries: E[];

  constructor() {
    this.entries = [];
  }

  get size(): number {
    return this.entries.length;
  }

  /** The entry that is first, or undefined when there is none. O(1). */
  first(): E | undefined {
    return this.entries[0];
  }

  push(entry: E): void {
    entry.place = this.entries.length;
    this.entries.push(entry);
    this.rise(entry);
  }

  /** Takes an entry out. Does nothing when it is not in the heap. */
  remove(entry: E): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.entries.pop() as E;
    if (last === entry) return;
    last.place = place;
    this.entries[place] = last;
    this.rise(last);
    this.sink(last);
  }

  private rise(entry: E): void {
    const { entries } = this;
    let { place } = entry;
    while (place > 0) {
      const up = (place - 1) >> 2;
      const parent = entries[up] as E;
      if (!before(entry, parent)) break;
      entries[place] = parent;
      parent.place = place;
      place = up;
    }
    entries[place] = entry;
    entry.place = place;
  }

  private sink(entry: E): void {
    const { entries } = this;
    const n = entries.length;
    let { place } = entry;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= n) break;
      let least = first;
      const end = Math.min(first + 4, n);
      for (let i = first + 1; i < end; i++) if (before(entries[i] as E, entries[least] as E)) least = i;
      const child = entries[least] as E;
      if (!before(child, entry)) break;
      entries[place] = child;
      child.place = place;
      place = least;
    }
    entries[place] = entry;
    entry.place = place;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    this.entries.forEach((entry, i) => {
      if (entry.place !== i) throw new Error(`Heap: the entry at ${i} believes to be at ${entry.place}`);
      if (i > 0 && before(entry, this.entries[(i - 1) >> 2] as E))
        throw new Error(`Heap: the entry at ${i} is before its parent`);
    });
  }
}
