// A search by traces took the end of a task of a wait group and a done() for the same in either order, also at the last count: that done() may be one too many,
// or that somebody waits for ever, was missed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Group, group, type Operation, WaitGroup } from "offshoot";
import { explore } from "offshoot/testing";

test("a done() that may come after the end of the task is found to be misuse", async () => {
  const { failure } = await explore(
    function* (): Operation<void> {
      const wg = new WaitGroup();
      yield* group((g: Group) => {
        g.go(() => wg.done());
        wg.go(() => {});
      });
    },
    { strategy: "dpor", recheck: 0, keep: false },
  );
  assert.equal(failure?.kind, "misuse");
});

test("that somebody waits for ever is found where a task ends at zero", async () => {
  const body = function* (): Operation<void> {
    const wg = new WaitGroup();
    yield* group((g: Group) => {
      g.go(() => {
        try {
          wg.done();
        } catch {} // nothing to be done yet
      });
      g.go(() => {
        wg.go(() => wg.wait());
      });
      g.go(() => {
        wg.go(() => {});
      });
    });
  };
  for (const strategy of ["dfs", "dpor"] as const) {
    const { failure } = await explore(body, { strategy, recheck: 0, time: "idle", keep: false });
    assert.equal(failure?.kind, "deadlock", strategy);
  }
});

test("that two are done is one trace", async () => {
  const { traces } = await explore(
    function* (): Operation<void> {
      const wg = new WaitGroup();
      wg.add(2);
      yield* group((g: Group) => {
        for (let i = 0; i < 2; i++) g.go(() => wg.done());
      });
      yield* wg.wait();
    },
    { strategy: "dfs", keep: false },
  );
  assert.equal(traces, 1);
});
