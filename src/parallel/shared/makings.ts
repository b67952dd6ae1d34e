// What a handle of a shared object is made of. A new object gets memory of its own; one that was sent here by another thread has all that already.

import { nameIn } from "../../sync/grant.ts";
import { NEW } from "../directory.ts";

/** Stands in for the options where an object is made again that was sent. */
export class Makings {
  declare readonly memory: SharedArrayBuffer;
  declare readonly name: string;
  declare readonly id: number;

  constructor(memory: SharedArrayBuffer, name: string, id: number) {
    this.memory = memory;
    this.name = name;
    this.id = id;
  }
}

/** `kind` is the class, for messages; `standard` the name of what was given none; `words` the size of a new object. */
export function makingsOf(
  options: { readonly name?: string | undefined } | undefined,
  kind: string,
  standard: string,
  words: number,
): Makings {
  if (options instanceof Makings) return options;
  return new Makings(new SharedArrayBuffer(words * 4), nameIn(options, kind, standard), NEW);
}
