// A module as users write it, for tests that load it in this thread and in workers.

import { type Operation, sleep } from "offshoot";

export function resize(width: number, factor: number): number {
  return width * factor;
}

export async function fetched(name: string): Promise<string> {
  return `fetched ${name}`;
}

export function* nap(ms: number): Operation<string> {
  yield* sleep(ms);
  return "rested";
}

/** A plain function, which does not say what it returns before it has been called. */
export const napping = (ms: number): Operation<string> => nap(ms);

export function* naturals(): Generator<number, void> {
  yield 1;
}

export async function* stream(): AsyncGenerator<number> {
  yield 1;
}

export function thisOf(this: unknown): string {
  return String(this);
}

export class Picture {
  readonly width: number = 1;
}

export const VERSION = "1.0";
