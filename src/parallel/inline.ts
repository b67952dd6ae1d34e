// inline: a function whose source travels to the workers.
//
// A function that is sent as text keeps nothing of the code around it. So everything it takes from there is found here, when `inline` is called, and either
// goes along because it was captured, or is refused by name: otherwise it would be a ReferenceError, later and in another thread. What cannot be told is a
// variable that has the name of a global: it is taken for the global.

import { join } from "node:path";
import { types } from "node:util";
import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { callerOf } from "./caller.ts";
import type { Bound } from "./free-variables.ts";
import { exportedName } from "./library.ts";
import { isRemoteFunction, type Origin, type Recipe, type RemoteFunction, remoteFunction } from "./origin.ts";
import { type Reading, readingOf, type Unreadable } from "./reading.ts";

/** What has a name in every thread. Taken before the program adds names of its own, which workers would not have. */
const GLOBALS: ReadonlySet<string> = new Set(globalNames());

/**
 * Makes a function that workers can call of one that is written here. Its source is sent, once to each worker, and what it takes from the code around it must
 * be captured, by name: `inline((n: number) => n * factor, { factor })`.
 *
 * - A captured value is copied with each call, as arguments are; shared channels, maps and locks stay shared. It cannot be assigned to.
 * - Exports of this package can be captured, and mean those of the worker: `inline(function* (ms: number) { yield* sleep(ms); }, { sleep })`.
 * - Other functions and classes cannot: write them inside, or put all into a module and use `remote`.
 * - Globals of Node are there without being captured; a variable of yours that is called like one of them is taken for it, unless it is captured.
 * - `import()` works, and resolves as it does in the file that calls `inline`; where that is no file, as in the working directory.
 * - `this`, `super`, `import.meta`, the `arguments` of a function around it and a direct `eval` are refused.
 *
 * **Cost.** A text is parsed once, in some 50 µs for a few lines and 1 ms for a hundred; the first of all loads the parser, which takes 10 ms. Functions
 * made of the same text later, in a loop say, cost 4 µs each.
 *
 * @throws {@link MisuseError} for what is used but not captured, with its line in the function; for what is captured but not used, which may be misspelt; for
 * what cannot travel: native and bound functions, classes, getters, async generators
 * @example
 * const total = yield* pool.run(inline((prices: number[]) => prices.reduce((sum, price) => sum + price * rate, 0), { rate }), prices);
 */
export function inline<A extends readonly unknown[], R>(
  f: (...args: A) => R & Checked<R>,
  captured?: Readonly<Record<string, unknown>>,
): RemoteFunction<A, Outcome<R>> {
  if (typeof f !== "function") throw misuse(`inline: expected a function, got ${describeValue(f)}.`);
  if (isRemoteFunction(f))
    throw misuse(`inline: ${describeValue(f)} is for workers as it is. Give it to the pool without inline().`);
  const name = typeof f.name === "string" ? f.name : "";
  const label = name === "" ? "the function" : `"${name}"`;
  const given = valuesOf(captured);
  const reading = readingOf(f);
  if (reading.is !== "function") throw misuse(`inline: ${unreadable(label, name, reading)}`);
  refuseBound(label, reading);
  refuseAssigned(label, reading);
  refuseFree(label, reading, given);
  refuseUnused(label, reading, given);

  const library: [string, string][] = [];
  const names: string[] = [];
  const values: unknown[] = [];
  for (const [key, value] of given) {
    const exported = exportedName(value);
    if (exported !== undefined) {
      library.push([key, exported]);
      continue;
    }
    refuseFunction(label, key, value);
    names.push(key);
    values.push(value);
  }
  const base = reading.variables.imports ? (callerOf(inline) ?? join(process.cwd(), "inline")) : null;
  const origin: Origin = { ...recipeFor(reading, { name, captured: names, library, base }), capturedValues: values };
  return remoteFunction({ name, label: origin.label, written: name || "f", find: () => origin });
}

/** Compilers wrap inner functions in calls of this one to keep their names. It does no harm to give it to them. */
const KEEPS_NAMES = "__name";
const NAMING = `(f, value) => Object.defineProperty(f, "name", { value, configurable: true })`;

function recipeFor(
  reading: Reading,
  { name, captured, library, base }: Pick<Recipe, "name" | "captured" | "library" | "base">,
): Recipe {
  let source = reading.expression(name);
  if (reading.variables.free.has(KEEPS_NAMES) && !captured.includes(KEEPS_NAMES))
    source = `((${KEEPS_NAMES}) => ${source})(${NAMING})`;
  const { createHash } = process.getBuiltinModule("node:crypto"); // only now: it takes a megabyte
  const digest = createHash("sha256").update(JSON.stringify([name, source, captured, library, base]));
  const label = name === "" ? "an inline function" : `an inline function "${name}"`;
  const key = `inline:${digest.digest("base64url")}`;
  return { key, label, module: null, name, source, captured, library, base };
}

type Given = ReadonlyMap<string, unknown>;

function valuesOf(captured: unknown): Given {
  if (captured === undefined) return new Map();
  if (typeof captured === "object" && captured !== null && !Array.isArray(captured))
    return new Map(Object.entries(captured));
  throw misuse(
    `inline: what is captured must be an object with the names as keys, got ${describeValue(captured)}. Write inline(f, { factor }).`,
  );
}

function unreadable(label: string, name: string, why: Unreadable): string {
  switch (why.is) {
    case "native":
      return name.startsWith("bound ")
        ? `${label} is bound, and the source of a bound function cannot be read. Give the function itself, and what it is bound to as an argument.`
        : `${label} is native or a proxy, and has no source. Call it in a function of your own.`;
    case "class":
      return `${label} is a class. Give a function that makes one and uses it, in a module named by remote().`;
    case "accessor":
      return `${label} is a getter or setter. Give a function.`;
    case "async generator":
      return `${label} is an async generator. Write function* and yield* operations, or an async function and await them.`;
    case "unparsable":
      return `${label} cannot be compiled on its own, in strict mode: ${why.message} (line ${why.line}). Put it into a module, and use remote().`;
  }
}

const REMEDY: Readonly<Record<Bound, string>> = {
  this: "Pass what it needs as an argument, or capture it under a name.",
  super: "Put it into a module with its class, and use remote().",
  "import.meta": "Capture what it needs of it: inline(f, { url: import.meta.url }).",
  arguments: "Write (...args) => instead.",
  eval: "Write (0, eval)(text), which sees globals only.",
};

const WHY: Readonly<Record<Bound, string>> = {
  this: "which is undefined in a worker",
  super: "which belongs to the object it was written in",
  "import.meta": "which belongs to its module",
  arguments: "which an arrow function takes from the function around it",
  eval: "called directly, so that what else it uses cannot be told",
};

function refuseBound(label: string, { arrow, lines, variables }: Reading): void {
  const [first] = variables.bound;
  if (first === undefined) return;
  const [what, line] = first;
  const why = what === "this" && arrow ? "which an arrow function takes from the code around it" : WHY[what];
  throw misuse(`inline: ${label} uses ${what}${at(line, lines)}, ${why}. ${REMEDY[what]}`);
}

function refuseAssigned(label: string, { lines, variables }: Reading): void {
  if (variables.assigned.size === 0) return;
  const names = listed(variables.assigned, lines);
  throw misuse(
    `inline: ${label} assigns to ${names}, declared outside of it: that would change nothing here. Return the value, or use a shared object.`,
  );
}

function refuseFree(label: string, { lines, variables }: Reading, given: Given): void {
  const missing = [...variables.free].filter(
    ([name]) => !given.has(name) && !GLOBALS.has(name) && name !== KEEPS_NAMES,
  );
  if (missing.length === 0) return;
  const commonJS = missing.filter(([name]) => COMMONJS.has(name));
  if (commonJS.length > 0) {
    throw misuse(
      `inline: ${label} uses ${listed(commonJS, lines)}, which only CommonJS modules have. Write await import(...) for require, and capture paths.`,
    );
  }
  const names = missing.map(([name]) => name);
  const captures = [...given.keys(), ...names].join(", ");
  const not = names.length === 1 ? "which is not captured. Pass it" : "which are not captured. Pass them";
  const hints = names.map(hintFor).join("");
  throw misuse(`inline: ${label} uses ${listed(missing, lines)}, ${not}: inline(f, { ${captures} }).${hints}`);
}

const COMMONJS = new Set(["require", "module", "exports", "__dirname", "__filename"]);

function hintFor(name: string): string {
  if (/^(__|cov_)|_\d+(__)?$/.test(name))
    return ` If a compiler has put ${name} there, the function cannot travel as text: put it into a module, and use remote().`;
  return name in globalThis ? ` If every thread sets ${name} as a global, write globalThis.${name}.` : "";
}

function refuseUnused(label: string, { variables }: Reading, given: Given): void {
  const unused = [...given.keys()].filter((name) => !variables.free.has(name) && !variables.probed.has(name));
  if (unused.length === 0) return;
  throw misuse(
    `inline: ${label} does not use ${inWords(unused)}, which would be sent with each call for nothing. Remove ${unused.length === 1 ? "it" : "them"}, or correct the name.`,
  );
}

function refuseFunction(label: string, key: string, value: unknown): void {
  if (types.isModuleNamespaceObject(value)) {
    throw misuse(
      `inline: ${key} is a module, which cannot be captured. Capture what ${label} needs of it by name, or write await import(...) inside.`,
    );
  }
  if (typeof value !== "function" || isRemoteFunction(value)) return;
  throw misuse(
    `inline: ${key} is ${describeValue(value)}, and functions cannot be captured. Write it inside ${label}, or put both into a module and use remote().`,
  );
}

function listed(names: Iterable<readonly [string, number]>, lines: number): string {
  return inWords([...names].map(([name, line]) => `${name}${at(line, lines)}`));
}

function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** Where in the function, unless it is on one line. */
function at(line: number, lines: number): string {
  return lines === 1 ? "" : ` (line ${line})`;
}

function* globalNames(): Generator<string> {
  for (let holder: object | null = globalThis; holder !== null; holder = Object.getPrototypeOf(holder))
    yield* Object.getOwnPropertyNames(holder);
}
