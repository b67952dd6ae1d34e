// What has happened in a run so far, noted by the states on its way: what its trace is made of. States with a past in common share the notes of it.

import type { Access, Location } from "./accesses.ts";

export type Note =
  /** A transition begins: the turn of a task, up to the next choice. */
  | readonly ["turn", task: number]
  /** Which of several ready cases a select takes. */
  | readonly ["pick", n: number]
  | readonly ["access", access: Access]
  | readonly ["spawn", child: number]
  /** Whoever is woken goes on after this, and after all that has changed the object, if one is named. */
  | readonly ["wake", task: number, object: Location | null]
  | readonly ["end", task: number, owner: number];

interface Link {
  readonly note: Note;
  readonly earlier: Link | null;
}

export class History {
  private last: Link | null;
  /** How many values each channel has put into its buffer or handed to a receiver. */
  readonly accepted: number[];

  constructor(accepted: readonly number[] = [], last: Link | null = null) {
    this.accepted = [...accepted];
    this.last = last;
  }

  copy(): History {
    return new History(this.accepted, this.last);
  }

  note(...note: Note): void {
    this.last = { note, earlier: this.last };
  }

  /** In the order in which they were made. */
  notes(): Note[] {
    const notes: Note[] = [];
    for (let link = this.last; link !== null; link = link.earlier) notes.push(link.note);
    return notes.reverse();
  }
}
