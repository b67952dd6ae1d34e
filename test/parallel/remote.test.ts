// remote: which modules it takes, what it answers to which names, and which file is meant.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { MisuseError } from "offshoot";
import { isRemoteFunction, originOf, remoteFunctionFor } from "../../src/parallel/origin.ts";
import { remote } from "../../src/parallel/remote.ts";
import { thrown } from "../support/caught.ts";
import { call } from "../support/remote.ts";

type Image = typeof import("./modules/image.ts");
const where = new URL("./modules/image.ts", import.meta.url);
const image = remote<Image>(where);

/** For names that the type of a module does not have. */
const any = (module: object): Record<string, object> => module as Record<string, object>;
const moduleOf = (f: unknown): string | null => originOf(f, "test").module;
const refused = (make: () => unknown): string => thrown(MisuseError, make).message;

test("a function of a module has an origin, which names module and export", () => {
  assert.deepEqual(originOf(image.resize, "test"), {
    key: `${where.href}\nresize`,
    label: '"resize" of image.ts',
    module: where.href,
    name: "resize",
    source: null,
    captured: [],
    library: [],
    base: null,
    capturedValues: [],
  });
});

test("the same function is the same object, and has the same key from anywhere", () => {
  assert.equal(image.resize, image.resize);
  assert.equal(originOf(image.resize, "test"), originOf(image.resize, "test"));
  const again = remote<Image>(where.href);
  assert.notEqual(again.resize, image.resize);
  assert.equal(originOf(again.resize, "test").key, originOf(image.resize, "test").key);
  assert.notEqual(originOf(image.nap, "test").key, originOf(image.resize, "test").key);
});

test("a module is named by a URL, as an object or a string, or by an absolute path", () => {
  assert.equal(moduleOf(remote<Image>(where.href).resize), where.href);
  assert.equal(moduleOf(remote<Image>(fileURLToPath(where)).resize), where.href);
  assert.equal(moduleOf(any(remote(new URL("?v=1#x", where)))["f"]), `${where.href}?v=1#x`);
  assert.equal(moduleOf(any(remote("data:text/javascript,export"))["f"]), "data:text/javascript,export");
  assert.equal(moduleOf(any(remote("node:zlib"))["gzipSync"]), "node:zlib");
  assert.equal(moduleOf(any(remote(import.meta.resolve("acorn")))["parse"]), import.meta.resolve("acorn"));
});

test("what names no module is refused, with what to write instead", () => {
  const table: readonly (readonly [module: unknown, expected: string])[] = [
    [
      "./image.ts",
      'remote: "./image.ts" is relative to a file that is not known here. Write new URL("./image.ts", import.meta.url).',
    ],
    ["../image.ts", 'Write new URL("../image.ts", import.meta.url).'],
    ["sharp", 'remote: "sharp" is no URL. Write import.meta.resolve("sharp") for a package, new URL("./sharp", '],
    ["@scope/a", 'Write import.meta.resolve("@scope/a") for a package'],
    ["https://x.org/a.js", "remote: workers cannot import https://x.org/a.js. Give a file:, data: or node: URL."],
    [new URL("blob:nodedata:1"), "remote: workers cannot import blob:nodedata:1."],
    ["file://elsewhere/a.js", "remote: file://elsewhere/a.js is the URL of no file: "],
    ["", 'remote: "" is no URL.'],
    [undefined, 'remote: expected the URL of a module, got undefined. Write new URL("./module.ts", import.meta.url).'],
    [() => import("./modules/image.ts"), "remote: expected the URL of a module, got a function"],
    [import("./modules/image.ts"), "remote: expected the URL of a module, got a Promise."],
  ];
  for (const [module, expected] of table) {
    const message = refused(() => remote(module as URL));
    assert.ok(message.includes(expected), message);
  }
});

test("it can be awaited, printed, turned into text and looked into like any value", async () => {
  assert.equal(await image, image);
  assert.equal("then" in image, false);
  assert.equal("resize" in image, true);
  assert.equal(any(image)["then"], undefined);
  assert.equal((image as unknown as Record<symbol, unknown>)[Symbol.iterator], undefined);
  assert.equal(Symbol.iterator in image, false);
  assert.deepEqual(Object.keys(image), []);
  assert.equal(String(image), "[remote image.ts]");
  assert.equal(inspect(image), "[remote image.ts]");
  assert.equal(inspect({ resize: image.resize }), '{ resize: ["resize" of image.ts] }');
  assert.equal(JSON.stringify({ image, resize: image.resize }), '{"image":"[remote image.ts]"}');
  assert.ok(isRemoteFunction(any(image)["toJSON"])); // which a module may well export
  assert.throws(() => Object.assign(image, { resize: 1 }), TypeError);
  assert.throws(() => Object.defineProperty(image, "resize", { value: 1 }), TypeError);
});

test("a function of a module that is called directly says how it is called", () => {
  const direct = (f: unknown): string => refused(() => (f as (n: number) => void)(1));
  assert.equal(direct(image.resize), "image.resize is called through a pool. Write pool.run(image.resize, ...).");
  assert.match(direct(any(image)["a b"]), /^image\["a b"\] is called through a pool\./);
  assert.match(direct(any(remote("data:text/javascript,"))["default"]), /^data\.default is called through a pool\./);
});

test("whoever takes remote functions says what it was given instead", () => {
  const refusedBy = (value: unknown): string => refused(() => originOf(value, "Pool.run"));
  const named = 'remote<typeof import("./work.ts")>(new URL("./work.ts", import.meta.url)).name';
  assert.equal(
    refusedBy(function resize() {}),
    `Pool.run: expected a function that workers can call, got a function "resize" of this thread. Write inline(f), or put it into a module and write ${named}.`,
  );
  assert.equal(
    refusedBy(image),
    "Pool.run: expected a function that workers can call, got the module image.ts. Name one of its functions after a dot.",
  );
  assert.equal(
    refusedBy("./image.ts"),
    `Pool.run: expected a function that workers can call, got a string (./image.ts). Write ${named}, or inline(f).`,
  );
  for (const value of [undefined, null, {}, [], 1, Symbol("x"), where]) assert.match(refusedBy(value), /^Pool\.run: /);
});

test("an origin that has come from another thread makes a remote function again", async () => {
  const origin = structuredClone(originOf(image.resize, "test"));
  const f = remoteFunctionFor(origin);
  assert.equal(originOf(f, "test"), origin);
  assert.equal(await call(f, 2, 3), 6);
  assert.equal(inspect(f), '["resize" of image.ts]');
});

test("where a source is not there, its built file is meant; that is looked up at the first call", () => {
  const folder = mkdtempSync(join(tmpdir(), "offshoot-remote-"));
  try {
    const at = (name: string): URL => new URL(name, `${pathToFileURL(folder)}/`);
    const early = any(remote(at("a.ts")));
    for (const name of ["a.js", "b.mjs", "c.cjs", "d.js", "e.ts", "e.js"]) writeFileSync(join(folder, name), "");
    assert.equal(moduleOf(early["f"]), at("a.js").href);
    assert.equal(originOf(early["f"], "test").label, '"f" of a.js');
    assert.equal(moduleOf(any(remote(at("b.mts")))["f"]), at("b.mjs").href);
    assert.equal(moduleOf(any(remote(at("c.cts")))["f"]), at("c.cjs").href);
    assert.equal(moduleOf(any(remote(at("d.tsx?v=1")))["f"]), at("d.js?v=1").href);
    assert.equal(moduleOf(any(remote(at("e.ts")))["f"]), at("e.ts").href); // as this Node can load it
    assert.equal(moduleOf(any(remote(at("f.ts")))["f"]), at("f.ts").href); // neither is there: so the worker says
    assert.equal(moduleOf(any(remote(at("f.js")))["f"]), at("f.js").href);
    rmSync(join(folder, "a.js"));
    assert.equal(moduleOf(early["g"]), at("a.js").href); // decided once
  } finally {
    rmSync(folder, { recursive: true });
  }
});
