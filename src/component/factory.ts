// component: a component from a function, with its boxes declared and typed in one place.

import { describeValue } from "../base/errors.ts";
import { checkBody } from "../core/body.ts";
import { misuse } from "../core/leaf.ts";
import { Component } from "./component.ts";
import type { BoxOptions, ComponentArguments, Main } from "./types.ts";

declare const carried: unique symbol;
/** A box that carries messages of type `T`. */
export interface BoxDeclaration<T> extends BoxOptions {
  readonly [carried]: T;
}

/**
 * Declares a box and what it carries, for `component`.
 *
 * @example
 * const Router = component({ inboxes: { inbox: box<Packet>() }, outboxes: { outbox: box<Packet>(), rest: box<Packet>("what matches no rule") } }, route);
 */
export function box<T>(said: string | BoxOptions = {}): BoxDeclaration<T> {
  return (typeof said === "string" ? { doc: said } : said) as BoxDeclaration<T>;
}

type Declared = { readonly [name: string]: BoxDeclaration<unknown> };
type Carried<D> = { readonly [B in keyof D]: D[B] extends BoxDeclaration<infer T> ? T : never };
type BoxesOr<D, Standard> = [D] extends [Declared] ? Carried<D> : Standard;

export interface ComponentDeclaration<I, O> {
  /** For messages and reports. Default: the name of the function. */
  readonly name?: string | undefined;
  /** Default: the standard ones, `inbox` and `control`. */
  readonly inboxes?: I;
  /** Default: the standard ones, `outbox` and `signal`. */
  readonly outboxes?: O;
  /** See `ComponentOptions`. */
  readonly handlesControl?: boolean | undefined;
}

class FromFunction<In extends object, Out extends object> extends Component<In, Out> {
  readonly #main: (self: Component<In, Out>) => Main;

  constructor(options: object, main: (self: Component<In, Out>) => Main) {
    super(...([options] as unknown as ComponentArguments<In, Out>));
    this.#main = main;
  }

  override main(): Main {
    return this.#main(this);
  }
}

/**
 * Makes a factory of components: each call of it makes one, whose main is the function, called with the component and the arguments of the call.
 *
 * @throws {@link MisuseError} for a main that is no function, and for declarations that make no sense
 * @example
 * const Multiplier = component({ inboxes: { inbox: box<number>() }, outboxes: { outbox: box<number>() } }, function* (self, factor: number): Operation<void> {
 *   for (let n = yield* self.next(); !n.done; n = yield* self.next()) yield* self.put(n.value * factor);
 * });
 * const doubler = Multiplier(2);
 */
export function component<
  A extends readonly unknown[],
  const I extends Declared | undefined = undefined,
  const O extends Declared | undefined = undefined,
>(
  declaration: ComponentDeclaration<I, O>,
  main: (self: Component<BoxesOr<I, { inbox: unknown }>, BoxesOr<O, { outbox: unknown }>>, ...args: A) => Main,
): (...args: A) => Component<BoxesOr<I, { inbox: unknown }>, BoxesOr<O, { outbox: unknown }>> {
  if (typeof declaration !== "object" || declaration === null)
    throw misuse(`component: the declaration must be an object, got ${describeValue(declaration)}.`);
  checkBody(main, "component");
  const options = { ...declaration, name: declaration.name ?? (main.name || "component") };
  type In = BoxesOr<I, { inbox: unknown }>;
  type Out = BoxesOr<O, { outbox: unknown }>;
  return (...args) => new FromFunction<In, Out>(options, (self) => main(self, ...args));
}

/** A component with the standard boxes from a function that is given it. */
export function fromFunction(main: (self: never) => unknown, called = "part"): Component {
  return new FromFunction<{ inbox: unknown }, { outbox: unknown }>(
    { name: main.name || called },
    main as (self: Component) => Main,
  );
}
