// Loading the functions of modules, in a worker: what they are called with, and what is said of modules and exports that are wrong.
//
// own process: it has hooks, and starts a worker

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { sleep } from "offshoot";
import { loadingFailed } from "../../src/parallel/entry/failures.ts";
import { inline } from "../../src/parallel/inline.ts";
import { remote } from "../../src/parallel/remote.ts";
import { Loader } from "../support/loader.ts";
import type { AnyRemote } from "../support/remote.ts";

const image = remote<typeof import("./modules/image.ts")>(new URL("./modules/image.ts", import.meta.url));

/** Modules that the compiler would not have. */
const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module" }',
  "right.js": "export const f = (a) => a + 1; export { f as default, f as 'a b' };",
  "syntax.js": "export const f = 1;\nexport const x = ;\n",
  "above.js": 'import "./between.js";\nexport const f = () => 1;',
  "between.js": 'export * from "./syntax.js";',
  "typed.ts": "export const f = (a: number) => a;\nexport const x: = 1;",
  "enum.ts": "export enum Size { small }\nexport const f = () => 1;",
  "throws.js": 'export const f = () => 1;\n\nthrow new Error("not today");',
  "throws-text.js": 'throw "not today";',
  "parses.js": 'JSON.parse("{");',
  "deep.js": 'import "./throws.js";',
  "astray.js": 'import "./nowhere.js";',
  "astray-ts.js": 'import "./enum.js";',
  "package.js": 'import "no-such-package";',
  "wants.js": 'import { nothing } from "./right.js";\nnothing();',
  "old.ts": "",
  "exports.js":
    "export function resize() {}; export function crop() {}; export class Picture {}; export const rotated = 1; export let later; export async function* lines() {}",
  "many.js": Array.from({ length: 20 }, (_, i) => `export const e${i} = ${i};`).join("\n"),
  "empty.js": "",
  "view.tsx": "export const f = () => 1;",
  "legacy.cjs": "exports.f = (a) => a + 2; module.exports[['hid', 'den'].join('')] = (a) => a + 3;",
  "function.cjs": "module.exports = Object.assign((a) => a + 4, { chunk: (a) => a + 5 });",
  "broken.cjs": "exports.f = (;",
  "requires.cjs": "\nrequire('./broken.cjs');",
  "missing.cjs": "require('./nowhere.cjs');",
  "cjs/package.json": '{ "type": "commonjs" }',
  "cjs/exports.ts": "export const f = (a: number) => a;",
  "cjs/imports.ts": 'import { sep } from "node:path";\nexport const f = () => sep;',
  "cjs/right.mts": "export const f = (a: number) => a;",
  "cjs/exports.js": "export const f = 1;",
  "cjs/exports.cts": "export const f = 1;",
  "none/package.json": "{}",
  "none/exports.ts": "export const f = (a: number) => a + 6;",
  "node_modules/typed/package.json": '{ "type": "module" }',
  "node_modules/typed/index.ts": "export const f = (a: number) => a;",
};

let folder = "";
let loader: Loader;

before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "offshoot-modules-")));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  loader = new Loader();
});

after(async () => {
  await loader.end();
  rmSync(folder, { recursive: true });
});

function of(file: string, name = "f"): AnyRemote {
  const url = file.startsWith("data:") ? file : pathToFileURL(join(folder, file));
  return (remote(url) as Record<string, AnyRemote>)[name]!;
}

async function value(f: AnyRemote, ...args: unknown[]): Promise<unknown> {
  const told = await loader.ask(f, ...args);
  assert.equal(told.failure, undefined);
  return told.value;
}

/** What is said, with the folder left out. */
async function failure(file: string, name?: string): Promise<string> {
  const told = await loader.ask(of(file, name));
  assert.equal(told.failure?.code, "OFFSHOOT_ERR_MISUSE", JSON.stringify(told));
  return told.failure.message.replaceAll(`${folder}/`, "");
}

test("a function of a module is called with the arguments, without a this, and known by its kind", async () => {
  assert.deepEqual(await value(image.resize, 2, 3), ["plain", 6]);
  assert.deepEqual(await value(image.fetched, "x"), ["async", "fetched x"]);
  assert.deepEqual(await value(image.thisOf as AnyRemote), ["plain", "undefined"]);
  assert.deepEqual(await value(of("right.js"), 1), ["plain", 2]);
  assert.deepEqual(await value(of("right.js", "default"), 1), ["plain", 2]);
  assert.deepEqual(await value(of("right.js", "a b"), 1), ["plain", 2]);
});

test("modules of Node, data: URLs and CommonJS modules can be named too", async () => {
  assert.deepEqual(await value(remote<typeof import("node:path")>("node:path").basename as AnyRemote, "/a/b"), [
    "plain",
    "b",
  ]);
  assert.deepEqual(await value(of("data:text/javascript,export const f = (a) => -a;"), 1), ["plain", -1]);
  assert.deepEqual(await value(of("legacy.cjs"), 1), ["plain", 3]);
  assert.deepEqual(await value(of("legacy.cjs", "hidden"), 1), ["plain", 4]); // Node does not see that it is exported
  assert.deepEqual(await value(of("function.cjs", "default"), 1), ["plain", 5]);
  assert.deepEqual(await value(of("function.cjs", "chunk"), 1), ["plain", 6]);
});

test("an inline function is loaded in a worker, with captured values and exports of this package", async () => {
  const factor = 2;
  assert.deepEqual(
    await value(
      inline((a: number) => a * factor, { factor }),
      3,
    ),
    ["plain", 6],
  );
  assert.deepEqual(
    await value(
      inline((a: number) => typeof sleep(a), { sleep }),
      3,
    ),
    ["plain", "object"],
  );
  const importing = inline(async () => Object.keys(await import("./modules/loader.ts")));
  assert.deepEqual(await value(importing), ["async", []]);
});

test("a file that is not there is named, and so is what is there instead", async () => {
  const remedy = 'Write new URL("./...", import.meta.url), with the path as it is from the file that calls remote().';
  assert.equal(await failure("gone.js"), `remote: "f" of gone.js cannot be loaded: there is no gone.js. ${remedy}`);
  assert.equal(
    await failure("gone.ts"),
    `remote: "f" of gone.ts cannot be loaded: there is no gone.ts, nor gone.js beside it. ${remedy}`,
  );
  assert.match(
    await failure("old.js"),
    /there is no old\.js\. There is old\.ts: write that, in built code its \.js is found\./,
  );
});

test("a syntax error is told with its file and line, wherever it is", async () => {
  assert.equal(
    await failure("syntax.js"),
    `remote: "f" of syntax.js cannot be loaded: there is a syntax error at syntax.js:2: Unexpected token ';'.`,
  );
  assert.match(
    await failure("above.js"),
    /^remote: "f" of above\.js .* a syntax error at syntax\.js:2: Unexpected token ';'\.$/,
  );
  assert.match(await failure("typed.ts"), /there is a syntax error at typed\.ts:2: /);
  for (const name of ["broken.cjs", "requires.cjs"])
    assert.match(await failure(name), /there is a syntax error at broken\.cjs:1: Unexpected token ';'\./);
  assert.match(
    await failure("data:text/javascript,export const f = ;"),
    /it, or a module it imports, has a syntax error: Unexpected/,
  );
});

test("what a module throws while it is loaded is told with the line, and is the cause", async () => {
  assert.equal(
    await failure("throws.js"),
    `remote: "f" of throws.js cannot be loaded: it threw while it was loaded (throws.js:3): not today. The error is the cause of this one.`,
  );
  assert.match(await failure("deep.js"), /it threw while it was loaded \(throws\.js:3\): not today\./);
  assert.match(await failure("throws-text.js"), /it threw while it was loaded: not today\./);
  assert.match(await failure("parses.js"), /it threw while it was loaded \(parses\.js:1\): .*JSON/);
  assert.match(await failure("missing.cjs"), /it threw while it was loaded \(missing\.cjs:1\): Cannot find module/);
  assert.equal((await loader.ask(of("throws.js"))).failure?.cause, "Error: not today");
});

test("an import that leads nowhere is told, with who wants what", async () => {
  assert.equal(
    await failure("astray.js"),
    `remote: "f" of astray.js cannot be loaded: an import fails: Cannot find module 'nowhere.js' imported from ${join(folder, "astray.js")}. Correct that import.`.replaceAll(
      `${folder}/`,
      "",
    ),
  );
  assert.match(
    await failure("astray-ts.js"),
    /an import fails: .*\. There is enum\.ts: Node takes names as written\.$/,
  );
  assert.match(
    await failure("package.js"),
    /an import fails: Cannot find package 'no-such-package' imported from package\.js/,
  );
  assert.match(
    await failure("wants.js"),
    /an import fails: The requested module '\.\/right\.js' does not provide an export named 'nothing' \(wants\.js:1\)/,
  );
});

test("an export that is not there is told, with the nearest name and the others", async () => {
  assert.equal(
    await failure("exports.js", "resise"),
    'remote: exports.js has no export "resise". Did you mean "resize"? It exports Picture, crop, later, lines, resize, rotated.',
  );
  assert.match(await failure("exports.js", "corp"), /Did you mean "crop"\?/);
  assert.match(await failure("exports.js", "paint"), /has no export "paint"\. It exports Picture/);
  assert.match(await failure("exports.js", "Rotated"), /has no export "Rotated"\. It exports/); // no function
  assert.equal(await failure("empty.js"), 'remote: empty.js has no export "f". It exports nothing.');
  assert.match(await failure("many.js"), /It exports e0, e1, .* and 8 more\.$/);
  assert.match(await failure("exports.js", "toString"), /has no export "toString"/);
});

test("an export that cannot be called is told as what it is", async () => {
  assert.equal(
    await failure("exports.js", "Picture"),
    'remote: "Picture" of exports.js is a class. Export a function that makes one and uses it.',
  );
  assert.equal(
    await failure("exports.js", "rotated"),
    'remote: "rotated" of exports.js is a number (1), not a function. Export a function that returns it.',
  );
  assert.match(await failure("exports.js", "later"), /"later" of exports\.js is undefined, not a function\./);
  assert.match(await failure("exports.js", "lines"), /is an async generator\. Write function\* and yield\* operations/);
});

test("a module that is taken for CommonJS is told, with how to make it one", async () => {
  assert.equal(
    await failure("cjs/exports.ts"),
    'remote: "f" of exports.ts cannot be loaded: cjs/exports.ts uses import or export, and Node takes it for CommonJS. To make it a module, write "type": "module" in cjs/package.json, or call it exports.mts.',
  );
  assert.match(
    await failure("cjs/imports.ts"),
    /cjs\/imports\.ts uses import or export, .* or call it imports\.mts\.$/,
  );
  assert.match(
    await failure("cjs/exports.js"),
    /write "type": "module" in cjs\/package\.json, or call it exports\.mjs\.$/,
  );
  assert.match(await failure("cjs/exports.cts"), /To make it a module, call it exports\.mts\.$/);
  assert.deepEqual(await value(of("cjs/right.mts"), 1), ["plain", 1]);
  assert.deepEqual(await value(of("none/exports.ts"), 1), ["plain", 7]); // Node looks at the text
});

test("TypeScript that Node cannot strip is told, with the way out", async () => {
  assert.match(
    await failure("enum.ts"),
    /TypeScript enum is not supported in strip-only mode \(enum\.ts:1\): Node only strips types\. Write erasable TypeScript/,
  );
  assert.match(
    await failure("node_modules/typed/index.ts"),
    /Node strips no types below node_modules\. Name the \.js of that package, or run Node with a loader/,
  );
  assert.match(
    await failure("view.tsx"),
    /Node cannot load \.tsx\. Build it to \.js, or run Node with a loader \(tsx: --import tsx\)\./,
  );
});

test("a Node that knows no TypeScript, or may not, is told from one that cannot find the file", () => {
  const unknown = (ending: string): TypeError =>
    Object.assign(new TypeError(`Unknown file extension "${ending}" for /app/image${ending}`), {
      code: "ERR_UNKNOWN_FILE_EXTENSION",
    });
  const said = (ending: string, node: string): string =>
    loadingFailed(unknown(ending), '"f" of image.ts', "file:///app/image.ts", node).message;
  const otherwise =
    'Build it to .js, or run Node with --import of a file that says: import { register } from "tsx/esm/api"; register().';
  for (const [ending, node] of [[".ts", "20.20.2"], [".mts", "22.17.1"]] as const) // biome-ignore format: a table
    assert.equal(
      said(ending, node),
      `remote: "f" of image.ts cannot be loaded: it needs Node 22.18 or newer to load ${ending}, this is ${node}. ${otherwise}`,
    );
  assert.match(
    said(".ts", "24.21.0"),
    /type stripping is switched off, and image\.ts needs it\. Run Node without --no-strip-types\. Otherwise: Build/,
  );
});

test("a module that was wrong, and has been put right, can be loaded if Node has forgotten it", async () => {
  assert.match(await failure("later.js"), /there is no later\.js/);
  writeFileSync(join(folder, "later.js"), "export const f = () => 'now';");
  assert.deepEqual(await value(of("later.js")), ["plain", "now"]);
});
