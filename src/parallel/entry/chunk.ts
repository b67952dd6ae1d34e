// A function called for each item of a list, in order, as one call: plain calls one after the other, and from the first that has to wait, as a task.

import { isOperation } from "../../core/body.ts";
import type { Operation, Suspend } from "../../core/types.ts";
import { until } from "../../flow/until.ts";
import type { CallRecipe } from "../pool/functions.ts";
import { type Loaded, load } from "./modules.ts";
import { waits } from "./waits.ts";

const known = new Map<string, Loaded>();

export function chunked(origin: CallRecipe): Loaded | Promise<Loaded> {
  const before = known.get(origin.key);
  if (before !== undefined) return before;
  const one = load({ ...origin, key: origin.key.replace(/^each of /, "") });
  if (one instanceof Promise) return one.then((loaded) => wrap(origin.key, loaded));
  return wrap(origin.key, one);
}

function wrap(key: string, one: Loaded): Loaded {
  const loaded: Loaded = {
    kind: one.kind === "plain" ? "plain" : "generator",
    call([items], captured) {
      return goOn(one, items as readonly unknown[], captured, []);
    },
  };
  known.set(key, loaded);
  return loaded;
}

function goOn(one: Loaded, items: readonly unknown[], captured: readonly unknown[], results: unknown[]): unknown {
  while (results.length < items.length) {
    const value = one.call([items[results.length]], captured);
    if (waits(value)) return wait(one, items, captured, results, value as Operation<unknown>);
    results.push(value);
  }
  return results;
}

function* wait(
  one: Loaded,
  items: readonly unknown[],
  captured: readonly unknown[],
  results: unknown[],
  first: Operation<unknown> | PromiseLike<unknown>,
): Generator<Suspend, unknown, unknown> {
  let value: unknown = first;
  for (;;) {
    if (isOperation(value)) value = yield* value as Operation<unknown>;
    else if (waits(value)) value = yield* until(value as PromiseLike<unknown>);
    results.push(value);
    if (results.length === items.length) return results;
    value = one.call([items[results.length]], captured);
  }
}
