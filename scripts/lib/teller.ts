// What a process that runs test files tells the one that started it: a line of JSON for each piece of news, on a pipe
// of its own. Also the reporter of node:test there, so that its events take the same way.
//
// A line is written before the call returns: whatever ends the process next, what has been told is told.

import { writeFileSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/** The file descriptor of the pipe. */
export const PIPE = 3;

/** An event of node:test as it travels: `data` is plain, an error is an `ErrorText`. */
export interface TestNews {
  readonly type: "test:dequeue" | "test:start" | "test:pass" | "test:fail" | "test:diagnostic";
  readonly data: { readonly file?: string; readonly [key: string]: unknown };
}

export type News =
  | { readonly type: "begin"; readonly file: string }
  | { readonly type: "end"; readonly file: string }
  /** The file is at fault, not one of its tests. */
  | { readonly type: "fault"; readonly file: string; readonly text: string }
  | TestNews;

/** An error, printed where it was thrown: what it holds need not be such that it can travel. */
export interface ErrorText {
  readonly failureType: string;
  readonly text: string;
}

/** The test that stands behind those of a file: when it has passed, they have ended and have been told. */
export const LAST = "the last of a file";

const TOLD: ReadonlySet<string> = new Set(["test:dequeue", "test:start", "test:pass", "test:diagnostic"]);

let passed: (() => void) | null = null;
let failures = 0;

/** Resolves when the test `LAST` has passed, and everything before it has been told. */
export function lastPassed(): Promise<void> {
  return new Promise((resolve) => {
    passed = resolve;
  });
}

/** How many failures have been told. */
export function failuresTold(): number {
  return failures;
}

export function tell(news: News): void {
  if (news.type === "test:fail" || news.type === "fault") failures++;
  writeFileSync(PIPE, `${JSON.stringify(news)}\n`);
}

// biome-ignore lint/style/noDefaultExport: node:test asks for it
export default async function* teller(source: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  for await (const { type, data } of source) {
    if ((data as { name?: string }).name === LAST) {
      if (type === "test:pass") passed?.();
    } else if (type === "test:fail") {
      tell({ type, data: { ...data, details: { ...data.details, error: textOf(data.details.error) } } });
    } else if (TOLD.has(type)) {
      tell({ type, data: { ...data } } as TestNews);
    }
  }
}

/** node:test wraps what a test threw; that alone says how it failed, and the error in it says why. */
function textOf(error: unknown): ErrorText {
  const { failureType, cause } = error as { failureType?: string; cause?: unknown };
  const why = cause instanceof Error ? cause : typeof cause === "string" ? cause : error;
  return { failureType: failureType ?? "", text: typeof why === "string" ? why : inspect(why, { depth: 5 }) };
}
