// framer and deframer: pieces of every size, damage of every kind, limits; and that damage never gives a wrong message.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError, type Operation } from "offshoot";
import { DataError, deframer, framer } from "offshoot/component";
import { simulate } from "offshoot/testing";
import { Random } from "../../../src/base/random.ts";
import { caught, thrown } from "../../support/caught.ts";
import { through } from "../../support/feeding.ts";

const HEAD = 16;
const texts = (messages: readonly Uint8Array[]): string[] => messages.map((bytes) => Buffer.from(bytes).toString());

/** The bytes of some messages in frames. */
function* framesOf(messages: readonly (string | Uint8Array)[]): Operation<Buffer> {
  return Buffer.concat(yield* through<Uint8Array>(messages, framer()));
}

function* received(
  bytes: Uint8Array,
  size = bytes.length,
): Operation<{ got: string[]; damaged: number; skipped: number }> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const part = deframer({ damage: "resync" });
  const got = texts(yield* through<Uint8Array>(pieces, part));
  const { frames, damaged, skippedBytes } = part.stats();
  assert.equal(frames, got.length);
  return { got, damaged, skipped: skippedBytes };
}

test("messages come out as they went in, however the bytes were cut", async () => {
  await simulate(function* () {
    const messages = ["one", "", "three 🌍", "x".repeat(300)];
    const bytes = yield* framesOf(messages);
    assert.equal(
      bytes.length,
      messages.reduce((sum, text) => sum + HEAD + Buffer.byteLength(text), 0),
    );
    for (let size = 1; size <= bytes.length; size += size < 40 ? 1 : 37)
      assert.deepEqual(yield* received(bytes, size), { got: messages, damaged: 0, skipped: 0 }, `pieces of ${size}`);
  });
});

test("a message that holds marks and whole frames comes out as one", async () => {
  await simulate(function* () {
    const inner = yield* framesOf(["inner", "inner too"]);
    const part = deframer();
    const got = yield* through<Uint8Array>([yield* framesOf([inner, "after"])], part);
    assert.deepEqual(
      got.map((bytes) => Buffer.from(bytes)),
      [inner, Buffer.from("after")],
    );
  });
});

test("what is given stays as it is when more comes", async () => {
  await simulate(function* () {
    const bytes = yield* framesOf(["first", "other"]);
    const pieces = [bytes.subarray(0, HEAD + 5), bytes.subarray(HEAD + 5)];
    assert.deepEqual(texts(yield* through<Uint8Array>(pieces, deframer())), ["first", "other"]);
  });
});

test("damage fails the component with an error that says what is damaged", async () => {
  await simulate(function* () {
    const bytes = yield* framesOf(["one", "two"]);
    const damaged: [string, Buffer, RegExp][] = [
      ["mark", flipped(bytes, 1), /after 0 frames: there is no frame\. /],
      ["head", flipped(bytes, 5), /after 0 frames: the head of a frame is damaged\. /],
      ["content", flipped(bytes, HEAD + 3 + HEAD), /after 1 frames: the content of a frame is damaged\. /],
      ["end", bytes.subarray(0, bytes.length - 1), /after 1 frames: the data ends within a frame\. /],
      ["end in the head", bytes.subarray(0, HEAD + 3 + 2), /after 1 frames: the data ends within a frame\. /],
    ];
    for (const [what, data, message] of damaged) {
      const error = yield* caught(DataError, through([data], deframer({ name: "radio" })));
      assert.match(error.message, /^deframer: "radio#\d+" got damaged data /);
      assert.match(error.message, message, what);
    }
  });
});

test("with resync a damaged frame is left out, and those around it come", async () => {
  await simulate(function* () {
    const bytes = yield* framesOf(["one", "two", "three"]);
    const second = HEAD + 3;
    for (let at = second; at < second + HEAD + 3; at++) {
      const result = yield* received(flipped(bytes, at), 7);
      assert.deepEqual(result, { got: ["one", "three"], damaged: 1, skipped: HEAD + 3 }, `byte ${at}`);
    }
  });
});

test("with resync bytes that were lost or added harm only the frame they were in", async () => {
  await simulate(function* () {
    const bytes = yield* framesOf(["one", "two", "three"]);
    const second = HEAD + 3;
    for (let at = second; at < second + HEAD + 3; at++) {
      const lost = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      assert.deepEqual((yield* received(lost)).got, ["one", "three"], `lost ${at}`);
      const added = Buffer.concat([bytes.subarray(0, at), Buffer.of(0xf9), bytes.subarray(at)]);
      const { got } = yield* received(added);
      assert.deepEqual(got, at <= second + 1 ? ["one", "two", "three"] : ["one", "three"], `added ${at}`);
    }
  });
});

test("with resync noise before, between and behind frames is passed over", async () => {
  await simulate(function* () {
    const [one, two] = [yield* framesOf(["one"]), yield* framesOf(["two"])];
    const noise = Buffer.from([0xf9, 0xfa, 0xfb, 0xfc, 0xf9, 0xfa, 1, 2, 3]);
    const bytes = Buffer.concat([noise, one, noise, two, noise]);
    for (const size of [1, 2, 5, bytes.length])
      assert.deepEqual(yield* received(bytes, size), { got: ["one", "two"], damaged: 3, skipped: 27 }, `${size}`);
  });
});

test("with resync the frames within the last one are found, if that is cut short", async () => {
  await simulate(function* () {
    const bytes = yield* framesOf(["x".repeat(50), "whole"]);
    const short = Buffer.concat([bytes.subarray(0, HEAD + 10), bytes.subarray(HEAD + 50)]);
    assert.deepEqual((yield* received(short)).got, ["whole"]);
  });
});

test("whatever happens to the bytes, only messages that were sent come out", async () => {
  await simulate(function* () {
    const chance = new Random(7);
    for (let round = 0; round < 60; round++) {
      const messages = Array.from({ length: 8 }, (_, i) => `${i}:${"m".repeat(chance.below(40))}`);
      const bytes = [...(yield* framesOf(messages))];
      for (let harm = chance.below(6); harm > 0; harm--) {
        const at = chance.below(bytes.length);
        const kind = chance.below(3);
        if (kind === 0) bytes[at] = chance.below(256);
        else if (kind === 1) bytes.splice(at, chance.below(9));
        else bytes.splice(at, 0, ...Array.from({ length: chance.below(9) }, () => chance.below(256)));
      }
      const { got } = yield* received(Uint8Array.from(bytes), 1 + chance.below(64));
      assert.ok(got.length >= 2, `${got.length} of 8 in round ${round}`);
      assert.deepEqual(
        got,
        messages.filter((message) => got.includes(message)),
      );
    }
  });
});

test("a message that is too long is refused on both sides", async () => {
  await simulate(function* () {
    const refused = yield* caught(DataError, through(["12345"], framer({ maxLength: 4 })));
    assert.match(refused.message, /^framer: "Framer#\d+" got a message of 5 bytes, which is more than maxLength \(4\)/);
    const bytes = yield* framesOf(["12345", "1234"]);
    const failed = yield* caught(Error, through([bytes], deframer({ maxLength: 4 })));
    assert.match(String(failed), /DataError.*a frame has 5 bytes, which is more than maxLength \(4\)/);
    const part = deframer({ maxLength: 4, damage: "resync" });
    assert.deepEqual(texts(yield* through<Uint8Array>([bytes], part)), ["1234"]);
    assert.deepEqual(part.stats(), { frames: 1, damaged: 1, skippedBytes: HEAD + 5 });
  });
});

test("options that make no sense are refused", () => {
  for (const make of [
    () => framer({ maxLength: -1 }),
    () => deframer({ maxLength: 1.5 }),
    () => deframer({ damage: "no" as never }),
  ])
    thrown(MisuseError, make);
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 0x10;
  return copy;
}
