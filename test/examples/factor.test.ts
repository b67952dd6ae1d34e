// examples/factor: the first worker that finds a divisor ends the search, and nothing goes on after it.
// own process: it starts threads

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { channel, go, run } from "offshoot";
import { Pool } from "offshoot/parallel";
import { factor } from "../../examples/factor/factor.ts";
import { divisorIn, type Span, search } from "../../examples/factor/search.ts";

const pool = new Pool({ threads: 2 });
after(() => pool.close());

test("a divisor is found, wherever it lies", async () => {
  for (const [n, divisor] of [
    [4, 2],
    [1_000_003 * 1_000_033, 1_000_003],
    [15_485_863 * 2, 2],
  ] as const)
    assert.deepEqual(await run(() => factor(pool, n, 60_000)), { is: "divisor", divisor });
});

test("a prime has none, when all spans have been searched", async () => {
  for (const n of [2, 3, 97, 1_000_000_000_039])
    assert.deepEqual(await run(() => factor(pool, n, 60_000)), { is: "prime" });
});

test("when the time is up the workers end, and can be used again", async () => {
  assert.deepEqual(await run(() => factor(pool, 9_007_199_254_740_881, 0)), { is: "late" });
  assert.equal(pool.stats().running, 0);
  assert.deepEqual(await run(() => factor(pool, 91, 60_000)), { is: "divisor", divisor: 7 });
});

test("the search of a worker runs in one thread with local channels too", async () => {
  const spans = channel<Span>(3);
  const found = channel<number>(3);
  await run(function* () {
    go(search, 91, spans, found);
    yield* spans.send({ from: 2, to: 7 });
    yield* spans.send({ from: 7, to: 14 });
    spans.close();
    assert.equal(yield* found.receive(), 7);
  });
  assert.equal(divisorIn(91, { from: 8, to: 13 }), null);
});

test("the program prints the answers and ends with 0, or with 2 for what is no such number", () => {
  const { status, stdout } = runMain("91", "97");
  assert.deepEqual([status, stdout], [0, "91 = 7 * 13\n97 is a prime\n"]);
  assert.equal(runMain("1").status, 2);
});

function runMain(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const main = fileURLToPath(new URL("../../examples/factor/main.ts", import.meta.url));
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
