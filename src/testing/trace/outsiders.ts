// Channels that were made outside a simulated run and are used inside: they would carry what is left in them from one run to the next, and wake tasks of the one
// from the other.

import { MisuseError } from "../../base/errors.ts";
import { machine } from "../../core/machine.ts";
import { WHOLE } from "../../core/tracker.ts";
import type { Tracker } from "../../core/tracking.ts";

export function madeOutside(channel: object, from: string): MisuseError {
  const { name } = channel as { readonly name: string };
  return new MisuseError(
    `${from}: the channel "${name}" was made outside the run, and would carry what is left in it from one run to the next. Make it inside the body.`,
  );
}

/** Looks for nothing else. */
export class Outsiders implements Tracker {
  readonly wantsPlaces = false;
  declare private readonly known: WeakSet<object>;

  constructor() {
    this.known = new WeakSet();
  }

  made(object: object): void {
    this.known.add(object);
  }

  touched(object: object, part: number): void {
    if (part === WHOLE && !this.known.has(object) && machine.runner !== null) throw madeOutside(object, "simulate");
  }

  passes(channel: object): void {
    this.touched(channel, WHOLE);
  }

  follows(): void {}
  spawned(): void {}
  ended(): void {}
  fires(): void {}
  gave(): void {}
  took(): void {}
  leaves(): void {}
  returns(): void {}
  shared(): void {}
  lastAt(): null {
    return null;
  }
}
