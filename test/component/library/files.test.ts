// fileReader, fileWriter and the parts for whole files: what is read and written, in which way, and that every file is closed.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { go, MisuseError, now, type Operation, run, sleep } from "offshoot";
import {
  Component,
  DataError,
  fileReader,
  fileWriter,
  pipeline,
  ResourceError,
  sequence,
  transformer,
  type WholeFile,
  wholeFileReader,
  wholeFileWriter,
} from "offshoot/component";
import { simulate } from "offshoot/testing";
import { caught, thrown } from "../../support/caught.ts";
import { all, Collector, through } from "../../support/feeding.ts";
import { folder, openFiles } from "../../support/files.ts";

const external = { allowExternal: true };
const joined = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();

test("a file is read in chunks, as fast as there is room, and is closed", async (t) => {
  const file = folder(t)("data");
  const content = "0123456789".repeat(20_000);
  writeFileSync(file, content);
  await run(function* () {
    const chunks = yield* all<Uint8Array>(fileReader(file));
    assert.equal(joined(chunks), content);
    assert.ok(chunks.every((chunk) => chunk.length <= 65_536) && chunks.length >= 4);
    const small = yield* all<Uint8Array>(fileReader(file, { chunkSize: 70_001 }));
    assert.deepEqual(
      small.map((chunk) => chunk.length),
      [70_001, 70_001, 59_998],
    );
  });
  assert.deepEqual(openFiles(file), []);
});

test("a file is read in lines", async (t) => {
  const file = folder(t)("lines");
  writeFileSync(file, "one\r\nzwei ü\n\nlast");
  for (const chunkSize of [1, 2, 3, 7, 1000]) {
    const lines = await run(() => all(fileReader(file, { by: "line", chunkSize })));
    assert.deepEqual(lines, ["one", "zwei ü", "", "last"]);
  }
  writeFileSync(file, "");
  assert.deepEqual(await run(() => all(fileReader(file, { by: "line" }))), []);
  assert.deepEqual(await run(() => all(fileReader(file))), []);
});

test("a prompted reader gives what it is asked for, and ends with the file or with those who ask", async (t) => {
  const file = folder(t)("data");
  writeFileSync(file, "a\nbc\nd\ne");
  await run(function* () {
    const chunks = yield* through<Uint8Array>([1, 4, 2], fileReader(file, { prompted: true }));
    assert.deepEqual(chunks.map(String), ["a", "\nbc\n", "d\n"]);
    const toTheEnd = yield* through<Uint8Array>([6, 9, 9, 9], fileReader(file, { prompted: true }));
    assert.deepEqual(toTheEnd.map(String), ["a\nbc\nd", "\ne"]);
    const lines = (...asked: number[]): Operation<string[]> =>
      through(asked, fileReader(file, { by: "line", prompted: true, chunkSize: 3 }));
    assert.deepEqual(yield* lines(1, 2), ["a", "bc", "d"]);
    assert.deepEqual(yield* lines(3, 3), ["a", "bc", "d", "e"]);
    assert.deepEqual(yield* lines(), []);
    const error = yield* caught(MisuseError, lines(0));
    assert.match(
      error.message,
      /^fileReader: "FileReader#\d+": what is asked for must be a whole number of at least 1/,
    );
  });
  assert.deepEqual(openFiles(file), []);
});

test("a rate holds for bytes and for lines", async (t) => {
  const file = folder(t)("data");
  writeFileSync(file, "a\nb\nc\nd\n".repeat(25));
  await simulate(function* () {
    const start = now();
    const times = transformer((_: unknown) => Math.round(now() - start));
    const bytes = yield* all<number>(fileReader(file, { perSecond: 400 }), times);
    assert.deepEqual(bytes, [0, 100, 200, 300, 400]);
  }, external);
  await simulate(function* () {
    const start = now();
    const lines = yield* all<number>(
      fileReader(file, { by: "line", perSecond: 50 }),
      transformer((_: unknown) => Math.round(now() - start)),
    );
    assert.equal(lines.length, 100);
    assert.deepEqual([lines[0], lines[1], lines[99]], [0, 20, 99 * 20]);
  }, external);
});

test("a reader whose consumer has ended closes its file", async (t) => {
  const file = folder(t)("data");
  writeFileSync(file, "x\n".repeat(1000));
  class TakesOne extends Component<{ inbox: string }, { outbox: never }> {
    override *main(): Operation<void> {
      assert.equal(yield* this.receive(), "x");
    }
  }
  const reader = fileReader(file, { by: "line" });
  await run(() => pipeline(reader, new TakesOne()));
  assert.equal(reader.status, "cancelled");
  assert.deepEqual(openFiles(file), []);
});

test("a cancelled reader closes its file, wherever it was", async (t) => {
  const file = folder(t)("data");
  writeFileSync(file, "x\n".repeat(1000));
  for (let steps = 0; steps < 12; steps++) {
    await run(function* () {
      const reader = fileReader(file, { by: "line", prompted: true });
      reader.start();
      for (let i = 0; i < steps; i++) yield* sleep(0);
      reader.stop("enough");
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 100 && openFiles(file).length > 0; i++) await new Promise(setImmediate);
  assert.deepEqual(openFiles(file), []);
});

test("a file that cannot be read fails the component with an error that names both", async (t) => {
  const path = folder(t);
  mkdirSync(path("folder"));
  await run(function* () {
    const missing = yield* caught(ResourceError, all(fileReader(path("missing"), { name: "config" })));
    assert.match(missing.message, /^fileReader: "config#\d+" could not open ".*missing": ENOENT.*\. Check the path/);
    assert.equal((missing.cause as NodeJS.ErrnoException).code, "ENOENT");
    const notAFile = yield* caught(ResourceError, all(fileReader(path("folder"))));
    assert.match(notAFile.message, /could not read ".*folder": EISDIR/);
    writeFileSync(path("long"), "x".repeat(100));
    yield* caught(DataError, all(fileReader(path("long"), { by: "line", maxLength: 10 })));
  });
  assert.deepEqual(openFiles(path("")), []);
});

test("a writer writes what comes, text and bytes, in order", async (t) => {
  const file = folder(t)("out");
  writeFileSync(file, "this goes away");
  const messages = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? `text ${i}\n` : Buffer.from(`bytes ${i}\n`)));
  await run(() => pipeline(sequence(messages), 50, fileWriter(file)));
  assert.equal(readFileSync(file, "utf8"), messages.join(""));
  assert.deepEqual(openFiles(file), []);
});

test("a writer appends, and ends each message, as it is told", async (t) => {
  const file = folder(t)("out");
  for (const line of ["one", "two"])
    await run(() => pipeline(sequence([line, "x"]), fileWriter(file, { append: true, terminator: "\n" })));
  assert.equal(readFileSync(file, "utf8"), "one\nx\ntwo\nx\n");
  await run(() => pipeline(sequence([]), fileWriter(file)));
  assert.equal(readFileSync(file, "utf8"), "");
});

test("what was read is what is written, with little in between", async (t) => {
  const path = folder(t);
  const content = Buffer.alloc(1_000_000, "copy ");
  writeFileSync(path("from"), content);
  await run(() => pipeline(fileReader(path("from")), 1, fileWriter(path("to"))));
  assert.ok(readFileSync(path("to")).equals(content));
});

test("a cancelled writer has written what it has taken, and closes its file", async (t) => {
  const file = folder(t)("out");
  await run(function* () {
    const writer = fileWriter(file);
    const task = go(() => pipeline(sequence(["a", "b"]), new Held(), writer));
    while (!fileHas(file, "ab")) yield* sleep(0);
    task.cancel();
    yield* caught(Error, task);
    assert.equal(writer.status, "cancelled");
  });
  assert.equal(readFileSync(file, "utf8"), "ab");
  assert.deepEqual(openFiles(file), []);
});

/** Passes messages on, and never ends. */
class Held extends Component<{ inbox: string }, { outbox: string }> {
  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) yield* this.put(item.value);
    yield* sleep(Number.POSITIVE_INFINITY);
  }
}

function fileHas(file: string, text: string): boolean {
  try {
    return readFileSync(file, "utf8") === text;
  } catch {
    return false;
  }
}

test("a file that cannot be written fails the component, and messages that are none are misuse", async (t) => {
  const path = folder(t);
  await run(function* () {
    const error = yield* caught(ResourceError, through(["x"], fileWriter(path("no/such/folder"))));
    assert.match(error.message, /^fileWriter: "FileWriter#\d+" could not open ".*": ENOENT/);
    yield* caught(MisuseError, through([1], fileWriter(path("out"))));
  });
  assert.deepEqual(openFiles(path("")), []);
});

test("whole files are read and written one after the other", async (t) => {
  const path = folder(t);
  const files = ["a", "b"].map((name) => ({ path: path(name), content: `content of ${name}` }));
  await run(function* () {
    assert.deepEqual(yield* through(files, wholeFileWriter()), [path("a"), path("b")]);
    const read = yield* through<WholeFile>([path("b"), path("a")], wholeFileReader());
    assert.deepEqual(
      read.map(({ content }) => content.toString()),
      ["content of b", "content of a"],
    );
    assert.equal(read[0]?.path, path("b"));
    const gone = yield* caught(ResourceError, through([path("c")], wholeFileReader()));
    assert.match(gone.message, /^wholeFileReader: "WholeFileReader#\d+" could not read ".*c": ENOENT/);
    const denied = yield* caught(ResourceError, through([{ path: path("x/y"), content: "" }], wholeFileWriter()));
    assert.match(denied.message, /could not write/);
    for (const wrong of [1, "text", { path: "", content: "" }, { path: path("z"), content: 1 }])
      yield* caught(MisuseError, through([wrong], wholeFileWriter()));
    yield* caught(MisuseError, through([7], wholeFileReader()));
  });
});

test("a reader copes with a consumer that is slow, and reads no further than it must", async (t) => {
  const file = folder(t)("data");
  writeFileSync(file, "x".repeat(100));
  await simulate(function* () {
    const collector = new Collector<Uint8Array>(10);
    yield* pipeline(fileReader(file, { chunkSize: 10 }), 1, collector);
    assert.equal(joined(collector.got).length, 100);
  }, external);
});

test("options that make no sense are refused", () => {
  const wrong: (() => unknown)[] = [
    () => fileReader(""),
    () => fileReader("x", { by: "word" as never }),
    () => fileReader("x", { prompted: true, perSecond: 1 }),
    () => fileReader("x", { perSecond: 0 }),
    () => fileReader("x", { chunkSize: 0 }),
    () => fileReader("x", { by: "line", maxLength: 0 }),
    () => fileReader("x", { prompted: 1 as never }),
    () => fileWriter(1 as never),
    () => fileWriter("x", { append: "yes" as never }),
    () => fileWriter("x", { terminator: 1 as never }),
  ];
  for (const make of wrong) assert.match(thrown(MisuseError, make).message, /^file(Reader|Writer): /);
});
