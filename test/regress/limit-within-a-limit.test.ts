// The limit of a leaf within another one was taken for the outer one's: the wrong one threw, or threw where it should have moved on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { moveOnAfter, never, now, type Selectable, select, sleep, TimeoutError, timeout } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { caught } from "../support/caught.ts";

test("a leaf with two limits is told by the one whose time is up", async () => {
  await simulate(function* () {
    assert.match((yield* caught(TimeoutError, timeout(9, timeout(3, never)))).message, /more than 3 ms/);
    assert.match((yield* caught(TimeoutError, timeout(3, timeout(9, never)))).message, /more than 3 ms/);
    yield* caught(TimeoutError, moveOnAfter(9, timeout(3, never)));
    assert.equal(yield* timeout(9, moveOnAfter(3, never)), undefined);
    assert.equal(yield* moveOnAfter(3, timeout(9, never)), undefined);
    yield* caught(TimeoutError, timeout(3, moveOnAfter(9, never)));
    assert.equal(now(), 18);
  });
});

test("also through maps and selects", async () => {
  await simulate(function* () {
    const inner = moveOnAfter(3, never) as Selectable<undefined>;
    assert.equal(
      yield* timeout(
        9,
        inner.map(() => "moved on"),
      ),
      "moved on",
    );
    assert.deepEqual(yield* timeout(9, select({ inner, late: sleep(5) })), { key: "inner", value: undefined });
  });
});
