// What a failure says: who waits for whom, where, and the steps that lead there; as text and as data.

import assert from "node:assert/strict";
import { test } from "node:test";
import { all, channel, go, group, Mutex, named, type Operation, sleep, yieldNow } from "offshoot";
import { explore, type Failure } from "offshoot/testing";

async function failureOf(
  body: () => Operation<unknown>,
  strategy: "portfolio" | "fifo" = "portfolio",
): Promise<Failure> {
  const { failure } = await explore(body, { name: "reports", keep: false, strategy });
  assert.ok(failure !== undefined, "found nothing");
  return failure;
}

function* dinner(): Operation<void> {
  const forks = ["fork 1", "fork 2", "fork 3"].map((name) => new Mutex({ name }));
  function* philosopher(left: Mutex, right: Mutex): Operation<void> {
    yield* left.lock();
    yield* right.lock();
    right.unlock();
    left.unlock();
  }
  yield* group((g) => {
    for (const [i, name] of ["plato", "kant", "hume"].entries())
      g.go(named(name, philosopher), forks[i] as Mutex, forks[(i + 1) % 3] as Mutex);
  });
}

test("a circle is told as text and as data", async () => {
  const { report, cycle } = await failureOf(dinner);
  assert.deepEqual(cycle, [
    'task #2 "plato" -mutex.lock fork 2-> task #3 "kant"',
    'task #3 "kant" -mutex.lock fork 3-> task #4 "hume"',
    'task #4 "hume" -mutex.lock fork 1-> task #2 "plato"',
  ]);
  const drawn = [
    "  in a circle:",
    '    task #2 "plato" ── mutex.lock fork 2 ──> task #3 "kant"',
    '    task #3 "kant"  ── mutex.lock fork 3 ──> task #4 "hume"',
    '    task #4 "hume"  ── mutex.lock fork 1 ──> task #2 "plato"',
  ];
  assert.ok(report.includes(`\n${drawn.join("\n")}\n`), report);
});

test("who is blocked is told as data, and the steps deviate where production would have gone on otherwise", async () => {
  const { blocked, steps } = await failureOf(dinner);
  assert.deepEqual(
    blocked.map(({ id, name, operation, object, since, heldBy, lastUsedBy }) => [
      id,
      name,
      operation,
      object,
      since,
      heldBy,
      lastUsedBy,
    ]),
    [
      [2, "plato", "mutex.lock", "fork 2", 0, ['task #3 "kant"'], undefined],
      [3, "kant", "mutex.lock", "fork 3", 0, ['task #4 "hume"'], undefined],
      [4, "hume", "mutex.lock", "fork 1", 0, ['task #2 "plato"'], undefined],
    ],
  );
  assert.equal(steps.length, 6);
  assert.deepEqual(
    steps.map(({ deviates }) => deviates),
    [false, true, false, false, false, false],
  );
});

test("the frames are those of the program alone", async () => {
  const { report, blocked } = await failureOf(dinner);
  assert.doesNotMatch(report, /\/src\/|node:internal|node_modules/);
  for (const { stack } of blocked) assert.match(stack, /^ {4}at philosopher \(.*report\.test\.ts:\d+:\d+\)$/);
});

test("tasks that wait for no lock of each other are in no circle", async () => {
  const { report, cycle } = await failureOf(() => channel<number>().receive(), "fifo");
  assert.deepEqual(cycle, []);
  assert.doesNotMatch(report, /in a circle/);
});

test("who waits at a channel is told with who has used the other end last", async () => {
  const body = function* (): Operation<void> {
    const [empty, full] = [channel<number>(0, { name: "empty" }), channel<number>(0, { name: "full" })];
    yield* group((g) => {
      g.go(function* taker(): Operation<void> {
        yield* empty.receive();
        yield* full.receive();
        yield* empty.receive();
      });
      g.go(function* giver(): Operation<void> {
        yield* empty.send(1);
        yield* full.send(2);
        yield* full.send(3);
      });
    });
  };
  const { report, blocked } = await failureOf(body, "fifo");
  assert.match(
    report,
    /task #2 "taker" waits for channel\.receive empty, since 0 ms, last sent to by task #3 "giver"\n/,
  );
  assert.match(
    report,
    /task #3 "giver" waits for channel\.send full, since 0 ms, last received from by task #2 "taker"\n/,
  );
  assert.deepEqual(
    blocked.map(({ lastUsedBy }) => lastUsedBy),
    ['task #3 "giver"', 'task #2 "taker"'],
  );
});

test("a branch is told with the task and the line it belongs to", async () => {
  const { report } = await failureOf(function* main(): Operation<void> {
    yield* all([sleep(5), channel<number>(0, { name: "silent" }).receive()]);
  }, "fifo");
  assert.match(
    report,
    /waits for channel\.receive silent, since 0 ms\n {6}of task #1, at main \(.*report\.test\.ts:\d+:\d+\)\n/,
  );
});

test("since when a task waits is told on the virtual clock", async () => {
  const { blocked } = await failureOf(function* (): Operation<void> {
    go(function* late(): Operation<void> {
      yield* sleep(250);
      yield* channel<number>().receive();
    });
    yield* yieldNow();
  }, "fifo");
  assert.deepEqual(
    blocked.map(({ name, since }) => [name, since]),
    [["late", 250]],
  );
});
