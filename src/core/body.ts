// What a body may be, and what its call may come to: a generator of ours, a leaf, a composite, a promise, or a plain value.
//
// The order of the tests matters: leaves and channels have `next`, leaves have `then`, strings and arrays have Symbol.iterator.

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { promised } from "./held.ts";
import { Leaf, misuse } from "./leaf.ts";
import { machine } from "./machine.ts";
import { type AnyBody, Tasklet } from "./task.ts";
import type { Operation, Suspend } from "./types.ts";

/** An operation made of others. Each use runs the generator function anew, so it can be used again, unlike a bare generator. */
export class Composite<T> implements Operation<T> {
  /** How it is called in messages: the function that made it. */
  declare readonly operation: string;
  readonly #run: () => Generator<Suspend, T, unknown>; // so that a subclass may have a member of that name

  constructor(operation: string, run: () => Generator<Suspend, T, unknown>) {
    this.operation = operation;
    this.#run = run;
    if (machine.made !== null) machine.made(this);
  }

  [Symbol.iterator](): Generator<Suspend, T, unknown> {
    return this.#run();
  }

  /** @internal */
  [INSPECT](): string {
    return `[${this.operation}]`;
  }
}

/** Refuses what cannot be called. */
export function checkBody(body: unknown, from: string): asserts body is AnyBody {
  if (typeof body === "function") return;
  if (body instanceof Leaf || body instanceof Composite) {
    const what = body instanceof Leaf ? body.describe().operation : body.operation;
    throw misuse(`${from}: the body must be a function, got the operation ${what}. Write () => before it.`);
  }
  const hint =
    typeof body === "object" && body !== null && Symbol.iterator in body
      ? "Give it the generator function, without calling it."
      : "Give it a generator function, an async function, or a plain one.";
  throw misuse(`${from}: the body must be a function, got ${describeValue(body)}. ${hint}`);
}

/** Gives a body another name in dumps and reports. The body itself is left as it is. */
export function named<B extends (...args: never) => unknown>(name: string, body: B): B {
  checkBody(body, "named");
  if (typeof name !== "string") throw misuse(`named: the name must be a string, got ${describeValue(name)}.`);
  const renamed = (...args: never): unknown => body(...args);
  return Object.defineProperty(renamed, "name", { value: name }) as unknown as B;
}

type Driven = Iterator<unknown, unknown, unknown>;

const GENERATOR_FUNCTION: unknown = Object.getPrototypeOf(function* () {});

/** Generators that were given as operations rather than made by calling a generator function, and have been used. */
const used = new WeakSet<object>();

/** The iterator to drive for what a body has returned, or null when that is a value. Throws for what can be neither. */
export function iteratorOf(returned: unknown, body: (...args: never) => unknown, from?: string): Driven | null {
  if (typeof returned !== "object" || returned === null) return null;
  if (isGenerator(returned)) {
    if (returned instanceof Leaf) return returned;
    if (Object.getPrototypeOf(body) !== GENERATOR_FUNCTION) useOnce(returned, from ?? nameOf(body));
    return returned;
  }
  if (returned instanceof Composite) return returned[Symbol.iterator]();
  if (isAsyncGenerator(returned)) {
    throw misuse(
      `${from ?? nameOf(body)}: the body is an async generator. Write function* and yield* operations, or an async function and await them.`,
    );
  }
  return typeof (returned as { then?: unknown }).then === "function"
    ? promised(returned as unknown as PromiseLike<unknown>)
    : null;
}

/** The name of a function is looked up only where somebody needs it: that costs as much as a switch. */
const nameOf = (body: (...args: never) => unknown): string => body.name || "anonymous";

function useOnce(generator: object, from: string): void {
  if (used.has(generator))
    throw misuse(`${from}: this generator has been used before. Call its function again for each use.`);
  used.add(generator);
}

/** An operation given as an argument, as something a body may return. Throws when it is none. Nothing has been started by that. */
export function asOperation<T>(op: Operation<T>, from: string): unknown {
  if (typeof op === "object" && op !== null && Symbol.iterator in op && !Array.isArray(op)) {
    if (op instanceof Leaf || op instanceof Composite || isGenerator(op)) {
      if (machine.made !== null) op[Symbol.iterator](); // used: from now on it is for what it was given to, to be started
      return op;
    }
    return new Composite(from, () => delegate(op)); // an object with a Symbol.iterator of the user's own
  }
  throw misuse(`${from}: expected an operation, got ${describeValue(op)}. ${remedyFor(op)}`);
}

function remedyFor(value: unknown): string {
  if (typeof value === "function") return "Call it, and give the operation that it returns.";
  const thenable = typeof (value as { then?: unknown } | null | undefined)?.then === "function";
  return thenable ? "Write until(promise)." : "Give it what could be written after yield*.";
}

/** Could this be written after `yield*` in a task? */
export function isOperation(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return value instanceof Leaf || value instanceof Composite || isGenerator(value);
}

/** What to `yield*` for an operation that `asOperation` has answered. */
export function iterated<T>(operation: unknown, from: string): Operation<T> {
  if (operation instanceof Leaf) return operation;
  if (operation instanceof Composite) return operation[Symbol.iterator]();
  useOnce(operation as object, from);
  return operation as Operation<T>;
}

function* delegate<T>(op: Operation<T>): Generator<Suspend, T, unknown> {
  return yield* op;
}

function isGenerator(value: object): value is Driven {
  const it = value as { next?: unknown; throw?: unknown };
  return typeof it.next === "function" && typeof it.throw === "function" && Symbol.iterator in value;
}

function isAsyncGenerator(value: object): boolean {
  const it = value as { next?: unknown; throw?: unknown };
  return typeof it.next === "function" && typeof it.throw === "function" && Symbol.asyncIterator in value;
}

/** A body must not return an operation it has not performed: nobody would ever perform it. */
export function refuseUnperformed(value: unknown, from: string): void {
  if (typeof value !== "object" || value === null) return;
  if (!isOperation(value) || value instanceof Tasklet) return;
  const what = value instanceof Leaf ? value.describe().operation : describeValue(value);
  throw misuse(`${from}: the body returned an operation that never ran (${what}). Write return yield* before it.`);
}
