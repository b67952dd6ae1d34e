// lines: text and bytes cut anywhere, both ends of lines, the longest line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError } from "offshoot";
import { DataError, lines } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { caught, thrown } from "../../support/caught.ts";
import { through } from "../../support/feeding.ts";

const TEXT = "one\r\ntwo\n\nfür 🌍\r\nlone\rcarriage\nlast";
const LINES = ["one", "two", "", "für 🌍", "lone\rcarriage", "last"];

test("text is cut into lines, wherever it was cut into pieces", async () => {
  await simulate(function* () {
    for (let size = 1; size <= TEXT.length; size++) {
      const pieces = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, i) =>
        TEXT.slice(i * size, (i + 1) * size),
      );
      assert.deepEqual(yield* through(pieces, lines()), LINES, `pieces of ${size}`);
    }
  });
});

test("bytes are cut into lines, also within a character", async () => {
  await simulate(function* () {
    const bytes = Buffer.from(TEXT);
    for (let size = 1; size <= bytes.length; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        i % 2 === 0
          ? bytes.subarray(i * size, (i + 1) * size)
          : new Uint8Array(bytes.subarray(i * size, (i + 1) * size)),
      );
      assert.deepEqual(yield* through(pieces, lines()), LINES, `pieces of ${size}`);
    }
  });
});

test("a line without an end is given at the end, an empty one is not", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* through(["a\nb"], lines()), ["a", "b"]);
    assert.deepEqual(yield* through(["a\nb\n"], lines()), ["a", "b"]);
    assert.deepEqual(yield* through(["a\nb\r"], lines()), ["a", "b\r"]);
    assert.deepEqual(yield* through(["\n"], lines()), [""]);
    assert.deepEqual(yield* through(["", ""], lines()), []);
    assert.deepEqual(yield* through([], lines()), []);
  });
});

test("a character that is cut off at the end is given as what stands for it", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* through([Buffer.from("a\nb€").subarray(0, 4)], lines()), ["a", "b\ufffd"]);
    assert.deepEqual(yield* through([Buffer.from("€").subarray(0, 2), "x\n"], lines()), ["\ufffdx"]);
  });
});

test("another encoding is decoded as it is told", async () => {
  await simulate(function* () {
    const bytes = Buffer.from("für\nsie", "utf16le");
    const pieces = [bytes.subarray(0, 3), bytes.subarray(3)];
    assert.deepEqual(yield* through(pieces, lines({ encoding: "utf16le" })), ["für", "sie"]);
    assert.deepEqual(yield* through([Buffer.from("f\xfcr", "latin1")], lines({ encoding: "latin1" })), ["für"]);
  });
});

test("a line of the longest length passes, one that is longer fails the component", async () => {
  await simulate(function* () {
    assert.deepEqual(yield* through(["abc\r\nabc"], lines({ maxLength: 3 })), ["abc", "abc"]);
    assert.deepEqual(yield* through(["abc\r", "\n"], lines({ maxLength: 3 })), ["abc"]);
    for (const pieces of [["abcd\n"], ["ab", "cd"], ["abc\r"], ["x\nabcdefgh"]]) {
      const error = yield* caught(DataError, through(pieces, lines({ maxLength: 3, name: "log" })));
      assert.match(error.message, /^lines: "log#\d+" got a line of more than 3 characters\. Raise maxLength/);
    }
  });
});

test("lines that are too long are left out and counted, if it is told so", async () => {
  await simulate(function* () {
    const part = lines({ maxLength: 3, overlong: "skip" });
    const pieces = ["a\nabc", "d", "efghijkl", "mn\nb\r\nabcd\nabc\nabcde"];
    assert.deepEqual(yield* through(pieces, part), ["a", "b", "abc"]);
    assert.deepEqual(part.stats(), { skipped: 3 });
  });
});

test("messages that are neither text nor bytes are misuse, and so are options that make no sense", async () => {
  await simulate(function* () {
    const error = yield* caught(MisuseError, through([1], lines()));
    assert.match(error.message, /^lines: "Lines#\d+" takes strings and bytes, got a number \(1\)\.$/);
  });
  assert.match(
    String(thrown(Error, () => lines({ maxLength: 0 }))),
    /maxLength must be a whole number of at least 1, or Inf/,
  );
  assert.match(
    String(thrown(Error, () => lines({ encoding: "utf7" as never }))),
    /the encoding must be one that Node knows/,
  );
  assert.match(String(thrown(Error, () => lines({ overlong: "cut" as never }))), /overlong must be "fail" or "skip"/);
});
