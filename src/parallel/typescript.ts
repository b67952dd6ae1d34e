// TypeScript files in place of JavaScript ones: what this Node can load, and what a built `.ts` is called.

import { extname } from "node:path";

const BUILT: Readonly<Record<string, string>> = { ".ts": ".js", ".mts": ".mjs", ".cts": ".cjs", ".tsx": ".js" };

export function isTypeScript(path: string): boolean {
  return extname(path) in BUILT;
}

/** What the built file of a source is called. */
export function builtNameOf(path: string): string {
  const ending = extname(path);
  return path.slice(0, path.length - ending.length) + (BUILT[ending] ?? ending);
}

/**
 * The built file to load instead of a source, or null if the source is meant. It is the built one if only that is there; or if both are, as where they lie in
 * one folder, but this Node cannot load the source.
 */
export function builtInPlaceOf(path: string, exists: (path: string) => boolean): string | null {
  if (!isTypeScript(path) || (exists(path) && canLoadTypeScript())) return null;
  const built = builtNameOf(path);
  return exists(built) ? built : null;
}

/** Does Node strip types itself, or is there a loader which may? */
function canLoadTypeScript(): boolean {
  return stripsTypes() || hasLoader();
}

/** Does Node strip types itself? `undefined` where it does not know how to. */
export function stripsTypes(): boolean {
  const { typescript } = process.features as { typescript?: string | false };
  return typeof typescript === "string";
}

/** Has something been loaded into Node before the program, which may know more file types than Node? */
export function hasLoader(): boolean {
  const flags = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
  return /(^|\s)(--import|--loader|--experimental-loader|--require|-r)(=|\s|$)/.test(flags);
}

/** What the source of a built file may be called. */
export function sourceNamesOf(path: string): string[] {
  const ending = extname(path);
  const stem = path.slice(0, path.length - ending.length);
  return Object.keys(BUILT)
    .filter((source) => BUILT[source] === ending)
    .map((source) => stem + source);
}
