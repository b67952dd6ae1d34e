// What an object is that is neither plain nor an array: told by its prototypes, once for each.
//
// Objects with hidden state are told from data by their prototypes: by a tag (Symbol.toStringTag), as those of the runtime and the web have, a `then`, or a
// method to dispose of them. Instances of users' classes are data: what they are to others is told by their fields.

import { EventEmitter } from "node:events";
import { types } from "node:util";
import { MessagePort } from "node:worker_threads";
import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { Composite } from "../../core/body.ts";
import { Leaf } from "../../core/leaf.ts";
import { Tasklet } from "../../core/task.ts";
import { Refusal, staysHere } from "./refusal.ts";

/** An instance of a class of users: its own enumerable fields travel, as a plain object. */
export const INSTANCE = 0;
/** A plain object made in another context of `node:vm`. */
export const FOREIGN = 1;
/** Without a prototype. */
export const BARE = 2;
export const MAP = 3;
export const SET = 4;
export const DATE = 5;
export const REGEXP = 6;
export const BOXED = 7;
export const MEMORY = 8;
export const SHARED_MEMORY = 9;
export const VIEW = 10;
export const PORT = 11;
export const ERROR = 12;
/** It cannot travel. */
export const LIVE = 13;

const BUILT_IN: ReadonlyMap<object, number> = new Map<object, number>([
  [Map.prototype, MAP],
  [Set.prototype, SET],
  [Date.prototype, DATE],
  [RegExp.prototype, REGEXP],
  [Number.prototype, BOXED],
  [String.prototype, BOXED],
  [Boolean.prototype, BOXED],
  [BigInt.prototype, BOXED],
  [ArrayBuffer.prototype, MEMORY],
  [SharedArrayBuffer.prototype, SHARED_MEMORY],
  [Object.getPrototypeOf(Uint8Array.prototype) as object, VIEW],
  [DataView.prototype, VIEW],
  [MessagePort.prototype, PORT],
  [Error.prototype, ERROR],
  [DOMException.prototype, ERROR],
]);

const known = new WeakMap<object, number>();

export function kindOf(object: object, prototype: object | null): number {
  if (prototype === null) return BARE;
  const kind = BUILT_IN.get(prototype) ?? known.get(prototype);
  if (kind !== undefined) return kind;
  // 1 a class that extends a built-in one; an object that only looks like one fails when it is read
  for (let above: object | null = prototype; above !== null; above = Object.getPrototypeOf(above)) {
    const kind = BUILT_IN.get(above);
    if (kind !== undefined) return remember(prototype, kind);
  }
  // 2 of another context: told by the instance, as its prototype may also be that of something else
  const foreign = foreignKind(object);
  if (foreign !== null) return foreign;
  // 3 with hidden state, or data
  if (isLive(prototype)) return remember(prototype, LIVE);
  const isRoot = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
  return remember(prototype, isRoot ? FOREIGN : INSTANCE);
}

function remember(prototype: object, kind: number): number {
  known.set(prototype, kind);
  return kind;
}

function foreignKind(object: object): number | null {
  if (types.isMap(object)) return MAP;
  if (types.isSet(object)) return SET;
  if (types.isDate(object)) return DATE;
  if (types.isRegExp(object)) return REGEXP;
  if (types.isNativeError(object)) return ERROR;
  if (types.isArrayBuffer(object)) return MEMORY;
  if (types.isSharedArrayBuffer(object)) return SHARED_MEMORY;
  if (types.isArrayBufferView(object)) return VIEW;
  return types.isBoxedPrimitive(object) && !types.isSymbolObject(object) ? BOXED : null;
}

function isLive(prototype: object): boolean {
  return (
    Symbol.toStringTag in prototype ||
    "then" in prototype ||
    Symbol.dispose in prototype ||
    Symbol.asyncDispose in prototype ||
    isOf(prototype, EventEmitter.prototype) ||
    OURS.some(([ours]) => isOf(prototype, ours.prototype))
  );
}

/** Is it this prototype, or has it this among its own? */
const isOf = (object: object, prototype: object): boolean =>
  object === prototype || Object.prototype.isPrototypeOf.call(prototype, object);

export const TASK = "Wait for the task, and send what it returns.";
export const OPERATION = "Perform it here with yield*, and send what it gives.";
const FLOW = "It belongs to this thread: send what comes from it, through a sharedChannel().";
const SIGNAL = "Cancel the call instead: that aborts the signals of its task in the other thread.";
const DATA = "Send the data it holds.";

/** One of our classes, what to use instead of its instances, and what users call those that do not say it themselves. */
export type Our = readonly [ours: { readonly prototype: object }, remedy: string, noun?: string];

const OURS: Our[] = [
  [Tasklet, TASK],
  [Leaf, OPERATION],
  [Composite, OPERATION],
];

/** Tells of more of our classes. A thread that has not loaded them meets none of their instances; see ours.ts. */
export function tellOurs(more: readonly Our[]): void {
  OURS.push(...more);
}

/** The refusal of an object that is LIVE. */
export function refusalOf(object: object): Refusal {
  for (const [{ prototype }, remedy, noun] of OURS)
    if (isOf(object, prototype)) return staysHere(object, remedy, noun ?? inOurWords(object) ?? undefined);
  const words = Symbol.dispose in object ? inOurWords(object) : null;
  if (words?.startsWith("a lock of"))
    return staysHere(object, "Lock where the work is done, with a SharedMutex.", words);
  return staysHere(object, remedyFor(object));
}

/** The refusal of an instance of which nothing would arrive. */
export function refusalOfEmpty(object: object): Refusal {
  return new Refusal(`is ${describeValue(object)} that has no field in sight; what is private stays behind`, DATA);
}

/** As in `the channel "jobs"`; null for what is not ours, or has no words. */
function inOurWords(object: object & { [INSPECT]?: () => unknown }): string | null {
  const told = object[INSPECT]?.();
  const words = typeof told === "string" ? /^\[(.*?)(, .*)?\]$/.exec(told) : null;
  if (words === null) return null;
  const text = words[1] as string;
  if (text.startsWith("a ")) return text;
  const operation = (object instanceof Leaf && !(object instanceof Tasklet)) || object instanceof Composite;
  return `the ${operation ? "operation " : ""}${text}`;
}

function remedyFor(object: object): string {
  if (types.isPromise(object)) return "Wait for it, and send what it gives.";
  if (types.isGeneratorObject(object)) return OPERATION;
  if (object instanceof AbortSignal || object instanceof AbortController) return SIGNAL;
  const name = describeValue(object);
  return object instanceof EventEmitter || object instanceof EventTarget || name.endsWith("Stream") ? FLOW : DATA;
}
