// expectation and comparator: what passes, and what their errors say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { comparator, ExpectationError, expectation, graphline, sequence } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { difference } from "../../../src/component/library/difference.ts";
import { caught, thrown } from "../../support/caught.ts";
import { Collector, through } from "../../support/feeding.ts";

/** Runs a comparator on two lists; answers what it has passed on. */
function* compared(actual: readonly unknown[], expected: readonly unknown[]): Operation<unknown[]> {
  const end = new Collector<unknown>();
  yield* graphline({
    parts: { actual: sequence(actual), expected: sequence(expected), same: comparator<unknown>(), end },
    links: { "actual.outbox": "same.inbox", "expected.outbox": "same.expected", "same.outbox": "end.inbox" },
  });
  return end.got;
}

test("messages that are expected pass, and are passed on", async () => {
  await simulate(function* () {
    const messages = [1, { a: ["x"] }, null];
    assert.deepEqual(yield* through(messages, expectation([1, { a: ["x"] }, null])), messages);
    assert.deepEqual(yield* through([], expectation([])), []);
    assert.deepEqual(yield* through([3, 1, 2, 1], expectation([1, 1, 2, 3], { order: "any" })), [3, 1, 2, 1]);
    assert.deepEqual(yield* compared(messages, [1, { a: ["x"] }, null]), messages);
    assert.deepEqual(yield* compared([], []), []);
  });
});

test("a message that is not expected fails the component, and says where it differs", async () => {
  await simulate(function* () {
    const error = yield* caught(
      ExpectationError,
      through([{ id: 1 }, { id: 2, name: "c" }], expectation([{ id: 1 }, { id: 2, name: "b" }], { name: "users" })),
    );
    assert.match(
      error.message,
      /^expectation: "users#\d+" expected something else as message 2: at \.name expected 'b', got 'c'\.$/,
    );
    assert.deepEqual(error.expected, { id: 2, name: "b" });
    assert.deepEqual(error.actual, { id: 2, name: "c" });
    const any = yield* caught(ExpectationError, through([1, 4], expectation([1, 2, 3], { order: "any" })));
    assert.match(any.message, /as message 2: none of the 2 that are left is 4\.$/);
  });
});

test("messages that are missing, and those that are too many, fail the component", async () => {
  await simulate(function* () {
    const missing = yield* caught(ExpectationError, through(["a"], expectation(["a", "b", "c"])));
    assert.match(missing.message, /got 1 messages of 3: 'b' and 1 more did not come\.$/);
    const one = yield* caught(ExpectationError, through(["a"], expectation(["b", "a"], { order: "any" })));
    assert.match(one.message, /got 1 messages of 2: 'b' did not come\.$/);
    const more = yield* caught(ExpectationError, through(["a", "b"], expectation(["a"])));
    assert.match(more.message, /expected 1 messages, and got another: 'b'\.$/);
  });
});

test("a comparator fails with the first difference, and when one of the two ends first", async () => {
  await simulate(function* () {
    const differs = yield* caught(ExpectationError, compared([1, 2, 3], [1, 5, 3]));
    assert.match(
      differs.message,
      /^comparator: "Comparator#\d+" got something else as message 2: expected 5, got 2\.$/,
    );
    assert.deepEqual([differs.expected, differs.actual], [5, 2]);
    const short = yield* caught(ExpectationError, compared([1], [1, 2]));
    assert.match(short.message, /got 1 messages, and then the end, where 2 was expected\.$/);
    const long = yield* caught(ExpectationError, compared([1, 2], [1]));
    assert.match(long.message, /got 2 as message 2, where the end was expected\.$/);
  });
});

test("what counts as the same can be told", async () => {
  await simulate(function* () {
    const equal = (a: number, b: number): boolean => Math.abs(a - b) < 0.1;
    assert.deepEqual(yield* through([1.01, 2.05], expectation([1, 2], { equal })), [1.01, 2.05]);
    yield* caught(ExpectationError, through([1.5], expectation([1], { equal })));
    const never = yield* caught(ExpectationError, through([[1]], expectation([[1]], { equal: () => false })));
    assert.match(never.message, /expected \[ 1 \], got \[ 1 \]\.$/);
  });
});

test("a difference names the place where two values differ first", () => {
  const cases: [unknown, unknown, string][] = [
    [1, 2, "expected 1, got 2"],
    [{ a: 1 }, { a: 1, b: 2 }, "at .b expected nothing, got 2"],
    [{ a: 1, b: undefined }, { a: 1 }, "at .b expected undefined, got nothing"],
    [[1, [2, 3]], [1, [2, 4]], "at [1][1] expected 3, got 4"],
    [[1], [1, 2], "at [1] expected nothing, got 2"],
    [{ "a b": { c: "x" } }, { "a b": { c: "y" } }, `at ["a b"].c expected 'x', got 'y'`],
    [new Map([[1, 2]]), new Map([[1, 3]]), "expected Map(1) { 1 => 2 }, got Map(1) { 1 => 3 }"],
    [[1], { 0: 1 }, "expected [ 1 ], got { '0': 1 }"],
    [null, undefined, "expected null, got undefined"],
  ];
  for (const [expected, actual, text] of cases) assert.equal(difference(expected, actual).replace(/\s+/g, " "), text);
  const [left, right] = [
    { self: null as unknown, n: 1 },
    { self: null as unknown, n: 2 },
  ];
  left.self = left;
  right.self = right;
  assert.match(difference(left, right), /expected/);
  assert.ok(difference("x".repeat(1000), "y".repeat(1000)).length < 500);
});

test("options that make no sense are refused", () => {
  thrown(MisuseError, () => expectation("abc" as never));
  thrown(MisuseError, () => expectation([], { order: "some" as never }));
  thrown(MisuseError, () => expectation([], { equal: 1 as never }));
  thrown(MisuseError, () => comparator({ equal: 1 as never }));
});
