// Where code stands: a stack that is put into words only when somebody asks, which is what is dear about it.

import { userFrames } from "../core/report.ts";

const FRAMES = 64;

export interface Held {
  readonly stack?: string;
}

/** The stack of whoever calls `below`. O(frames). */
export function holdStack(below: (...args: never) => unknown, frames: number = FRAMES): Held {
  const held: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(held, below);
  Error.stackTraceLimit = limit;
  return held;
}

/** The frames of users in a stack, innermost first. */
export const framesOf = ({ stack = "" }: Held): string[] => userFrames(stack);

/** As they stand in a message below a line of its own. */
export const inLines = (frames: readonly string[]): string[] => frames.map((frame) => `      at ${frame}`);
