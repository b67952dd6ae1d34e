// How the source of a function is read: methods, what has no source, and texts that were seen before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readingOf } from "../../src/parallel/reading.ts";

test("methods are read as they were written in an object or a class", () => {
  const k = "computed";
  class C {
    #secret(a: number): number {
      return a + Number(k);
    }
    static secretOf(c: C): (a: number) => number {
      return c.#secret;
    }
    get(): string {
      return k;
    }
    static async *none(): AsyncGenerator<string> {
      yield k;
    }
    async later(): Promise<string> {
      return this.get();
    }
  }
  const object = {
    plain(a: number): number {
      return a;
    },
    *generator(): Generator<string> {
      yield k;
    },
    async [k](): Promise<string> {
      return k;
    },
    "quoted name"(): string {
      return k;
    },
    12: (): string => k,
    async(): string {
      return k;
    },
    function(): string {
      return k;
    },
    self(): unknown {
      return super.toString;
    },
  };
  const free = (f: (...args: never) => unknown): string[] => {
    const reading = readingOf(f);
    assert.ok(reading.is === "function");
    return [...reading.variables.free.keys()];
  };
  assert.deepEqual(free(C.secretOf(new C())), ["Number", "k"]);
  assert.deepEqual(free(new C().get), ["k"]);
  assert.deepEqual(free(object.plain), []);
  assert.deepEqual(free(object.generator), ["k"]);
  assert.deepEqual(free(object[k]), ["k"]); // the body; the key has been computed
  for (const f of [object["quoted name"], object[12], object.async, object.function]) assert.deepEqual(free(f), ["k"]);
  assert.deepEqual(readingOf(C.none), { is: "async generator" });
  for (const [f, bound] of [
    [new C().later, "this"],
    [object.self, "super"],
  ] as const) {
    const reading = readingOf(f);
    assert.ok(reading.is === "function");
    assert.deepEqual([...reading.variables.bound.keys()], [bound]);
  }
});

test("what has no source of its own is told apart", () => {
  class C {}
  const accessors = Object.getOwnPropertyDescriptor({ get a() { return 1; } }, "a"); // biome-ignore format: one thing
  const setter = Object.getOwnPropertyDescriptor({ set a(_value: number) {} }, "a");
  const is = (f: unknown): string => readingOf(f as () => void).is;
  assert.equal(is(Math.max), "native");
  assert.equal(is((() => 1).bind(null)), "native");
  assert.equal(is(new Proxy(() => 1, {})), "native");
  assert.equal(is(C), "class");
  assert.equal(is(class extends C {}), "class");
  assert.equal(is(accessors?.get), "accessor");
  assert.equal(is(setter?.set), "accessor");
  assert.equal(
    is(async function* () {}),
    "async generator",
  );
  const sloppy = readingOf(new Function("o", "with (o) return x;") as () => void);
  assert.deepEqual(sloppy, { is: "unparsable", message: "'with' in strict mode", line: 3 });
});

test("a text is parsed once, also for functions that are different objects", () => {
  const make = (): (() => number) => () => 1;
  assert.notEqual(make(), make());
  assert.equal(readingOf(make()), readingOf(make()));
});
