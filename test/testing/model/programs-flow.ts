// Hand-written programs of channels, events and tasks: the name says what each shows.

import { many, type Op, type Program, program } from "./program.ts";

const critical = (mutex: number, ...ops: readonly Op[]): Op[] => [["lock", mutex], ...ops, ["unlock", mutex]];

export const flowPrograms: Readonly<Record<string, Program>> = {
  "a rendezvous": program({ channels: [0] }, [["send", 0, 5]], [["receive", 0, "r"]]),
  "two senders meet two receivers": program(
    { channels: [0] },
    [["send", 0, 1]],
    [["send", 0, 2]],
    [["receive", 0, "r"]],
    [["receive", 0, "r"]],
  ),
  "one receiver takes what three send": program(
    { channels: [0] },
    ...many(3, (i): Op[] => [["send", 0, i + 1]]),
    many(3, (i): Op => ["receive", 0, `r${i}`]),
  ),
  "a buffer of one": program(
    { channels: [1] },
    many(3, (i): Op => ["send", 0, i + 1]),
    many(3, (i): Op => ["receive", 0, `r${i}`]),
  ),
  "a closed channel is drained, and then at its end": program(
    { channels: [2] },
    [
      ["send", 0, 1],
      ["send", 0, 2],
      ["close", 0],
    ],
    [
      ["receive", 0, "a"],
      ["receive", 0, "b"],
    ],
    [["receive", 0, "c"]],
  ),
  "closing wakes receivers and fails senders": program(
    { channels: [0, 0] },
    [["receive", 0, "r"]],
    [["receive", 0, "r"]],
    [["send", 1, 1, "sent"]],
    [["yield"], ["close", 0], ["close", 1]],
  ),
  "a select takes any case that is ready": program(
    { channels: [1, 1] },
    [
      ["send", 0, 1],
      ["send", 1, 2],
    ],
    [["yield"], ["select", [0, 1], "a"], ["select", [0, 1], "b"]],
  ),
  "selects in line, and a channel that is closed": program(
    { channels: [0, 0] },
    [["select", [0, 1], "a"]],
    [["select", [1, 0], "a"]],
    [
      ["send", 0, 1],
      ["close", 1],
    ],
  ),
  "a select that meets nobody leaves no trace": program(
    { channels: [0, 0] },
    [
      ["select", [0, 1], "a"],
      ["receive", 1, "b"],
    ],
    [["send", 0, 1]],
    [
      ["send", 1, 2],
      ["send", 0, 3],
    ],
  ),
  "a receiver too many leaks": program(
    { channels: [0] },
    [["send", 0, 1]],
    [["receive", 0, "r"]],
    [["receive", 0, "r"]],
  ),
  "the main task that waits for ever is a deadlock": {
    channels: [0],
    cells: [0],
    tasks: [
      [
        ["spawn", 1],
        ["update", 0, 1],
        ["receive", 0, "r"],
      ],
      [["update", 0, 1], ["yield"]],
    ],
  },
  "two that send to each other first": program(
    { channels: [0, 0] },
    [
      ["send", 0, 1],
      ["receive", 1, "r"],
    ],
    [
      ["send", 1, 2],
      ["receive", 0, "r"],
    ],
  ),
  "a wait group is waited for by two": {
    waitgroups: 1,
    cells: [0],
    tasks: [
      [
        ["add", 0, 2],
        ["spawn", 1],
        ["spawn", 2],
        ["spawn", 3],
        ["wait", 0],
        ["get", 0, "r"],
      ],
      [
        ["update", 0, 1],
        ["add", 0, -1],
      ],
      [["yield"], ["update", 0, 1], ["add", 0, -1]],
      [
        ["wait", 0],
        ["get", 0, "r"],
      ],
    ],
  },
  "a wait group that is never done": {
    waitgroups: 1,
    tasks: [
      [
        ["add", 0, 2],
        ["spawn", 1],
        ["wait", 0],
      ],
      [["add", 0, -1]],
    ],
  },
  "a latch lets all go on": program(
    { latches: 1, cells: [0] },
    [
      ["pass", 0],
      ["update", 0, 1, "r"],
    ],
    [
      ["pass", 0],
      ["update", 0, 1, "r"],
    ],
    [
      ["update", 0, 1],
      ["open", 0],
    ],
  ),
  "a barrier lets three go on together": program(
    { barriers: [3], cells: [0] },
    ...many(3, (): Op[] => [
      ["meet", 0, "place"],
      ["update", 0, 1, "r"],
    ]),
  ),
  "a barrier serves two rounds": program(
    { barriers: [2] },
    ...many(2, (): Op[] => [
      ["meet", 0, "a"],
      ["meet", 0, "b"],
    ]),
  ),
  "a barrier with one too many": program({ barriers: [2] }, ...many(3, (): Op[] => [["meet", 0, "place"]])),
  "yields give up the turn": program(
    { cells: [0] },
    ...many(2, (): Op[] => [["yield"], ["update", 0, 1, "r"], ["yield"]]),
  ),
  "what follows a yield belongs to the next turn": program(
    { mutexes: 1, cells: [0] },
    critical(0, ["update", 0, 1, "r"], ["yield"]),
    [["get", 0, "a"], ...critical(0)],
    [["yield"], ["get", 0, "b"]],
  ),
  "a join waits for the children too": {
    cells: [0],
    tasks: [
      [
        ["spawn", 1],
        ["spawn", 3],
        ["join", 1],
        ["get", 0, "r"],
      ],
      [
        ["spawn", 2],
        ["update", 0, 1],
      ],
      [["update", 0, 10], ["yield"], ["update", 0, 10]],
      [
        ["join", 1],
        ["update", 0, 100],
      ],
    ],
  },
  "two that join each other": program(
    { cells: [0] },
    [
      ["update", 0, 1],
      ["join", 2],
    ],
    [["join", 1]],
  ),
  "children are started in the midst": {
    cells: [0],
    tasks: [
      [
        ["update", 0, 1],
        ["spawn", 1],
        ["update", 0, 1, "r"],
      ],
      [["update", 0, 10, "r"], ["spawn", 2], ["yield"]],
      [["get", 0, "r"]],
    ],
  },
  "a lock held while waiting for a message": program({ mutexes: 1, channels: [0] }, critical(0, ["receive", 0, "r"]), [
    ...critical(0),
    ["send", 0, 1],
  ]),
  "a signal before the wait is lost": program(
    { cells: [0], channels: [0] },
    [
      ["get", 0, "r"],
      ["skip", 1, "r", 1],
      ["receive", 0],
    ],
    [
      ["set", 0, 1],
      ["get", 0, "r"],
      ["skip", 1, "r", 1],
      ["send", 0, 1],
    ],
  ),
  "a buffer of two serves different cells": program(
    { channels: [2] },
    many(3, (i): Op => ["send", 0, i + 1]),
    many(2, (i): Op => ["receive", 0, `r${i}`]),
    [["receive", 0, "r"]],
  ),
  "a closed channel turns away all who come": program(
    { channels: [0] },
    [["close", 0]],
    [["send", 0, 1, "sent"]],
    [["send", 0, 2, "sent"]],
    [["receive", 0, "r"]],
  ),
  "a closed channel is a case that is ready": program(
    { channels: [1, 0] },
    [
      ["send", 0, 1],
      ["close", 1],
    ],
    [
      ["select", [0, 1], "a"],
      ["select", [1, 0], "b"],
    ],
  ),
  "a select is served at either channel, and leaves the other to the next in line": program(
    { channels: [0, 0] },
    [["send", 0, 1]],
    [["send", 1, 2]],
    [["select", [0, 1], "r"]],
    [["receive", 0, "r"]],
  ),
  "two wait for those who are done": {
    waitgroups: 1,
    tasks: [
      [["add", 0, 2], ...many(3, (i): Op => ["spawn", i + 1]), ["wait", 0]],
      [["add", 0, -1]],
      [["add", 0, -1]],
      [["wait", 0]],
    ],
  },
  "more is added to a wait group while one waits": {
    waitgroups: 1,
    tasks: [
      [
        ["add", 0, 2],
        ["spawn", 1],
        ["spawn", 2],
        ["wait", 0],
      ],
      [
        ["add", 0, 1],
        ["spawn", 3],
        ["add", 0, -1],
      ],
      [
        ["add", 0, 1],
        ["add", 0, -1],
        ["add", 0, -1],
      ],
      [["add", 0, -1]],
    ],
  },
  "two open a latch": program(
    { latches: 1, cells: [0] },
    [
      ["pass", 0],
      ["get", 0, "r"],
    ],
    [
      ["set", 0, 1],
      ["open", 0],
    ],
    [
      ["set", 0, 2],
      ["open", 0],
    ],
  ),
  "a join between the ends of two children": {
    cells: [0, 0],
    tasks: [
      [
        ["spawn", 1],
        ["join", 1],
        ["get", 0, "r"],
      ],
      [
        ["spawn", 2],
        ["spawn", 3],
      ],
      [["update", 0, 1]],
      [["update", 1, 1]],
    ],
  },
};
