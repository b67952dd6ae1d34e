// examples/pixels: each way gives the same picture, and does to the memory what it says.
// own process: it starts threads

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "offshoot";
import { Pool } from "offshoot/parallel";
import { grey, greyBetween, paint } from "../../examples/pixels/picture.ts";
import { ways } from "../../examples/pixels/ways.ts";

const SIZE = 4 * 1_001;
const pool = new Pool({ threads: 2 });
const painted = paint(new Uint8Array(SIZE));
const expected = grey(painted.slice());
after(() => pool.close());

test("a copied picture stays as it was here", async () => {
  const bytes = painted.slice();
  assert.deepEqual(await run(() => ways.copied(pool, bytes)), expected);
  assert.deepEqual(bytes, painted);
});

test("a moved picture is gone here, and comes back in memory of its own", async () => {
  const bytes = painted.slice();
  const after = await run(() => ways.moved(pool, bytes));
  assert.deepEqual(after, expected);
  assert.equal(bytes.buffer.byteLength, 0);
});

test("a shared picture is changed where it is, by all workers", async () => {
  const bytes = paint(new Uint8Array(new SharedArrayBuffer(SIZE)));
  const after = await run(() => ways.shared(pool, bytes));
  assert.equal(after, bytes);
  assert.deepEqual(new Uint8Array(after), expected);
});

test("only the pixels in between become grey, and opacity stays", () => {
  const bytes = Uint8Array.of(10, 20, 30, 40, 10, 20, 30, 40, 10, 20, 30, 40);
  greyBetween(bytes, 1, 2);
  assert.deepEqual([...bytes], [10, 20, 30, 40, 18, 18, 18, 40, 10, 20, 30, 40]);
});

test("the program finds the same picture in all ways, and refuses a size that makes no sense", () => {
  const { status, stdout } = runMain("1");
  assert.equal(status, 0);
  assert.match(stdout, /^copied +\d+ ms {2}the same picture; what was sent is as it was\n/);
  assert.match(stdout, /\nmoved +\d+ ms {2}the same picture; the memory it was in has been handed over\n/);
  assert.match(stdout, /\nshared +\d+ ms {2}the same picture; made grey where it was\n$/);
  assert.equal(runMain("0").status, 2);
});

function runMain(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const main = fileURLToPath(new URL("../../examples/pixels/main.ts", import.meta.url));
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
}
