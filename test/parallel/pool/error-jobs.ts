// Errors of many kinds, for the tests of what becomes of them on their way from a worker.

import { OffshootError, type Operation, run, sleep, TimeoutError, timeout } from "offshoot";

/** Both sides have this class, and it is registered where the tests run. */
export class NotFound extends RangeError {
  readonly path: string;
  readonly status = 404;

  constructor(path: string, options?: ErrorOptions) {
    super(`no ${path}`, options);
    this.path = path;
  }

  get url(): string {
    return `file:${this.path}`;
  }
}

/** This one is not. */
export class Unknown extends TypeError {
  override readonly name = "Unknown";
  readonly hint = "look it up";
}

export function notFound(path: string): never {
  throw new NotFound(path, { cause: Object.assign(new Error("disk"), { code: "EIO", errno: -5 }) });
}

export function unknown(): never {
  throw new Unknown("what is it?");
}

export function* several(): Operation<never> {
  yield* sleep(1);
  throw new AggregateError(
    [new NotFound("a"), new AggregateError([new Unknown("b")], "inner"), "a text", { code: 3 }],
    "outer",
    { cause: new SyntaxError("why") },
  );
}

export async function systemError(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return await readFile("/there/is/no/such/file", "utf8");
}

export function* tooLate(): Operation<void> {
  yield* timeout(1, sleep(60_000));
}

/** Through a run of the worker's own. */
export async function failsInARun(): Promise<void> {
  await run(function* (): Operation<void> {
    throw new TimeoutError("of the run");
  });
}

export function deepest(depth: number): never {
  if (depth === 0) throw new RangeError("at the bottom");
  deepest(depth - 1);
}

export function throwsValue(value: unknown): never {
  throw value;
}

export function frozen(): never {
  throw Object.freeze(new RangeError("frozen"));
}

export class Coded extends OffshootError {
  constructor() {
    super("OFFSHOOT_ERR_CODED", "coded");
  }
}

export function coded(): never {
  throw new Coded();
}

export const noSeven = (n: number): number => {
  if (n === 7) throw new NotFound("seven");
  return n;
};
