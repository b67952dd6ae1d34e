// What the two sides of a placement tell each other beside the messages themselves.

import type { Recipe } from "../../parallel/origin.ts";
import type { ServicesHandle } from "../services.ts";

/** A box of the part, and the way that leads to it or from it. */
export interface WayOrder {
  readonly name: string;
  /** OUTBOX or INBOX, as the part has it. */
  readonly kind: number;
  /** Says which way it is: a shared channel, or a number. */
  readonly way: unknown;
  /** Of an inbox: how many messages had been taken out of the way before. */
  readonly before: number;
  /** Of an outbox: does the inbox it leads to have a size? */
  readonly isSized: boolean;
}

/** What the other side is given to begin with. */
export interface Order {
  readonly recipe: Recipe;
  readonly args: readonly unknown[];
  /** How the part is called here: in messages and reports. */
  readonly label: string;
  readonly ways: readonly WayOrder[];
  /** The ways of the notes. */
  readonly down: unknown;
  readonly up: unknown;
  /** The services of the run, if the part is to see them. */
  readonly services?: ServicesHandle;
}

/** To the side where the part runs. */
export type DownNote =
  | { readonly about: "way"; readonly way: WayOrder }
  | { readonly about: "over"; readonly box: string; readonly isOver: boolean }
  /** A note waits until so many messages of an inbox have arrived: they are to be taken out of the way, whether the part wants them yet or not. */
  | { readonly about: "hurry"; readonly box: string; readonly count: number }
  | { readonly about: "control"; readonly message: unknown }
  | { readonly about: "sized"; readonly box: string; readonly isSized: boolean }
  | { readonly about: "closed"; readonly box: string; readonly isClosed: boolean };

/** From there. */
export type UpNote =
  | { readonly about: "size"; readonly box: string; readonly limit: number }
  /** `after` says of each way how many messages were sent before. */
  | {
      readonly about: "signal";
      readonly message: unknown;
      readonly after: readonly (readonly [box: string, count: number])[];
    };

/** How the part has ended, unless it has failed. */
export interface Ended {
  readonly wasCancelled: boolean;
  readonly reason: unknown;
}
