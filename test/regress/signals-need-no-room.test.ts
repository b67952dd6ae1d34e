// A shutdown that came to a `control` of a small size was refused there, although nobody had to store it; where no sender was left to learn that, it vanished.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "offshoot";
import { type AnyComponent, graphline, NoSpaceInBoxError, producerFinished, shutdown } from "offshoot/component";
import { simulate } from "../../src/testing/simulate.ts";
import { thrown } from "../support/caught.ts";
import { Idle, Lasting, lostAt } from "../support/components.ts";

test("what the library does with a signal it does also where the box has no room", async () => {
  await simulate(function* () {
    const [w, source, target] = [new Idle(), new Lasting(), new Lasting()];
    w.link([source, "signal"], [target, "control"], { size: 0 });
    source.start();
    const task = target.start();
    yield* sleep(1);
    source.stop("enough");
    yield* sleep(1);
    assert.equal(task.status, "cancelled");
  });
});

test("so does a graphline that passes it to its parts", async () => {
  await simulate(function* () {
    const [w, source, part] = [new Idle(), new Idle(), new Lasting()];
    part.setInboxSize("control", 0);
    const graph = graphline({ parts: { part }, links: {} });
    w.link([source, "signal"], [graph as unknown as AnyComponent, "control"]);
    graph.start();
    yield* sleep(1);
    source.send(shutdown("enough"), "signal");
    yield* sleep(1);
    assert.equal(part.status, "cancelled");
  });
});

test("a message that main would have to read is refused there, and a last word that is refused counts as lost", async () => {
  await simulate(function* () {
    class Handles extends Lasting {
      constructor() {
        super({ handlesControl: true });
      }
    }
    const [w, source, target] = [new Idle(), new Idle(), new Handles()];
    w.link([source, "signal"], [target, "control"], { size: 0 });
    thrown(NoSpaceInBoxError, () => source.send("hello" as never, "signal"));
    thrown(NoSpaceInBoxError, () => source.send(producerFinished(), "signal"));
    yield* source;
    assert.equal(lostAt(source, "signal"), 1);
  });
});
