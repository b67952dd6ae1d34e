// The functions that workers can be asked to call, by number. A thread that calls one for the first time tells all others what its number stands for; one that was started
// later asks.

import { argument } from "../codec.ts";
import type { Message } from "../message.ts";
import { here } from "../neighbours.ts";
import { type Origin, type Recipe, recipeOf } from "../origin.ts";

/** What a worker needs for a call. */
export interface CallRecipe extends Recipe {
  /** Its one argument is a list: it is called for each. */
  readonly isChunked?: boolean | undefined;
}

interface Definition extends Message {
  readonly fn: number;
  readonly recipe: CallRecipe;
}

class Functions {
  declare private readonly byKey: Map<string, number>;
  declare private readonly byNumber: Map<number, CallRecipe>;

  constructor() {
    this.byKey = new Map();
    this.byNumber = new Map();
    const neighbours = here();
    neighbours.on("function", ({ fn, recipe }: Definition) => this.byNumber.set(fn, recipe));
    neighbours.on("function?", ({ fn }: { fn: number }, from) => {
      const recipe = this.byNumber.get(fn);
      if (recipe !== undefined) neighbours.tell(from, { about: "function", fn, recipe } as Message);
    });
  }

  /** The number of a function. Everybody knows it from now on. */
  numberOf(origin: Origin & CallRecipe): number {
    const known = this.byKey.get(origin.key);
    if (known !== undefined) return known;
    const neighbours = here();
    const fn = neighbours.commons.nextId();
    const recipe = callRecipe(origin);
    this.byKey.set(origin.key, fn);
    this.byNumber.set(fn, recipe);
    neighbours.tellAll({ about: "function", fn, recipe } as Message);
    return fn;
  }

  /** Sees to it that a thread knows what a number stands for before what it is told next. */
  introduce(fn: number, to: number): void {
    here().tell(to, { about: "function", fn, recipe: this.byNumber.get(fn) } as Message);
  }

  /** What a number stands for; undefined if that is yet to be told: then it has been asked for, and this thread is woken. */
  find(fn: number): CallRecipe | undefined {
    const known = this.byNumber.get(fn);
    if (known !== undefined) return known;
    const neighbours = here();
    neighbours.takeMessages();
    if (!this.byNumber.has(fn)) neighbours.tellAll({ about: "function?", fn } as Message);
    return this.byNumber.get(fn);
  }
}

let instance: Functions | null = null;

export function functions(): Functions {
  instance ??= new Functions();
  return instance;
}

/** The part of an origin that workers need. */
export function callRecipe(origin: Origin & CallRecipe): CallRecipe {
  return origin.isChunked === true ? { ...recipeOf(origin), isChunked: true } : recipeOf(origin);
}

/** What each value is called in messages that a call takes along. */
export function namesIn({ captured }: Origin): (index: number) => string {
  return captured.length === 0
    ? argument
    : (index) => (index < captured.length ? `captured ${captured[index]}` : argument(index - captured.length));
}
