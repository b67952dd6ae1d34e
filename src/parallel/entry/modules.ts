// Gets hold of the functions that a worker is to call, once each.
//
// A function of a module is imported, and called without a `this`. An inline one is compiled: its source becomes the value of an outer function whose
// parameters are the captured names, so that each call has captured values of its own. Its text is compiled once; without captured values the function is
// made once as well.

import { doorsLoaded } from "../../core/runtime.ts";
import type { Recipe } from "../origin.ts";
import { isAsyncGenerator, isClass, type Kind, kindOf } from "./kind.ts";

export interface Loaded {
  /** Decided by how the function was written, before it has been called. */
  readonly kind: Kind;
  /** Calls it. `captured` are the values for the captured names of its recipe, in their order. */
  call(args: readonly unknown[], captured: readonly unknown[]): unknown;
}

type AnyFunction = (...args: unknown[]) => unknown;

const loaded = new Map<string, Loaded | Promise<Loaded>>();

/**
 * Gets hold of a function: at once if this thread has done so before. A failure is not remembered, but Node may remember the failure of a module.
 *
 * @throws (or rejects with) {@link MisuseError} that says what is wrong with the module or its export, and what to do; the error of Node is its cause
 */
export function load(recipe: Recipe): Loaded | Promise<Loaded> {
  const known = loaded.get(recipe.key);
  if (known !== undefined) return known;
  const loading = recipe.module === null ? loadInline(recipe) : loadFromModule(recipe, recipe.module);
  loaded.set(recipe.key, loading);
  if (loading instanceof Promise) {
    loading.then(
      (result) => loaded.set(recipe.key, result),
      () => loaded.delete(recipe.key),
    );
  }
  return loading;
}

async function loadFromModule(recipe: Recipe, url: string): Promise<Loaded> {
  const module = await importFor(recipe, url);
  const f = exportOf(module, recipe.name);
  if (typeof f === "function" && !isClass(f) && !isAsyncGenerator(f)) return new Fixed(f as AnyFunction);
  const { wrongExport } = await import("./failures.ts");
  throw wrongExport(f, recipe.name, url, module);
}

/**
 * Gets hold of an export of a module that is a function or a class.
 *
 * @throws rejects with errors as those of `load`
 */
export async function loadExport(recipe: Recipe): Promise<AnyFunction> {
  const url = recipe.module as string;
  const module = await importFor(recipe, url);
  const f = exportOf(module, recipe.name);
  if (typeof f === "function") return f as AnyFunction;
  const { wrongExport } = await import("./failures.ts");
  throw wrongExport(f, recipe.name, url, module);
}

async function importFor(recipe: Recipe, url: string): Promise<Readonly<Record<string, unknown>>> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(url);
  } catch (error) {
    const { loadingFailed } = await import("./failures.ts");
    throw loadingFailed(error, recipe.label, url);
  }
  if (doorsLoaded() > 1) await import("../codec/ours.ts"); // the module knows this package, and may come by what must not travel
  return module;
}

/** Node finds the names of a CommonJS module by reading its text, and not all of them: the others are properties of its default export. */
function exportOf(module: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in module) return module[name];
  const whole = module["default"];
  const holds = (typeof whole === "object" && whole !== null) || typeof whole === "function";
  return holds && Object.hasOwn(whole, name) ? (whole as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** A function that is the same for all calls. */
class Fixed implements Loaded {
  declare readonly kind: Kind;
  declare private readonly f: AnyFunction;

  constructor(f: AnyFunction) {
    this.kind = kindOf(f);
    this.f = f;
  }

  call(args: readonly unknown[]): unknown {
    const { f } = this;
    return f(...args);
  }
}

function loadInline(recipe: Recipe): Loaded | Promise<Loaded> {
  const { library } = recipe;
  const link = compiled(recipe);
  if (library.length === 0) return inlineFunction(link(), recipe);
  return import("../library.ts").then(({ exportNamed }) =>
    inlineFunction(link(...library.map(([, exported]) => exportNamed(exported))), recipe),
  );
}

/** Makes the function of the captured values. */
type Make = (...captured: readonly unknown[]) => AnyFunction;

/** A function that, given the exports of this package that are used, answers one that makes the function. */
function compiled({ source, name, captured, library, base }: Recipe): (...library: readonly unknown[]) => Make {
  const file = `//# sourceURL=offshoot-inline:${name.replace(/[^\w$.-]/g, "_") || "anonymous"}`;
  const value = `(${library.map(([local]) => local).join(", ")}) => (${captured.join(", ")}) => ${source}`;
  // What of Node only inline functions need is not imported: idle workers would have it in memory.
  const { Script } = process.getBuiltinModule("node:vm");
  const { Module } = process.getBuiltinModule("node:module");
  if (base === null) return new Script(`"use strict"; (${value})\n${file}`).runInThisContext();
  // As a CommonJS module of that path, so that import() resolves as it does there. What `vm` has for that is experimental, and says so on standard error.
  const module = new Module(base) as InstanceType<typeof Module> & { _compile(text: string, path: string): void };
  module._compile(`"use strict"; module.exports = ${value};\n${file}`, base);
  return module.exports;
}

function inlineFunction(make: Make, { captured }: Recipe): Loaded {
  const f = make(...new Array(captured.length).fill(undefined));
  return captured.length === 0 ? new Fixed(f) : new Capturing(make, kindOf(f));
}

/** A function made anew for each call, of the values that came with it. */
class Capturing implements Loaded {
  declare readonly kind: Kind;
  declare private readonly make: Make;

  constructor(make: Make, kind: Kind) {
    this.kind = kind;
    this.make = make;
  }

  call(args: readonly unknown[], captured: readonly unknown[]): unknown {
    const { make } = this;
    return make(...captured)(...args);
  }
}
