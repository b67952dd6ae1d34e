// What a function takes from the code around it: a long table of functions, each with the names that are free in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Variables } from "../../src/parallel/free-variables.ts";
import { readingOf } from "../../src/parallel/reading.ts";

function variablesOf(source: string): Variables {
  const reading = readingOf(new Function(`return (${source});`)());
  assert.ok(reading.is === "function", `${source}: ${JSON.stringify(reading)}`);
  return reading.variables;
}

/** The lists are in the order of the first mention. */
function expectFree(table: readonly (readonly [source: string, free: string])[]): void {
  for (const [source, free] of table)
    assert.equal([...variablesOf(source).free.keys()].join(" "), free, `free in ${source}`);
}

test("parameters, and what the body declares, are not free", () => {
  expectFree([
    ["(a, b) => a * b", ""],
    ["(a, b) => a * b + c", "c"],
    ["a => a", ""],
    ["() => a", "a"],
    ["async a => await a", ""],
    ["async () => await a", "a"],
    ["function () { return a; }", "a"],
    ["function f(a) { return f(a); }", ""],
    ["function* (a) { yield a; yield* b; }", "b"],
    ["(...rest) => rest", ""],
    ["({ a, b: c, ...d }) => [a, c, d, b]", "b"],
    ["([a, , b, ...c]) => [a, b, c]", ""],
    ["({ a: { b: [c] } }) => [a, b, c]", "a b"],
    ["() => { const a = 1; let b; var c; return [a, b, c, d]; }", "d"],
    ["() => { const { a, b: [c] = d, ...e } = f; return [a, b, c, e]; }", "d f b"],
    ["() => { function g() {} class C {} return [g, C]; }", ""],
    ["() => undefined", "undefined"],
    ["() => console.log(a)", "console a"],
  ]);
});

test("a default value sees the parameters, and nothing of the body", () => {
  expectFree([
    ["(a, b = a) => b", ""],
    ["(a = b, b) => a", ""],
    ["(a = b) => a", "b"],
    ["(a = b) => { var b; return a; }", "b"],
    ["(a = b) => { let b; return a; }", "b"],
    ["(a = b) => { function b() {} return a; }", "b"],
    ["({ a = b } = c) => a", "b c"],
    ["([a = b] = c) => a", "b c"],
    ["({ [k]: a }) => a", "k"],
    ["(a, { [a]: b }) => b", ""],
    ["(a = () => c) => { var c; return a; }", "c"],
    ["(a) => { var a; return a; }", ""],
    ["(f = function g() { return g; }) => g", "g"],
  ]);
});

test("var belongs to the function, and everything else to its block", () => {
  expectFree([
    ["() => { a = 1; var a; }", ""],
    ["() => { { var a; } return a; }", ""],
    ["() => { if (x) { for (;;) { try { var a; } finally {} } } return a; }", "x"],
    ["() => { { let a; } return a; }", "a"],
    ["() => { { const a = 1; } return a; }", "a"],
    ["() => { { class A {} } return A; }", "A"],
    ["() => { 'use strict'; { function g() {} } return g; }", "g"],
    ["() => { a; let a; }", ""],
    ["() => { a(); function a() {} }", ""],
    ["() => { function g() { var a; } return a; }", "a"],
    ["() => { const g = () => { var a; }; return a; }", "a"],
    ["() => { for (var a of b) {} return a; }", "b"],
    ["() => { for (var a in b) {} return a; }", "b"],
    ["() => { for (var i = 0, n = m; i < n; i++) {} return i; }", "m"],
    ["() => { label: { var a; } return a; }", ""],
    ["() => { switch (1) { case 1: var a; } return a; }", ""],
    ["() => { do var a; while (0); return a; }", ""],
    ["() => { class C { static { var a; } } return a; }", "a"],
    ["() => { class C { static { a; var a; let b; b; } } }", ""],
    ["() => { var { a, b: [c] } = d; var e; return () => [a, c, e]; }", "d"],
  ]);
});

test("loops, switches and catch clauses have blocks of their own", () => {
  expectFree([
    ["() => { for (let i = 0; i < 3; i++) i; return i; }", "i"],
    ["() => { for (const a of b) a; return a; }", "b a"],
    ["() => { for (const a of a) {} }", ""], // in its dead zone, but not ours
    ["() => { for (const { a = c } of b) a; }", "c b"],
    ["() => { for (a of b) {} }", "a b"],
    ["() => { for (a.b in c) {} }", "a c"],
    ["() => { for ([a, b.c] of d) {} }", "a b d"],
    ["async () => { for await (const a of b) a; }", "b"],
    ["() => { for (;;) { const a = 1; break; } return a; }", "a"],
    ["() => { switch (a) { case b: let c; default: c; } return c; }", "a b c"],
    ["() => { switch (0) { case a: let a; } }", ""],
    ["() => { try {} catch (e) { e; } return e; }", "e"],
    ["() => { try {} catch { e; } }", "e"],
    ["() => { try {} catch ({ a, b = c }) { a; b; } }", "c"],
    ["() => { try {} catch (e) { let f; } finally { f; } }", "f"],
    ["() => { while (a) { let a; } }", "a"],
    ["() => { if (a) b; else c; }", "a b c"],
  ]);
});

test("functions and classes see their own name inside", () => {
  expectFree([
    ["() => { const g = function h() { return h; }; return h; }", "h"],
    ["() => (function h() { return h; })", ""],
    ["() => (class C { m() { return C; } })", ""],
    ["() => { const D = class C {}; return C; }", "C"],
    ["() => { class C { static a = C; b = new C(); } }", ""],
    ["() => { class C extends B {} }", "B"],
    ["() => { class C extends f(C) {} }", "f"],
    ["() => { class C { [k] = v; static [s]() { return w; } } }", "k v s w"],
    ["() => { class C { #p = a; has(o) { return #p in o; } get(o) { return o.#p; } } }", "a"],
    ["() => { class C { static { a; } } }", "a"],
    ["() => { class C { get a() { return b; } set a(v) { c = v; } } }", "b c"],
    ["function f() { return () => f; }", ""],
    ["function f(f) { return f; }", ""],
    ["() => { let f = () => f; }", ""],
  ]);
});

test("keys, members, labels and keywords are no variables", () => {
  expectFree([
    ["() => ({ a: 1, b: c, [d]: e, f() { return g; }, get h() { return i; } })", "c d e g i"],
    ["() => ({ a })", "a"],
    ["() => ({ ...a })", "a"],
    ["() => a.b.c[d].e", "a d"],
    ["() => a?.b?.[c]?.(d)", "a c d"],
    ["() => { a: for (;;) { b: for (;;) { continue a; break b; } } }", ""],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is in the source
    ["() => `x ${a} y ${`${b}`}`", "a b"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is in the source
    ["() => a`x ${b}`", "a b"],
    ["function () { return new.target; }", ""],
    ["() => /a/u.test(b)", "b"],
    ["() => { debugger; 'use strict'; }", ""],
    ["() => async () => { await a; }", "a"],
    ["() => new A(...b)", "A b"],
    ["() => (a, b, c ? d : e, !f, g && h, i ?? j, k in l)", "a b c d e f g h i j k l"],
    ["async () => { const a = await import('x'); return a.b; }", ""],
    ["(a) => import(a + b)", "b"],
    ["function get(a) { return get; }", ""],
    ["({ async: a, of, get, set, static: b, from }) => [a, of, get, set, b, from]", ""],
    ["(\\u0061) => a + \\u0062", "b"],
    ["(größe) => größe + 変数", "変数"],
  ]);
});

test("arguments belongs to functions that are no arrows", () => {
  expectFree([
    ["function () { return arguments; }", ""],
    ["function () { return () => arguments; }", ""],
    ["function (a = arguments) { return a; }", ""],
    ["() => function () { return arguments; }", ""],
    ["() => ({ m() { return arguments; } })", ""],
  ]);
  assert.deepEqual([...variablesOf("() => arguments").bound], [["arguments", 1]]);
  assert.deepEqual([...variablesOf("() => () =>\n arguments[0]").bound], [["arguments", 2]]);
});

test("assigning to what is not declared inside is noted", () => {
  const table: readonly (readonly [source: string, assigned: string])[] = [
    ["(a) => { a = 1; }", ""],
    ["() => { a = 1; }", "a"],
    ["() => { a += b; }", "a"],
    ["() => { a ??= b; }", "a"],
    ["() => a++", "a"],
    ["() => --a", "a"],
    ["() => { a.b = 1; a.b++; a[c] += 1; }", ""],
    ["() => { [a, b.c, ...d] = e; }", "a d"],
    ["() => { ({ a, b: c = d, e: f.g, ...h } = i); }", "a c h"],
    ["() => { for (a of b) {} }", "a"],
    ["() => { for (a in b) {} }", "a"],
    ["() => { for ({ a } of b) {} }", "a"],
    ["() => { var a; a = 1; }", ""],
    ["() => () => { a = 1; }", "a"],
    ["() => { let a; return () => { a = 1; }; }", ""],
    ["() => { ({ a: [b = c] } = d); }", "b"],
    ["function f() { f = 1; }", ""],
  ];
  for (const [source, assigned] of table) {
    const { assigned: found, free } = variablesOf(source);
    assert.equal([...found.keys()].join(" "), assigned, `assigned in ${source}`);
    for (const name of found.keys()) assert.ok(free.has(name), `${name} is free in ${source}`);
  }
});

test("typeof of a name is no use of it, but any other mention is", () => {
  const { free, probed } = variablesOf("() => typeof a === 'undefined' ? typeof b.c : typeof (d)");
  assert.deepEqual([...free.keys()], ["b"]);
  assert.deepEqual([...probed.keys()], ["a", "d"]);
  assert.deepEqual([...variablesOf("() => typeof a && a").free.keys()], ["a"]);
  assert.deepEqual([...variablesOf("(a) => typeof a").probed.keys()], []);
});

test("this and super are noted where they are those of the function itself", () => {
  const table: readonly (readonly [source: string, bound: string])[] = [
    ["() => this", "this"],
    ["() => () => this.a", "this"],
    ["function () { return this; }", "this"],
    ["function () { return () => this; }", "this"],
    ["function () { return function () { return this; }; }", ""],
    ["() => ({ m() { return this; }, get a() { return this; } })", ""],
    ["() => class { a = this; b = () => this; static { this.c = 1; } m() { return super.m; } }", ""],
    ["() => class { [this.k] = 1; }", "this"],
    ["() => class extends this.B {}", "this"],
    ["(a = this) => a", "this"],
    ["() => ({ m() { return super.m(); } })", ""],
    ["() => class extends Object { constructor() { super(); } }", ""],
  ];
  for (const [source, bound] of table)
    assert.equal([...variablesOf(source).bound.keys()].join(" "), bound, `bound in ${source}`);
});

test("a direct eval and import.meta are noted, an indirect eval is an ordinary function", () => {
  assert.deepEqual([...variablesOf("() => eval('a')").bound], [["eval", 1]]);
  assert.deepEqual([...variablesOf("() => (0, eval)('a')").bound], []);
  assert.deepEqual([...variablesOf("() => eval?.('a')").bound], []);
  assert.deepEqual([...variablesOf("() => globalThis.eval('a')").bound], []);
  const reading = readingOf(() => [
    //
    import.meta.url,
  ]);
  assert.ok(reading.is === "function");
  assert.deepEqual([...reading.variables.bound], [["import.meta", 3]]);
});

test("lines count from the first line of the function", () => {
  const { free } = variablesOf("function f() {\n  return [\n    a,\n    b, a];\n}");
  assert.deepEqual(
    [...free],
    [
      ["a", 3],
      ["b", 4],
    ],
  );
});
