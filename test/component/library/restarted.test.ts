// Parts that are started again by their chassis after a failure: they go on behind what they failed at.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "offshoot";
import {
  type ChassisOptions,
  deframer,
  fileReader,
  framer,
  lines,
  pipeline,
  sequence,
  transformer,
  unixProcess,
} from "offshoot/component";
import { simulate } from "offshoot/testing";
import { Collector, through } from "../../support/feeding.ts";
import { folder } from "../../support/files.ts";

const again: ChassisOptions = { failures: "restart", restart: { backoff: false, attempts: 5 } };

test("a deframer goes on behind a frame that is damaged", async () => {
  await simulate(function* () {
    const frames = yield* through<Uint8Array>(["one", "two", "three", "four"], framer());
    (frames[1] as Uint8Array)[17] = 0;
    const end = new Collector<Uint8Array>();
    const part = deframer();
    yield* pipeline([sequence(frames), part, end], again);
    assert.deepEqual(end.got.map(String), ["one", "three", "four"]);
    assert.equal(part.stats().damaged, 1);
  });
});

test("lines go on behind a line that is too long", async () => {
  await simulate(function* () {
    const end = new Collector<string>();
    yield* pipeline([sequence(["one\ntoo l", "ong", "\nthree\n", "four"]), lines({ maxLength: 5 }), end], again);
    assert.deepEqual(end.got, ["one", "three", "four"]);
  });
});

test("a transformer goes on with the next message", async () => {
  await simulate(function* () {
    const end = new Collector<number>();
    const picky = transformer((n: number) => {
      if (n === 2) throw new RangeError("not two");
      return n;
    });
    yield* pipeline([sequence([1, 2, 3]), picky, end], again);
    assert.deepEqual(end.got, [1, 3]);
  });
});

test("a command is run again", async (t) => {
  const mark = folder(t)("mark");
  const end = new Collector<string>();
  const flaky = unixProcess("sh", ["-c", 'test -e "$0" && echo fine || { touch "$0"; exit 1; }', mark], {
    mustSucceed: true,
    input: false,
  });
  await run(() => pipeline([flaky, lines(), end], again));
  assert.deepEqual(end.got, ["fine"]);
});

test("a file that is not there yet is opened again, and read from its start", async (t) => {
  const path = folder(t);
  const end = new Collector<string>();
  let attempts = 0;
  const options: ChassisOptions = {
    failures: "restart",
    restart: {
      backoff: false,
      onRestart() {
        if (++attempts === 2) writeFileSync(path("late"), "one\ntwo\n");
      },
    },
  };
  await run(() => pipeline([fileReader(path("late"), { by: "line" }), end], options));
  assert.equal(attempts, 2);
  assert.deepEqual(end.got, ["one", "two"]);
});
