// consoleReader and consoleEchoer: lines, prompts, output that is slow or broken, and that the process can end afterwards.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MisuseError, run, sleep } from "offshoot";
import { consoleEchoer, consoleReader, DataError, ResourceError, transformer } from "offshoot/component";
import { caught, thrown } from "../../support/caught.ts";
import { all, through } from "../../support/feeding.ts";
import { program } from "../../support/process.ts";

function typed(...pieces: (string | Buffer)[]): PassThrough {
  const input = new PassThrough();
  for (const piece of pieces) input.write(piece);
  input.end();
  return input;
}

/** Keeps what is written; takes its time if it is told so. */
function screen(slow = false): Writable & { text: string } {
  const target = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      (target as { text: string } & Writable).text += chunk;
      if (slow) setImmediate(done);
      else done();
    },
  });
  return Object.assign(target, { text: "" });
}

test("lines are given as they are typed, the last one too, and the stream is left as it is", async () => {
  const input = typed("one\ntw", Buffer.from("o ü\r\n"), "three");
  assert.deepEqual(await run(() => all(consoleReader({ input }))), ["one", "two ü", "three"]);
  for (const event of ["readable", "end", "close", "error"]) assert.ok(input.listenerCount(event) <= 1, event);
});

test("a prompt is written before each line is waited for", async () => {
  const output = screen(true);
  const part = consoleReader({ input: typed("a\nb\n"), output, prompt: "> " });
  assert.deepEqual(await run(() => all(part)), ["a", "b"]);
  assert.equal(output.text, "> > > ");
});

test("input that fails, and lines that are too long, fail the component", async () => {
  const input = new PassThrough();
  input.write("fine\n");
  const cut = transformer((line: string) => {
    input.destroy(new Error("cable cut"));
    return line;
  });
  await run(function* () {
    const error = yield* caught(ResourceError, all(consoleReader({ input }), cut));
    assert.match(error.message, /^consoleReader: "ConsoleReader#\d+" could not read the console: cable cut\. /);
    yield* caught(ResourceError, all(consoleReader({ input })));
    yield* caught(DataError, all(consoleReader({ input: typed("long line"), maxLength: 3 })));
  });
});

test("a reader that is stopped stops reading, and what comes then is there for others", async () => {
  const input = new PassThrough();
  await run(function* () {
    const reader = consoleReader({ input });
    reader.start();
    while (input.listenerCount("readable") === 0) yield* sleep(0);
    reader.stop();
  });
  assert.equal(input.listenerCount("readable"), 0);
  input.write("for others");
  assert.equal(String(input.read()), "for others");
});

test("messages are shown as text, bytes, or as they would be logged, and are passed on", async () => {
  const output = screen(true);
  const messages = ["text", Buffer.from("bytes ü"), 7, { a: [1] }, null];
  assert.deepEqual(await run(() => through(messages, consoleEchoer({ output }))), messages);
  assert.equal(output.text, "text\nbytes ü\n7\n{ a: [ 1 ] }\nnull\n");
  assert.equal(output.writableEnded, false);
  assert.equal(output.listenerCount("error"), 0);
});

test("output that fails fails the component, once", async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("no paper")) });
  await run(function* () {
    const error = yield* caught(ResourceError, through(["a", "b"], consoleEchoer({ output, terminator: "" })));
    assert.match(error.message, /^consoleEchoer: "ConsoleEchoer#\d+" could not write to the console: no paper\. /);
  });
  await new Promise(setImmediate);
});

test("options that make no sense are refused", () => {
  thrown(MisuseError, () => consoleReader({ prompt: 1 as never }));
  thrown(MisuseError, () => consoleReader({ maxLength: 0 }));
  thrown(MisuseError, () => consoleEchoer({ terminator: null as never }));
});

test("a process that has stopped reading standard input can end although that is open", async () => {
  const text = `
    import { run } from "offshoot";
    import { Component, consoleReader, pipeline } from "offshoot/component";
    class Prints extends Component {
      *main() {
        console.log(yield* this.receive());
        reader.stop();
      }
    }
    let reader;
    for (const name of ["one", "two"])
      await run(() => pipeline([(reader = consoleReader({ name })), new Prints()], { failures: "isolate" }));
    console.log("ended");
  `;
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=offshoot/source", "--input-type=module", "--eval", text], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
    if (said === "first\n") child.stdin.write("second\n");
  });
  child.stdin.write("first\n");
  child.on("exit", () => child.stdin.destroy());
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(said, "first\nsecond\nended\n");
  assert.equal(code, 0);
});

test("standard output is written by several, one after the other, and never ended", async () => {
  const { stdout, code } = await program(`
    import { run } from "offshoot";
    import { consoleEchoer, pipeline, sequence } from "offshoot/component";
    await run(() => pipeline(sequence([1, 2]), consoleEchoer()));
    await run(() => pipeline(sequence([3]), consoleEchoer({ output: process.stdout, terminator: "!" })));
  `);
  assert.equal(stdout, "1\n2\n3!");
  assert.equal(code, 0);
});
