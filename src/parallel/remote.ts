// remote: the functions of a module, as something a pool can run.
//
// Nothing is loaded here: the module is imported by the workers. What is decided here, when a function is first asked for, is which file is meant: sources
// name a `.ts`, and in built code there is a `.js` in its place.

import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeValue, oneLine } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { misuse } from "../core/leaf.ts";
import type { Checked, Outcome } from "../core/types.ts";
import { MODULE, moduleLabel, type Origin, type RemoteFunction, type RemoteMaker, remoteFunction } from "./origin.ts";
import { builtInPlaceOf } from "./typescript.ts";

/** A component, by what it says of its messages. */
interface Made {
  readonly "~messages": unknown;
}

type Called<A extends readonly unknown[], R> = [R] extends [never]
  ? RemoteFunction<A, R>
  : [R] extends [Made]
    ? RemoteFunction<A, Outcome<R>> & RemoteMaker<A, R>
    : RemoteFunction<A, Outcome<R>>;

/** The functions of a module that may be a task's body, as a pool takes them, and its classes of components. What else the module exports is left out. */
export type Remote<M> = {
  readonly [K in keyof M as M[K] extends (...args: never) => infer R
    ? [R] extends [never]
      ? K
      : unknown extends Checked<R>
        ? K
        : never
    : M[K] extends new (
          ...args: never
        ) => Made
      ? K
      : never]: M[K] extends (...args: infer A) => infer R
    ? Called<A, R>
    : M[K] extends new (
          ...args: infer A
        ) => infer C
      ? RemoteMaker<A, C>
      : never;
};

/**
 * Names the functions of a module, so that workers can call them: `pool.run(image.resize, picture, 640)`. The module itself is loaded by the workers, when
 * they first need it; not here. Give its type, and where it is:
 *
 * - `new URL("./image.ts", import.meta.url)` for a file beside this one. In built code, where there is no `image.ts`, `image.js` is meant, likewise
 *   `.mjs` for `.mts` and `.cjs` for `.cts`; that is looked up once, at the first call.
 * - `import.meta.resolve("sharp")` for a package or a module of Node, an absolute path, or a `file:`, `data:` or `node:` URL as a string.
 *
 * A `.ts` file needs Node 22.18 in the workers, or a loader such as tsx. An export named `then` cannot be called: what has a `then` is a promise.
 *
 * @throws {@link MisuseError} for what names no module; whether it can be loaded, and has the export, is found when it is called
 * @example
 * const image = remote<typeof import("./image.ts")>(new URL("./image.ts", import.meta.url));
 * const small = yield* pool.run(image.resize, picture, 640);
 */
export function remote<M>(module: string | URL): Remote<M> {
  const handler = new RemoteModule(hrefOf(module));
  // Node shows the target of a proxy, not the proxy
  const target = Object.create(null, { [INSPECT]: { value: () => handler.shown(), configurable: true } });
  return new Proxy(target, handler) as Remote<M>;
}

/** Answers any name with a remote function, always the same. */
class RemoteModule implements ProxyHandler<object> {
  declare private readonly href: string;
  /** The file that is meant, once that has been looked up. */
  declare private found: string | null;
  declare private readonly label: string;
  declare private readonly functions: Map<string, RemoteFunction<readonly unknown[], unknown>>;

  constructor(href: string) {
    this.href = href;
    this.found = null;
    this.label = moduleLabel(href);
    this.functions = new Map();
  }

  get(_target: object, key: string | symbol): unknown {
    if (key === MODULE) return this.label;
    if (key === Symbol.toPrimitive) return () => this.shown();
    if (typeof key === "symbol" || key === "then") return undefined;
    let f = this.functions.get(key);
    if (f === undefined) {
      f = this.make(key);
      this.functions.set(key, f);
    }
    return f;
  }

  has(_target: object, key: string | symbol): boolean {
    return typeof key === "string" && key !== "then";
  }

  set(): boolean {
    return false;
  }

  defineProperty(): boolean {
    return false;
  }

  private make(name: string): RemoteFunction<readonly unknown[], unknown> {
    const stem = /^[A-Za-z_$][\w$]*/.exec(this.label)?.[0] ?? "module";
    const parts = {
      name,
      label: `"${name}" of ${this.label}`,
      written: /^[A-Za-z_$][\w$]*$/.test(name) ? `${stem}.${name}` : `${stem}[${JSON.stringify(name)}]`,
      find: () => this.originOf(name),
    };
    // JSON.stringify calls what it finds under this name
    return remoteFunction(parts, name === "toJSON" ? () => this.shown() : null);
  }

  private originOf(name: string): Origin {
    this.found ??= fileMeant(this.href);
    const module = this.found;
    return {
      key: `${module}\n${name}`, // no URL has a line break
      label: `"${name}" of ${moduleLabel(module)}`,
      module,
      name,
      source: null,
      captured: [],
      library: [],
      base: null,
      capturedValues: [],
    };
  }

  shown(): string {
    return `[remote ${this.label}]`;
  }
}

const PROTOCOLS = ["file:", "data:", "node:"];

/** The URL of a module, or a refusal that says what to write. */
function hrefOf(module: unknown): string {
  if (isURL(module)) return checked(new URL(module.href));
  if (typeof module !== "string") {
    throw misuse(
      `remote: expected the URL of a module, got ${describeValue(module)}. Write new URL("./module.ts", import.meta.url).`,
    );
  }
  if (isAbsolute(module)) return pathToFileURL(module).href;
  if (/^\.{0,2}[\\/]/.test(module) || module === "." || module === "..") {
    throw misuse(
      `remote: "${module}" is relative to a file that is not known here. Write new URL("${module}", import.meta.url).`,
    );
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(module) && URL.canParse(module)) return checked(new URL(module));
  throw misuse(
    `remote: "${module}" is no URL. Write import.meta.resolve("${module}") for a package, new URL("./${module}", import.meta.url) for a file beside yours.`,
  );
}

/** Test frameworks have a URL of their own, so the class does not tell. */
function isURL(value: unknown): value is URL {
  return typeof value === "object" && value !== null && typeof (value as { href?: unknown }).href === "string";
}

function checked(url: URL): string {
  if (!PROTOCOLS.includes(url.protocol))
    throw misuse(`remote: workers cannot import ${url.href}. Give a file:, data: or node: URL.`);
  try {
    if (url.protocol === "file:") fileURLToPath(url);
  } catch (error) {
    throw misuse(
      `remote: ${url.href} is the URL of no file: ${oneLine(error)}. Write new URL("./module.ts", import.meta.url).`,
    );
  }
  return url.href;
}

function fileMeant(href: string): string {
  if (!href.startsWith("file:")) return href;
  const url = new URL(href);
  const { existsSync } = process.getBuiltinModule("node:fs"); // an import of it loads what it has of promises and streams as well
  const instead = builtInPlaceOf(fileURLToPath(url), existsSync);
  if (instead === null) return href;
  const { search, hash } = url;
  return `${pathToFileURL(instead).href}${search}${hash}`;
}
