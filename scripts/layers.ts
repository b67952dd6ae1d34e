// Holds the house in order: which folder may import which, and what each may know of the world.
//
//   1 imports point to a lower floor, or stay in the folder; type imports count
//   2 inside the package files import files: never an index, always with ".ts"
//   3 only the doors re-export, by name; nobody exports a default
//   4 no cycle among files
//   5 below the host, nobody knows the clock, the process, chance, or a module of Node
//   6 the only packages imported are those a floor was granted

import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { filesBelow } from "./lib/files.ts";
import { lex, type Token } from "./lib/lex.ts";
import { clauseExports, importsOf } from "./lib/modules.ts";
import { fail, root } from "./lib/tool.ts";

const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  core: 1,
  host: 2,
  time: 2,
  sync: 2,
  channel: 2,
  flow: 3,
  parallel: 4,
  component: 5,
  actor: 5,
  net: 5,
  space: 6,
  observe: 7,
  testing: 8,
  cli: 9,
};
/** The front door stands on top of the floors that need no thread. */
const FRONT_DOOR = "src/index.ts";
const FRONT_FLOOR = 3.5;
const WORLDLY = new Set(["host", "parallel", "component", "observe", "testing", "cli"]);
const GRANTED: Readonly<Record<string, readonly string[]>> = { parallel: ["acorn"] };
const WORLD = new Set(["Date", "setTimeout", "setInterval", "setImmediate", "performance", "process"]);

const edges = new Map<string, { to: string; line: number }[]>();

for (const file of filesBelow("src", ".ts")) {
  const tokens = lex(readFileSync(join(root, file), "utf8"));
  const floor = floorOf(file);
  if (floor === undefined) report(file, 1, `the folder "${folderOf(file)}" is on no floor`);
  edges.set(file, []);
  checkImports(file, floor ?? Number.POSITIVE_INFINITY, tokens);
  checkExports(file, tokens);
  if (!WORLDLY.has(folderOf(file))) checkWorld(file, tokens);
}
reportCycles();

function folderOf(file: string): string {
  return file.split("/").length > 2 ? file.split("/")[1]! : "";
}

function floorOf(file: string): number | undefined {
  return file === FRONT_DOOR ? FRONT_FLOOR : FLOORS[folderOf(file)];
}

function isDoor(file: string): boolean {
  return file === FRONT_DOOR || /^src\/[^/]+\/index\.ts$/.test(file);
}

function report(file: string, line: number, what: string): void {
  fail(`${file}:${line}: ${what}`);
}

function checkImports(file: string, floor: number, tokens: readonly Token[]): void {
  const folder = folderOf(file);
  for (const { from, line, reexport } of importsOf(tokens)) {
    if (reexport && !isDoor(file)) report(file, line, `re-exports "${from}"; only a door may`);
    if (from.startsWith("node:")) {
      if (!WORLDLY.has(folder)) report(file, line, `imports "${from}"; only ${[...WORLDLY].join(", ")} may know Node`);
      continue;
    }
    if (!from.startsWith(".")) {
      const name = from
        .split("/")
        .slice(0, from.startsWith("@") ? 2 : 1)
        .join("/");
      if (folder !== "cli" && !GRANTED[folder]?.includes(name)) report(file, line, `imports the package "${name}"`);
      continue;
    }
    if (!from.endsWith(".ts")) report(file, line, `imports "${from}"; write the file's name with ".ts"`);
    const target = posix.join(posix.dirname(file), from);
    if (posix.basename(target) === "index.ts") report(file, line, `imports the door "${target}"; import the file`);
    if (!existsSync(join(root, target))) {
      report(file, line, `imports "${target}", which is not there`);
      continue;
    }
    edges.get(file)!.push({ to: target, line });
    const targetFloor = floorOf(target);
    if (targetFloor === undefined || folderOf(target) === folder) continue;
    if (targetFloor === floor) report(file, line, `imports its sibling "${target}"`);
    if (targetFloor > floor) report(file, line, `imports upwards: "${target}"`);
  }
}

function checkExports(file: string, tokens: readonly Token[]): void {
  tokens.forEach((token, i) => {
    if (token.kind === "word" && token.text === "export" && tokens[i + 1]?.text === "default")
      report(file, token.line, "exports a default");
  });
  for (const { name, line } of clauseExports(tokens)) {
    if (name === "*") report(file, line, "exports *; name what is exported");
    else if (!isDoor(file)) report(file, line, `exports "${name}" away from its declaration; only a door may`);
  }
}

function checkWorld(file: string, tokens: readonly Token[]): void {
  tokens.forEach((token, i) => {
    if (token.kind !== "word") return;
    const before = tokens[i - 1]?.text;
    const member = before === "." || before === "?.";
    if (token.text === "random" && member && tokens[i - 2]?.text === "Math")
      report(file, token.line, "mentions Math.random; draw from the run's seed");
    if (!WORLD.has(token.text)) return;
    if (member && tokens[i - 2]?.text !== "globalThis") return;
    const key = tokens[i + 1]?.text === ":" && (before === "{" || before === "," || before === ";");
    if (!key) report(file, token.line, `mentions ${token.text}; ask the host`);
  });
}

/** Reports every cycle a depth-first walk meets, once, as the chain of its imports. */
function reportCycles(): void {
  const finished = new Set<string>();
  const path: { file: string; line: number }[] = [];
  const visit = (file: string): void => {
    const start = path.findIndex((step) => step.file === file);
    if (start >= 0) {
      const chain = path.slice(start).map((step) => `${step.file}:${step.line}`);
      fail(`cycle: ${chain.join(" -> ")} -> ${file}`);
      return;
    }
    if (finished.has(file)) return;
    for (const { to, line } of edges.get(file) ?? []) {
      path.push({ file, line });
      visit(to);
      path.pop();
    }
    finished.add(file);
  };
  for (const file of edges.keys()) visit(file);
}
