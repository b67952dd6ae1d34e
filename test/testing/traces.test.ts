// How many traces there are: the enumerator of the model against numbers from the literature or by reasoning. It counts an operation that waits as two events: one in
// which it arrives, and one in which its task goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enumerate, everyRun } from "./model/enumerate.ts";
import { ordersOf } from "./model/orders.ts";
import { many, type Objects, type Op, type Program, program } from "./model/program.ts";
import { flowPrograms } from "./model/programs-flow.ts";
import { lockPrograms } from "./model/programs-locks.ts";
import { randomProgram } from "./model/random.ts";
import { type Event, eventsOf, formOf } from "./model/trace.ts";

const tracesOf = (tested: Program): number => enumerate(tested)?.traces ?? 0;

/** Traces of n tasks that all do the same, besides others, for n = 1, 2 ... */
function counts(what: string, known: readonly number[], made: (n: number) => Program): void {
  test(what, () => {
    assert.deepEqual(
      known.map((_, i) => tracesOf(made(i + 1))),
      known,
    );
  });
}

const same =
  (objects: Objects, ops: readonly Op[], ...others: readonly (readonly Op[])[]) =>
  (n: number): Program =>
    program(objects, ...many(n, () => ops), ...others);

const get: Op = ["get", 0, "r"];
const update: Op = ["update", 0, 1, "r"];
const critical = (mutex: number, ...ops: readonly Op[]): Op[] => [["lock", mutex], ...ops, ["unlock", mutex]];

// Programs that never wait.

counts("n tasks that have nothing in common: 1", [1, 1, 1], (n) =>
  program({ cells: many(n, () => 0) }, ...many(n, (i): Op[] => [["update", i, 1], ["get", i, "r"], ["yield"]])),
);
counts("n tasks that do nothing: 1", [1, 1, 1, 1], same({}, []));
counts("n additions: n!", [1, 2, 6, 24, 120], same({ cells: [0] }, [update]));
counts(
  "n increments by read and write",
  [1, 4, 36, 576],
  same({ cells: [0] }, [get, ["plus", "r", 1], ["set", 0, "r"]]),
);
counts("a writer and n readers: 2^n", [2, 4, 8, 16, 32], same({ cells: [0] }, [get], [["set", 0, 1]]));
// Each reader comes before, between or after the writers, which have two orders.
counts(
  "two writers and n readers: 2 * 3^n",
  [6, 18, 54],
  same({ cells: [0] }, [get], [["set", 0, 1]], [["set", 0, 2]]),
);
// The first one writes, and the others only read that they are late.
counts("n that set a flag if nobody has: n", [1, 2, 3, 4], same({ cells: [0] }, [["swap", 0, 0, 1, "first"]]));
counts("one reads what n add to: (n + 1)!, in n + 1 places of n! orders", [2, 6, 24], (n) => ({
  cells: [0],
  tasks: [[...many(n, (i): Op => ["spawn", i + 1]), get], ...many(n, () => [update])],
}));
// All is done in one step, and a lock is only ever written to.
counts("n that lock and unlock at once: n!", [1, 2, 6, 24], same({ mutexes: 1 }, critical(0)));
counts(
  "n readers who do something with a lock: 1",
  [1, 1, 1],
  same({ rwlocks: 1, cells: [0] }, [["read-lock", 0], get, ["read-unlock", 0]]),
);
counts(
  "a writer and n readers that lock and unlock at once: 2^n",
  [2, 4, 8],
  same(
    { rwlocks: 1 },
    [
      ["read-lock", 0],
      ["read-unlock", 0],
    ],
    [
      ["write-lock", 0],
      ["write-unlock", 0],
    ],
  ),
);
// The second that opens it only sees that it is open.
counts("n that open a latch: n", [1, 2, 3, 4], same({ latches: 1 }, [["open", 0]]));
counts("n that are done in a wait group: 1", [1, 1, 1, 1], (n) => ({
  waitgroups: 1,
  tasks: [[["add", 0, n], ...many(n, (i): Op => ["spawn", i + 1])], ...many(n, (): Op[] => [["add", 0, -1]])],
}));
counts("n senders that fill a buffer: n!", [1, 2, 6], (n) => same({ channels: [n] }, [["send", 0, 1]])(n));

test("who stores and then reads the other's cell, or reads in the order of the writes: 4 less what is a circle", () => {
  const stores = [
    [
      ["set", 0, 1],
      ["get", 1, "r"],
    ],
    [
      ["set", 1, 1],
      ["get", 0, "r"],
    ],
  ] as const;
  assert.equal(tracesOf(program({ cells: [0, 0] }, ...stores)), 3);
  const passes = [
    [
      ["set", 0, 1],
      ["set", 1, 1],
    ],
    [
      ["get", 1, "flag"],
      ["get", 0, "data"],
    ],
  ] as const;
  assert.equal(tracesOf(program({ cells: [0, 0] }, ...passes)), 3);
});

test("a select among n cases that are ready: n", () => {
  for (let n = 1; n <= 3; n++) {
    const all = many(n, (i) => i);
    const fill = all.map((i): Op => ["send", i, i]);
    assert.equal(tracesOf({ channels: all.map(() => 1), tasks: [[...fill, ["select", all, "r"]]] }), n);
  }
});

// Programs that wait.

// All events are at the lock. They arrive in any of n! orders and leave in the same order, so the events are well nested: Catalan(n).
counts(
  "n that hold a lock for a while: n! * Catalan(n)",
  [1, 4, 30],
  same({ mutexes: 1, cells: [0] }, critical(0, update)),
);
// As many permits as tasks: each gives back after it has taken.
counts("n that each hold a permit for a while: (2n)! / 2^n", [1, 6, 90], (n) =>
  same({ semaphores: [n], cells: [0] }, [["acquire", 0, 1], get, ["release", 0, 1]])(n),
);
counts(
  "n that take two locks in the same order: n! * Catalan(n)",
  [1, 4, 30],
  same({ mutexes: 2 }, critical(0, ...critical(1))),
);
// At each fork, its left neighbour takes it before the right one, waits for it, or finds it given back: 3^n. All before is a circle (1), and so are all waiting or
// late (2^n), but that all waiting is the deadlock (- 1). n = 2: there is no waiting at one fork with being before at the other (2), nor for n = 3 at one of them (3).
test("2 philosophers: 9 - 1 - 4 + 1 - 2, 3 philosophers: 27 - 1 - 8 + 1 - 3", () => {
  assert.equal(tracesOf(lockPrograms["two philosophers"] as Program), 3);
  assert.equal(tracesOf(lockPrograms["three philosophers"] as Program), 16);
});
// Some are done before the one comes that waits, and their order makes no difference. It does for the k who are done after that.
counts("one waits for n that are done: n! / (n - k)!, summed over k", [2, 5, 16, 65], (n) => ({
  waitgroups: 1,
  tasks: [
    [["add", 0, n], ...many(n + 1, (i): Op => ["spawn", i + 1])],
    [["wait", 0]],
    ...many(n, (): Op[] => [["add", 0, -1]]),
  ],
}));
counts("n wait for a latch: 2^n", [2, 4, 8, 16], same({ latches: 1 }, [["pass", 0]], [["open", 0]]));
// One of the two is the first to open it.
counts(
  "n wait for a latch that two open: 2 * 2^n",
  [4, 8, 16],
  same({ latches: 1 }, [["pass", 0]], [["open", 0]], [["open", 0]]),
);
counts("n meet at a barrier: n!", [1, 2, 6, 24], (n) => same({ barriers: [n] }, [["meet", 0, "place"]])(n));
counts("n join a task: 2^n", [2, 4, 8], (n) =>
  program({ cells: [0] }, [update], ...many(n, (): Op[] => [["join", 1]])),
);
// It ends when the last of them has, whichever that is: before the join or after it.
counts("one joins a task that has n children: 2", [2, 2, 2], (n) => ({
  cells: many(n, () => 0),
  tasks: [
    [
      ["spawn", 1],
      ["join", 1],
    ],
    many(n, (i): Op => ["spawn", i + 2]),
    ...many(n, (i): Op[] => [["update", i, 1]]),
  ],
}));
// n! orders of the senders, and of the receivers; and the first of these meets the first of those, and so on: either can be there first.
counts("n senders meet n receivers: (n!)^2 * 2^n", [2, 16, 288], (n) =>
  program({ channels: [0] }, ...many(n, (): Op[] => [["send", 0, 1]]), ...many(n, (): Op[] => [["receive", 0, "r"]])),
);
counts("one receiver meets n senders: n! * 2^n", [2, 8, 48], (n) =>
  same(
    { channels: [0] },
    [["send", 0, 1]],
    many(n, (): Op => ["receive", 0, "r"]),
  )(n),
);

test("two values through a channel: 4 ways, either end can be there first for each", () => {
  const through = (capacity: number): number =>
    tracesOf(
      program(
        { channels: [capacity] },
        many(2, (): Op => ["send", 0, 1]),
        many(2, (): Op => ["receive", 0, "r"]),
      ),
    );
  assert.equal(through(0), 4);
  assert.equal(through(2), 4);
  // One cell serves both: ssrr, srsr, srrs, rssr, rsrs, where a second r cannot come before the first s.
  assert.equal(through(1), 5);
});

test("a select between two senders: 6", () => {
  // After both, it takes either: 2. Between them: 2. Before them: the first sender takes it out of the line at the other's channel, so their order tells: 2.
  const sends = many(2, (i): Op[] => [["send", i, 1]]);
  assert.equal(tracesOf(program({ channels: [1, 1] }, ...sends, [["select", [0, 1], "r"]])), 6);
});

test("closing a channel: before or after each receive, whose order tells as long as they wait for values", () => {
  // Both wait before it, in either order: 2. One does, and the other comes after it: 2. Both come after it: 1, since they only read that it is closed.
  const receives = many(2, (): Op[] => [["receive", 0, "r"]]);
  assert.equal(tracesOf(program({ channels: [0] }, ...receives, [["close", 0]])), 5);
});

// Not so, and not among these programs: if the last who is done wakes somebody on the way to a next operation, its step ends there. Then it does matter who is the last.
test("the orders that a trace allows are runs with this trace and one result, and there are no others", () => {
  const random = many(300, (seed) => [`random ${seed}`, randomProgram(seed), 500] as const);
  const made = Object.entries({ ...lockPrograms, ...flowPrograms }).map((entry) => [...entry, 20_000] as const);
  for (const [name, tested, most] of [...made, ...random]) {
    const traces = new Map<string, { runs: number; readonly events: Event[]; readonly result: string }>();
    const runs = everyRun(tested, most, (state) => {
      const events = eventsOf(state.history, tested.tasks.length);
      const form = formOf(events);
      const result = JSON.stringify(state.result());
      const trace = traces.get(form);
      if (trace === undefined) traces.set(form, { runs: 1, events, result });
      else {
        trace.runs++;
        assert.equal(result, trace.result, name);
      }
    });
    if (runs > most) continue;
    for (const [form, trace] of traces) assert.equal(ordersOf(trace.events, tested), trace.runs, `${name}\n${form}`);
  }
});
