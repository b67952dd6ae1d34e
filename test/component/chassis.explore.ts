// A chassis whose parts fail, leave, or are stopped, in every order of them.

import { test } from "node:test";
import { go, type Operation, sleep, yieldNow } from "offshoot";
import { Component, pipeline } from "offshoot/component";
import { Giving, insideOf, Keeping, Lasting } from "../support/components.ts";
import { comesTo, ending } from "../support/outcomes.ts";

test("a part that fails cancels the other wherever that stands, and the chassis throws its error", async () => {
  await comesTo(["broken, cancelled", "broken, succeeded"], (watch) => {
    return function* () {
      class Fails extends Component {
        override *main(): Operation<void> {
          yield* yieldNow();
          throw new RangeError("broken");
        }
      }
      class Yields extends Component {
        override *main(): Operation<void> {
          yield* yieldNow();
        }
      }
      const yields = new Yields();
      watch(insideOf(yields));
      try {
        yield* pipeline(yields, new Fails());
        return "no error";
      } catch (error) {
        return `${(error as Error).message}, ${yields.status}`;
      }
    };
  });
});

test("isolated, the failure of a producer is the end for its consumer, in every order", async () => {
  await comesTo([["before", "end"]], (watch) => {
    return function* () {
      const keeping = new Keeping();
      watch(insideOf(keeping));
      function* failing(self: Component): Operation<void> {
        yield* self.put("before");
        throw new RangeError("broken");
      }
      yield* pipeline([failing, keeping], { failures: "isolate", onFailure: () => {} });
      return keeping.got;
    };
  });
});

test("a pipeline that is stopped while it starts has ended, with all its parts", async () => {
  await comesTo(["cancelled: made made", "cancelled: cancelled cancelled"], (watch) => {
    return function* () {
      const parts = [new Lasting(), new Lasting()];
      const line = pipeline(parts, {});
      for (const one of [...parts, line]) watch(insideOf(one));
      const task = line.start();
      go(() => line.stop());
      yield* ending(task);
      return `${line.status}: ${parts.map(({ status }) => status).join(" ")}`;
    };
  });
});

test("a pipeline within a pipeline that is stopped stops what comes after it, unless it has come to its end", async () => {
  await comesTo(["1 end", ""], (watch) => {
    return function* () {
      const [inner, keeping] = [pipeline(new Giving(1)), new Keeping()];
      for (const one of [inner, keeping]) watch(insideOf(one));
      const outer = pipeline(
        [
          inner,
          function* pass(self: Component): Operation<void> {
            for (let m = yield* self.next(); !m.done; m = yield* self.next()) keeping.got.push(m.value);
            keeping.got.push("end");
          },
        ] as never,
        {},
      );
      go(() => inner.stop());
      yield* outer;
      yield* sleep(1);
      return keeping.got.join(" ");
    };
  });
});
