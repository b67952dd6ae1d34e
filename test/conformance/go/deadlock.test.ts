// All tasks asleep: the run rejects with a report of who waits for what, at which line. Where Go ends the process, here the root is cancelled first, so
// that cleanup runs; and a main that returned while children can never go on is a leak, which Go would not notice.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Cancelled, channel, DeadlockError, go, group, LeakError, never, type Operation, select, sleep, type Task, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { rejected } from "../../support/caught.ts";

const file = fileURLToPath(import.meta.url);
const lines = readFileSync(file, "utf8").split("\n");

/** "<this file>:<line>" of the one line that ends with this mark. */
function at(mark: string): string {
  const found = lines.flatMap((line, i) => (line.endsWith(`// at: ${mark}`) ? [i + 1] : []));
  assert.equal(found.length, 1, mark);
  return `${file}:${found[0]}:`;
}

/** The paragraph of the report on one task. */
function about(error: DeadlockError, name: string): string {
  const paragraph = error.report.split(/^ {2}(?=task)/m).find((text) => text.match(/^task #\d+ "(.*?)"/)?.[1] === name);
  assert.ok(paragraph !== undefined, `no "${name}" in\n${error.report}`);
  return paragraph;
}

test("a main that waits for a value nobody can send is a deadlock, reported with operation, channel and line", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* lonely() {
      const c = channel<number>(0, { name: "letters" });
      yield* c.receive(); // at: lonely
    }),
  );
  assert.equal(error.kind, "deadlock");
  assert.ok(!(error instanceof LeakError));
  assert.match(error.message, /deadlock: 1 of 1 tasks/);
  assert.match(about(error, "lonely"), /waits for channel\.receive letters/);
  assert.ok(about(error, "lonely").includes(at("lonely")), error.report);
});

test("every task that waits is named with what it waits for and where", async () => {
  const jobs = channel<number>(0, { name: "jobs" });
  const full = channel<number>(1, { name: "full" });
  const error = await rejected(
    DeadlockError,
    simulate(function* boss() {
      yield* full.send(0);
      go(function* taker() {
        yield* jobs.next(); // at: taker
      });
      go(function* giver() {
        yield* full.send(1); // at: giver
      });
      go(function* chooser() {
        yield* select({ job: jobs.receive(), room: full.send(2) }); // at: chooser
      });
      go(function* idler() {
        yield* never; // at: idler
      });
      const last = go(function* joiner() {
        yield* sleep(Number.POSITIVE_INFINITY); // at: joiner
      });
      yield* last; // at: boss
    }),
  );
  const expected: Readonly<Record<string, RegExp>> = {
    boss: /waits for task\.join task #6 "joiner"/,
    taker: /waits for channel\.next jobs/,
    giver: /waits for channel\.send full/,
    chooser: /waits for select \{ job: channel\.receive jobs; room: channel\.send full \}/,
    idler: /waits for never/,
    joiner: /waits for sleep Infinity ms/,
  };
  assert.match(error.message, /6 of 6 tasks/);
  for (const [name, pattern] of Object.entries(expected)) {
    assert.match(about(error, name), pattern);
    assert.ok(about(error, name).includes(at(name)), `${name} in\n${error.report}`);
  }
});

test("the report shows the whole chain of calls of a task, innermost first", async () => {
  const c = channel<number>(0, { name: "c" });
  function* inner(): Operation<number> {
    return yield* c.receive(); // at: inner
  }
  function* middle(): Operation<number> {
    return yield* inner(); // at: middle
  }
  const error = await rejected(
    DeadlockError,
    simulate(function* outer() {
      yield* middle(); // at: outer
    }),
  );
  const places = ["inner", "middle", "outer"].map((mark) => error.report.indexOf(at(mark)));
  assert.ok(places.every((place) => place >= 0), error.report);
  assert.deepEqual(places, [...places].sort((x, y) => x - y));
});

test("children that wait when main has returned are a leak, which is a deadlock too", async () => {
  const error = await rejected(
    LeakError,
    simulate(function* main() {
      go(function* forgotten() {
        yield* channel<number>(0, { name: "nobody" }).send(1); // at: forgotten
      });
      return 5;
    }),
  );
  assert.ok(error instanceof DeadlockError);
  assert.equal(error.kind, "leak");
  assert.match(error.message, /"main" has returned/);
  assert.match(about(error, "forgotten"), /waits for channel\.send nobody/);
  assert.ok(error.report.includes(at("forgotten")));
});

test("main returning does not end the program, unlike Go: its value comes when the children are done", async () => {
  let finished = 0;
  const value = await simulate(function* () {
    for (let i = 0; i < 3; i++) {
      go(function* () {
        yield* sleep(100 * i);
        finished++;
      });
    }
    return "main's";
  });
  assert.equal(value, "main's");
  assert.equal(finished, 3);
});

test("a pending sleep suppresses the verdict: somebody may still come", async () => {
  const value = await simulate(function* () {
    const c = channel<string>();
    go(function* () {
      yield* sleep(86_400_000);
      yield* c.send("late");
    });
    return yield* c.receive();
  });
  assert.equal(value, "late");
});

test("a sleep that was withdrawn, as a stopped timer, does not suppress it", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const sleeper: Task<void> = go(function* () {
        yield* sleep(86_400_000);
      });
      yield* yieldNow();
      sleeper.cancel();
      yield* never;
    }),
  );
  assert.match(error.message, /1 of 1 tasks/);
});

test("the verdict comes after the last sleep, not before", async () => {
  const log: string[] = [];
  await rejected(
    DeadlockError,
    simulate(function* () {
      go(function* () {
        for (let i = 0; i < 3; i++) {
          yield* sleep(1_000);
          log.push(`tick ${i}`);
        }
      });
      try {
        yield* never;
      } finally {
        log.push("verdict");
      }
    }),
  );
  assert.deepEqual(log, ["tick 0", "tick 1", "tick 2", "verdict"]);
});

test("under the verdict every task is cancelled with the DeadlockError, and cleanup runs", async () => {
  const reasons: unknown[] = [];
  const error = await rejected(
    DeadlockError,
    simulate(function* () {
      const c = channel<number>();
      function* waiter(): Operation<void> {
        try {
          yield* c.receive();
        } catch (thrown) {
          assert.ok(thrown instanceof Cancelled);
          reasons.push(thrown.reason);
          throw thrown;
        }
      }
      go(waiter);
      go(waiter);
      yield* waiter();
    }),
  );
  assert.deepEqual(reasons, [error, error, error]);
});

test("a verdict cannot be swallowed: the run rejects though main catches everything and returns", async () => {
  await rejected(
    DeadlockError,
    simulate(function* (): Operation<string> {
      try {
        return yield* never;
      } catch {
        return "all is well";
      }
    }),
  );
});

test("a deadlock inside a group names the tasks of the group; those who only wait for their children are left out", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(function* main() {
      yield* group(function* (g) {
        g.go(function* member() {
          go(function* grandchild() {
            yield* never; // at: grandchild
          });
        });
      });
    }),
  );
  assert.match(error.message, /1 of 3 tasks/);
  assert.match(about(error, "grandchild"), /owned by #2/);
  assert.doesNotMatch(error.report, /"member" .*waits/);
});

test("a program that has just enough partners is no deadlock, in production's order or any other", async () => {
  for (let seed = 0; seed < 50; seed++) {
    await simulate(
      function* () {
        const c = channel<number>();
        for (let n = 0; n < 5; n++) go(() => c.send(n));
        for (let n = 0; n < 5; n++) go(() => c.receive());
      },
      { seed },
    );
  }
});
