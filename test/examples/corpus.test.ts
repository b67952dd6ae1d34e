// The counting of examples/corpus: where a file is cut into pieces must not matter.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { differences } from "../../examples/corpus/check.ts";
import { countSequentially } from "../../examples/corpus/sequential.ts";
import { Totals } from "../../examples/corpus/totals.ts";
import { FileCounter } from "../../examples/corpus/words.ts";

const ASTRAL = "\u{1d49c}"; // a letter of two UTF-16 units, four bytes
const texts: Readonly<Record<string, Uint8Array>> = {
  empty: Buffer.from(""),
  "words of several scripts": Buffer.from("\ufeffThe cat, the ΣΊΣΥΦΟΣ; ß1 東京\n naïve\r\n\n0"),
  "a word as long as words may be": Buffer.from("a".repeat(64)),
  "a run one longer": Buffer.from(`x ${"a".repeat(65)} y`),
  "a run far too long": Buffer.from(`x ${"a".repeat(999)}-b`),
  "a word of surrogate pairs": Buffer.from(ASTRAL.repeat(32)),
  "a long run of surrogate pairs": Buffer.from(`x a${ASTRAL.repeat(200)}\n`),
  "bytes that are no text": Uint8Array.of(97, 10, 255, 10, 98),
  "text that breaks off in a character": Buffer.from("one\ntwo é").subarray(0, -1),
};

for (const [name, content] of Object.entries(texts)) {
  test(`the counts of ${name} do not depend on the size of the pieces`, () => {
    const folder = mkdtempSync(join(tmpdir(), "corpus-"));
    try {
      writeFileSync(join(folder, "file"), content);
      const expected = countSequentially(folder);
      for (const size of [1, 2, 3, 5, 64, 67, 1024]) {
        const totals = new Totals();
        totals.add(countedInPieces(content, size));
        assert.deepEqual(differences(totals, expected), [], `pieces of ${size}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("a difference is told word by word", () => {
  const totals = new Totals();
  totals.add(countedInPieces(Buffer.from("a b"), 9));
  const plain = { files: 1, skipped: 0, lines: 0, words: 2, bytes: 3, occurrences: new Map([["a", 2]]) };
  assert.deepEqual(differences(totals, plain), [
    '"a": 1 in the pipeline, 2 one by one',
    '"b": 1 in the pipeline, 0 one by one',
  ]);
});

function countedInPieces(content: Uint8Array, size: number): FileCounter {
  const counter = new FileCounter();
  for (let at = 0; at < content.length; at += size) counter.add(content.subarray(at, at + size));
  counter.end();
  return counter;
}
