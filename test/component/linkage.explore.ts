// Links made and undone while others send, receive, end and start, in all orders.

import assert from "node:assert/strict";
import { test } from "node:test";
import { go, group, MisuseError, type Operation, sleep } from "offshoot";
import type { Component } from "offshoot/component";
import { Idle, insideOf, lostAt } from "../support/components.ts";
import type { Watch } from "../support/explored.ts";
import { comesTo } from "../support/outcomes.ts";

function idles(watch: Watch, n: number): Idle[] {
  const made = Array.from({ length: n }, () => new Idle());
  for (const one of made) watch(insideOf(one));
  return made;
}

test("a message arrives, or is discarded, as the link was made before or after it was sent", async () => {
  await comesTo(["1 arrived, 0 lost", "0 arrived, 1 lost"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    return function* () {
      yield* group((g) => {
        g.go(() => a.send(1));
        g.go(() => void w.link([a, "outbox"], [b, "inbox"]));
      });
      return `${b.dataReady()} arrived, ${lostAt(a, "outbox")} lost`;
    };
  });
});

test("the same far above the box that is linked", async () => {
  await comesTo(["1 arrived, 0 lost", "0 arrived, 1 lost"], (watch) => {
    const [w, a, p, b] = idles(watch, 4) as [Idle, Idle, Idle, Idle];
    w.link([a, "outbox"], [p, "outbox"]);
    return function* () {
      yield* group((g) => {
        g.go(() => a.send(1));
        g.go(() => void w.link([p, "outbox"], [b, "inbox"]));
      });
      return `${b.dataReady()} arrived, ${lostAt(a, "outbox")} lost`;
    };
  });
});

test("a putter goes on when its link is undone, or when there is room, once", async () => {
  await comesTo(["0 1, 0 lost", "0, 1 lost"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    const link = w.link([a, "outbox"], [b, "inbox"], { size: 1 });
    return function* () {
      a.send(0);
      const got: unknown[] = [];
      yield* group((g) => {
        g.go(() => a.put(1));
        g.go(() => w.unlink(link));
        g.go(() => void got.push(b.recv()));
      });
      got.push(...b.drain());
      return `${got.join(" ")}, ${lostAt(a, "outbox")} lost`;
    };
  });
});

test("a putter goes with its box to where that leads on, and its message comes after the backlog", async () => {
  await comesTo(["0 1"], (watch) => {
    const [w, a, b, c] = idles(watch, 4) as [Idle, Idle, Idle, Idle];
    w.link([a, "outbox"], [b, "inbox"], { size: 1 });
    return function* () {
      a.send(0);
      const got: unknown[] = [];
      yield* group((g) => {
        g.go(() => a.put(1));
        g.go(() => void w.link([b, "inbox"], [c, "inbox"], { size: 1 }));
        g.go(function* () {
          got.push(yield* c.receive());
          got.push(yield* c.receive());
        });
      });
      return got.join(" ");
    };
  });
});

test("who waits at the end of a source is told, whether it is linked before or after that has ended", async () => {
  await comesTo(["end"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    return function* () {
      const waits = go(() => b.next().map(({ done }) => (done ? "end" : "message")));
      go(() => void w.link([a, "outbox"], [b, "inbox"]));
      go(() => a);
      return yield* waits;
    };
  });
});

test("linking to a component that ends succeeds before, and is refused after", async () => {
  await comesTo(["linked", "refused"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    return function* () {
      const links = go(() => {
        try {
          w.link([a, "outbox"], [b, "inbox"]);
          return "linked";
        } catch (error) {
          assert.ok(error instanceof MisuseError);
          return "refused";
        }
      });
      go(() => b);
      return yield* links;
    };
  });
});

test("a link of a component that ends is gone, and what was sent before has arrived", async () => {
  await comesTo(["1 arrived, 0 lost", "0 arrived, 1 lost"], (watch) => {
    const [a, b, maker] = idles(watch, 3) as [Idle, Idle, Idle];
    maker.link([a, "outbox"], [b, "inbox"]);
    return function* () {
      yield* group((g) => {
        g.go(() => maker);
        g.go(() => a.send(1));
      });
      return `${b.dataReady()} arrived, ${lostAt(a, "outbox")} lost`;
    };
  });
});

test("a box is deleted before it is linked, or cannot be", async () => {
  await comesTo(["deleted, not linked", "linked, not deleted"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    return function* () {
      const name = b.addInbox("extra") as "inbox";
      const tells = (call: () => unknown, done: string) => (): string => {
        try {
          call();
          return done;
        } catch {
          return `not ${done}`;
        }
      };
      const deletes = go(tells(() => b.deleteInbox(name), "deleted"));
      const links = go(tells(() => w.link([a, "outbox"], [b, name]), "linked"));
      const [deleted, linked] = [yield* deletes, yield* links];
      return deleted === "deleted" ? `${deleted}, ${linked}` : `${linked}, ${deleted}`;
    };
  });
});

test("a message that is sent while its consumer ends has arrived, or is refused", async () => {
  await comesTo(["sent", "refused"], (watch) => {
    const [w, a, b] = idles(watch, 3) as [Idle, Idle, Idle];
    w.link([a, "outbox"], [b, "inbox"]);
    return function* () {
      const sends = go(() => {
        try {
          a.send(1);
          return "sent";
        } catch {
          return "refused";
        }
      });
      go(() => b);
      return yield* sends;
    };
  });
});

test("stopping and starting: a component that is stopped first never runs, and one that runs is cancelled", async () => {
  await comesTo(["cancelled, ran 0", "cancelled, ran 1"], (watch) => {
    let ran = 0;
    class Runs extends Idle {
      override *main(): Operation<void> {
        ran = 1;
        yield* sleep(0);
      }
    }
    return function* () {
      ran = 0;
      const one = new Runs();
      watch(insideOf(one));
      yield* group((g) => {
        g.go(function* () {
          one.start();
        });
        g.go(() => one.stop());
      });
      yield* sleep(1); // until it has ended
      return `${(one as Component).status}, ran ${ran}`;
    };
  });
});
