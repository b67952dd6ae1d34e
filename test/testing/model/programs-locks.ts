// Hand-written programs of cells and locks: the name says what each shows.

import { many, type Op, type Program, program } from "./program.ts";

const critical = (mutex: number, ...ops: readonly Op[]): Op[] => [["lock", mutex], ...ops, ["unlock", mutex]];
const both = (a: number, b: number): Op[] => critical(a, ...critical(b));
const increment: readonly Op[] = [
  ["get", 0, "r"],
  ["plus", "r", 1],
  ["set", 0, "r"],
];
const permit = (...ops: readonly Op[]): Op[] => [["acquire", 0, 1], ...ops, ["release", 0, 1]];

/** Philosophers who take the left fork first, or where they are `ordered` the one with the lower number. */
const philosophers = (n: number, ordered: boolean): Program =>
  program(
    { mutexes: n },
    ...many(n, (i) => {
      const [left, right] = [i, (i + 1) % n];
      return ordered && right < left ? both(right, left) : both(left, right);
    }),
  );

export const lockPrograms: Readonly<Record<string, Program>> = {
  "one task alone has one order": program({ cells: [0] }, increment),
  "two tasks without operations have the two orders of their turns": program({}, [], []),
  "increments under a lock lose nothing": program(
    { cells: [0], mutexes: 1 },
    ...many(3, () => critical(0, ...increment)),
  ),
  "increments by compare and set, tried twice": program(
    { cells: [0] },
    ...many(2, (): Op[] => [
      ["get", 0, "r"],
      ["put", "next", "r"],
      ["plus", "next", 1],
      ["swap", 0, "r", "next", "ok"],
      ["skip", 4, "ok", 1],
      ["get", 0, "r"],
      ["put", "next", "r"],
      ["plus", "next", 1],
      ["swap", 0, "r", "next", "again"],
    ]),
  ),
  "store buffering: one of the two always sees the other": program(
    { cells: [0, 0] },
    [
      ["set", 0, 1],
      ["get", 1, "r"],
    ],
    [
      ["set", 1, 1],
      ["get", 0, "r"],
    ],
  ),
  "message passing: who sees the flag sees the data": program(
    { cells: [0, 0] },
    [
      ["set", 0, 7],
      ["set", 1, 1],
    ],
    [
      ["get", 1, "flag"],
      ["get", 0, "data"],
    ],
  ),
  "locks in the same order never deadlock": program({ mutexes: 2 }, both(0, 1), both(0, 1)),
  "locks in different orders may": program({ mutexes: 2 }, both(0, 1), both(1, 0)),
  "a lock twice waits for itself": program({ mutexes: 1 }, [...critical(0), ["lock", 0], ["lock", 0]], critical(0)),
  "a lock is handed over to the first in line": program(
    { mutexes: 1, cells: [0] },
    ...many(3, (i): Op[] => [...critical(0, ["update", 0, 10 ** i, "seen"]), ["yield"]]),
  ),
  "a gate lock keeps locks in different orders apart": program(
    { mutexes: 3 },
    critical(2, ...both(0, 1)),
    critical(2, ...both(1, 0)),
  ),
  "two philosophers": philosophers(2, false),
  "three philosophers": philosophers(3, false),
  "three philosophers with ordered forks": philosophers(3, true),
  "two permits for three tasks": program({ semaphores: [2] }, ...many(3, () => permit())),
  "one permit for three tasks that do something with it": program(
    { semaphores: [1], cells: [0] },
    ...many(3, () => permit(["update", 0, 1, "r"])),
  ),
  "a large request is not overtaken": program(
    { semaphores: [3], cells: [0] },
    [
      ["acquire", 0, 2],
      ["update", 0, 1],
      ["release", 0, 2],
    ],
    [
      ["acquire", 0, 3],
      ["update", 0, 1, "r"],
      ["release", 0, 3],
    ],
    permit(["update", 0, 1, "r"]),
  ),
  "permits taken one by one deadlock": program({ semaphores: [2] }, ...many(2, (): Op[] => [...permit(...permit())])),
  "readers go in together, a writer alone": program(
    { rwlocks: 1, cells: [0] },
    [
      ["read-lock", 0],
      ["get", 0, "r"],
      ["read-unlock", 0],
    ],
    [
      ["read-lock", 0],
      ["get", 0, "r"],
      ["read-unlock", 0],
    ],
    [
      ["write-lock", 0],
      ["update", 0, 1],
      ["write-unlock", 0],
    ],
  ),
  "a reader that reads again with a writer in line": program(
    { rwlocks: 1 },
    [
      ["read-lock", 0],
      ["read-lock", 0],
      ["read-unlock", 0],
      ["read-unlock", 0],
    ],
    [
      ["write-lock", 0],
      ["write-unlock", 0],
    ],
  ),
  "writers and readers in line": program(
    { rwlocks: 1, cells: [0] },
    ...many(2, (): Op[] => [
      ["write-lock", 0],
      ["update", 0, 1, "r"],
      ["write-unlock", 0],
    ]),
    [
      ["read-lock", 0],
      ["get", 0, "r"],
      ["read-unlock", 0],
    ],
  ),
  "only the first of three swaps changes the cell": program(
    { cells: [0] },
    ...many(3, (i): Op[] => [["swap", 0, 0, i + 1, "first"]]),
  ),
  "two writers and two readers of a cell": program(
    { cells: [0] },
    [["set", 0, 1]],
    [["set", 0, 2]],
    ...many(2, (): Op[] => [["get", 0, "r"]]),
  ),
  "readers come and go while a writer does": program(
    { rwlocks: 1 },
    ...many(3, (): Op[] => [
      ["read-lock", 0],
      ["read-unlock", 0],
    ]),
    [
      ["write-lock", 0],
      ["write-unlock", 0],
    ],
  ),
  "the last of the readers lets the writer in": program(
    { rwlocks: 1, cells: [0, 0, 0] },
    ...many(2, (i): Op[] => [
      ["read-lock", 0],
      ["update", i, 1],
      ["read-unlock", 0],
    ]),
    [
      ["write-lock", 0],
      ["get", 2, "r"],
      ["update", 2, 1],
      ["write-unlock", 0],
    ],
  ),
  "two small requests wait for a large one": program(
    { semaphores: [2], cells: [0] },
    [
      ["acquire", 0, 2],
      ["update", 0, 1],
      ["release", 0, 2],
    ],
    ...many(2, (): Op[] => permit(["update", 0, 10, "r"])),
  ),
  "locks in a circle of which one is tried later": program(
    { mutexes: 2, cells: [0] },
    both(0, 1),
    [["update", 0, 1], ...both(1, 0)],
    [["get", 0, "r"], ...critical(0)],
  ),
};
