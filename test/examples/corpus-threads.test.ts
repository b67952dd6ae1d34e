// The pipeline of examples/corpus on worker threads: the same counts as on one, an end that leaves nothing behind, and the command line.
// own process: it starts threads

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "offshoot";
import { Pool, remote, sharedChannel } from "offshoot/parallel";
import { differences } from "../../examples/corpus/check.ts";
import { pipeline } from "../../examples/corpus/pipeline.ts";
import { countSequentially } from "../../examples/corpus/sequential.ts";
import { MOST_WORDS, type Portion, Totals } from "../../examples/corpus/totals.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = fileURLToPath(new URL("../../examples/corpus/main.ts", import.meta.url));
const counting = remote<typeof import("../../examples/corpus/count.ts")>(
  new URL("../../examples/corpus/count.ts", import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), "corpus-"));
const pool = new Pool({ threads: 2 });

for (let i = 0; i < 6; i++) {
  mkdirSync(join(folder, `${i}`));
  for (let j = 0; j < 20; j++) writeFileSync(join(folder, `${i}`, `${j}.txt`), `word${i} the ${j}\n`.repeat(i * j));
}
writeFileSync(join(folder, "no-text"), Uint8Array.of(97, 10, 255, 10));

after(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

test("two threads count what a sequential count does", async () => {
  const totals = new Totals();
  await run(() => pipeline(folder, pool, totals, () => {}));
  assert.equal(totals.files, 121);
  assert.deepEqual(differences(totals, countSequentially(folder)), []);
});

test("one thread without a pool counts the same", async () => {
  const totals = new Totals();
  await run(() => pipeline(folder, null, totals, () => {}));
  assert.deepEqual(differences(totals, countSequentially(folder)), []);
});

test("a worker tells which paths it had to skip, and counts the others", async () => {
  const paths = sharedChannel<string>(2);
  const portions = sharedChannel<Portion>(2);
  const missing = join(folder, "missing");
  await run(function* () {
    yield* paths.send(missing);
    yield* paths.send(join(folder, "no-text"));
    paths.close();
    yield* pool.run(counting.countFiles, paths, portions, 2);
    const { files, bytes, skipped } = yield* portions.receive();
    assert.deepEqual({ files, bytes, skipped }, { files: 1, bytes: 4, skipped: [{ path: missing, why: "ENOENT" }] });
  });
});

test("a vocabulary that is too large for one message goes in several", () => {
  const totals = new Totals();
  for (let i = 0; i <= MOST_WORDS * 2; i++) totals.occurrences.set(`word ${i}`, i);
  Object.assign(totals, { files: 3, lines: 4, bytes: 5, words: 6 });
  const portions = [...totals.portions([{ path: "x", why: "ENOENT" }])];
  assert.ok(portions.every(({ occurrences }) => occurrences.size <= MOST_WORDS));

  const merged = new Totals();
  for (const portion of portions) merged.merge(portion);
  assert.deepEqual(merged, Object.assign(totals, { skipped: 1 }));
});

test("when the merger fails nobody goes on counting, and the pool can be used again", async () => {
  const failing = new Totals();
  failing.merge = () => {
    throw new Error("no room");
  };
  await assert.rejects(
    run(() => pipeline(folder, pool, failing, () => {})),
    { message: "no room" },
  );
  assert.equal(pool.stats().running, 0);

  const totals = new Totals();
  await run(() => pipeline(folder, pool, totals, () => {}));
  assert.deepEqual(differences(totals, countSequentially(folder)), []);
});

test("the program says how fast the threads were, and counts what one thread does", () => {
  const { status, stdout } = runMain(folder, "--threads", "2", "--check");
  assert.equal(status, 0);
  assert.match(stdout, /\n {2}files +121\n/);
  assert.match(stdout, /\n {2}2 threads: \d+\.\d\d times as fast as one \(\d+\.\d\d s\)\n/);
  assert.match(stdout, /\n {2}check: a sequential count agrees/);

  const alone = runMain(folder, "--threads=1");
  assert.equal(alone.status, 0);
  assert.equal(countsIn(alone.stdout), countsIn(stdout));
  assert.doesNotMatch(alone.stdout, /times as fast/);
});

test("it refuses numbers of threads that make no sense", () => {
  for (const args of [["--threads"], ["--threads", "0"], ["--threads=two"]]) {
    const { status, stderr } = runMain(folder, ...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, /^corpus: --threads takes a whole number from 1 to 64, got .*; usage: /);
  }
});

/** What is printed before the speed. */
function countsIn(stdout: string): string | undefined {
  return stdout.split(/[\d.]+ MB/)[0];
}

function runMain(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], { cwd: root, encoding: "utf8" });
}
