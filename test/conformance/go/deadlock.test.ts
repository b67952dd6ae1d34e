// All tasks asleep: the run rejects with a report of who waits for what, at which line. A main that returned while
// children can never go on is a leak, which Go would not notice.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Channel,
  channel,
  DeadlockError,
  go,
  group,
  LeakError,
  never,
  type Operation,
  select,
  sleep,
} from "offshoot";
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
  const error = await rejected(
    DeadlockError,
    simulate(function* boss() {
      const jobs = channel<number>(0, { name: "jobs" });
      const full = channel<number>(1, { name: "full" });
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
  function* inner(c: Channel<number>): Operation<number> {
    return yield* c.receive(); // at: inner
  }
  function* middle(c: Channel<number>): Operation<number> {
    return yield* inner(c); // at: middle
  }
  const error = await rejected(
    DeadlockError,
    simulate(function* outer() {
      const c = channel<number>(0, { name: "c" });
      yield* middle(c); // at: outer
    }),
  );
  const places = ["inner", "middle", "outer"].map((mark) => error.report.indexOf(at(mark)));
  assert.ok(
    places.every((place) => place >= 0),
    error.report,
  );
  assert.deepEqual(
    places,
    [...places].sort((x, y) => x - y),
  );
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

test("an async body is named too, with what its await waits for", async () => {
  const error = await rejected(
    DeadlockError,
    simulate(async function boss() {
      const c = channel<number>(0, { name: "c" });
      go(async function inner() {
        await select({ d: channel<number>(0, { name: "d" }).receive(), never });
      });
      await c.send(1);
    }),
  );
  assert.equal(error.kind, "deadlock");
  assert.match(about(error, "boss"), /waits for/);
  assert.match(about(error, "inner"), /waits for/);
  assert.match(error.report, /owned by #1\) waits for channel\.send c/);
  assert.match(error.report, /owned by #2\) waits for select \{ d: channel\.receive d; never: never nothing \}/);
});
