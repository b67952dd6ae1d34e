// A process that runs test files: starts it, listens to what it tells, and hands over the events of each file together.
//
// A file has been run when the process has said so. If it ends before, or falls silent, the file is at fault, and the
// files after it are handed back, to be run by another process.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type ErrorText, type News, PIPE, type TestNews } from "./teller.ts";
import { root } from "./tool.ts";

/** An event as the reporters of node:test know them. */
export interface FileEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BatchOptions {
  /** Flags of node, for the process. */
  readonly flags: readonly string[];
  /** Variables to add to its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Is given the events of a file that has been run; output that comes late is given by itself. */
  readonly report: (events: readonly FileEvent[]) => void;
}

/** How many seconds a process may tell nothing: many times what the longest test takes on a busy machine. */
const SILENCE = 300;
/** How long the output of a process that has ended is waited for: another one may hold it open. */
const OUTPUT_MS = 1_000;

const PROGRAM = join(import.meta.dirname, "tested.ts");

/** Runs the files in one process. Answers those that it did not come to. */
export async function runBatch(files: readonly string[], { flags, env, report }: BatchOptions): Promise<string[]> {
  const left = [...files];
  let current = files[0] ?? "";
  let running = "";
  let events: FileEvent[] = [];
  let failed = false;
  let ending = "";

  const child = spawn(process.execPath, [...flags, PROGRAM, ...files], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  // Counted, not measured: while the machine stands still, so does the count.
  let silence = 0;
  const counting = setInterval(() => {
    if (++silence < SILENCE) return;
    ending = `told nothing for ${SILENCE} s and was stopped`;
    child.kill("SIGKILL");
  }, 1_000);
  const closed = new Promise((resolve) => child.on("close", resolve));
  const exited = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`could not be started: ${error.message}`));
    child.on("exit", (code, signal) => resolve(code === 0 ? "" : `ended with ${signal ?? `exit code ${code}`}`));
  });
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (message: string) => {
      events.push({ type: `test:${name}`, data: { file: current, message } });
    });
  }
  const told = createInterface({ input: child.stdio[PIPE] as Readable });
  told.on("line", (line) => {
    silence = 0;
    const news = JSON.parse(line) as News;
    failed ||= news.type === "fault" || news.type === "test:fail";
    if (news.type === "test:pass" || news.type === "test:fail") running = "";
    if (news.type === "begin") current = news.file;
    else if (news.type === "end") end(news.file);
    else if (news.type === "fault") events.push(...faulty(news.file, news.text));
    else if (news.type === "test:dequeue") running = String(news.data["name"]);
    else if (isOfFile(news)) events.push(eventOf(news, current));
  });
  const heard = new Promise((resolve) => told.on("close", resolve));

  const how = await exited;
  clearInterval(counting);
  await heard;
  await Promise.race([closed, pause(OUTPUT_MS)]);
  ending ||= how;
  const [cut] = left;
  if (cut !== undefined) {
    const where = running === "" ? "" : `, in "${running}"`;
    events.push(...faulty(cut, `its process ${ending || "ended with exit code 0"} before the file was done${where}`));
    end(cut);
  } else if (ending !== "" && !failed) {
    events.push(...faulty(current, `its process ${ending}`));
  }
  if (events.length > 0) report(events);
  return left;

  function end(file: string): void {
    report(events);
    events = [];
    running = "";
    left.splice(left.indexOf(file), 1);
  }
}

/** Not the sums that node:test makes of all tests of the process. */
function isOfFile({ type, data }: TestNews): boolean {
  return type !== "test:diagnostic" || data.file !== PROGRAM;
}

/** Tests may be registered by a file that the tested one imports: they are still those of the tested one. */
function eventOf({ type, data }: TestNews, current: string): FileEvent {
  const { details, ...others } = data as { details?: { error?: ErrorText } };
  const file = join(root, current);
  return {
    type,
    data: {
      ...others,
      ...(data.file === file ? {} : { file, line: 1, column: 1 }),
      ...(details?.error === undefined ? { details } : { details: { ...details, error: errorOf(details.error) } }),
    },
  };
}

/** A failure of the file as a whole. */
function faulty(file: string, text: string): FileEvent[] {
  const data = { name: "the file", nesting: 0, testNumber: 0, file: join(root, file), line: 1, column: 1 };
  const error = errorOf({ failureType: "testCodeFailure", text });
  return [
    { type: "test:start", data },
    { type: "test:fail", data: { ...data, details: { duration_ms: 0, error } } },
  ];
}

/** As node:test would have wrapped it; printed, it is the text that it was where it was thrown. */
function errorOf({ failureType, text }: ErrorText): Error {
  const cause = /\n +at /.test(text) ? Object.assign(new Error(), { stack: text }) : text;
  return Object.assign(new Error(text, { cause }), { code: "ERR_TEST_FAILURE", failureType });
}
