// graphline: named parts, and links between any of their boxes.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { OUTBOX } from "../box.ts";
import { type AnyComponent, inside } from "../component.ts";
import { kindOfStandard } from "../declaration.ts";
import { UnknownBoxError, UnknownPartError } from "../errors.ts";
import { type Part, type Parted, partOf } from "../part.ts";
import type { BoxOf, Fits, MessageOf } from "../types.ts";
import { Chassis, type ChassisOptions } from "./chassis.ts";

type Parts = { readonly [name: string]: Part };
/** A box of a part, as in "reader.outbox". */
type BoxOfPart<P> = { [N in keyof P & string]: `${N}.${BoxOf<Parted<P[N]>>}` }[keyof P & string];
type Own<B> = B extends readonly (infer N)[] ? N & string : never;
type Source<P, I> = BoxOfPart<P> | "inbox" | "control" | Own<I>;
type Sink<P, O> = BoxOfPart<P> | "outbox" | "signal" | Own<O>;
/** What a box of a part carries; a box of the whole carries what its other end does. */
type CarriedBy<P, B> = B extends `${infer N}.${infer X}`
  ? N extends keyof P
    ? MessageOf<Parted<P[N]>, X>
    : never
  : never;
type IsOwn<B> = B extends `${string}.${string}` ? false : true;

/** Says at compile time that there is no such box, and which there are. */
interface NoSuchBox<Named, There> {
  readonly "there is no such box": { readonly named: Named; readonly there: There };
}
/** Each link leads from a box to one that takes what it carries. */
type Linked<P, L, I, O> = {
  readonly [S in keyof L]: S extends Source<P, I>
    ? L[S] extends Sink<P, O>
      ? IsOwn<S> extends true
        ? L[S]
        : IsOwn<L[S]> extends true
          ? L[S]
          : L[S] & Fits<CarriedBy<P, S>, CarriedBy<P, L[S]>>
      : Sink<P, O> | NoSuchBox<L[S], Sink<P, O>>
    : NoSuchBox<S, Source<P, I>>;
};
type TakenByWhole<P, L> = { readonly [S in keyof L as IsOwn<S> extends true ? S : never]: CarriedBy<P, L[S]> };
type GivenByWhole<P, L> = {
  readonly [T in L[keyof L] & string as IsOwn<T> extends true ? T : never]: {
    [S in keyof L]: L[S] extends T ? CarriedBy<P, S> : never;
  }[keyof L];
};

export interface GraphlineDefinition<P, L, I, O> extends ChassisOptions {
  /** The parts by name. A name has no full stop. */
  readonly parts: P;
  /**
   * Which box leads to which, as `"reader.outbox": "printer.inbox"`. A name without a full stop is a box of the whole. Many boxes may lead to one; each leads to one.
   */
  readonly links: L;
  /** Inboxes of the whole beside `inbox` and `control`. */
  readonly inboxes?: I | undefined;
  /** Outboxes of the whole beside `outbox` and `signal`. */
  readonly outboxes?: O | undefined;
  /** Sizes of inboxes of parts, as `"printer.inbox": 10`. */
  readonly sizes?: { readonly [B in BoxOfPart<P>]?: number | null } | undefined;
}

/** A graphline takes and gives what is linked with its own boxes. */
export type Graphline<P, L> = Chassis<TakenByWhole<P, L>, GivenByWhole<P, L>>;

class Graph extends Chassis<object, object> {
  readonly #parts: Map<string, AnyComponent> = new Map();

  constructor(
    definition: GraphlineDefinition<Parts, Readonly<Record<string, string>>, readonly string[], readonly string[]>,
  ) {
    const { parts, links, inboxes = [], outboxes = [], sizes = {} } = definition;
    if (typeof parts !== "object" || parts === null)
      throw misuse(
        `graphline: parts must be an object, got ${describeValue(parts)}. Write { parts: { name: part }, links: { ... } }.`,
      );
    if (typeof links !== "object" || links === null)
      throw misuse(
        `graphline: links must be an object, got ${describeValue(links)}. Write { "reader.outbox": "printer.inbox" }.`,
      );
    super(definition, "graphline", { inboxes: listed(inboxes, "inboxes"), outboxes: listed(outboxes, "outboxes") });
    for (const [name, part] of Object.entries(parts)) {
      if (name === "" || name.includes("."))
        throw misuse(`graphline: ${JSON.stringify(name)} cannot be the name of a part. Leave out the full stop.`);
      this.#parts.set(name, partOf(part, `graphline: the part "${name}"`, name));
    }
    if (this.#parts.size === 0) throw misuse("graphline: there are no parts. Give at least one.");
    this.assemble([...this.#parts.values()], () => this.#wire(links, sizes));
  }

  #wire(links: Readonly<Record<string, string>>, sizes: Readonly<Record<string, number | null | undefined>>): void {
    for (const [name, size] of Object.entries(sizes)) {
      const [part, box] = this.#boxOf(name);
      if (size !== undefined) part.setInboxSize(box, size);
    }
    for (const [from, to] of Object.entries(links)) this.link(this.#boxOf(from) as never, this.#boxOf(to) as never);
  }

  /** The component and the box that a name stands for. */
  #boxOf(name: string): readonly [AnyComponent, string] {
    const stop = name.indexOf(".");
    if (stop < 0) {
      if (kindOfStandard(name) === undefined && !inside(this, "graphline").hasBox(name))
        throw new UnknownBoxError(
          `graphline: "${this.componentName}" has no box ${JSON.stringify(name)} of its own. A box of a part is written "part.box"; list other boxes of the whole in inboxes or outboxes.`,
        );
      return [this, name];
    }
    const part = this.#parts.get(name.slice(0, stop));
    if (part === undefined)
      throw new UnknownPartError(
        `graphline: "${this.componentName}" has no part ${JSON.stringify(name.slice(0, stop))}, named in the link ${JSON.stringify(name)}. It has ${[...this.#parts.keys()].join(", ")}.`,
      );
    return [part, name.slice(stop + 1)];
  }
}

function listed(names: readonly string[], what: string): Record<string, string> {
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string" || name.includes(".")))
    throw misuse(`graphline: ${what} must be an array of names without a full stop, got ${describeValue(names)}.`);
  for (const name of names) {
    const kind = kindOfStandard(name);
    if (kind !== undefined && (kind === OUTBOX) !== (what === "outboxes"))
      throw misuse(`graphline: "${name}" is not one of the ${what}. Give the box another name.`);
  }
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/**
 * Named parts, and links between any of their boxes. A link to a part or a box that does not exist is an error, found by the compiler and again when it is made;
 * so are messages that do not fit. The whole is a component: a name without a full stop is one of its own boxes. It ends when all parts have ended.
 *
 * A signal is not passed along unless it is linked; the end of a part is, along its data links. Unless it is linked, what comes to the `control` of the whole goes to
 * every part whose own `control` is not, and a `shutdown` also to those to which it would be passed on by parts that have ended.
 *
 * @throws {@link UnknownPartError}, {@link UnknownBoxError}; {@link MisuseError} for no parts, and for what is no part; errors as `Component.link`
 * @example
 * const log = graphline({
 *   parts: { reader: new Reader(), count: new Counter(), print: new Printer() },
 *   links: { "reader.outbox": "count.inbox", "reader.rejected": "print.inbox", "count.outbox": "outbox" },
 *   sizes: { "count.inbox": 100 },
 * });
 */
export function graphline<
  const P extends Parts,
  const L extends { readonly [source: string]: string },
  const I extends readonly string[] = readonly [],
  const O extends readonly string[] = readonly [],
>(definition: GraphlineDefinition<P, L & Linked<P, L, I, O>, I, O>): Graphline<P, L> {
  if (typeof definition !== "object" || definition === null)
    throw misuse(`graphline: expected { parts, links }, got ${describeValue(definition)}.`);
  return new Graph(definition as never) as unknown as Graphline<P, L>;
}
