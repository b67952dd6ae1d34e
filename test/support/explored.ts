// Runs a program on virtual time in some thousand orders, with the invariants checked after every step, and counts what came of it.

import type { Operation } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

/** Takes note of an object whose invariants hold after every step, and hands it back. */
export type Watch = <T>(watched: T) => T;

interface Checkable {
  check(): void;
}

/** The outcomes as text, and how often each came. A run that throws fails, and says in which order. */
export async function explored(
  seeds: number,
  program: (watch: Watch) => () => Operation<unknown>,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  for (let seed = -1; seed < seeds; seed++) {
    const watched: Checkable[] = [];
    const watch: Watch = (object) => {
      watched.push(object as unknown as Checkable);
      return object;
    };
    const body = (): Operation<unknown> => program(watch)(); // what it makes belongs to the run
    const check = (): void => {
      for (const object of watched) object.check();
    };
    try {
      const outcome = JSON.stringify(await simulate(body, seed < 0 ? { check } : { seed, check })) ?? "undefined";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      throw new Error(seed < 0 ? "in production's order" : `in the order of seed ${seed}`, { cause: error });
    }
  }
  return outcomes;
}
