// race, any, settle and map iterated an operation they were given in place of a list: a value was received and lost before the misuse was told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, any, channel, MisuseError, map, race, settle, shield } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";

// biome-ignore lint/suspicious/noExplicitAny: what callers without types do
type Loose = (ops: any) => unknown;

const verbs: Record<string, Loose> = {
  all,
  race,
  any,
  settle,
  map: (items) => map(items, () => {}, { concurrency: 1 }),
};

test("an operation in place of a list of them is misuse at the call, and nothing is started", async () => {
  await simulate(function* () {
    for (const [name, verb] of Object.entries(verbs)) {
      const ch = channel<number>(1);
      ch.trySend(1);
      for (const op of [
        ch.receive(),
        channel().receive(),
        shield(ch.receive()),
        all([ch.receive()]),
        race([ch.receive()]),
      ]) {
        const error = thrown(MisuseError, () => verb(op));
        assert.match(error.message, new RegExp(`^${name}: .*expected an array|^${name}: the items must be`));
      }
      assert.equal(ch.length, 1);
    }
  });
});

test("a promise of a list is no list of operations", () => {
  for (const verb of Object.values(verbs)) thrown(MisuseError, () => verb(Promise.resolve([])));
});
