// The variables that a function takes from the code around it, read from its syntax tree.
//
// Names are looked up as JavaScript does it: `var` and the parameters belong to their function, everything else to its block; a default value sees the
// parameters but nothing of the body; a named function expression and a class see their own name. Each name is declared before anything in its scope is
// looked at, since a use may stand before the declaration.
//
// The code is taken for strict code: no `with`, and an `eval` declares nothing outside itself. A direct `eval` could mention anything: it is reported.

import type * as acorn from "acorn";
import {
  declare,
  declareLexical,
  forEachBelow,
  hoist,
  INNER,
  OUTER,
  ownerOf,
  ROOT,
  type Scope,
  scope,
} from "./scopes.ts";

/** What of the code around the function cannot go with it, apart from variables. */
export type Bound = "this" | "super" | "import.meta" | "arguments" | "eval";

/** A line counts from 1 in the text that was parsed; it is that of the first mention. */
export interface Variables {
  /** Those that must be there, in the order of their first mention. Names of globals are among them. */
  readonly free: ReadonlyMap<string, number>;
  /** Those that are mentioned in a way that does no harm where they are not there: `typeof x`. Some of them may be free as well. */
  readonly probed: ReadonlyMap<string, number>;
  /** Those of the free ones that are assigned to. */
  readonly assigned: ReadonlyMap<string, number>;
  readonly bound: ReadonlyMap<Bound, number>;
  /** Has it an `import()`? */
  readonly imports: boolean;
}

type AnyFunction = acorn.FunctionDeclaration | acorn.FunctionExpression | acorn.ArrowFunctionExpression;
type AnyClass = acorn.ClassDeclaration | acorn.ClassExpression;

/** Reads a function. O(size of its tree). */
export function variablesOf(root: acorn.FunctionExpression | acorn.ArrowFunctionExpression): Variables {
  const reader = new Reader();
  reader.readFunction(root, null, ROOT);
  return reader;
}

class Reader implements Variables {
  declare readonly free: Map<string, number>;
  declare readonly probed: Map<string, number>;
  declare readonly assigned: Map<string, number>;
  declare readonly bound: Map<Bound, number>;
  declare imports: boolean;

  constructor() {
    this.free = new Map();
    this.probed = new Map();
    this.assigned = new Map();
    this.bound = new Map();
    this.imports = false;
  }

  readFunction(node: AnyFunction, outer: Scope | null, own: number): void {
    const arrow = node.type === "ArrowFunctionExpression";
    const named = node.type === "FunctionExpression" && node.id ? scope(outer, OUTER, node.id.name) : outer;
    // 1 the parameters, which the body can hide but not change for the default values
    const parameters = scope(named, arrow ? OUTER : own);
    if (!arrow) parameters.names.add("arguments");
    for (const parameter of node.params) declare(parameter, parameters.names);
    for (const parameter of node.params) this.readPattern(parameter, parameters, false);
    // 2 the body
    const body = scope(parameters, OUTER);
    if (node.body.type === "BlockStatement") this.readStatements(node.body.body, body, true);
    else this.read(node.body, body);
  }

  /** Everything below a node, in a scope whose names are known. */
  private read(node: acorn.AnyNode, within: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.mention(node, within, this.free);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.readFunction(node as AnyFunction, within, INNER);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.readClass(node as AnyClass, within);
        break;
      case "BlockStatement":
        this.readStatements(node.body, scope(within, OUTER), false);
        break;
      case "SwitchStatement":
        this.read(node.discriminant, within);
        this.readCases(node.cases, scope(within, OUTER));
        break;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.readLoop(node, scope(within, OUTER));
        break;
      case "CatchClause": {
        const caught = scope(within, OUTER);
        if (node.param) declare(node.param, caught.names);
        if (node.param) this.readPattern(node.param, caught, false);
        this.read(node.body, caught);
        break;
      }
      case "VariableDeclarator":
        this.readPattern(node.id, within, false);
        if (node.init) this.read(node.init, within);
        break;
      case "AssignmentExpression":
        if (node.operator !== "=" && node.left.type === "Identifier") this.read(node.left, within);
        this.readPattern(node.left, within, true);
        this.read(node.right, within);
        break;
      case "UpdateExpression":
        if (node.argument.type === "Identifier") this.read(node.argument, within);
        this.readPattern(node.argument as acorn.Pattern, within, true);
        break;
      case "UnaryExpression":
        if (node.operator === "typeof" && node.argument.type === "Identifier")
          this.mention(node.argument, within, this.probed);
        else this.read(node.argument, within);
        break;
      case "MemberExpression":
        this.read(node.object, within);
        if (node.computed) this.read(node.property, within);
        break;
      case "Property":
        if (node.computed) this.read(node.key, within);
        this.read(node.value, within);
        break;
      case "LabeledStatement":
        this.read(node.body, within);
        break;
      case "BreakStatement":
      case "ContinueStatement":
        break; // a label is no variable
      case "MetaProperty":
        if (node.meta.name === "import") note(this.bound, "import.meta", node);
        break; // new.target is undefined in a function that is called
      case "ThisExpression":
        if (ownerOf(within) !== INNER) note(this.bound, "this", node);
        break;
      case "Super":
        if (ownerOf(within) !== INNER) note(this.bound, "super", node);
        break;
      case "CallExpression":
        if (node.callee.type === "Identifier" && node.callee.name === "eval" && !node.optional)
          note(this.bound, "eval", node);
        this.readBelow(node, within);
        break;
      case "ImportExpression":
        this.imports = true;
        this.readBelow(node, within);
        break;
      default:
        this.readBelow(node, within);
        break;
    }
  }

  private readBelow(node: acorn.AnyNode, within: Scope): void {
    forEachBelow(node, (child) => this.read(child, within));
  }

  /** The statements of a block, or of the body of a function or of a static block, to which each `var` below belongs as well. */
  private readStatements(statements: readonly acorn.Statement[], within: Scope, hoists: boolean): void {
    if (hoists) for (const statement of statements) hoist(statement, within.names);
    for (const statement of statements) declareLexical(statement, within.names);
    for (const statement of statements) this.read(statement, within);
  }

  /** All cases of a switch share a block. */
  private readCases(cases: readonly acorn.SwitchCase[], within: Scope): void {
    for (const { consequent } of cases) for (const statement of consequent) declareLexical(statement, within.names);
    for (const one of cases) this.readBelow(one, within);
  }

  private readLoop(node: acorn.ForStatement | acorn.ForInStatement | acorn.ForOfStatement, within: Scope): void {
    const head = node.type === "ForStatement" ? node.init : node.left;
    if (head?.type === "VariableDeclaration") declareLexical(head, within.names);
    if (node.type === "ForStatement" || head?.type === "VariableDeclaration") this.readBelow(node, within);
    else {
      this.readPattern(node.left as acorn.Pattern, within, true);
      this.read(node.right, within);
      this.read(node.body, within);
    }
  }

  private readClass(node: AnyClass, outer: Scope): void {
    const within = scope(outer, OUTER, ...(node.id ? [node.id.name] : []));
    if (node.superClass) this.read(node.superClass, within);
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        this.readStatements(member.body, scope(within, INNER), true);
        continue;
      }
      if (member.computed) this.read(member.key, within);
      if (member.value) this.read(member.value, member.type === "PropertyDefinition" ? scope(within, INNER) : within);
    }
  }

  /** A pattern declares names, which has been done by now, or assigns to them. */
  private readPattern(node: acorn.Pattern, within: Scope, assigns: boolean): void {
    switch (node.type) {
      case "Identifier":
        if (assigns && this.mention(node, within, this.assigned)) note(this.free, node.name, node);
        break;
      case "AssignmentPattern":
        this.readPattern(node.left, within, assigns);
        this.read(node.right, within);
        break;
      case "RestElement":
        this.readPattern(node.argument, within, assigns);
        break;
      case "ArrayPattern":
        for (const element of node.elements) if (element) this.readPattern(element, within, assigns);
        break;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") this.readPattern(property, within, assigns);
          else {
            if (property.computed) this.read(property.key, within);
            this.readPattern(property.value, within, assigns);
          }
        }
        break;
      default:
        this.read(node, within); // a member, as in `[a.b] = c`
    }
  }

  /** Notes a name that nothing in the function declares, and says whether that is so. */
  private mention(node: acorn.Identifier, within: Scope, where: Map<string, number>): boolean {
    for (let at: Scope | null = within; at !== null; at = at.parent) if (at.names.has(node.name)) return false;
    if (node.name === "arguments") note(this.bound, "arguments", node);
    else note(where, node.name, node);
    return true;
  }
}

function note<K>(where: Map<K, number>, what: K, node: acorn.Node): void {
  if (!where.has(what)) where.set(what, node.loc?.start.line ?? 1);
}
