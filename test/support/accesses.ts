// Tasks that access one cell, before or after something that may order them.

import { group, type Operation } from "offshoot";
import { type Cell, cell } from "offshoot/testing";

export type Program = (shared: Cell<number>) => Operation<unknown>;
type Task = () => Operation<void>;

/** A task that writes, and then does this. */
export const before = (shared: Cell<number>, op: Operation<unknown>, then: () => void = () => {}): Task =>
  function* (): Operation<void> {
    yield* shared.set(1);
    yield* op;
    then();
  };

/** A task that does this, and then writes. */
export const after = (shared: Cell<number>, op: Operation<unknown>, then: () => void = () => {}): Task =>
  function* (): Operation<void> {
    yield* op;
    yield* shared.set(2);
    then();
  };

/** The same, and then reads. */
export const reads = (shared: Cell<number>, op: Operation<unknown>, then: () => void = () => {}): Task =>
  function* (): Operation<void> {
    yield* op;
    yield* shared.get();
    then();
  };

/** All of them at once, and nothing else that would order them. */
export const tasks = (...bodies: readonly Task[]): Operation<void> =>
  group((g) => {
    for (const body of bodies) g.go(body);
  });

export const bodyOf = (program: Program) =>
  function* (): Operation<void> {
    yield* program(cell(0, { name: "shared" }));
  };
