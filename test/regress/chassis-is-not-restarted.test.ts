// A pipeline as a part under `failures: "restart"`: when it had failed it was started again, and failed again, as its parts had ended for good. What had gone wrong
// at first was lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { Chassis, type Component, pipeline } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Idle } from "../support/components.ts";

test("a chassis that starts its parts once is refused where it would be started again, and may be used elsewhere", async () => {
  await simulate(function* () {
    const inner = pipeline(new Idle());
    const error = thrown(MisuseError, () => pipeline([inner], { name: "outer", failures: "restart" }));
    assert.match(
      error.message,
      /^outer: the part "pipeline" cannot be started again, since its own parts are started once\./,
    );
    yield* pipeline(inner);
  });
});

test("it restarts its own parts when it is told to, within another", async () => {
  await simulate(function* () {
    let starts = 0;
    function* fragile(): Operation<void> {
      if (++starts < 3) throw new RangeError("broken");
    }
    yield* pipeline(pipeline([fragile], { failures: "restart", restart: { backoff: false } }));
    assert.equal(starts, 3);
  });
});

test("a chassis with a main of its own is started again", async () => {
  await simulate(function* () {
    let starts = 0;
    class Makes extends Chassis<{ inbox: unknown }, { outbox: unknown }> {
      constructor() {
        super({}, "makes");
      }
      override *main(): Operation<void> {
        const attempt = ++starts;
        yield* this.runAll([
          pipeline(function* (_: Component): Operation<void> {
            if (attempt < 3) throw new RangeError("broken");
          }),
        ]);
      }
    }
    yield* pipeline([new Makes()], { failures: "restart", restart: { backoff: false } });
    assert.equal(starts, 3);
  });
});
