// Scopes of a syntax tree, and what its parts declare in them.

import type * as acorn from "acorn";

/** Whose `this` and `arguments` are meant in a scope: those of the scope around it, those of the function that is read, or those of something inside it. */
export const OUTER = 0;
export const ROOT = 1;
export const INNER = 2;

export interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | null;
  readonly own: number;
}

export function scope(parent: Scope | null, own: number, ...names: string[]): Scope {
  return { names: new Set(names), parent, own };
}

/** Whose `this` is meant: OUTER if there is nothing but arrow functions. */
export function ownerOf(within: Scope): number {
  let at: Scope | null = within;
  while (at !== null && at.own === OUTER) at = at.parent;
  return at === null ? OUTER : at.own;
}

/** The names that a pattern declares. */
export function declare(node: acorn.Pattern, names: Set<string>): void {
  if (node.type === "Identifier") names.add(node.name);
  else if (node.type === "AssignmentPattern") declare(node.left, names);
  else if (node.type === "RestElement") declare(node.argument, names);
  else if (node.type === "ArrayPattern") for (const element of node.elements) element && declare(element, names);
  else if (node.type === "ObjectPattern")
    for (const property of node.properties) declare(property.type === "RestElement" ? property : property.value, names);
}

/** The names that a statement declares in its block. */
export function declareLexical(node: acorn.AnyNode, names: Set<string>): void {
  if (node.type === "VariableDeclaration" && node.kind !== "var")
    for (const { id } of node.declarations) declare(id, names);
  else if ((node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id)
    names.add(node.id.name);
}

/** The names that each `var` below a statement declares. Expressions have none, and those of functions and classes belong to them. */
export function hoist(node: acorn.AnyNode, names: Set<string>): void {
  if (node.type === "VariableDeclaration") {
    if (node.kind === "var") for (const { id } of node.declarations) declare(id, names);
  } else if (node.type.endsWith("Statement") || node.type === "SwitchCase" || node.type === "CatchClause")
    forEachBelow(node, (child) => hoist(child, names));
}

/** Calls a function for each of the nodes right below a node, in the order of the text. */
export function forEachBelow(node: acorn.AnyNode, f: (child: acorn.AnyNode) => void): void {
  for (const key in node) {
    const value: unknown = node[key as keyof typeof node];
    if (isNode(value)) f(value);
    else if (Array.isArray(value)) for (const element of value) if (isNode(element)) f(element);
  }
}

function isNode(value: unknown): value is acorn.AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
