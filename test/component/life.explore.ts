// Ends, signals and chassis, in all orders of their parts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, type Operation, sleep, yieldNow } from "offshoot";
import { Component, graphline, isShutdown, pipeline, producerFinished, shutdown } from "offshoot/component";
import { Giving, Idle, insideOf, Keeping, Pausing } from "../support/components.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("a pipeline carries everything to its end, in every order of its parts", async () => {
  await comesTo([[1, 2, "end"]], (watch) => {
    return function* () {
      const keeping = new Keeping();
      const giving = new Giving(1, 2);
      for (const one of [keeping, giving]) watch(insideOf(one));
      yield* pipeline(giving, 1, keeping);
      return keeping.got;
    };
  });
});

test("two sources into one box: the end comes when both have ended, whoever is first", async () => {
  await comesTo(["1 2 end", "2 1 end"], (watch) => {
    return function* () {
      const parts = { one: new Giving(1), other: new Giving(2), keeping: new Keeping() };
      for (const part of Object.values(parts)) watch(insideOf(part));
      yield* graphline({ parts, links: { "one.outbox": "keeping.inbox", "other.outbox": "keeping.inbox" } });
      return parts.keeping.got.join(" ");
    };
  });
});

test("a consumer that leaves early ends its producer quietly", async () => {
  await comesTo(["cancelled, 1"], (watch) => {
    return function* () {
      const got: unknown[] = [];
      class Takes extends Component {
        override *main(): Operation<void> {
          got.push(yield* this.receive());
        }
      }
      const [giving, takes] = [new Giving(1, 2, 3), new Takes()];
      for (const one of [giving, takes]) watch(insideOf(one));
      yield* pipeline(giving, 1, takes);
      return `${giving.status}, ${got.join(" ")}`;
    };
  });
});

test("a shutdown reaches a component before its start, while it waits, or not at all when it has ended", async () => {
  await comesTo(["cancelled", "succeeded"], (watch) => {
    return function* () {
      class Yields extends Component {
        override *main(): Operation<void> {
          yield* yieldNow();
        }
      }
      const [wirer, source, target] = [new Idle(), new Idle(), new Yields()];
      watch(insideOf(target));
      wirer.link([source, "signal"], [target, "control"]);
      const task = target.start();
      const stops = go(() => {
        try {
          source.send(shutdown(), "signal");
        } catch {
          // it has ended
        }
      });
      yield* ending(task);
      yield* stops;
      return target.status;
    };
  });
});

test("a signal that says the end does not come before what a source that is linked still sends", async () => {
  await comesTo(["1 end"], (watch) => {
    return function* () {
      const [wirer, source, signals, keeping] = [new Idle(), new Idle(), new Idle(), new Keeping()];
      for (const one of [source, keeping]) watch(insideOf(one));
      const link = wirer.link([source, "outbox"], [keeping, "inbox"]);
      wirer.link([signals, "signal"], [keeping, "control"]);
      go(() => {
        source.send(1);
        wirer.unlink(link);
      });
      go(() => signals.send(producerFinished(), "signal"));
      yield* keeping;
      return keeping.got.join(" ");
    };
  });
});

test("a parent that pauses is woken by each child that ends, at least once", async () => {
  await comesTo([true], (watch) => {
    return function* () {
      const [parent, one, other] = [new Pausing(), new Idle(), new Idle()];
      for (const component of [parent, one, other]) watch(insideOf(component));
      parent.addChildren(one, other);
      const task = parent.start();
      one.start();
      other.start();
      yield* sleep(1); // until all but the parent have ended
      const woken = parent.wakes >= 1 && parent.wakes <= 2;
      task.cancel();
      return woken;
    };
  });
});

test("the last word of a component comes once, whether it is stopped before or after it has spoken", async () => {
  await comesTo(["producerFinished", "shutdown"], (watch) => {
    return function* () {
      class Speaks extends Component {
        override *main(): Operation<void> {
          yield* yieldNow();
          this.send(producerFinished("me"), "signal");
        }
      }
      const [wirer, speaks, hears] = [new Idle(), new Speaks(), new Idle()];
      watch(insideOf(speaks));
      wirer.link([speaks, "signal"], [hears, "inbox"]);
      const task = speaks.start();
      go(() => speaks.stop());
      yield* ending(task);
      const words = [...hears.drain()];
      assert.equal(words.length, 1);
      return isShutdown(words[0]) ? "shutdown" : "producerFinished";
    };
  });
});
