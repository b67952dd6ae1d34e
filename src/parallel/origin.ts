// Functions that a worker can call, and where each comes from.
//
// A remote function is a function only in looks: it cannot be called directly, and a pool finds in it what a worker needs to get hold of the real one. That
// is plain data, a recipe; with it go the values an inline function has captured.
//
// Invariant
//   two remote functions have the same key if and only if workers get the same function for them; captured values do not count

import { basename } from "node:path";
import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { misuse } from "../core/leaf.ts";

declare const remoteBrand: unique symbol;
declare const makerBrand: unique symbol;

/**
 * A function that workers can call: one of a module, named with `remote`, or one made with `inline`. Opaque here: it is called through a pool.
 *
 * @example
 * const small = yield* pool.run(image.resize, picture, 640);
 */
export interface RemoteFunction<in A extends readonly unknown[], out R> {
  readonly [remoteBrand]: (...args: A) => R;
}

/**
 * What makes components in a module that workers load: a class of components, or a function that returns one. Opaque here: it is given to `inThread` or
 * `inProcess` of `offshoot/component`.
 *
 * @example
 * const counter = inThread(parts.Counter, [10]);
 */
export interface RemoteMaker<in A extends readonly unknown[], out C> {
  readonly [makerBrand]: (...args: A) => C;
}

/** What a worker needs to get hold of a function. Plain data, the same for all calls. */
export interface Recipe {
  /** The same for the same function, in all threads. */
  readonly key: string;
  /** In words, for messages: `"resize" of image.ts`, `an inline function "f"`. */
  readonly label: string;
  /** The URL of the module, or null for an inline function. */
  readonly module: string | null;
  /** Of the export; of the function, for an inline one. */
  readonly name: string;
  /** Of an inline function: an expression whose value it is. */
  readonly source: string | null;
  /** Names whose values come with each call, in their order. */
  readonly captured: readonly string[];
  /** Names that stand for exports of this package, each with the name of the export. These do not come with the call. */
  readonly library: readonly (readonly [local: string, exported: string])[];
  /** The file as from which an inline function imports, if it has an `import()`: an absolute path. */
  readonly base: string | null;
}

export interface Origin extends Recipe {
  /** In the order of `captured`, sent along with each call. */
  readonly capturedValues: readonly unknown[];
}

const ORIGIN: unique symbol = Symbol("origin");
/** Where a module shows its label, so that it can be named when it is taken for a function. */
export const MODULE: unique symbol = Symbol("module");

/** What a remote function keeps. The origin of a function of a module is found when it is first asked for: that looks at files. */
class Handle {
  declare origin: Origin | null;
  declare readonly find: () => Origin;

  constructor(find: () => Origin) {
    this.origin = null;
    this.find = find;
  }
}

export interface RemoteParts {
  readonly name: string;
  readonly label: string;
  /** How it is probably written, as in `image.resize`. */
  readonly written: string;
  readonly find: () => Origin;
}

/** Makes a remote function. `called` is what a direct call does; otherwise it is refused. */
export function remoteFunction<A extends readonly unknown[], R>(
  { name, label, written, find }: RemoteParts,
  called: (() => unknown) | null = null,
): RemoteFunction<A, R> {
  const refuse = (): never => {
    throw misuse(`${written} is called through a pool. Write pool.run(${written}, ...).`);
  };
  const f = called === null ? (): unknown => refuse() : (): unknown => called();
  Object.defineProperties(f, {
    name: { value: name },
    [ORIGIN]: { value: new Handle(find) },
    [INSPECT]: { value: () => `[${label}]` },
  });
  return f as unknown as RemoteFunction<A, R>;
}

/** The remote function for an origin that has come from another thread. */
export function remoteFunctionFor(origin: Origin): RemoteFunction<readonly unknown[], unknown> {
  const { name, label } = origin;
  return remoteFunction({ name, label, written: name || "f", find: () => origin });
}

/** Where a remote function comes from; throws when it is none. `from` is the operation it was given to. */
export function originOf(f: unknown, from: string): Origin {
  const handle = handleOf(f);
  if (handle === undefined) throw misuse(`${from}: ${noRemoteFunction(f)}`);
  handle.origin ??= handle.find();
  return handle.origin;
}

export function isRemoteFunction(f: unknown): boolean {
  return handleOf(f) !== undefined;
}

/** The label of what `remote` has returned. */
export function moduleLabelOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? (value as { [MODULE]?: string })[MODULE] : undefined;
}

/** How a module is called in messages. */
export function moduleLabel(href: string): string {
  if (href.startsWith("file:")) return basename(process.getBuiltinModule("node:url").fileURLToPath(href));
  return href.length > 40 ? `${href.slice(0, 40)}...` : href;
}

/** The recipe of an origin, without the values that go with a call. */
export function recipeOf(origin: Origin): Recipe {
  const { key, label, module, name, source, captured, library, base } = origin;
  return { key, label, module, name, source, captured, library, base };
}

function handleOf(f: unknown): Handle | undefined {
  return typeof f === "function" ? (f as { [ORIGIN]?: Handle })[ORIGIN] : undefined;
}

const NAMED = `remote<typeof import("./work.ts")>(new URL("./work.ts", import.meta.url)).name`;

function noRemoteFunction(f: unknown): string {
  const expected = "expected a function that workers can call";
  const module = moduleLabelOf(f);
  if (module !== undefined) return `${expected}, got the module ${module}. Name one of its functions after a dot.`;
  if (typeof f === "function")
    return `${expected}, got ${describeValue(f)} of this thread. Write inline(f), or put it into a module and write ${NAMED}.`;
  return `${expected}, got ${describeValue(f)}. Write ${NAMED}, or inline(f).`;
}
