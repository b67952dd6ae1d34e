// A select whose record of cases was changed while it waited finished with the new case: the value of one mapped by the function of the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Selectable, select, yieldNow } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("a select finishes with the case that has committed, although the record has been changed since", async () => {
  await simulate(function* () {
    const [a, b] = [channel<number>(), channel<number>()];
    const record: Record<string, Selectable<string>> = { only: a.receive().map((n) => `a${n}`) };
    const list: Selectable<string>[] = [b.receive().map((n) => `b${n}`)];
    go(function* () {
      record["only"] = b.receive().map((n) => `wrong ${n}`);
      yield* a.send(1);
      yield* yieldNow(); // now the second select waits
      list[0] = a.receive().map((n) => `wrong ${n}`);
      yield* b.send(2);
    });
    assert.equal((yield* select(record)).value, "a1");
    assert.equal((yield* select(list)).value, "b2");
  });
});
