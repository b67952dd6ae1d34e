// An exploration forgets its runs as it goes, although the event loop does not turn between them.
// own process: counts bytes

import assert from "node:assert/strict";
import { test } from "node:test";
import { channel, go, type Operation } from "offshoot";
import { explore } from "offshoot/testing";

const collect = (globalThis as { gc?: () => void }).gc as () => void;
const RUNS = 2_000;

test("2 000 runs of an exploration leave nothing of the first ones", async () => {
  const used: number[] = [];
  let run = 0;
  function* body(): Operation<void> {
    if (run++ % (RUNS / 2) === 0) {
      collect();
      used.push(process.memoryUsage().heapUsed);
    }
    const ch = channel<number>();
    go(function* (): Operation<void> {
      for (let i = 0; i < 50; i++) yield* ch.send(i);
    });
    for (let i = 0; i < 50; i++) yield* ch.receive();
  }
  await explore(body, { name: "memory", strategy: "random", runs: RUNS, timeMs: 60_000, keep: false });
  const [, before = 0, after = 0] = used;
  assert.ok(used.length === 3 && after - before < 1_000_000, `${used} bytes`);
});
