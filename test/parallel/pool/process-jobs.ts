// What the workers do in the tests of pools of processes. They share nothing but files: in a folder of its own a test says who may go on, and is told who has begun.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentTask, type Operation, shield, sleep } from "offshoot";

// On both sides.

/** A folder in which processes tell each other that they have come to a place. */
export const meetingPlace = (): string => mkdtempSync(join(tmpdir(), "offshoot-meet-"));

export const leaveNothing = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export const say = (folder: string, what: string): void => writeFileSync(join(folder, what), "");

export const hasSaid = (folder: string, what: string): boolean => existsSync(join(folder, what));

export function* heard(folder: string, what: string): Operation<void> {
  while (!hasSaid(folder, what)) yield* sleep(1);
}

// Plain functions.

const nap = new Int32Array(new SharedArrayBuffer(4));

export const pid = (): number => process.pid;

export const add = (a: number, b: number): number => a + b;

export const twice = (n: number): number => n * 2;

export const echo = (value: unknown): unknown => value;

export const filled = (size: number): string => "x".repeat(size);

export const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);

/** Keeps its process until it may go on. */
export function keeps(folder: string, name = "kept"): number {
  say(folder, name);
  while (!hasSaid(folder, "go on")) Atomics.wait(nap, 0, 0, 1);
  return process.pid;
}

/** Says that it ran. */
export function notes(folder: string, what: string): number {
  say(folder, what);
  return process.pid;
}

export function spins(folder: string, name = "spins"): void {
  say(folder, name);
  for (;;) Atomics.wait(nap, 0, 0, 1);
}

export class Lost extends Error {
  readonly where: string;
  override readonly name = "Lost";

  constructor(where: string) {
    super(`lost in ${where}`);
    this.where = where;
  }
}

export function failsInDetail(): number {
  const cause = new RangeError("inner");
  throw Object.assign(new TypeError("outer", { cause }), { code: "E_DETAIL", seen: new Set([1]) });
}

export function* losesItsWay(where: string): Operation<never> {
  yield* sleep(1);
  throw new AggregateError([new Lost(where), new RangeError("second")], "several");
}

// Bodies that wait.

export function* addSlowly(a: number, b: number): Operation<number> {
  yield* sleep(1);
  return a + b;
}

export async function addLater(a: number, b: number): Promise<number> {
  await null;
  return a + b;
}

/** Waits until it may go on. */
export function* waits(folder: string, name = "waits"): Operation<number> {
  say(folder, name);
  yield* heard(folder, "go on");
  return process.pid;
}

/** The same; cleans up when it is cancelled, and says with what reason. */
export function* cleans(folder: string): Operation<number> {
  try {
    return yield* waits(folder);
  } finally {
    const { reason } = (currentTask() as { readonly signal: AbortSignal }).signal;
    yield* shield(sleep(5));
    say(folder, `cleaned up: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

/** Does not let itself be cancelled. */
export function* stays(folder: string): Operation<number> {
  return yield* shield(waits(folder));
}

// Ways to die.

export const exits = (code: number): void => process.exit(code);

export const killed = (signal: NodeJS.Signals): boolean => process.kill(process.pid, signal);

export async function throwsUncaught(): Promise<never> {
  setImmediate(() => {
    throw new RangeError("nobody catches this");
  });
  return await new Promise(() => {});
}

export async function hangsUp(): Promise<never> {
  process.disconnect();
  return await new Promise(() => {});
}

/** Answers, and is gone. */
export async function answersAndExits(size: number): Promise<string> {
  setImmediate(() => setImmediate(() => process.exit(0)));
  return "x".repeat(size);
}

const hoard: unknown[] = [];

/** Keeps so many megabytes for ever. */
export function hoards(mb: number): number {
  hoard.push(Buffer.alloc(mb << 20, 1));
  return process.pid;
}

export const givesAFunction = (): object => ({ f: () => 1 });
