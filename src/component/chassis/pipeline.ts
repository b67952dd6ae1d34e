// pipeline: parts in a row, each one's outbox to the next one's inbox, its signal to the next one's control.

import { misuse } from "../../core/leaf.ts";
import type { AnyComponent } from "../component.ts";
import { limitOf } from "../declaration.ts";
import { type Given, type Part, partOf, type Taken } from "../part.ts";
import type { Fits } from "../types.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";

export interface PipelineOptions extends ChassisOptions {
  /** Does the last outbox lead back to the first inbox? Default false. */
  readonly circular?: boolean | undefined;
}

type Step = Part | number;
type Before = [
  "-",
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "10",
  "11",
  "12",
  "13",
  "14",
  "15",
  "16",
  "17",
  "18",
];
/** What comes to the part at `K`: from the one before it, a size in between left out. As far as the compiler counts, 20 steps. */
type GivenTo<P, K> = K extends keyof Before
  ? Before[K] extends keyof P
    ? P[Before[K]] extends number
      ? GivenBy<P, Before[Before[K] & keyof Before]>
      : GivenBy<P, Before[K]>
    : never
  : never;
type GivenBy<P, K> = K extends keyof P ? Given<P[K]> : never;
/** Each part takes what the one before it gives. */
type Chained<P> = { readonly [K in keyof P]: P[K] extends number ? P[K] : P[K] & Fits<GivenTo<P, K>, Taken<P[K]>> };
type FirstOf<P> = P extends readonly [infer H, ...infer R] ? (H extends number ? FirstOf<R> : H) : never;
type LastOf<P> = P extends readonly [...unknown[], infer L] ? L : never;

/** A pipeline takes what its first part takes, and gives what its last part gives. */
export type Pipeline<P> = Chassis<{ inbox: Taken<FirstOf<P>> }, { outbox: Given<LastOf<P>> }>;

class Row extends Chassis<{ inbox: unknown }, { outbox: unknown }> {
  constructor(parts: readonly unknown[], options: PipelineOptions) {
    super(options, "pipeline");
    const row: AnyComponent[] = [];
    let size: number | null = null;
    for (const part of parts) {
      if (typeof part === "number") {
        if (size !== null)
          throw misuse(`pipeline: two sizes, ${size} and ${part}, stand before one part. Leave one out.`);
        size = limitOf(part, "pipeline");
        continue;
      }
      const component = partOf(part, "pipeline");
      if (size !== null) component.setInboxSize("inbox", size);
      size = null;
      row.push(component);
    }
    if (size !== null)
      throw misuse(`pipeline: the size ${size} stands before no part. Sizes stand before the part they are for.`);
    if (row.length === 0) throw misuse("pipeline: there are no parts. Give at least one.");
    this.assemble(row, () => this.#wire(row, options.circular === true));
  }

  #wire(row: readonly AnyComponent[], circular: boolean): void {
    const [first, last] = [row[0] as AnyComponent, row[row.length - 1] as AnyComponent];
    this.link([this, "inbox"], [first, "inbox"]);
    for (let i = 1; i < row.length; i++) {
      const [from, to] = [row[i - 1] as AnyComponent, row[i] as AnyComponent];
      this.link([from, "outbox"], [to, "inbox"]);
      this.link([from, "signal"], [to, "control"]);
    }
    if (circular) this.link([last, "outbox"], [first, "inbox"]);
    else this.link([last, "outbox"], [this, "outbox"]);
    this.link([last, "signal"], [this, "signal"]);
  }
}

/**
 * Parts in a row: each one's outbox leads to the next one's inbox, its signal to the next one's control. A number before a part is the size of its inbox. The whole
 * is a component: its inbox is that of the first part, its outbox that of the last. It ends when all parts have ended.
 *
 * A part may be a component, a function that is given one, an async iterable, or a stream. When one has finished the next learns it; when one has ended, those
 * before it are told at their next `put` that nobody is there, which ends them quietly.
 *
 * With options the parts are given as an array.
 *
 * @throws {@link MisuseError} for no parts, and for what is no part
 * @example
 * await run(() => pipeline(createReadStream("log"), lines(), 100, filter((line: string) => line.includes("ERROR")), process.stdout));
 */
export function pipeline<const P extends readonly Step[]>(parts: Chained<P> & P, options: PipelineOptions): Pipeline<P>;
export function pipeline<const P extends readonly Step[]>(...parts: Chained<P> & P): Pipeline<P>;
export function pipeline(...given: readonly unknown[]): unknown {
  const row = Array.isArray(given[0])
    ? new Row(given[0], (given[1] as PipelineOptions | undefined) ?? {})
    : new Row(given, {});
  return row as unknown as Chassis<never, never>;
}
