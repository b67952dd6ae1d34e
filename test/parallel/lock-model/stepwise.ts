// Makes the functions that work on shared words stoppable, so that an exploration can put other threads between any two of their steps: the very code of the package,
// and no copy of it that could fall behind.
//
// A function becomes a generator, and each call that goes through `Atomics` or `neighbours`, or to another such function, becomes a `yield*`.

import { type Node, parse } from "acorn";

/** A function made stoppable. */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and answers is what the function does
export type Stepwise = (...args: any[]) => Generator<any, any, any>;

const SHARED = new Set(["Atomics", "neighbours"]);

/**
 * The functions among the exports of modules, as generators. They see the other exports, and what they are given besides: `stoppable` functions, and `values`, such as
 * what is to stand for `Atomics`.
 */
export function stepwise(
  modules: readonly object[],
  stoppable: Readonly<Record<string, Stepwise>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, Stepwise> {
  const exported = modules.flatMap((module) => Object.entries(module));
  const functions = exported.filter(([, value]) => typeof value === "function");
  const constants = exported.filter(([, value]) => typeof value !== "function");
  const made = functions.map(([name]) => name);
  const names = new Set([...made, ...Object.keys(stoppable)]);
  const text = functions.map(([, value]) => generatorOf(String(value), names)).join("\n");
  const known: Record<string, unknown> = { ...Object.fromEntries(constants), ...stoppable, ...values };
  const make = new Function(...Object.keys(known), `"use strict";\n${text}\nreturn { ${made.join(", ")} };`);
  return make(...Object.values(known)) as Record<string, Stepwise>;
}

function generatorOf(source: string, functions: ReadonlySet<string>): string {
  const inserted: [at: number, text: string][] = [];
  visit(parse(source, { ecmaVersion: 2022 }), (node) => {
    if (node.type === "FunctionDeclaration") inserted.push([node.start + "function".length, "*"]);
    if (node.type !== "CallExpression") return;
    const { callee } = node as unknown as { callee: Node };
    const root = rootOf(callee);
    if (!SHARED.has(root) && !(callee.type === "Identifier" && functions.has(root))) return;
    inserted.push([node.start, "(yield* "], [node.end, ")"]);
  });
  // From the end on, so that places stay what they are.
  inserted.sort(([one], [other]) => other - one);
  return inserted.reduce((text, [at, part]) => text.slice(0, at) + part + text.slice(at), source);
}

function rootOf(node: Node): string {
  const { type, object, name } = node as unknown as { type: string; object: Node; name: string };
  return type === "MemberExpression" ? rootOf(object) : type === "Identifier" ? name : "";
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === "object" && child !== null && "type" in child) visit(child as Node, see);
}
