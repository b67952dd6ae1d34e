// Errors: a class per cause, a code per class, one table that the documentation shares, and instanceof across two copies of the package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as offshoot from "offshoot";
import * as component from "offshoot/component";
import * as parallel from "offshoot/parallel";
import * as testing from "offshoot/testing";
import * as base from "../../src/base/errors.ts";
import * as ofComponents from "../../src/component/errors.ts";

const errors = { ...base, ...ofComponents };
type Errors = typeof errors;

const copy: Errors = {
  // @ts-expect-error: a module under another name is another copy of it
  ...((await import("../../src/base/errors.ts?copy")) as typeof base),
  // @ts-expect-error: the same
  ...((await import("../../src/component/errors.ts?copy")) as typeof ofComponents),
};

const samples = (from: Errors): Record<string, Error> => ({
  OffshootError: new from.OffshootError("OFFSHOOT_ERR_MISUSE", "base"),
  Cancelled: from.Cancelled.of("why"),
  TaskCancelledError: new from.TaskCancelledError("m", "why"),
  TimeoutError: new from.TimeoutError("m"),
  ClosedError: new from.ClosedError("m", "sender"),
  EndOfChannel: from.EndOfChannel.of("m"),
  DeadlockError: new from.DeadlockError("m", "report"),
  LeakError: new from.LeakError("m", "report"),
  RaceError: new from.RaceError("m", []),
  WorkerError: new from.WorkerError("m", 1),
  PoisonedError: new from.PoisonedError("m"),
  NoSpaceInBoxError: new from.NoSpaceInBoxError("m", 1, 1),
  BoxEmptyError: new from.BoxEmptyError("m"),
  UnknownBoxError: new from.UnknownBoxError("m"),
  UnknownPartError: new from.UnknownPartError("m"),
  BoxAlreadyLinkedError: new from.BoxAlreadyLinkedError("m"),
  BoxInUseError: new from.BoxInUseError("m"),
  LinkCycleError: new from.LinkCycleError("m"),
  LinkAcrossRunsError: new from.LinkAcrossRunsError("m"),
  ComponentStartedError: new from.ComponentStartedError("m"),
  FactoryError: new from.FactoryError("m"),
  DataError: new from.DataError("m"),
  ResourceError: new from.ResourceError("m"),
  ExpectationError: new from.ExpectationError("m", 1, 2),
  ServiceExistsError: new from.ServiceExistsError("m"),
  UnknownServiceError: new from.UnknownServiceError("m"),
  NotYourServiceError: new from.NotYourServiceError("m"),
  ValueExistsError: new from.ValueExistsError("m"),
  UnknownValueError: new from.UnknownValueError("m"),
  NotOwnerError: new from.NotOwnerError("m"),
  TransactionConflictError: new from.TransactionConflictError("m", [], 1),
  MisuseError: new from.MisuseError("m"),
});

type ErrorClass = abstract new (...args: never) => Error;
const classOf = (from: object, name: string): ErrorClass => (from as Record<string, ErrorClass>)[name] as ErrorClass;

test("every code has a heading in docs/errors.md, and every heading is a code", () => {
  const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const headings = [...text.matchAll(/^## (OFFSHOOT_ERR_\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(headings.sort(), Object.keys(errors.errorCodes).sort());
});

test("every class has a code of the table, a name, and is exported", () => {
  const codes = new Set<string>();
  for (const [name, error] of Object.entries(samples(errors))) {
    const { code } = error as base.OffshootError;
    assert.equal(error.name, name);
    assert.ok(code in errors.errorCodes, code);
    assert.equal(classOf({ ...component, ...parallel, ...testing, ...offshoot }, name), classOf(errors, name));
    codes.add(code);
  }
  assert.deepEqual([...codes].sort(), Object.keys(errors.errorCodes).sort());
});

test("instanceof holds across two copies of the module, for each class and its own alone", () => {
  const mine = samples(errors);
  const theirs = samples(copy);
  assert.notEqual(errors.MisuseError, copy.MisuseError);
  for (const name of Object.keys(mine)) {
    for (const other of Object.keys(mine)) {
      const expected = mine[other] instanceof classOf(errors, name);
      assert.equal(theirs[other] instanceof classOf(errors, name), expected, `${other} of the copy, ${name}`);
      assert.equal(mine[other] instanceof classOf(copy, name), expected, `${other}, ${name} of the copy`);
      const inherits =
        name === other || name === "OffshootError" || (name === "DeadlockError" && other === "LeakError");
      assert.equal(expected, inherits, `${other} instanceof ${name}`);
    }
  }
});

test("what only looks like an error of ours is none, and a user's subclass is no wider than itself", () => {
  class Mine extends errors.ClosedError {}
  const mine = new Mine("m", "sender");
  assert.ok(mine instanceof errors.ClosedError);
  assert.ok(mine instanceof Mine);
  assert.ok(!(new errors.ClosedError("m", "sender") instanceof Mine));
  for (const value of [null, undefined, 1, "x", {}, new Error("x"), { code: "OFFSHOOT_ERR_CLOSED" }])
    assert.ok(!((value as unknown) instanceof errors.ClosedError));
});

test("Cancelled and EndOfChannel are made without a stack, and leave the limit as it was", () => {
  const limit = Error.stackTraceLimit;
  for (const error of [errors.Cancelled.of(undefined), errors.EndOfChannel.of("m")])
    assert.ok(!/\n\s+at /.test(error.stack ?? ""), error.stack);
  assert.equal(Error.stackTraceLimit, limit);
  assert.match(new errors.MisuseError("m").stack ?? "", /\n\s+at /);
});

test("a WorkerError says with which code the thread ended, if that is known", () => {
  assert.equal(new errors.WorkerError("m", 3).exitCode, 3);
  assert.equal(new errors.WorkerError("m").exitCode, undefined);
  assert.equal(new errors.WorkerError("m", 1, { cause: "c" }).cause, "c");
});

test("the fields of an error are its own, and are not listed under its stack", () => {
  const task = { id: 3, name: "worker" };
  const cause = new Error("cause");
  const error = new errors.ClosedError("m", "receiver", { task, cause });
  assert.equal(error.by, "receiver");
  assert.equal(error.task, task);
  assert.equal(error.cause, cause);
  assert.deepEqual(Object.keys(error), []);
  assert.ok(!("cause" in new errors.MisuseError("m")));
});

test("Cancelled says its reason, whatever that is", () => {
  assert.equal(errors.Cancelled.of(new Error("too slow")).message, "Cancelled: too slow.");
  assert.equal(errors.Cancelled.of("too slow").message, "Cancelled: too slow.");
  for (const reason of [undefined, null, 5, Symbol("s"), Object.create(null)]) {
    const cancelled = errors.Cancelled.of(reason);
    assert.equal(cancelled.reason, reason);
    assert.match(cancelled.message, /^Cancelled: /);
  }
});

test("values are described by what they are", () => {
  const { describeValue } = errors;
  class Apple {}
  const said: [unknown, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    [5, "a number (5)"],
    ["x", "a string (x)"],
    [Symbol("s"), "a symbol (Symbol(s))"],
    [10n, "a bigint (10)"],
    [function f() {}, 'a function "f"'],
    [() => {}, 'a function "anonymous"'],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Apple(), "an Apple"],
    [new Map(), "a Map"],
    [Promise.resolve(), "a Promise"],
    [(function* () {})(), "a generator"],
    [(async function* () {})(), "an async generator"],
  ];
  for (const [value, words] of said) assert.equal(describeValue(value), words);
});
