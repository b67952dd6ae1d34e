// inline: what is accepted does the same in a place that knows nothing of where it was written.

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { channel, group, MisuseError, Mutex, never, run, select, sleep } from "offshoot";
import { load } from "../../src/parallel/entry/modules.ts";
import { inline } from "../../src/parallel/inline.ts";
import { originOf, recipeOf } from "../../src/parallel/origin.ts";
import { thrown } from "../support/caught.ts";
import { type AnyRemote, call, loadedOf } from "../support/remote.ts";

const factor = 3;
const offset = 10;

test("a function that takes nothing from around it is called with its arguments", async () => {
  assert.equal(
    await call(
      inline((a: number, b = 2) => a * b),
      3,
    ),
    6,
  );
  assert.equal(
    await call(
      inline((...all: number[]) => all.length),
      1,
      2,
      3,
    ),
    3,
  );
  assert.equal(
    await call(
      inline(({ x: { y } }: { x: { y: number } }) => y),
      { x: { y: 7 } },
    ),
    7,
  );
  assert.equal(await call(inline(() => Math.max(1, 2) + Number(typeof Buffer === "function"))), 3);
});

test("captured values come with each call, in the order of the names", async () => {
  const f = inline((a: number) => a * factor + offset, { factor, offset });
  const [loaded, origin] = await loadedOf(f);
  assert.deepEqual(origin.captured, ["factor", "offset"]);
  assert.deepEqual(origin.capturedValues, [3, 10]);
  assert.equal(loaded.call([2], [3, 10]), 16);
  assert.equal(loaded.call([2], [4, 0]), 8);
});

test("captured objects are those that were given, not copies of then", async () => {
  const settings = { width: 1 };
  const { capturedValues } = originOf(
    inline(() => settings.width, { settings }),
    "test",
  );
  assert.equal(capturedValues[0], settings);
});

test("functions are told apart by text, name and captured names, and not by captured values", () => {
  const keyOf = (f: AnyRemote): string => originOf(f, "test").key;
  const make = (n: unknown): AnyRemote => inline((): unknown => n, { n });
  assert.equal(keyOf(make(1)), keyOf(make(2)));
  assert.notEqual(keyOf(make(1)), keyOf(make(sleep))); // an export stands for itself
  assert.notEqual(keyOf(make(sleep)), keyOf(make(select)));
  const same = { f: () => 1, g: () => 1 };
  assert.notEqual(keyOf(inline(same.f)), keyOf(inline(same.g)));
  assert.equal(keyOf(inline(same.f)), keyOf(inline(same.f)));
  assert.notEqual(keyOf(inline(() => 1)), keyOf(inline(() => 2)));
});

test("its kind is known before it is called", async () => {
  const kindOf = async (f: AnyRemote): Promise<string> => (await loadedOf(f))[0].kind;
  assert.equal(await kindOf(inline(() => 1)), "plain");
  assert.equal(await kindOf(inline(async () => factor, { factor })), "async");
  assert.equal(await kindOf(inline(function* () {})), "generator");
  assert.equal(await kindOf(inline(() => sleep(1), { sleep })), "plain");
});

test("functions of every form can be sent", async () => {
  const key = "computed";
  const object = {
    method(a: number): number {
      return a * factor;
    },
    async later(a: number): Promise<number> {
      return a * factor;
    },
    [key](a: number): number {
      return a * factor;
    },
    "quoted name"(a: number): number {
      return a * factor;
    },
    __proto__(a: number): number {
      return a * factor;
    },
    arrow: (a: number): number => a * factor,
    old: (a: number): number => a * factor,
  };
  class C {
    static method(a: number): number {
      return a * factor;
    }
    #hidden(a: number): number {
      return a * factor;
    }
    static hidden(): (a: number) => number {
      return new C().#hidden;
    }
    field = (a: number): number => a * factor;
  }
  function declared(a: number): number {
    return a < 0 ? declared(-a) : a * factor; // by its own name
  }
  const all = [...Object.values(object), C.method, C.hidden(), new C().field, declared];
  for (const f of all) assert.equal(await call(inline(f as (a: number) => number, { factor }), 2), 6, f.name);
  assert.equal(await call(inline(declared, { factor }), -2), 6);
  assert.equal(await call(inline(new Function("a", "return a + 1 // and that") as (a: number) => number), 1), 2);
});

test("it keeps its name, and its lines, in a stack", async () => {
  const failing = (depth: number): void => {
    throw new Error(`at depth ${depth + factor}`);
  };
  const error = (await call(inline(failing, { factor }), 1).catch((e: unknown) => e)) as Error;
  assert.match(error.stack ?? "", /at failing \(offshoot-inline:failing:2:\d+\)/);
  const unnamed = [() => new Error("x").stack];
  assert.match(String(await call(inline(unnamed[0]!))), /offshoot-inline:anonymous:1/);
});

test("a name that only a typeof asks for may be missing, or captured", async () => {
  const f = (): string => typeof (globalThis as { nowhere?: unknown }).nowhere + typeof factor;
  assert.equal(await call(inline(f)), "undefinedundefined");
  assert.equal(await call(inline(f, { factor })), "undefinednumber");
});

test("the helper by which compilers keep the names of inner functions is there", async () => {
  const f = new Function('const g = __name(() => 1, "kept"); return g.name + typeof g;') as () => string;
  assert.equal(await call(inline(f)), "keptfunction");
});

test("remote functions can be captured: they are data to whoever sends them", () => {
  const inner = inline(() => 1);
  const outer = inline((): unknown => inner, { inner });
  assert.deepEqual(originOf(outer, "test").capturedValues, [inner]);
});

test("exports of this package travel by name, under any name, and are not sent", async () => {
  const pause = sleep;
  const napping = inline(
    function* (ms: number) {
      const got = yield* select({ slept: pause(ms), never });
      return `${got.key} ${factor}`;
    },
    { pause, factor, select, never },
  );
  const { captured, library } = originOf(napping, "test");
  assert.deepEqual(captured, ["factor"]);
  assert.deepEqual(library, [
    ["pause", "sleep"],
    ["select", "select"],
    ["never", "never"],
  ]);
  assert.equal(await performed(napping, 0), "slept 3");
  const f = inline(
    function* (n: number) {
      const line = channel<number>(1);
      const mutex = new Mutex();
      return yield* group(function* (g) {
        g.go(function* () {
          yield* line.send(n * factor);
        });
        return yield* mutex.withLock(() => line.receive());
      });
    },
    { channel, Mutex, group, factor },
  );
  assert.equal(await performed(f, 2), 6);
});

async function performed(f: AnyRemote, ...args: unknown[]): Promise<unknown> {
  const [loaded, { capturedValues }] = await loadedOf(f);
  return run(() => loaded.call(args, capturedValues));
}

test("a function is loaded once, and then at once", async () => {
  const { capturedValues: _, ...recipe } = originOf(
    inline((ms: number) => sleep(ms), { sleep }),
    "test",
  );
  const first = load(recipe);
  assert.ok(first instanceof Promise);
  assert.equal(load(recipe), first);
  const loaded = await first;
  assert.equal(load(recipe), loaded);
  const plain = recipeOf(
    originOf(
      inline(() => 1),
      "test",
    ),
  );
  assert.equal(load(plain), load(structuredClone(plain)));
  assert.ok(!(load(plain) instanceof Promise));
});

test("import() in it resolves as in the file that calls inline", async () => {
  const f = inline(async (n: number) => {
    const { resize } = await import("./modules/image.ts");
    const { basename } = await import("node:path");
    const { sleep } = await import("offshoot");
    return `${resize(n, factor)} ${basename("/a/b")} ${typeof sleep}`;
  }, { factor }); // biome-ignore format: the function is what it is about
  const [, origin] = await loadedOf(f);
  assert.equal(dirname(origin.base ?? ""), import.meta.dirname);
  assert.equal(await call(f, 2), "6 b function");
  const failing = inline(async (): Promise<unknown> => {
    await import("./modules/image.ts");
    throw new Error("here");
  });
  const error = (await call(failing).catch((e: unknown) => e)) as Error;
  assert.match(error.stack ?? "", /offshoot-inline:anonymous:3:/);
  assert.equal(
    originOf(
      inline(() => 1),
      "test",
    ).base,
    null,
  );
});

test("import() works where the caller is no file", async () => {
  const give = runInNewContext("(inline, f) => inline(f)", {}, { filename: "nowhere" }) as (
    i: typeof inline,
    f: () => Promise<unknown>,
  ) => AnyRemote;
  const f = give(inline, async () => (await import("node:path")).sep);
  assert.equal(originOf(f, "test").base, join(process.cwd(), "inline"));
  assert.ok(["/", "\\"].includes((await call(f)) as string));
});

test("it is refused when it is called, or given to inline, and shows what it is", () => {
  const double = inline(function double(n: number) {
    return n * 2;
  });
  assert.equal(
    thrown(MisuseError, () => (double as unknown as () => void)()).message,
    "double is called through a pool. Write pool.run(double, ...).",
  );
  assert.equal((double as unknown as { name: string }).name, "double");
});
