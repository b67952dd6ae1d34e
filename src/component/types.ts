// The types of components: which boxes there are, what each carries, and what fits where. Types only.

import type { Operation } from "../core/types.ts";
import type { Signal } from "./signal.ts";

/** What the wiring looks at: which messages a component takes and gives, by box. */
export interface Wired<In, Out> {
  readonly "~messages": { readonly in: In; readonly out: Out };
}

/** The messages a component takes, by inbox. */
export type InOf<C> = C extends { readonly "~messages": { readonly in: infer In } } ? In : never;
/** The messages a component gives, by outbox. */
export type OutOf<C> = C extends { readonly "~messages": { readonly out: infer Out } } ? Out : never;

/** The inboxes of a component that declares those of `In`. */
export type InboxName<In> = (keyof In & string) | "inbox" | "control";
/** The outboxes of a component that declares those of `Out`. */
export type OutboxName<Out> = (keyof Out & string) | "outbox" | "signal";
/** What an inbox carries. */
export type InMessage<In, B> = B extends keyof In ? In[B] : B extends "control" ? Signal : unknown;
/** What an outbox carries. */
export type OutMessage<Out, B> = B extends keyof Out ? Out[B] : B extends "signal" ? Signal : unknown;

/** The name that an added box may have got. */
export type AddedName<N extends string> = N | `${N}${number}`;

/** The boxes of a component that takes `In` and gives `Out`, of either kind. */
export type BoxName<In, Out> = OutboxName<Out> | InboxName<In>;
/** What a box of either kind carries. */
export type Message<In, Out, B> =
  B extends OutboxName<Out> ? OutMessage<Out, B> : B extends InboxName<In> ? InMessage<In, B> : never;
/** The same, of a component. */
export type BoxOf<C> = BoxName<InOf<C>, OutOf<C>>;
export type MessageOf<C, B> = Message<InOf<C>, OutOf<C>, B>;

/** Says at compile time that messages do not fit the box they would arrive in. */
export interface DoesNotFit<Given, Taken> {
  readonly "these messages do not fit the box": { readonly given: Given; readonly taken: Taken };
}
/** `unknown` if messages of type `Given` may arrive where `Taken` are taken. */
export type Fits<Given, Taken> = [Given] extends [Taken] ? unknown : DoesNotFit<Given, Taken>;

/** What is said of a box where it is declared. */
export interface BoxOptions {
  /** What it is for: shown in topologies. */
  readonly doc?: string | undefined;
  /** For an inbox: how many messages it takes, a whole number; null (the default) for any number. */
  readonly size?: number | null | undefined;
  /**
   * For an inbox, whom a collection wakes among those whose outboxes lead here and who `pause`: with "room" (the default) all, when the box was full;
   * with "always" all, each time.
   */
  readonly wake?: "room" | "always" | undefined;
}

type Standard = "inbox" | "control" | "outbox" | "signal";
/** The boxes that `M` names one by one: not those of an index signature, which are added while the component lives. */
type Named<M> = keyof { [B in keyof M as Record<never, 1> extends Record<B, 1> ? never : B]: 1 };
type Declared<M> = { readonly [B in Exclude<Named<M>, Standard>]: BoxOptions | string } & {
  readonly [B in Standard & keyof M]?: BoxOptions | string;
};
type Listed<M, K extends string> = [Exclude<Named<M>, Standard>] extends [never]
  ? { readonly [P in K]?: Declared<M> | undefined }
  : { readonly [P in K]: Declared<M> };

/** How a component is made. Boxes beyond the standard ones must be listed: the compiler sees to it. */
export type ComponentOptions<In, Out> = {
  /** For messages and reports. Default: the name of the class. */
  readonly name?: string | undefined;
  /** Its main reads `control` itself. Default false: then `producerFinished` ends its inboxes, and `shutdown` cancels it. */
  readonly handlesControl?: boolean | undefined;
} & Listed<In, "inboxes"> &
  Listed<Out, "outboxes">;

/** Arguments of the constructor: none are needed where all boxes are standard ones. */
export type ComponentArguments<In, Out> = [Exclude<Named<In> | Named<Out>, Standard>] extends [never]
  ? [options?: ComponentOptions<In, Out>]
  : [options: ComponentOptions<In, Out>];

/** What `main` may be: a generator of ours, an async function, or a plain one. */
export type Main = Operation<void> | PromiseLike<void> | void;
