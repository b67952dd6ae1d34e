// Errors that cross threads: their class, fields, causes and stack are there; what cannot travel is replaced by what it looks like.

import assert from "node:assert/strict";
import { test } from "node:test";
import { types } from "node:util";
import { runInNewContext } from "node:vm";
import * as base from "../../src/base/errors.ts";
import { decode, encode } from "../../src/parallel/codec.ts";
import { registerError } from "../../src/parallel/error-classes.ts";
import { encodeError, tellPlaces } from "../../src/parallel/error-codec.ts";
import { LOADER, shared, UNLOADER } from "../support/carrying.ts";
import { thrown } from "../support/caught.ts";

const carry = <E>(error: E): E => decode(shared(encodeError(error, LOADER)), UNLOADER) as E;

/** Every own field, with how it is declared. */
const fieldsOf = (error: object): unknown =>
  Object.getOwnPropertyNames(error)
    .sort()
    .map((key) => {
      const { enumerable } = Object.getOwnPropertyDescriptor(error, key) as PropertyDescriptor;
      return [key, enumerable, (error as Record<string, unknown>)[key]];
    });

function assertCarried(error: Error): void {
  const back = carry(error);
  assert.equal(Object.getPrototypeOf(back), Object.getPrototypeOf(error));
  assert.deepEqual([back.name, back.message, back.stack], [error.name, error.message, error.stack]);
  assert.deepEqual(fieldsOf(back), fieldsOf(error));
}

test("errors of every built-in class come back as themselves", () => {
  for (const Builtin of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    const error = new Builtin("message");
    assertCarried(error);
    assert.ok(types.isNativeError(carry(error)));
  }
  assertCarried(new Error());
  assertCarried(new Error("with a cause", { cause: { code: 5 } }));
  assertCarried(new Error("with none", { cause: undefined }));
  assertCarried(new AggregateError([], "none"));
});

test("a DOMException comes back as one, with its code", () => {
  for (const name of ["AbortError", "TimeoutError", "DataCloneError"]) {
    const error = new DOMException("message", name);
    const back = carry(error);
    assert.ok(back instanceof DOMException);
    assert.deepEqual([back.name, back.message, back.code, back.stack], [name, "message", error.code, error.stack]);
  }
  const aborted = carry(AbortSignal.abort().reason as DOMException);
  assert.deepEqual([aborted.name, aborted.code], ["AbortError", 20]);
});

test("errors of the library come back as themselves, with their hidden fields", () => {
  const task = { id: 3, name: "worker" };
  const access = { task: "task #1", operation: "cell.get", stack: ["a (file:1:2)"], spawned: null } as const;
  const errors: readonly base.OffshootError[] = [
    new base.OffshootError("OFFSHOOT_ERR_TEST", "message", { task }),
    new base.Cancelled({ why: "because" }, { task }),
    base.Cancelled.of("without a stack"),
    new base.TaskCancelledError("message", new RangeError("reason")),
    new base.TimeoutError("message"),
    new base.ClosedError("message", "receiver", { task, cause: new Error("cause") }),
    base.EndOfChannel.of("message"),
    new base.DeadlockError("message", "report"),
    new base.LeakError("message", "report"),
    new base.RaceError("message", [access, access]),
    new base.MisuseError("message", { task }),
    new base.WorkerError("message", 3, { cause: new Error("cause") }),
    new base.PoisonedError("message"),
  ];
  for (const error of errors) {
    assertCarried(error);
    assert.ok(carry(error) instanceof (error.constructor as typeof Error));
  }
});

test("no class of the library is forgotten", () => {
  const classes = Object.values<unknown>(base).filter((value) => typeof value === "function") as (typeof Error)[];
  const errors = classes.filter((value) => value.prototype instanceof Error);
  assert.ok(errors.length >= 10);
  for (const { prototype } of errors)
    assert.equal(Object.getPrototypeOf(carry(Object.setPrototypeOf(new Error("message"), prototype))), prototype);
});

test("own fields come back as they were declared, but for symbols", () => {
  const error = Object.assign(new Error("message"), {
    code: "E_CODE",
    errno: -2,
    details: { list: [1, { two: 2n }] },
    [Symbol("s")]: 1,
  });
  Object.defineProperty(error, "hidden", {
    value: new Map([[1, 2]]),
    enumerable: false,
    configurable: true,
    writable: true,
  });
  assertCarried(error);
  class Declared extends Error {
    override readonly name = "Declared";
    override readonly message = "declared";
  }
  const back = carry(new Declared());
  assert.deepEqual([back.name, back.message, Object.keys(back)], ["Declared", "declared", ["name", "message"]]);
});

test("an error of a class nobody has registered is one of the nearest known class, with its name", () => {
  class HttpError extends RangeError {
    readonly status: number;
    constructor(status: number) {
      super("failed");
      this.name = "HttpError";
      this.status = status;
    }
  }
  const back = carry(new HttpError(404));
  assert.equal(Object.getPrototypeOf(back), RangeError.prototype);
  assert.deepEqual([back.name, back.message, back.status], ["HttpError", "failed", 404]);
  class Named extends base.ClosedError {
    override get name(): string {
      return "Named";
    }
  }
  const named = carry(new Named("message", "sender"));
  assert.ok(named instanceof base.ClosedError);
  assert.deepEqual([named.name, named.by, Object.keys(named)], ["Named", "sender", []]);
});

test("an error of a registered class is one of it, made without its constructor", () => {
  let made = 0;
  class QueryError extends TypeError {
    readonly query: string;
    readonly #secret = 1;
    constructor(query: string) {
      super(`in ${query}`);
      made++;
      this.query = query;
    }
    get upper(): string {
      return this.query.toUpperCase();
    }
    has(): boolean {
      return #secret in this;
    }
  }
  class Deeper extends QueryError {}
  registerError(QueryError, QueryError);
  const back = carry(new QueryError("select"));
  assert.ok(back instanceof QueryError);
  assert.deepEqual(
    [back.message, back.upper, back.has(), made, types.isNativeError(back)],
    ["in select", "SELECT", false, 1, true],
  );
  assert.equal(Object.getPrototypeOf(carry(new Deeper("x"))), QueryError.prototype);
});

test("a class is registered where the error arrives, whether or not it was where it was thrown", () => {
  const declare = (): (new (message: string) => Error) => class Twin extends Error {};
  const [There, Here] = [declare(), declare()];
  registerError(Here);
  assert.ok(carry(new There("message")) instanceof Here);
});

test("a user's class that is called as one of ours, or as a built-in one, is neither", () => {
  class TimeoutError extends Error {}
  const Aggregate = Object.defineProperty(class extends Error {}, "name", { value: "AggregateError" });
  assert.equal(Object.getPrototypeOf(carry(new TimeoutError("message"))), Error.prototype);
  assert.equal(Object.getPrototypeOf(carry(new Aggregate("message"))), Error.prototype);
});

test("errors of another copy of the package are errors of this one", () => {
  class ClosedError extends Error {
    readonly by = "receiver";
  }
  Object.defineProperty(ClosedError.prototype, Symbol.for("offshoot.error.OFFSHOOT_ERR_CLOSED"), { value: true });
  const back: unknown = carry(new ClosedError("message"));
  assert.ok(back instanceof base.ClosedError);
  assert.equal(back.by, "receiver");
});

test("registerError refuses what is no class of errors, has no name, or has that of another", () => {
  const refusal = (...classes: unknown[]): string =>
    thrown(base.MisuseError, () => registerError(...(classes as (typeof Error)[]))).message;
  const expected = "registerError: expected classes that extend Error, got";
  assert.equal(refusal(class Plain {}), `${expected} a function "Plain". Give it the class itself.`);
  assert.equal(refusal(new Error("x")), `${expected} an Error. Give it the class itself.`);
  assert.equal(refusal(undefined), `${expected} undefined. Give it the class itself.`);
  assert.equal(
    refusal((() => class extends Error {})()),
    "registerError: a class has no name, and errors are told by the names of their classes. Give it one.",
  );
  registerError(class Doubled extends Error {});
  assert.equal(
    refusal(class Doubled extends Error {}),
    'registerError: there is another class "Doubled". Errors are told by the names of their classes: rename one.',
  );
});

test("causes come back as a chain, and in circles", () => {
  const error = new Error("outer", { cause: new TypeError("middle", { cause: new base.TimeoutError("inner") }) });
  const middle = carry(error).cause as Error;
  assert.ok(middle instanceof TypeError);
  assert.ok(middle.cause instanceof base.TimeoutError);
  const ring = new Error("ring");
  ring.cause = { because: [ring] };
  const back = carry(ring);
  assert.equal((back.cause as { because: unknown[] }).because[0], back);
});

test("an AggregateError keeps each of its errors, and what else was thrown", () => {
  const shared = new Error("shared");
  const error = new AggregateError(
    [shared, new TypeError("second"), "text", undefined, () => {}, { f() {} }, shared],
    "several",
  );
  const back = carry(error);
  assert.equal(back.message, "several");
  assert.deepEqual(
    [back.errors[0] === back.errors[6], back.errors[0].message, back.errors[1] instanceof TypeError],
    [true, "shared", true],
  );
  assert.deepEqual(back.errors.slice(2, 6), ["text", undefined, "[Function (anonymous)]", "{ f: [Function: f] }"]);
});

test("a long chain of causes comes to an end", () => {
  let error = new Error("first");
  for (let i = 0; i < 100_000; i++) error = new Error(`after ${i}`, { cause: error });
  let depth = 0;
  for (let back: unknown = carry(error); back instanceof Error; back = back.cause) {
    assert.match(back.message, /^after \d+$/);
    depth++;
  }
  assert.equal(depth, 51);
});

test("a field that cannot travel is replaced by what it looks like, and the others stay", () => {
  const socket = { handler: function onData() {}, open: true };
  const error = Object.assign(new Error("message"), { socket, port: 80, weak: new WeakSet(), tag: Symbol("tag") });
  const back = carry(error) as unknown as Record<string, unknown>;
  assert.deepEqual(
    { ...back },
    {
      socket: "{ handler: [Function: onData], open: true }",
      port: 80,
      weak: "WeakSet { <items unknown> }",
      tag: "Symbol(tag)",
    },
  );
  const shy = new Error("shy");
  Object.defineProperty(shy, "field", { enumerable: true, get: () => { throw new Error("not you"); } }); // biome-ignore format: one line
  assert.match((carry(shy) as unknown as { field: string }).field, /^\[cannot be read: Error: not you/);
});

test("errors inside other values travel with them, and never refuse them", () => {
  const failed = Object.assign(new TypeError("failed"), { retry: () => {} });
  const value = { results: [1, failed], again: failed };
  const back = decode(encode(value, LOADER, "test"), UNLOADER) as typeof value;
  assert.ok(back.again instanceof TypeError);
  assert.equal(back.results[1], back.again);
  assert.equal(back.again.retry as unknown, "[Function: retry]");
  assert.throws(() => encode([failed, () => {}], LOADER, "Test"), { message: /^Test: the value\[1\] is a function/ });
});

test("encoding errors whose fields lead to each other costs no more than there is", () => {
  let reads = 0;
  const root = { errors: [] as Error[], get counted() { return ++reads; } }; // biome-ignore format: one line
  for (let i = 0; i < 300; i++) root.errors.push(Object.assign(new Error(`error ${i}`), { root, own: { i } }));
  const back = decode(encode(root, LOADER, "test"), UNLOADER) as typeof root & { errors: { root: object }[] };
  assert.equal(back.errors[299]?.root, back);
  assert.equal(reads, 1);
});

test("what is thrown without being an error survives, or what it looks like does", () => {
  for (const value of ["text", 5, undefined, null, { code: 1 }, [1, [2]]])
    assert.deepEqual(carry<unknown>(value), value);
  assert.equal(
    carry<unknown>(function thrower() {}),
    "[Function: thrower]",
  );
  assert.equal(carry<unknown>(Symbol("s")), "Symbol(s)");
  assert.equal(carry<unknown>({ f() {} }), "{ f: [Function: f] }");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(carry<unknown>(proxy), "<Revoked Proxy>");
  assert.equal((carry<unknown>({ text: "x".repeat(9_000), f() {} }) as string).length, 2_003);
});

test("an error that cannot be told is an error all the same", () => {
  let calls = 0;
  const fickle = new Error("fickle");
  Object.defineProperty(fickle, "field", { enumerable: true, get: () => (calls++ > 0 ? () => {} : { get a() { return calls++ > 1 ? () => {} : 1; } }) }); // biome-ignore format: one line
  assert.equal(carry(fickle).message, "fickle");
  const { proxy, revoke } = Proxy.revocable(new Error("proxied"), {});
  revoke();
  assert.equal(carry<unknown>(proxy), "<Revoked Proxy>");
  const refusing = { ...LOADER, refer: () => assert.fail("no") };
  assert.equal(decode(encodeError(new Error("plain"), refusing), UNLOADER) instanceof Error, true);
});

test("errors of another context of node:vm are errors here", () => {
  const back: unknown = carry(runInNewContext("Object.assign(new TypeError('foreign'), { code: 5 })"));
  assert.ok(back instanceof TypeError);
  assert.deepEqual([back.message, (back as TypeError & { code: number }).code], ["foreign", 5]);
});

test("an error made the old way, by its prototype only, is an error here", () => {
  function OldError(this: Error): void {
    this.message = "old";
  }
  OldError.prototype = Object.create(Error.prototype, { name: { value: "OldError" } });
  const back = carry(Reflect.construct(OldError, []) as Error);
  assert.ok(back instanceof Error);
  assert.deepEqual([back.name, back.message], ["OldError", "old"]);
});

test("the stack tells the frames of both threads, without those of this package", () => {
  const own = new URL("../../src/parallel/pool.ts", import.meta.url).href;
  const error = new RangeError("message\n    of two lines");
  error.stack = `RangeError: message\n    of two lines\n    at work (file:///app/work.ts:1:2)\n    at inner (${own}:3:4)\n    at node:internal/x:1:1`;
  const back = carry(error);
  const caller = `Error\n    at outer (${own}:5:6)\n    at main (file:///app/main.ts:7:8)\n    at file:///app/main.ts:9:10`;
  tellPlaces(back, caller);
  const joined = `RangeError: message
    of two lines
    at work (file:///app/work.ts:1:2)
    at [called from]
    at main (file:///app/main.ts:7:8)
    at file:///app/main.ts:9:10`;
  assert.equal(back.stack, joined);
  assert.deepEqual(Object.keys(back), []);
  tellPlaces(back, caller);
  assert.equal(back.stack, joined); // once to an error
});

test("the frames of this package stay where there are no others, and where there is no caller nothing is added", () => {
  const own = new URL("../../src/parallel/pool.ts", import.meta.url).href;
  const error = new Error("message");
  error.stack = `Error: message\n    at inner (${own}:3:4)`;
  tellPlaces(error, `Error\n    at inner (${own}:3:4)`);
  assert.equal(error.stack, `Error: message\n    at inner (${own}:3:4)`);
});

test("telling the places leaves alone what is no error, or is frozen", () => {
  tellPlaces("text", "Error\n    at main (file:///app/main.ts:7:8)");
  const frozen = Object.freeze(new Error("frozen"));
  const { stack } = frozen;
  tellPlaces(frozen, "Error\n    at main (file:///app/main.ts:7:8)");
  assert.equal(frozen.stack, stack);
});
