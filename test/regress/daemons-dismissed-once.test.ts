// When only daemons were left in a group, all of its children were cancelled, and again at the end of each: also a child that was no daemon and had been
// started meanwhile, by a listener on the signal of one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group, never, sleep, type TaskStatus } from "offshoot";
import { simulate } from "../../src/testing/simulate.ts";

test("a child that is started while the daemons are dismissed is not cancelled with them", async () => {
  await simulate(function* () {
    const ran: string[] = [];
    yield* group((g) => {
      for (const name of ["first", "second", "third"]) {
        const daemon = g.daemon(() => never);
        daemon.signal.addEventListener("abort", () => {
          g.go(function* () {
            yield* sleep(1);
            ran.push(name);
          });
        });
      }
    });
    assert.deepEqual(ran, ["first", "second", "third"]);
  });
});

test("a daemon that is started after the others have been dismissed is cancelled too", async () => {
  await simulate(function* () {
    let ran = false;
    let status: TaskStatus | undefined;
    yield* group((g) => {
      const daemon = g.daemon(() => never);
      daemon.signal.addEventListener("abort", () => {
        g.go(function* () {
          yield* sleep(1);
          const late = g.daemon(function* () {
            ran = true;
            yield* never;
          });
          yield* sleep(1);
          status = late.status;
        });
      });
    });
    assert.equal(status, "cancelled");
    assert.equal(ran, false);
  });
});

test("a daemon is dismissed once, although a child ends after that", async () => {
  await simulate(function* () {
    let aborts = 0;
    let cleaned = 0;
    yield* group((g) => {
      const daemon = g.daemon(function* () {
        try {
          yield* never;
        } finally {
          cleaned++;
        }
      });
      g.go(() => sleep(1));
      daemon.signal.addEventListener("abort", () => {
        aborts++;
        g.go(() => sleep(1));
        g.go(() => sleep(2));
      });
    });
    assert.deepEqual([aborts, cleaned], [1, 1]);
  });
});
