// A search by traces was not told that `close` looks whether the channel has been closed or cancelled before: where a close came second, it did not try it
// first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, type Group, group, type Operation } from "offshoot";
import { explore } from "offshoot/testing";

test("either of two who close is told that he is the second", async () => {
  const { outcomes, covered } = await explore(
    function* (): Operation<string> {
      const ch = channel<number>();
      const late: string[] = [];
      yield* group((g: Group) => {
        for (const name of ["ann", "bob"])
          g.go(() => {
            try {
              ch.close();
            } catch {
              late.push(name);
            }
          });
      });
      return late.join();
    },
    { strategy: "dpor", recheck: 0, keep: false },
  );
  assert.equal(covered, "every trace");
  assert.deepEqual([...outcomes.keys()].sort(), ["'ann'", "'bob'"]);
});
