// The functions that workers can be asked to call, by number. A thread that calls one for the first time tells all others what its number stands for; one that was started
// later asks.

import { here, type Message } from "../neighbours.ts";
import type { Origin } from "../remote.ts";

/** What an origin is made again from in another thread. */
export type PlainOrigin = Omit<Origin, "capturedValues"> & {
  /** Its one argument is a list: it is called for each. */
  readonly isChunked?: boolean | undefined;
};

interface Definition extends Message {
  readonly fn: number;
  readonly origin: PlainOrigin;
}

class Functions {
  declare private readonly byKey: Map<string, number>;
  declare private readonly byNumber: Map<number, PlainOrigin>;

  constructor() {
    this.byKey = new Map();
    this.byNumber = new Map();
    const neighbours = here();
    neighbours.on("function", ({ fn, origin }: Definition) => this.byNumber.set(fn, origin));
    neighbours.on("function?", ({ fn }: { fn: number }, from) => {
      const origin = this.byNumber.get(fn);
      if (origin !== undefined) neighbours.tell(from, { about: "function", fn, origin } as Message);
    });
  }

  /** The number of a function. Everybody knows it from now on. */
  numberOf({ key, label, module, name, source, captured, isChunked }: Origin & PlainOrigin): number {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const neighbours = here();
    const fn = neighbours.commons.nextId();
    const origin = { key, label, module, name, source, captured, isChunked };
    this.byKey.set(key, fn);
    this.byNumber.set(fn, origin);
    neighbours.tellAll({ about: "function", fn, origin } as Message);
    return fn;
  }

  /** What a number stands for; undefined if that is yet to be told: then it has been asked for, and this thread is woken. */
  find(fn: number): PlainOrigin | undefined {
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
