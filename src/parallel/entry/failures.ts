// Why a function of a module cannot be called, in words, with what to do about it.
//
// Node says what went wrong in its own terms, and they differ from version to version. Its error is kept as the cause.

import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeValue, MisuseError, oneLine } from "../../base/errors.ts";
import { nearest } from "../nearest.ts";
import { moduleLabel } from "../origin.ts";
import { builtNameOf, isTypeScript, sourceNamesOf } from "../typescript.ts";
import { isAsyncGenerator, isClass } from "./kind.ts";
import { findSyntaxError, type Place } from "./syntax.ts";

/** The error for a module that could not be imported. `label` is that of the function that was asked for, `node` the version of Node. */
export function loadingFailed(
  error: unknown,
  label: string,
  url: string,
  node: string = process.versions.node,
): MisuseError {
  return new MisuseError(`remote: ${label} cannot be loaded: ${whyNot(error, url, node)}`, { cause: error });
}

/** The error for an export that cannot be called, or is not there. */
export function wrongExport(
  value: unknown,
  name: string,
  url: string,
  module: Readonly<Record<string, unknown>>,
): MisuseError {
  const label = moduleLabel(url);
  if (value === undefined && !(name in module)) return new MisuseError(`remote: ${noSuchExport(label, name, module)}`);
  return new MisuseError(`remote: "${name}" of ${label} is ${notCallable(value)}`);
}

function whyNot(error: unknown, url: string, node: string): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const said = oneLine(error);
  switch (code) {
    case "ERR_MODULE_NOT_FOUND":
      return isMissing(url) ? noFile(fileURLToPath(url)) : badImport(said, error);
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return unknownEnding(String(message), node);
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return `Node strips no types below node_modules. Name the .js of that package, or run Node with a loader (tsx: --import tsx).`;
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return `${said}${inWords(headOf(error))}: Node only strips types. Write erasable TypeScript, without enums, namespaces and parameter properties; or build it to .js.`;
  }
  const thrower = userFrameOf(error);
  // an error that Node had in compiling a file stands before the stack; there may be no stack of the user's
  if (error instanceof SyntaxError && (thrower === null || headOf(error) !== null)) return noSyntax(said, error, url);
  if (thrower === null && typeof code === "string" && code.startsWith("ERR_")) return `Node cannot import it: ${said}.`;
  return `it threw while it was loaded${inWords(thrower)}: ${said}. The error is the cause of this one.`;
}

function noFile(path: string): string {
  const built = isTypeScript(path) ? `, nor ${basename(builtNameOf(path))} beside it` : "";
  const source = sourceNamesOf(path).find(existsSync);
  const instead =
    source === undefined ? "" : ` There is ${basename(source)}: write that, in built code its .js is found.`;
  return `there is no ${path}${built}.${instead} Write new URL("./...", import.meta.url), with the path as it is from the file that calls remote().`;
}

/** The name of something that it imports, directly or not, leads nowhere. */
function badImport(said: string, error: unknown): string {
  const { url } = error as { url?: unknown };
  const missing = typeof url === "string" && url.startsWith("file:") ? fileURLToPath(url) : null;
  const source = missing === null ? undefined : sourceNamesOf(missing).find(existsSync);
  const hint =
    source === undefined ? "Correct that import" : `There is ${basename(source)}: Node takes names as written`;
  return `an import fails: ${said}. ${hint}.`;
}

function unknownEnding(message: string, node: string): string {
  const path = / for (.*)$/m.exec(message)?.[1] ?? "";
  const ending = extname(path) || /"(\.\w+)"/.exec(message)?.[1] || "its kind of file";
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const knows = major > 22 || (major === 22 && minor >= 18);
  // what tsx registers with --import tsx reaches workers only where Node has hooks of the same thread
  const loader = knows
    ? "a loader (tsx: --import tsx)"
    : `--import of a file that says: import { register } from "tsx/esm/api"; register()`;
  const what = `Build it to .js, or run Node with ${loader}.`;
  if (![".ts", ".mts", ".cts"].includes(ending)) return `Node cannot load ${ending}. ${what}`;
  return knows
    ? `type stripping is switched off, and ${basename(path)} needs it. Run Node without --no-strip-types. Otherwise: ${what}`
    : `it needs Node 22.18 or newer to load ${ending}, this is ${node}. ${what}`;
}

const MODULE_SYNTAX =
  /^(Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module)/;

function noSyntax(said: string, error: SyntaxError, url: string): string {
  const head = headOf(error);
  if (/does not provide an export named/.test(said)) return badImport(`${said}${inWords(head)}`, error);
  if (head !== null && MODULE_SYNTAX.test(said)) return takenForCommonJS(head.path);
  const place = head ?? findSyntaxError(url);
  return place === null
    ? `it, or a module it imports, has a syntax error: ${said}.`
    : `there is a syntax error at ${place.path}:${place.line}: ${said}.`;
}

/** The file uses `import` or `export`, and Node has not taken it for a module. */
function takenForCommonJS(path: string): string {
  const ending = extname(path);
  const asModule = `${basename(path, ending)}${ending.replace(/^\.c?/, ".m")}`;
  const manifest = ending.startsWith(".c") ? null : manifestFor(path);
  const remedy = manifest === null ? "" : `write "type": "module" in ${manifest}, or `;
  return `${path} uses import or export, and Node takes it for CommonJS. To make it a module, ${remedy}call it ${asModule}.`;
}

/** The package.json that decides what kind of module a file is. */
function manifestFor(path: string): string | null {
  for (let folder = dirname(path), above = ""; folder !== above; above = folder, folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return manifest;
  }
  return null;
}

const MOST_NAMES = 12;

function noSuchExport(label: string, name: string, module: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(module);
  const callable = names.filter((other) => typeof module[other] === "function" && !isClass(module[other]));
  const meant = nearest(name, callable);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  const listed = names.length === 0 ? "nothing" : `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
  return `${label} has no export "${name}".${hint} It exports ${listed}.`;
}

function notCallable(value: unknown): string {
  if (isClass(value)) return `a class. Export a function that makes one and uses it.`;
  if (isAsyncGenerator(Object(value)))
    return `an async generator. Write function* and yield* operations, or an async function and await them.`;
  return `${describeValue(value)}, not a function. Export a function that returns it.`;
}

function isMissing(url: string): boolean {
  return url.startsWith("file:") && !existsSync(fileURLToPath(url));
}

const PLACE = String.raw`((?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^\n()]*?):(\d+)`;
const HEAD = new RegExp(`^${PLACE}$`);
const FRAME = new RegExp(`^ +at (?:.*\\()?${PLACE}:\\d+\\)?$`);
const OURS = fileURLToPath(new URL("../..", import.meta.url));

/** The place before an error's stack, where Node shows what it could not compile. */
function headOf(error: unknown): Place | null {
  return placeIn(HEAD, stackOf(error)[0] ?? "");
}

/** The first line of a stack that is neither Node's nor ours. */
function userFrameOf(error: unknown): Place | null {
  for (const line of stackOf(error)) {
    const place = placeIn(FRAME, line);
    if (place !== null && !place.path.startsWith(OURS)) return place;
  }
  return null;
}

function placeIn(pattern: RegExp, line: string): Place | null {
  const match = pattern.exec(line);
  if (match === null) return null;
  const [, file, number] = match as unknown as [string, string, string];
  return { path: file.startsWith("file:") ? fileURLToPath(file) : file, line: Number(number) };
}

function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? error.stack : undefined;
  return typeof stack === "string" ? stack.split("\n") : [];
}

function inWords(place: Place | null): string {
  return place === null ? "" : ` (${basename(place.path)}:${place.line})`;
}
