// Semaphores and barriers: permits that are not given back, taken bit by bit, or waited for by those who hold them; parties that do not come.

import { Barrier, channel, go, type Operation, Semaphore, yieldNow } from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a permit is not given back on the way out of an error",
    kind: "leak",
    blocked: ["fetch semaphore.acquire connections"],
    *program(fixed) {
      const connections = new Semaphore(1, { name: "connections" });
      function* fetch(): Operation<void> {
        yield* connections.acquire();
        yield* yieldNow();
        const refused = choose(2) === 1;
        if (refused && !fixed) return;
        connections.release();
      }
      go(fetch);
      go(fetch);
    },
  },
  {
    name: "who holds a permit starts somebody who needs one, and waits",
    kind: "leak",
    blocked: [
      'walk task.join task #4 "walk"',
      'walk task.join task #5 "walk"',
      "walk semaphore.acquire open files",
      "walk semaphore.acquire open files",
    ],
    *program(fixed) {
      const files = new Semaphore(2, { name: "open files" });
      function* walk(depth: number): Operation<void> {
        yield* files.acquire();
        if (fixed) files.release();
        if (depth > 0) yield* go(walk, depth - 1);
        if (!fixed) files.release();
      }
      go(walk, 1);
      go(walk, 1);
    },
  },
  {
    name: "two permits are taken one at a time",
    kind: "leak",
    blocked: ["copy semaphore.acquire buffers", "copy semaphore.acquire buffers"],
    *program(fixed) {
      const buffers = new Semaphore(2, { name: "buffers" });
      function* copy(): Operation<void> {
        if (fixed) yield* buffers.acquire(2);
        else {
          yield* buffers.acquire();
          yield* buffers.acquire();
        }
        buffers.release(2);
      }
      go(copy);
      go(copy);
    },
  },
  {
    name: "a permit is given back that was not had",
    kind: "misuse",
    says: /Semaphore\.release: 1 permits of "slots"/,
    *program(fixed) {
      const slots = new Semaphore(1, { name: "slots" });
      function* visit(): Operation<void> {
        const slot = slots.tryAcquire();
        try {
          if (slot !== undefined) yield* yieldNow();
        } finally {
          if (slot !== undefined || !fixed) slots.release();
        }
      }
      go(visit);
      go(visit);
    },
  },
  {
    name: "all permits are taken to wait for those who need one to end",
    kind: "leak",
    blocked: ["drain channel.receive ended", "work semaphore.acquire permits"],
    *program(fixed) {
      const permits = new Semaphore(2, { name: "permits" });
      const ended = channel<void>(1, { name: "ended" });
      go(function* work(): Operation<void> {
        yield* permits.acquire();
        permits.release();
        yield* ended.send();
      });
      go(function* drain(): Operation<void> {
        if (fixed) yield* ended.receive();
        yield* permits.acquire(2);
        if (!fixed) yield* ended.receive();
        permits.release(2);
      });
    },
  },
  {
    name: "a barrier is for more parties than there are left",
    kind: "leak",
    blocked: ["runner barrier.wait start (1 of 2 have come)"],
    *program(fixed) {
      const start = new Barrier(2, { name: "start" });
      function* runner(): Operation<void> {
        const injured = choose(2) === 1;
        if (injured && !fixed) return;
        yield* start.wait();
      }
      go(runner);
      go(runner);
    },
  },
  {
    name: "a barrier is for fewer parties than come",
    kind: "leak",
    blocked: ["row barrier.wait sweep (1 of 2 have come)"],
    *program(fixed) {
      const rows = 3;
      const sweep = new Barrier(fixed ? rows : 2, { name: "sweep" });
      function* row(): Operation<void> {
        yield* sweep.wait();
      }
      for (let n = 0; n < rows; n++) go(row);
    },
  },
  {
    name: "one party goes round less often than the other",
    kind: "leak",
    blocked: ["dancer barrier.wait figure (1 of 2 have come)"],
    *program(fixed) {
      const figure = new Barrier(2, { name: "figure" });
      function* dancer(rounds: number): Operation<void> {
        for (let round = 0; round < rounds; round++) yield* figure.wait();
      }
      go(dancer, 2);
      go(dancer, fixed ? 2 : 1);
    },
  },
]);
