// The explorer against a brute-force enumeration of the same programs: as many orders, the same outcomes as often, as many runs that cannot go on, and the same
// tasks blocked in them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, type Selectable, select } from "offshoot";
import type { Wrap } from "./model/body.ts";
import { compare, forget } from "./model/compare.ts";
import { enumerate } from "./model/enumerate.ts";
import { flowPrograms } from "./model/programs-flow.ts";
import { lockPrograms } from "./model/programs-locks.ts";
import { randomProgram } from "./model/random.ts";

const SEEDS = 300;
const MOST = 500;

/** An operation as it is, mapped, and as the one case of a select: that makes no difference. */
const wraps: readonly (Wrap | undefined)[] = [
  undefined,
  (op) => op.map((value) => value),
  function* only<T>(op: Selectable<T>): Operation<T> {
    return (yield* select([op])).value as T;
  },
];

test.after(forget);

for (const [name, program] of Object.entries({ ...lockPrograms, ...flowPrograms }))
  test(name, async () => {
    await compare(program, name);
  });

for (const [how, wrap] of wraps.entries())
  test(`random programs, ${["plain", "mapped", "selected"][how]}`, async () => {
    let compared = 0;
    for (let seed = how; seed < SEEDS; seed += wraps.length) {
      const program = randomProgram(seed);
      const counts = enumerate(program, MOST);
      if (counts === undefined || counts.runs === 1) continue;
      await compare(program, `random-${seed}`, wrap);
      compared++;
    }
    assert.ok(compared > SEEDS / 5, `only ${compared} of them are small enough`);
  });
