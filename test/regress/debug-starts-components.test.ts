// With `debug: true` no component could be started: telling that it was used performed it by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "offshoot";
import { pipeline, producerFinished } from "offshoot/component";
import { Giving, Idle, Keeping } from "../support/components.ts";

test("components are started, performed and wired in a run that debugs", async () => {
  const keeping = new Keeping();
  await run(
    function* () {
      yield* new Idle();
      yield* new Idle().start();
      const [w, a, b] = [new Idle(), new Idle(), new Idle()];
      w.link([a, "signal"], [b, "inbox"]);
      yield* a.put(producerFinished(), "signal");
      assert.equal(b.dataReady(), 1);
      for (const one of [w, a, b]) yield* one;
      yield* pipeline(new Giving(1, 2), keeping);
    },
    { debug: true },
  );
  assert.deepEqual(keeping.got, [1, 2, "end"]);
});
