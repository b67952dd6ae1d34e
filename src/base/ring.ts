// Ring buffer: a FIFO in an array whose length is a power of two. The run queue and the buffers of channels are rings.
//
// Invariants
//   the values are at head, head + 1, ... head + size - 1, modulo the length
//   every other slot is undefined, so that a value taken out can be collected
//
// The array doubles when it is full and is given back when a large ring has become empty, so that one burst does not hold memory for ever.

const FIRST_LENGTH = 8;
const KEPT_LENGTH = 1024;

export class Ring<T> {
  declare size: number;
  declare private slots: (T | undefined)[];
  declare private head: number;

  constructor() {
    this.size = 0;
    this.slots = new Array<T | undefined>(FIRST_LENGTH).fill(undefined);
    this.head = 0;
  }

  push(value: T): void {
    if (this.size === this.slots.length) this.grow();
    const slots = this.slots;
    slots[(this.head + this.size) & (slots.length - 1)] = value;
    this.size++;
  }

  /** Takes the first value out. The ring must not be empty. */
  shift(): T {
    const { slots, head } = this;
    const value = slots[head] as T;
    slots[head] = undefined;
    this.head = (head + 1) & (slots.length - 1);
    if (--this.size === 0 && slots.length > KEPT_LENGTH) this.clear();
    return value;
  }

  /** Puts a value before the first. */
  unshift(value: T): void {
    if (this.size === this.slots.length) this.grow();
    const slots = this.slots;
    this.head = (this.head - 1) & (slots.length - 1);
    slots[this.head] = value;
    this.size++;
  }

  /** The value `index` places behind the first. The index must be below `size`. */
  peek(index: number): T {
    return this.slots[(this.head + index) & (this.slots.length - 1)] as T;
  }

  /** Takes the value at `index` out and closes the gap. O(index). */
  takeAt(index: number): T {
    const { slots, head } = this;
    const mask = slots.length - 1;
    const value = slots[(head + index) & mask] as T;
    for (let i = index; i > 0; i--) slots[(head + i) & mask] = slots[(head + i - 1) & mask];
    this.shift();
    return value;
  }

  clear(): void {
    this.slots = new Array<T | undefined>(FIRST_LENGTH).fill(undefined);
    this.head = 0;
    this.size = 0;
  }

  private grow(): void {
    const { slots, head } = this;
    const n = slots.length;
    const bigger = new Array<T | undefined>(n * 2);
    for (let i = 0; i < n; i++) bigger[i] = slots[(head + i) & (n - 1)];
    for (let i = n; i < n * 2; i++) bigger[i] = undefined;
    this.slots = bigger;
    this.head = 0;
  }
}
