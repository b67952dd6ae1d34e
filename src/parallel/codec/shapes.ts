// The names of the first objects of a message, so that those of later ones like them need not be written again.
//
// Invariants
//   names[i] holds the names of the i-th object, in order, if lengths[i] is above 0: it has then been written whole

import { SHAPES } from "./format.ts";

/** An object with more names is not remembered. */
export const MOST_NAMES = 32;

const hasOwn = Object.prototype.hasOwnProperty;

export class Shapes {
  declare count: number;
  declare readonly names: string[][];
  declare readonly lengths: number[];

  constructor() {
    this.count = 0;
    this.names = [];
    this.lengths = [];
  }

  /** Begins an object: its number, or -1 if there are enough. */
  begin(): number {
    if (this.count === SHAPES) return -1;
    const shape = this.count++;
    if (this.names[shape] === undefined) this.names[shape] = [];
    this.lengths[shape] = 0;
    return shape;
  }

  /** An object has been written, with so many names; the first of them are in `names`. */
  end(shape: number, count: number): void {
    if (count > MOST_NAMES) return;
    const names = this.names[shape] as string[];
    for (let i = 0; i < count; i++) if (names[i] === "__proto__") return; // the reader sets fields the plain way
    this.lengths[shape] = count;
  }

  /** An object that has the same names in the same order, or -1. */
  find(object: object): number {
    for (let i = 0; i < this.count; i++) {
      const length = this.lengths[i] as number;
      if (length > 0 && matches(object, this.names[i] as string[], length)) return i;
    }
    return -1;
  }
}

function matches(object: object, names: readonly string[], length: number): boolean {
  let i = 0;
  for (const name in object) if (i === length || name !== names[i++] || !hasOwn.call(object, name)) return false;
  return i === length;
}
