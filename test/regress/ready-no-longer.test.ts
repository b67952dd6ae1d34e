// What lies in shared memory may be ready when a select looks and taken by another thread before the select takes it. The select then completed all the same, with a mark of
// the library in place of a value; and so did race, any and timeout.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, type Operation, race, run, select, selectNow, yieldNow } from "offshoot";
import { Leaf } from "../../src/core/leaf.ts";
import { NOT_READY } from "../../src/core/machine.ts";
import { complete, type Description, type Waiter } from "../../src/core/waiter.ts";

/** Looks ready, and is gone when it is taken; a value comes later. */
class Gone extends Leaf<string> {
  private waiter: Waiter | null = null;

  ready(): boolean {
    return true;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.waiter = waiter;
  }

  delist(): void {
    this.waiter = null;
  }

  describe(): Description {
    return { operation: "gone", object: "it", heldBy: [], outside: true };
  }

  come(): void {
    const { waiter } = this;
    this.waiter = null;
    if (waiter !== null) complete(waiter, "later");
  }
}

/** Performs an operation, and lets what is gone come when it waits. */
function* whenItComes<T>(gone: Gone, op: Operation<T>): Operation<T> {
  go(function* () {
    yield* yieldNow();
    yield* yieldNow();
    gone.come();
  });
  return yield* op;
}

test("a select waits for a case that was ready, and is no longer when it is taken", async () => {
  const gone = new Gone();
  assert.deepEqual(await run(() => whenItComes(gone, select({ gone }))), { key: "gone", value: "later" });
  const nothing = channel<string>();
  const three = { gone, a: nothing.receive(), b: nothing.receive() };
  assert.deepEqual(await run(() => whenItComes(gone, select(three))), { key: "gone", value: "later" });
});

test("a select takes another case that is ready in place of one that is no longer", async () => {
  const gone = new Gone();
  for (let i = 0; i < 10; i++) {
    const cases = { gone, one: always(1), two: always(2) };
    const { key } = await run(() => select(cases));
    assert.notEqual(key, "gone");
    assert.notEqual(selectNow(cases)?.key, "gone");
  }
});

test("selectNow of a case that is no longer ready when it is taken is undefined", () => {
  assert.equal(selectNow({ gone: new Gone() }), undefined);
});

test("a select inside a select waits for what is no longer ready", async () => {
  const gone = new Gone();
  const got = await run(() => whenItComes(gone, select({ outer: select({ gone }) })));
  assert.deepEqual(got, { key: "outer", value: { key: "gone", value: "later" } });
});

test("a race takes another leaf that is ready, or waits", async () => {
  const gone = new Gone();
  for (let i = 0; i < 10; i++) {
    const won = await run(() => race([gone, always("other"), always("other")]));
    assert.equal(won, "other");
  }
  assert.equal(await run(() => whenItComes(gone, race([gone, channel<string>().receive()]))), "later");
});
