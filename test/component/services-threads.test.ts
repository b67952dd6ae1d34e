// Services and tracked values, as worker threads see them.
//
// own process: threads that are among others look at the end of the process whether they wait in vain

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { group, type Operation, run, yieldNow } from "offshoot";
import { Component, services } from "offshoot/component";
import { Pool, remote, SharedLatch } from "offshoot/parallel";

const jobs = remote<typeof import("./services-jobs.ts")>(new URL("./services-jobs.ts", import.meta.url));
const pool = new Pool({ threads: 2 });
after(() => pool.close());

/** Takes so many messages, and ends. */
class Log extends Component<{ inbox: string }, { outbox: never }> {
  readonly lines: string[] = [];
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override *main(): Operation<void> {
    while (this.lines.length < this.#most) this.lines.push(yield* this.receive());
  }
}

test("workers put to a service by its name, in order, and feel that its inbox is full", async () => {
  const log = new Log(600);
  log.setInboxSize("inbox", 2);
  await run(function* () {
    services.register("log", log);
    const handle = services.handle();
    yield* group(function* (g) {
      g.go(() => log);
      g.go(() => pool.run(jobs.write, handle, "a", 300));
      g.go(() => pool.run(jobs.write, handle, "b", 300));
    });
  });
  for (const who of ["a", "b"])
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith(who)),
      Array.from({ length: 300 }, (_, i) => `${who} ${i}`),
    );
});

test("a worker is told when the component has ended", async () => {
  await run(function* () {
    const log = new Log(5);
    const handle = services.handle();
    const flooding = pool.go(jobs.flood, handle);
    services.register("log", log); // after it was shared
    yield* log;
    const [sent, by, ended] = yield* flooding;
    assert.ok(sent >= 5 && sent <= 5 + 16 + 16 + 2, `${sent} were sent`);
    assert.equal(by, "receiver");
    assert.equal(ended, true);
    services.register("log", new Log(0)); // the name is free
  });
});

test("a send that would have to wait is refused, as in one thread", async () => {
  await run(function* () {
    const log = new Log(1);
    log.setInboxSize("inbox", 1);
    services.register("log", log);
    assert.equal(yield* pool.run(jobs.sendMany, services.handle()), "NoSpaceInBoxError");
  });
});

test("a pipeline in a worker may end at a service of another thread", async () => {
  const log = new Log(3);
  await run(function* () {
    services.register("log", log);
    yield* group(function* (g) {
      g.go(() => log);
      yield* pool.run(jobs.pipe, services.handle(), ["x", "y", "z"]);
    });
  });
  assert.deepEqual(log.lines, ["x", "y", "z"]);
});

test("a worker sees the names it was given, also those of a scope, and nobody else does", async () => {
  await run(function* () {
    services.register("log", new Log(0));
    const found = yield* services.scope(
      (function* () {
        services.register("inner", new Log(0));
        return yield* pool.run(jobs.look, services.handle());
      })(),
    );
    assert.deepEqual(found, {
      before: [],
      names: ["inner", "log", "own"],
      errors: ["UnknownServiceError", "UnknownValueError", "MisuseError"],
      elsewhere: [],
    });
    const outer = yield* pool.run(jobs.look, services.handle());
    assert.deepEqual(outer["names"], ["log", "own"]);
  });
});

test("a worker waits for a service that comes later", async () => {
  const log = new Log(2);
  await run(function* () {
    const expecting = pool.go(jobs.expect, services.handle());
    yield* yieldNow();
    services.register("later", log);
    yield* log;
    assert.deepEqual(yield* expecting, ["later", "later"]);
  });
  assert.deepEqual(log.lines.sort(), ["first", "second"]);
});

test("a worker follows a value, and sees the last", async () => {
  await run(function* () {
    const n = services.track("n", 1);
    const ready = new SharedLatch();
    const following = pool.go(jobs.follow, services.handle(), ready);
    yield* ready.wait();
    for (let i = 2; i <= 500; i++) {
      n.set(i);
      if (i % 10 === 0) yield* yieldNow();
    }
    n.release();
    assert.deepEqual(yield* following, [1, 500, true]);
  });
});
