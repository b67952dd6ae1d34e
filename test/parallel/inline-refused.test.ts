// inline: what is refused when it is called, and in which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, named } from "offshoot";
import { inline } from "../../src/parallel/inline.ts";
import { thrown } from "../support/caught.ts";

const factor = 3;
const offset = 10;

function refused(make: () => unknown): string {
  return thrown(MisuseError, make).message;
}

test("a name that is missing is refused, with its line and the remedy", () => {
  assert.equal(
    refused(() => inline((a: number) => a * factor)),
    "inline: the function uses factor, which is not captured. Pass it: inline(f, { factor }).",
  );
  const scaled = (a: number): number => {
    const scaled = a * factor;
    return scaled + offset;
  };
  assert.equal(
    refused(() => inline(scaled)),
    'inline: "scaled" uses factor (line 2) and offset (line 3), which are not captured. Pass them: inline(f, { factor, offset }).',
  );
  assert.equal(
    refused(() => inline(scaled, { offset })),
    'inline: "scaled" uses factor (line 2), which is not captured. Pass it: inline(f, { offset, factor }).',
  );
});

test("a name that is captured for nothing is refused: it may be misspelt", () => {
  const f = (): number => factor;
  assert.equal(
    refused(() => inline(f, { factor, offset })),
    'inline: "f" does not use offset, which would be sent with each call for nothing. Remove it, or correct the name.',
  );
  assert.match(
    refused(() => inline(() => 1, { a: 1, b: 2, c: 3 })),
    /does not use a, b and c, which .* Remove them/,
  );
});

test("globals of this program alone are refused", () => {
  const world = globalThis as { onlyHere?: number };
  world.onlyHere = 1;
  try {
    const f = new Function("return onlyHere;") as () => number;
    assert.match(
      refused(() => inline(f)),
      /uses onlyHere \(line 3\), which is not captured.* If every thread sets onlyHere as a global, write globalThis\.onlyHere\.$/,
    );
  } finally {
    delete world.onlyHere;
  }
});

test("what a compiler or CommonJS has around a function is refused with a remedy of its own", () => {
  assert.match(
    refused(() => inline(new Function("return __awaiter(1);") as () => void)),
    /If a compiler has put __awaiter there, the function cannot travel as text: put it into a module, and use remote\(\)\.$/,
  );
  assert.match(
    refused(() => inline(new Function("return (0, offshoot_1.sleep)(1);") as () => void)),
    /If a compiler has put offshoot_1 there/,
  );
  assert.match(
    refused(() => inline(new Function("return require('fs') + __dirname;") as () => void)),
    /uses require \(line 3\) and __dirname \(line 3\), which only CommonJS modules have\. Write await import\(\.\.\.\) for require/,
  );
});

test("this, super, import.meta, arguments and eval are refused, with the reason", () => {
  const holder = {
    width: 1,
    arrow() {
      return (): unknown => this;
    },
    method(): number {
      return this.width;
    },
    above(): unknown {
      return super.toString;
    },
  };
  const table: readonly (readonly [f: () => unknown, expected: RegExp])[] = [
    [
      holder.arrow() as () => unknown,
      /the function uses this, which an arrow function takes from the code around it\. Pass/,
    ],
    [
      holder.method,
      /"method" uses this \(line 2\), which is undefined in a worker\. Pass what it needs as an argument/,
    ],
    [holder.above, /uses super \(line 2\), which belongs to the object .* use remote\(\)/],
    [(): string => import.meta.url, /uses import\.meta, .*inline\(f, \{ url: import\.meta\.url \}\)/],
    [new Function("return () => arguments")(), /uses arguments, .* Write \(\.\.\.args\) => instead/],
    [new Function("return eval('1')") as () => unknown, /uses eval \(line 3\), .* Write \(0, eval\)\(text\)/],
  ];
  for (const [f, expected] of table)
    assert.match(
      refused(() => inline(f)),
      expected,
    );
});

test("assigning to a variable around it is refused, captured or not", () => {
  let total = 0;
  const add = (n: number): void => {
    total += n;
  };
  const expected =
    'inline: "add" assigns to total (line 2), declared outside of it: that would change nothing here. Return the value, or use a shared object.';
  assert.equal(
    refused(() => inline(add)),
    expected,
  );
  assert.equal(
    refused(() => inline(add, { total })),
    expected,
  );
  assert.equal(total, 0);
});

test("what has no source that could be sent is refused", () => {
  const accessors = Object.getOwnPropertyDescriptor({ get width() { return 1; } }, "width"); // biome-ignore format: one thing
  const table: readonly (readonly [f: unknown, expected: RegExp])[] = [
    [Math.max, /"max" is native or a proxy, and has no source\. Call it in a function of your own\./],
    [named("x", () => 1).bind(null), /"bound x" is bound, .* Give the function itself/],
    [new Proxy(() => 1, {}), /is native or a proxy/],
    [class Picture {}, /"Picture" is a class\. Give a function that makes one/],
    [accessors?.get, /"get width" is a getter or setter\. Give a function\./],
    [async function* lines() {}, /"lines" is an async generator\. Write function\* and yield\* operations/],
    [
      new Function("o", "with (o) return 1;"),
      /cannot be compiled on its own, in strict mode: 'with' in strict mode \(line 3\)\. Put it into a module/,
    ],
    [1, /inline: expected a function, got a number \(1\)\./],
    [undefined, /inline: expected a function, got undefined\./],
    [inline(() => 1), /is for workers as it is\. Give it to the pool without inline\(\)\./],
  ];
  for (const [f, expected] of table)
    assert.match(
      refused(() => inline(f as () => unknown)),
      expected,
    );
});

test("captures are a record of names", () => {
  for (const wrong of [[1], 1, "factor", null]) {
    assert.match(
      refused(() => inline(() => 1, wrong as never)),
      /what is captured must be an object with the names as keys, got .* Write inline\(f, \{ factor \}\)\./,
    );
  }
});

test("functions, classes and modules cannot be captured", async () => {
  const helper = (): number => 1;
  class Picture {}
  const offshoot = await import("offshoot");
  const f = (): unknown => [helper, Picture];
  assert.equal(
    refused(() => inline(f, { helper, Picture })),
    'inline: helper is a function "helper", and functions cannot be captured. Write it inside "f", or put both into a module and use remote().',
  );
  assert.match(
    refused(() => inline(() => offshoot.sleep(1), { offshoot })),
    /offshoot is a module, which cannot be captured\. Capture what the function needs of it by name/,
  );
});
