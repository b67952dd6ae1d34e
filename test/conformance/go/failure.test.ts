// An error nobody catches: Go kills the process; here it cancels what belongs together, cleanup runs, and the error is thrown from the owner and in the
// end from run. It cannot get lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { always, channel, go, group, never, type Operation, shield, sleep, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { caught, rejected } from "../../support/caught.ts";
import { orders } from "../../support/orders.ts";

class Boom extends Error {
  constructor() {
    super("boom");
  }
}

test("an error in a child reaches run, though nobody joins the child", async () => {
  const boom = new Boom();
  const error = await rejected(
    Boom,
    simulate(function* () {
      go(function* () {
        throw boom;
      });
    }),
  );
  assert.equal(error, boom);
});

test("an error reaches run from any depth, from generator, async and plain bodies", async () => {
  const bodies: readonly (() => unknown)[] = [
    function* (): Operation<void> {
      yield* yieldNow();
      throw new Boom();
    },
    async () => {
      await null;
      throw new Boom();
    },
    () => {
      throw new Boom();
    },
  ];
  for (const body of bodies) {
    await rejected(
      Boom,
      simulate(function* () {
        go(function* () {
          yield* group(function* () {
            go(() => go(body as () => Operation<void>));
          });
        });
        yield* never;
      }),
    );
  }
});

test("after an error nobody else goes on: siblings and owner are cancelled at their next operation, ready or not", async () => {
  const log: string[] = [];
  await rejected(
    Boom,
    simulate(function* () {
      go(function* busy() {
        for (let n = 0; ; n++) {
          log.push(`busy ${n}`);
          yield* yieldNow();
        }
      });
      go(function* immediate() {
        yield* yieldNow();
        yield* yieldNow();
        log.push("immediate");
        yield* always(1); // would be ready
        log.push("not reached");
      });
      go(function* failing() {
        yield* yieldNow();
        throw new Boom();
      });
      yield* sleep(1_000);
      log.push("not reached");
    }),
  );
  // the turn each had already been given is theirs, and the next operation throws
  assert.deepEqual(log, ["busy 0", "busy 1", "busy 2", "immediate"]);
});

test("finally blocks of siblings and owner run, from the inside out, before run rejects", async () => {
  const log: string[] = [];
  await rejected(
    Boom,
    simulate(function* () {
      try {
        go(function* () {
          try {
            try {
              yield* channel().receive();
            } finally {
              log.push("sibling, inner");
            }
          } finally {
            log.push("sibling, outer");
          }
        });
        go(function* () {
          yield* yieldNow();
          throw new Boom();
        });
        yield* never;
      } finally {
        log.push("owner");
      }
    }),
  );
  assert.deepEqual(log, ["owner", "sibling, inner", "sibling, outer"]);
});

test("the error is thrown only after the last cleanup, shielded waits included", async () => {
  const log: string[] = [];
  try {
    await simulate(function* () {
      go(function* slowToClean() {
        try {
          yield* never;
        } finally {
          yield* shield(sleep(5_000));
          log.push("cleaned");
        }
      });
      yield* yieldNow();
      throw new Boom();
    });
  } catch (error) {
    assert.ok(error instanceof Boom);
    log.push("rejected");
  }
  assert.deepEqual(log, ["cleaned", "rejected"]);
});

test("catching the error of a joined child does not save the owner, unlike recover in Go; isolating it does", async () => {
  const boom = new Boom();
  const error = await rejected(
    Boom,
    simulate(function* () {
      const child = go(function* () {
        yield* yieldNow();
        throw boom;
      });
      try {
        yield* child;
      } catch {
        // too late: the child belonged to this body
      }
      return "fine";
    }),
  );
  assert.equal(error, boom);
  const value = await simulate(function* () {
    return yield* group(
      function* (g) {
        const child = g.go(function* () {
          throw boom;
        });
        assert.equal(yield* caught(Boom, child), boom);
        return "fine";
      },
      { failures: "isolate" },
    );
  });
  assert.equal(value, "fine");
});

test("an error caught where it is thrown is no failure, as a recovered panic", async () => {
  const value = await simulate(function* () {
    const child = go(function* () {
      try {
        throw new Boom();
      } catch {
        return "recovered";
      }
    });
    return yield* child;
  });
  assert.equal(value, "recovered");
});

test("in every order of tasks one failure of many ends the run with it, and every started body is cleaned up", async () => {
  let runs = 0;
  const body = function* (): Operation<void> {
    let open = 0;
    try {
      yield* group(function* (g) {
        const c = channel<number>();
        for (let i = 0; i < 6; i++) {
          g.go(function* () {
            open++;
            try {
              for (let n = 0; ; n++) {
                if (i % 2 === 0) yield* c.send(n);
                else yield* c.receive();
                if (i === 3 && n === 2) throw new Boom();
              }
            } finally {
              open--;
            }
          });
        }
      });
      assert.fail("no error");
    } catch (error) {
      assert.ok(error instanceof Boom, String(error));
    }
    assert.equal(open, 0);
    runs++;
  };
  await orders(60, body);
  assert.equal(runs, 61);
});
