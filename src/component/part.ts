// What a chassis takes as a part: a component, a generator function, an async iterable, a stream of Node or of the web. And the types of their boxes.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { type AnyComponent, Component } from "./component.ts";
import { fromFunction } from "./factory.ts";
import {
  isNodeWritable,
  isReadable,
  isWebWritable,
  type NodeWritable,
  Reads,
  Transforms,
  type WebPair,
  Writes,
} from "./streams.ts";
import type { InMessage, InOf, Main, OutMessage, OutOf, Wired } from "./types.ts";

/** What a chassis takes as a part. A function is given the component that it is the main of. */
export type Part =
  | Wired<object, object>
  | ((self: never) => Main)
  | AsyncIterable<unknown>
  | ReadableStream<unknown>
  | WritableStream<unknown>
  | WebPair<never, unknown>
  | NodeWritable;

/** The boxes that the component of a function has: the four standard ones, whatever the function says of others. */
type Plain<C> = Wired<
  Pick<InOf<C>, keyof InOf<C> & ("inbox" | "control")>,
  Pick<OutOf<C>, keyof OutOf<C> & ("outbox" | "signal")>
>;
/** The component that a part becomes, as far as its types go. */
export type Parted<P> =
  P extends Wired<object, object>
    ? P
    : P extends (self: infer S) => unknown
      ? S extends Wired<object, object>
        ? Plain<S>
        : Wired<{ inbox: unknown }, { outbox: unknown }>
      : P extends WebPair<infer I, infer O>
        ? Wired<{ inbox: I }, { outbox: O }>
        : P extends NodeWritable
          ? Wired<{ inbox: unknown }, { outbox: P extends AsyncIterable<infer O> ? O : never }>
          : P extends WritableStream<infer I>
            ? Wired<{ inbox: I }, { outbox: never }>
            : P extends AsyncIterable<infer O>
              ? Wired<{ inbox: never }, { outbox: O }>
              : P extends ReadableStream<infer O>
                ? Wired<{ inbox: never }, { outbox: O }>
                : never;

/** What the inbox of a part carries. */
export type Taken<P> = InMessage<InOf<Parted<P>>, "inbox">;
/** What the outbox of a part carries. */
export type Given<P> = OutMessage<OutOf<Parted<P>>, "outbox">;

/** What the inboxes of all these parts carry, so that a message may come to any of them. A part that takes nothing has no say. */
export type TakenByAll<P> = (
  P extends unknown
    ? [Taken<P>] extends [never]
      ? (message: unknown) => void
      : (message: Taken<P>) => void
    : never
) extends (message: infer M) => void
  ? M
  : never;

/** Makes a part a component. One that has no name of its own is called as the chassis calls it. */
export function partOf(part: unknown, from: string, called?: string): AnyComponent {
  if (Component.isComponent(part)) return part;
  if (typeof part === "function") {
    if (part.prototype instanceof Component)
      throw misuse(`${from}: got the class "${part.name}". Make a component of it: new ${part.name}().`);
    return fromFunction(part as (self: never) => unknown, called);
  }
  if (typeof part === "object" && part !== null) {
    const name = called ?? Object.getPrototypeOf(part)?.constructor?.name ?? "stream";
    const { readable, writable } = part as { readable?: unknown; writable?: unknown };
    if (isObject(readable) && isObject(writable) && isReadable(readable) && isWebWritable(writable))
      return new Transforms(writable, readable, name);
    const writes = isNodeWritable(part) && writable !== false;
    const reads = isReadable(part) && (readable !== false || !isNodeWritable(part));
    if (writes && reads) return new Transforms(part, part, name);
    if (writes) return new Writes(part, name);
    if (isWebWritable(part)) return new Writes(part, name);
    if (isReadable(part)) return new Reads(part, name);
    if (isNodeWritable(part))
      throw misuse(`${from}: the ${name} takes nothing any more, as it was ended or destroyed. Give one that is open.`);
  }
  throw misuse(
    `${from}: ${describeValue(part)} is no part. Give a component, a generator function, an async iterable, or a stream.`,
  );
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
