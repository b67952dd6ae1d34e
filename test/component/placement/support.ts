// What the tests of placement share: the parts, in each of the three places, and what is seen of them.

import { readFileSync } from "node:fs";
import type { Operation } from "offshoot";
import { type Component, inProcess, inThread } from "offshoot/component";
import { remote } from "offshoot/parallel";
import * as local from "./parts.ts";

export const parts = remote<typeof local>(new URL("./parts.ts", import.meta.url));

type Numbers = Component<{ inbox: number }, { outbox: number }>;

/** The parts, wherever they are. A generator function is a part as it is. */
interface Makers {
  multiplier(factor: number): Numbers;
  sorter(): ReturnType<typeof local.Sorter>;
  adder(summand: number): Numbers | ((self: Numbers) => Operation<void>);
  pauser(): Numbers;
  twice(factor: number): Component<{ inbox: number }, { outbox: number }>;
  wrapper(): Numbers;
  taking(count: number): Component | ((self: Component) => Operation<void>);
  listener(): Component<{ inbox: number }, { outbox: string }>;
  failing():
    | Component<{ inbox: string }, { outbox: string }>
    | ((self: Component<{ inbox: string }, { outbox: string }>) => Operation<void>);
}

export const PLACES: { readonly task: Makers; readonly thread: Makers; readonly process: Makers } = {
  task: {
    multiplier: (factor) => new local.Multiplier(factor),
    sorter: () => local.Sorter(),
    adder: (summand) => (self) => local.adder(self, summand),
    pauser: () => new local.Pauser(),
    twice: (factor) => local.twice(factor),
    wrapper: () => new local.Wrapper(),
    taking: (count) => (self) => local.taking(self, count),
    listener: () => new local.Listener(),
    failing: () => local.failing,
  },
  thread: {
    multiplier: (factor) => inThread(parts.Multiplier, [factor]),
    sorter: () => inThread(parts.Sorter),
    adder: (summand) => inThread(parts.adder, [summand]),
    pauser: () => inThread(parts.Pauser),
    twice: (factor) => inThread(parts.twice, [factor]),
    wrapper: () => inThread(parts.Wrapper),
    taking: (count) => inThread(parts.taking, [count]),
    listener: () => inThread(parts.Listener),
    failing: () => inThread(parts.failing),
  },
  process: {
    multiplier: (factor) => inProcess(parts.Multiplier, [factor]),
    sorter: () => inProcess(parts.Sorter),
    adder: (summand) => inProcess(parts.adder, [summand]),
    pauser: () => inProcess(parts.Pauser),
    twice: (factor) => inProcess(parts.twice, [factor]),
    wrapper: () => inProcess(parts.Wrapper),
    taking: (count) => inProcess(parts.taking, [count]),
    listener: () => inProcess(parts.Listener),
    failing: () => inProcess(parts.failing),
  },
};

/** The two ways of placing a part, by name. */
export const PLACERS: readonly (readonly [string, typeof inThread])[] = [
  ["thread", inThread],
  ["process", inProcess],
];

/** A source that gives items, one by one as there is room. */
export function giving<T>(
  ...items: readonly T[]
): (self: Component<{ inbox: never }, { outbox: T }>) => Operation<void> {
  return function* (self): Operation<void> {
    for (const item of items) yield* self.put(item);
  };
}

/** A sink that keeps what it gets. */
export function keeping<T>(kept: T[]): (self: Component<{ inbox: T }, { outbox: never }>) => Operation<void> {
  return function* (self): Operation<void> {
    for (let item = yield* self.next(); !item.done; item = yield* self.next()) kept.push(item.value);
  };
}

/** The processes that this one has started and that have not ended. */
export function children(): string[] {
  const path = `/proc/${process.pid}/task/${process.pid}/children`;
  return readFileSync(path, "utf8").trim().split(" ").filter(Boolean);
}
