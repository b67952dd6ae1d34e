// Who runs when a sender and a receiver meet, as an exact log of steps. Stackless has a channel preference of -1 (the receiver runs at once), 0, or +1
// (the sender). offshoot has one rule, DESIGN.md section 4: whoever completes the meeting goes on, and the one who waited goes to the tail of the queue.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation, select, yieldNow } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";

type Steps = (log: string[]) => Operation<void>;

function steps(name: string, body: Steps, expected: string): void {
  test(name, async () => {
    const log: string[] = [];
    await simulate(() => body(log));
    assert.equal(log.join(" "), expected);
  });
}

function* sends(log: string[], c: ReturnType<typeof channel<number>>, n: number, name = "s"): Operation<void> {
  for (let i = 0; i < n; i++) {
    yield* c.send(i);
    log.push(`${name}${i}`);
  }
}

function* receives(log: string[], c: ReturnType<typeof channel<number>>, n: number, name = "r"): Operation<void> {
  for (let i = 0; i < n; i++) {
    yield* c.receive();
    log.push(`${name}${i}`);
  }
}

steps(
  "receiver first: the sender completes the meeting and goes on, then the two take turns of two steps (unlike any preference of Stackless)",
  function* (log) {
    const c = channel<number>();
    go(receives, log, c, 4);
    go(sends, log, c, 4);
  },
  "s0 r0 r1 s1 s2 r2 r3 s3",
);

steps(
  "sender first: the receiver completes the meeting and goes on",
  function* (log) {
    const c = channel<number>();
    go(sends, log, c, 4);
    go(receives, log, c, 4);
  },
  "r0 s0 s1 r1 r2 s2 s3 r3",
);

steps(
  "two values, receiver first",
  function* (log) {
    const c = channel<number>();
    go(receives, log, c, 2);
    go(sends, log, c, 2);
  },
  "s0 r0 r1 s1",
);

steps(
  "the one who waited runs behind all that were ready before it",
  function* (log) {
    const c = channel<number>();
    go(receives, log, c, 1);
    go(sends, log, c, 1);
    for (const name of ["x", "y"]) {
      go(function* () {
        log.push(name);
      });
    }
  },
  "s0 x y r0",
);

steps(
  "giving up the turn after each send makes the two alternate strictly",
  function* (log) {
    const c = channel<number>();
    go(receives, log, c, 3);
    go(function* () {
      for (let i = 0; i < 3; i++) {
        yield* c.send(i);
        log.push(`s${i}`);
        yield* yieldNow();
      }
    });
  },
  "s0 r0 s1 r1 s2 r2",
);

steps(
  "a sender to three waiting receivers serves all before any of them runs, and they run in the order they waited",
  function* (log) {
    const c = channel<number>();
    for (const name of ["a", "b", "c"]) go(receives, log, c, 1, name);
    go(sends, log, c, 3);
  },
  "s0 s1 s2 a0 b0 c0",
);

steps(
  "a receiver of three waiting senders takes from all before any of them runs",
  function* (log) {
    const c = channel<number>();
    for (const name of ["a", "b", "c"]) go(sends, log, c, 1, name);
    go(receives, log, c, 3);
  },
  "r0 r1 r2 a0 b0 c0",
);

steps(
  "two senders and a receiver: each waiter is put behind those already in the queue",
  function* (log) {
    const c = channel<number>();
    go(sends, log, c, 2, "a");
    go(sends, log, c, 2, "b");
    go(receives, log, c, 4);
  },
  "r0 r1 a0 a1 b0 r2 r3 b1",
);

steps(
  "with a buffer of two the sender runs ahead until it is full",
  function* (log) {
    const c = channel<number>(2);
    go(sends, log, c, 5);
    go(receives, log, c, 5);
  },
  "s0 s1 r0 r1 r2 s2 s3 s4 r3 r4",
);

steps(
  "a select that is completed by a peer runs when its turn comes, like any waiter",
  function* (log) {
    const c = channel<number>();
    go(function* () {
      yield* select({ c: c.receive(), silent: channel().receive() });
      log.push("selected");
    });
    go(function* () {
      log.push("before");
    });
    go(sends, log, c, 1);
    go(function* () {
      log.push("after");
    });
  },
  "before s0 after selected",
);

steps(
  "close puts receivers at the tail in the order they waited, and the closer goes on",
  function* (log) {
    const c = channel<number>();
    for (const name of ["a", "b"]) {
      go(function* () {
        yield* c.next();
        log.push(name);
      });
    }
    yield* yieldNow();
    go(function* () {
      log.push("x");
    });
    c.close();
    log.push("closed");
    yield* yieldNow();
    log.push("closer");
  },
  "closed x a b closer",
);

steps(
  "a join is completed at the end of the task: joiners go to the tail in the order they came",
  function* (log) {
    const worker = go(function* () {
      yield* yieldNow();
      log.push("worker");
    });
    for (const name of ["a", "b"]) {
      go(function* () {
        yield* worker;
        log.push(name);
      });
    }
    go(function* () {
      yield* yieldNow();
      log.push("x");
    });
    yield* worker;
    log.push("main");
  },
  "worker x main a b",
);

steps(
  "a join of a task that has ended does not give up the turn",
  function* (log) {
    const worker = go(function* () {
      log.push("worker");
    });
    yield* yieldNow();
    go(function* () {
      log.push("other");
    });
    yield* worker;
    log.push("joined");
  },
  "worker joined other",
);

steps(
  "a request and its answer: the asker completes the answer, so it asks again before the server sees that it has answered",
  function* (log) {
    const requests = channel<number>();
    const answers = channel<number>();
    go(function* server() {
      for (let i = 0; i < 2; i++) {
        const n = yield* requests.receive();
        log.push(`got${n}`);
        yield* answers.send(n);
        log.push(`answered${n}`);
      }
    });
    for (let i = 0; i < 2; i++) {
      log.push(`ask${i}`);
      yield* requests.send(i);
      yield* answers.receive();
      log.push(`have${i}`);
    }
  },
  "ask0 got0 have0 ask1 answered0 got1 have1 answered1",
);
