// Turns source files into generators in which each access to shared memory is a step of its own, so that an exploration puts other threads between any two of them. It is
// the very text of src/parallel/ that is explored, and a mutation of it is a change of that text.
//
// What becomes a step: Atomics, and reading and writing an element of `words` or `floats`. Writing `bytes` belongs to the step before. Who contains one, or calls by name who does, becomes a generator, and is called
// with `yield*`; getters become methods. Constructors run at once: what they make is nobody else's yet.

import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { type AnyNode, type Node, parse } from "acorn";

/** Arrays in shared memory, by the names they have in the sources. */
const MEMORY = new Set(["words", "floats"]);
/** Parameters that are functions, and may be generators. */
const CALLBACKS = new Set(["f", "forget", "mend", "$change"]);
/** Methods of JavaScript that call a function and want its value at once. */
const AT_ONCE = new Set(["map", "filter", "every", "some", "find", "forEach", "sort"]);

/** Not in the types of the oldest Node that is supported, where the sources do not run either. */
const { stripTypeScriptTypes } = nodeModule as unknown as { stripTypeScriptTypes: (text: string) => string };

interface Unit {
  readonly name: string;
  readonly isGetter: boolean;
  readonly body: AnyNode;
}

interface Source {
  readonly name: string;
  readonly text: string;
  readonly tree: AnyNode;
}

/** A change of the text: what is to be found exactly once, and what it becomes. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The text of a function `(imports) => exports` for each file, which imports are given by the names of the files. */
export function generatorsOf(files: readonly string[], changes: readonly Change[]): Map<string, string> {
  const sources = files.map((file) => sourceOf(file, changes));
  for (const { file, from } of changes) if (!files.includes(file)) throw new Error(`${from}: there is no ${file} here`);
  const names = generatorNames(sources.flatMap(({ tree }) => unitsOf(tree)));
  return new Map(sources.map((source) => [source.name, new Emitter(source, names).module()]));
}

const known = new Map<string, Source>();

function sourceOf(name: string, changes: readonly Change[]): Source {
  const key = JSON.stringify([name, ...changes.filter(({ file }) => file === name)]);
  let source = known.get(key);
  if (source === undefined) {
    source = changed(name, changes);
    known.set(key, source);
  }
  return source;
}

function changed(name: string, changes: readonly Change[]): Source {
  let typed = readFileSync(new URL(`../../../src/parallel/${name}.ts`, import.meta.url), "utf8");
  for (const { file, from, to } of changes) {
    if (file !== name) continue;
    const parts = typed.split(from);
    if (parts.length !== 2) throw new Error(`${name}.ts has ${parts.length - 1} of: ${from}`);
    typed = parts.join(to);
  }
  // What these stand for.
  typed = typed.replaceAll(/\bloaded\(/g, "Atomics.load(").replaceAll("copyBytes(ring.bytes, ", "ring.bytes.set(");
  const text = withoutWarnings(() => stripTypeScriptTypes(typed));
  return { name, text, tree: parse(text, { ecmaVersion: 2023, sourceType: "module" }) };
}

/** Stripping types is an experiment of Node's, of which it warns. */
function withoutWarnings<T>(f: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return f();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** The nodes right below one, in the order of the text. */
function childrenOf(node: AnyNode): AnyNode[] {
  if (node.type === "Property" && node.shorthand) return [node.value]; // its key is in there
  const children: AnyNode[] = [];
  for (const value of Object.values(node)) {
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) children.push(...value.filter(isNode));
  }
  return children.sort((a, b) => a.start - b.start);
}

const FUNCTIONS = new Set(["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"]);

function unitsOf(tree: AnyNode): Unit[] {
  const units: Unit[] = [];
  const visit = (node: AnyNode): void => {
    if (node.type === "MethodDefinition" && node.kind !== "constructor" && node.key.type === "Identifier")
      units.push({ name: node.key.name, isGetter: node.kind === "get", body: node.value });
    if (node.type === "FunctionDeclaration" && node.id !== null)
      units.push({ name: node.id.name, isGetter: false, body: node });
    for (const child of childrenOf(node)) visit(child);
  };
  visit(tree);
  return units;
}

interface Names {
  readonly functions: ReadonlySet<string>;
  readonly getters: ReadonlySet<string>;
}

function generatorNames(units: readonly Unit[]): Names {
  const functions = new Set<string>(CALLBACKS);
  const getters = new Set<string>();
  const names = { functions, getters };
  for (let grows = true; grows; ) {
    grows = false;
    for (const { name, isGetter, body } of units) {
      const known = isGetter ? getters : functions;
      if (known.has(name) || !childrenOf(body).some((child) => hasSteps(child, names))) continue;
      known.add(name);
      grows = true;
    }
  }
  return names;
}

/** Does this code, without the functions in it, have steps? */
function hasSteps(node: AnyNode, names: Names): boolean {
  if (FUNCTIONS.has(node.type)) return false;
  return isStep(node, names) || childrenOf(node).some((child) => hasSteps(child, names));
}

function isStep(node: AnyNode, names: Names): boolean {
  switch (node.type) {
    case "CallExpression":
      return isAtomic(node) || mayBeGenerator(node, names);
    case "MemberExpression":
      return isElement(node) || isGetter(node, names);
    case "VariableDeclarator":
      return isPatternOfGetters(node, names);
    default:
      return false;
  }
}

function isAtomic(node: AnyNode): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.object.type === "Identifier" &&
    node.callee.object.name === "Atomics"
  );
}

function isElement(node: AnyNode): boolean {
  return node.type === "MemberExpression" && node.computed && MEMORY.has(lastName(node.object));
}

function isByte(node: AnyNode): boolean {
  return node.type === "MemberExpression" && node.computed && lastName(node.object) === "bytes";
}

function lastName(node: AnyNode): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return "";
  return node.property.type === "Identifier" ? node.property.name : "";
}

function mayBeGenerator(node: AnyNode, { functions }: Names): boolean {
  if (node.type !== "CallExpression" || node.callee.type === "Super") return false;
  return node.callee.type === "CallExpression" || functions.has(lastName(node.callee));
}

function isGetter(node: AnyNode, { getters }: Names): boolean {
  return node.type === "MemberExpression" && !node.computed && getters.has(lastName(node));
}

function isPatternOfGetters(node: AnyNode, { getters }: Names): boolean {
  if (node.type !== "VariableDeclarator" || node.id.type !== "ObjectPattern" || !node.init) return false;
  return node.id.properties.some((property) => property.type === "Property" && getters.has(lastName(property.key)));
}

/** Writes a file anew. */
class Emitter {
  private readonly source: Source;
  private readonly names: Names;
  private readonly getters: string[] = [];
  private readonly exported: string[] = [];
  /** Where a generator cannot be delegated to: it is run to its end. */
  private isConstructing = false;
  /** Members that are called or assigned to, not read. */
  private readonly notRead = new Set<AnyNode>();

  constructor(source: Source, names: Names) {
    this.source = source;
    this.names = names;
  }

  module(): string {
    const code = this.emit(this.source.tree);
    return `${code}\n${this.getters.join("\n")}\nreturn { ${this.exported.join(", ")} };`;
  }

  private text(node: AnyNode): string {
    return this.source.text.slice(node.start, node.end);
  }

  /** A node with its children written anew, and between them what was there. */
  private copy(node: AnyNode): string {
    let code = "";
    let at = node.start;
    for (const child of childrenOf(node)) {
      code += this.source.text.slice(at, child.start) + this.emit(child);
      at = child.end;
    }
    return code + this.source.text.slice(at, node.end);
  }

  private emit(node: AnyNode): string {
    const { names } = this;
    switch (node.type) {
      case "ImportDeclaration":
        return this.imports(node);
      case "ExportNamedDeclaration":
        return this.exports(node);
      case "MethodDefinition":
        return this.method(node);
      case "FunctionDeclaration":
        return names.functions.has(node.id?.name ?? "")
          ? this.copy(node).replace(/^function/, "function*")
          : this.copy(node);
      case "ArrowFunctionExpression":
        return this.arrow(node);
      case "VariableDeclarator":
        return isPatternOfGetters(node, names) ? this.pattern(node) : this.copy(node);
      case "AssignmentExpression":
        this.notRead.add(node.left);
        if (isByte(node.left) && node.left.type === "MemberExpression")
          return `$bytes(${this.emit(node.left.object)}, [${this.emit(node.right)}], ${this.emit(node.left.property)})`;
        if (!isElement(node.left) || this.isConstructing) return this.copy(node);
        if (node.operator !== "=" || node.left.type !== "MemberExpression")
          throw new Error(`${this.source.name}.ts: ${this.text(node)} is more than one access`);
        return `(yield* $write(${this.emit(node.left.object)}, ${this.emit(node.left.property)}, ${this.emit(node.right)}))`;
      case "MemberExpression":
        if (isElement(node) && !this.isConstructing)
          return `(yield* $read(${this.emit(node.object)}, ${this.emit(node.property)}))`;
        if (isGetter(node, names) && !this.notRead.has(node))
          return this.delegated(`$got(${this.emit(node.object)}, "${lastName(node)}")`);
        return this.copy(node);
      case "CallExpression":
        return this.call(node);
      default:
        return this.copy(node);
    }
  }

  private delegated(call: string): string {
    return this.isConstructing ? `$atOnce(${call})` : `(yield* $wait(${call}))`;
  }

  private imports(node: AnyNode & { type: "ImportDeclaration" }): string {
    const from = String(node.source.value);
    const names = node.specifiers.map((specifier) => {
      if (specifier.type !== "ImportSpecifier") throw new Error(`${this.source.name}.ts: ${this.text(node)}`);
      const { imported, local } = specifier;
      const name = imported.type === "Identifier" ? imported.name : String(imported.value);
      return name === local.name ? name : `${name}: ${local.name}`;
    });
    return names.length === 0 ? "" : `const { ${names.join(", ")} } = imported("${from}");`;
  }

  private exports(node: AnyNode & { type: "ExportNamedDeclaration" }): string {
    const { declaration } = node;
    if (declaration === null || declaration === undefined) return ""; // of types
    if (declaration.type === "VariableDeclaration")
      for (const { id } of declaration.declarations) this.exported.push(lastName(id));
    else this.exported.push(declaration.id?.name ?? "");
    return this.emit(declaration);
  }

  private method(node: AnyNode & { type: "MethodDefinition" }): string {
    if (node.kind === "constructor") {
      this.isConstructing = true;
      try {
        return this.copy(node);
      } finally {
        this.isConstructing = false;
      }
    }
    const name = lastName(node.key);
    const body = this.emit(node.value);
    if (node.kind === "get" && this.names.getters.has(name)) {
      this.getters.push(`$getters.add(${this.className(node)}.prototype.${name});`);
      return `*${name}${body}`;
    }
    return node.kind === "method" && this.names.functions.has(name)
      ? `*${name}${body}`
      : this.source.text.slice(node.start, node.value.start) + body;
  }

  private className(method: AnyNode): string {
    let found = "";
    const visit = (node: AnyNode): void => {
      if (node.type === "ClassDeclaration" && node.start < method.start && method.end < node.end)
        found = node.id?.name ?? "";
      for (const child of childrenOf(node)) visit(child);
    };
    visit(this.source.tree);
    return found;
  }

  private arrow(node: AnyNode & { type: "ArrowFunctionExpression" }): string {
    if (!hasSteps(node.body, this.names)) return this.copy(node);
    const before = this.isConstructing;
    this.isConstructing = false;
    try {
      const body = this.emit(node.body);
      const parameters = node.params.map((parameter) => this.text(parameter)).join(", ");
      return `(function* (${parameters}) ${node.expression ? `{ return ${body}; }` : body}).bind(this)`;
    } finally {
      this.isConstructing = before;
    }
  }

  private pattern(node: AnyNode & { type: "VariableDeclarator" }): string {
    if (node.id.type !== "ObjectPattern" || !node.init) throw new Error("no pattern");
    const whole = `whole${node.start}`;
    const parts = node.id.properties.map((property) => {
      if (property.type !== "Property") throw new Error(`${this.source.name}.ts: ${this.text(node)}`);
      const name = lastName(property.key);
      const local = lastName(property.value);
      return `${local} = ${this.names.getters.has(name) ? this.delegated(`$got(${whole}, "${name}")`) : `${whole}.${name}`}`;
    });
    return `${whole} = ${this.emit(node.init)}, ${parts.join(", ")}`;
  }

  private call(node: AnyNode & { type: "CallExpression" }): string {
    if (isAtomic(node)) {
      if (this.isConstructing) return this.copy(node);
      const operation = lastName(node.callee);
      return `(yield* $atomic("${operation}", ${node.arguments.map((argument) => this.emit(argument)).join(", ")}))`;
    }
    const { callee } = node;
    if (callee.type === "MemberExpression" && lastName(callee) === "set" && lastName(callee.object) === "bytes")
      return `$bytes(${[callee.object, ...node.arguments].map((part) => this.emit(part)).join(", ")})`;
    // The value of the function is wanted at once: none of this is explored.
    if (node.callee.type === "MemberExpression" && AT_ONCE.has(lastName(node.callee)) && !this.isConstructing) {
      const [f] = node.arguments;
      if (f?.type === "ArrowFunctionExpression" && hasSteps(f.body, this.names))
        return `${this.emit(node.callee)}($unexplored)`;
    }
    this.notRead.add(node.callee);
    return mayBeGenerator(node, this.names) ? this.delegated(this.copy(node)) : this.copy(node);
  }
}
