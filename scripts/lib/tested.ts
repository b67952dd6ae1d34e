// Runs test files one after the other in this process, and tells how they went:
//
//   node --test-reporter=./scripts/lib/teller.ts ... scripts/lib/tested.ts <file>...
//
// A file that is alone is over when the process ends by itself: everything is as if it had been run by its name.
//
// Of several, each is over when its tests have ended, and
//   what it has registered with `after` is called then
//   no other hook of its may remain for the tests of the next: they are refused
//   nothing of the process may have changed: what it leaves behind is its fault
//   the event loop is kept alive meanwhile: node:test closes for good when there is nothing left to wait for

import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { standIn, takeAfters } from "./hooks.ts";
import { failuresTold, LAST, lastPassed, tell } from "./teller.ts";
import { root } from "./tool.ts";
import { leftBehind, traces } from "./traces.ts";

const LONG_MS = 2 ** 31 - 1;
const TURNS = 3;

const files = process.argv.slice(2);
const isAlone = files.length === 1;
let current = "";
let isOver = false;
let uncaught: unknown[] = [];

before(() => undefined); // node:test listens from here on: who listens after it can tell what it blames on no test
process.on("uncaughtException", noteUncaught);
process.on("unhandledRejection", noteUncaught);

if (isAlone) {
  process.on("exit", () => {
    if (!isOver) return;
    lookForErrors();
    if (isBad() && failuresTold() === 0) fault(`made the exit code ${process.exitCode}`);
    tell({ type: "end", file: current });
  });
  await load(files[0]!);
  isOver = true;
} else {
  standIn();
  const staying = setInterval(() => undefined, LONG_MS);
  for (const file of files) {
    const found = traces();
    await load(file);
    await callAfters();
    await settle();
    const left = await leftBehind(found);
    lookForErrors();
    if (isBad()) fault(`made the exit code ${process.exitCode}`);
    process.exitCode = undefined;
    if (left.length > 0) fault(`leaves behind ${left.join(", ")}. Clean up, or give the file a process of its own.`);
    tell({ type: "end", file });
  }
  clearInterval(staying);
}

/** Returns when the tests of the file have ended and, where no flag hides `LAST`, have been told. */
async function load(file: string): Promise<void> {
  current = file;
  tell({ type: "begin", file });
  try {
    await import(pathToFileURL(join(root, file)).href);
  } catch (error) {
    fault(`could not be loaded: ${text(error)}`);
  }
  const told = lastPassed();
  await test(LAST, () => undefined);
  if (!isAlone) await told;
}

async function callAfters(): Promise<void> {
  for (const call of takeAfters()) {
    try {
      await (call as () => unknown)();
    } catch (error) {
      fault(`failed after its tests: ${text(error)}`);
    }
  }
}

/** Errors that nobody has handled come up in the next turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function noteUncaught(error: unknown): void {
  if (isBad()) uncaught.push(error);
}

function lookForErrors(): void {
  if (uncaught.length === 0) return;
  fault(`threw where no test could catch it: ${uncaught.map(text).join("\n")}`);
  uncaught = [];
  process.exitCode = undefined;
}

function isBad(): boolean {
  return process.exitCode !== undefined && process.exitCode !== 0;
}

function fault(text: string): void {
  tell({ type: "fault", file: current, text });
}

function text(error: unknown): string {
  return inspect(error, { depth: 5 });
}
