// unixProcess: what goes in and comes out, how it ended, back-pressure both ways, and that nothing is left running.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { go, MisuseError, type Operation, run, sleep } from "offshoot";
import {
  Component,
  graphline,
  lines,
  type ProcessFinished,
  pipeline,
  ResourceError,
  type Signal,
  sequence,
  unixProcess,
} from "offshoot/component";
import { caught, thrown } from "../../support/caught.ts";
import { all, Collector, through } from "../../support/feeding.ts";
import { program } from "../../support/process.ts";

const text = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();
const node = (code: string, options = {}): ReturnType<typeof unixProcess> =>
  unixProcess(process.execPath, ["-e", code], options);
/** Handles of processes and pipes: this process may have pipes of its own. */
const handles = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap" || name === "PipeWrap").length;
const own = handles();

/** What has been closed is listed until the loop has come round. */
async function nothingLeft(): Promise<void> {
  for (let turns = 0; turns < 3 && handles() !== own; turns++) await new Promise(setImmediate);
  assert.equal(handles(), own);
}

/** Does a process run? One that has ended may still be listed, until whoever has inherited it looks. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync("/proc/self") && readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
  } catch {
    return false;
  }
}

/** Keeps the signal that comes to it. */
class Listener extends Component<{ control: Signal }, { outbox: never }> {
  said: ProcessFinished | null = null;

  constructor() {
    super({ handlesControl: true });
  }

  override *main(): Operation<void> {
    this.said = (yield* this.receive("control")) as ProcessFinished;
  }
}

/** Runs a process; answers what it wrote, and how it ended. */
function* performed(
  messages: readonly (string | Uint8Array)[],
  process: ReturnType<typeof unixProcess>,
): Operation<{ out: string; err: string; code: number | null; killedBy: string | null }> {
  const [out, err, end] = [new Collector<Uint8Array>(), new Collector<Uint8Array>(), new Listener()];
  yield* graphline({
    parts: { source: sequence(messages), process, out, err, end },
    links: {
      "source.outbox": "process.inbox",
      "process.outbox": "out.inbox",
      "process.stderr": "err.inbox",
      "process.signal": "end.control",
    },
  });
  const { code = null, killedBy = null } = end.said ?? {};
  return { out: text(out.got), err: text(err.got), code, killedBy };
}

test("what goes in comes out as the command makes it, and the end is told on signal", async () => {
  await run(function* () {
    const upper = yield* performed(["a\n", Buffer.from("b\n"), "ü\n"], unixProcess("tr", ["a-z", "A-Z"]));
    assert.deepEqual(upper, { out: "A\nB\nü\n", err: "", code: 0, killedBy: null });
    const failed = yield* performed([], unixProcess("sh", ["-c", "echo out; echo err >&2; exit 3"]));
    assert.deepEqual(failed, { out: "out\n", err: "err\n", code: 3, killedBy: null });
    const killed = yield* performed([], unixProcess("sh", ["-c", "kill -KILL $$"]));
    assert.deepEqual(killed, { out: "", err: "", code: null, killedBy: "SIGKILL" });
  });
  await nothingLeft();
});

test("a command that cannot be started fails the component, by name", async () => {
  await run(function* () {
    const error = yield* caught(ResourceError, unixProcess("no-such-command", [], { name: "sorter" }));
    assert.match(
      error.message,
      /^unixProcess: "sorter#\d+" could not start "no-such-command": .*ENOENT.*Check the command/,
    );
    assert.equal((error.cause as NodeJS.ErrnoException).code, "ENOENT");
    yield* caught(ResourceError, unixProcess("sh", [], { cwd: "/no/such/folder" }));
    yield* caught(ResourceError, unixProcess("cat", ["a\0b"])); // refused by Node, before the system sees it
    const denied = yield* caught(ResourceError, unixProcess("/dev/null"));
    assert.match(denied.message, /could not start "\/dev\/null": .*EACCES/);
  });
  await nothingLeft();
});

test("one that must succeed fails the component with its code and its last words", async () => {
  await run(function* () {
    const code = unixProcess("sh", ["-c", "echo no luck >&2; exit 4"], { mustSucceed: true });
    const error = yield* caught(ResourceError, code);
    assert.match(
      error.message,
      /^unixProcess: "UnixProcess#\d+" ran "sh", which exited with code 4: no luck\. Check its/,
    );
    const killed = yield* caught(ResourceError, unixProcess("sh", ["-c", "kill $$"], { mustSucceed: true }));
    assert.match(killed.message, /which was killed by SIGTERM\. /);
    yield* unixProcess("true", [], { mustSucceed: true });
  });
});

test("the folder and the environment are as told, and standard input may be empty", async () => {
  await run(function* () {
    const options = { cwd: "/", env: { ...process.env, WHO: "me" } };
    assert.equal(text(yield* all(unixProcess("sh", ["-c", "pwd; echo $WHO"], options))), "/\nme\n");
    assert.equal(text(yield* all(unixProcess("cat", [], { input: false }))), "");
  });
});

test("much goes through, in order, with little in between", async () => {
  await run(function* () {
    const numbers = Array.from({ length: 50_000 }, (_, i) => `${i}\n`);
    const end = new Collector<string>();
    yield* pipeline(sequence(numbers), 4, unixProcess("cat"), 2, lines(), 4, end);
    assert.equal(end.got.length, 50_000);
    assert.ok(end.got.every((line, i) => line === `${i}`));
  });
  await nothingLeft();
});

test("a process that does not read holds up those who feed it", async () => {
  await run(function* () {
    let given = 0;
    function* chunks(): Generator<Buffer> {
      for (;;) {
        given++;
        yield Buffer.alloc(65_536);
      }
    }
    const stuck = node("console.log('up'); setInterval(() => {}, 1e6)");
    const out = new Collector<Uint8Array>();
    const task = go(() => pipeline(sequence(chunks()), 1, stuck, out));
    while (out.got.length === 0) yield* sleep(0);
    for (let before = -1; before !== given; ) {
      before = given;
      for (let i = 0; i < 50; i++) yield* sleep(0);
    }
    assert.ok(given < 40, `${given} chunks`);
    task.cancel();
    yield* caught(Error, task);
  });
  await nothingLeft();
});

test("a consumer that does not take holds up the process", async () => {
  await run(function* () {
    let taken = 0;
    class Slow extends Component<{ inbox: Uint8Array }, { outbox: never }> {
      override *main(): Operation<void> {
        taken += (yield* this.receive()).length;
        yield* sleep(Number.POSITIVE_INFINITY);
      }
    }
    const yes = unixProcess("yes");
    const task = go(() => pipeline(yes, 1, new Slow()));
    while (taken === 0) yield* sleep(0);
    while (!yes.isFull()) yield* sleep(0);
    task.cancel();
    yield* caught(Error, task);
    assert.equal(yes.status, "cancelled");
  });
  await nothingLeft();
});

test("a process whose output nobody takes any more is ended, and so are those who feed it", async () => {
  await run(function* () {
    class TakesOne extends Component<{ inbox: Uint8Array }, { outbox: never }> {
      override *main(): Operation<void> {
        yield* this.receive();
      }
    }
    const yes = unixProcess("yes");
    yield* pipeline(yes, 1, new TakesOne());
    assert.equal(yes.status, "cancelled");
  });
  await nothingLeft();
});

test("a process that takes no more input goes on, and its end ends those who feed it", async () => {
  await run(function* () {
    function* endless(): Generator<string> {
      for (;;) yield "line\n".repeat(1000);
    }
    const source = sequence(endless());
    const end = new Collector<Uint8Array>();
    yield* pipeline(source, 1, unixProcess("head", ["-n", "2"]), end);
    assert.equal(text(end.got), "line\nline\n");
    assert.equal(source.status, "cancelled");
    assert.equal(
      text(yield* through(["x".repeat(1_000_000)], unixProcess("sh", ["-c", "exec <&-; echo fine"]))),
      "fine\n",
    );
  });
  await nothingLeft();
});

test("what a process has written is given although it has exited meanwhile", async () => {
  await run(function* () {
    class Waits extends Component<{ inbox: Uint8Array }, { outbox: Uint8Array }> {
      override *main(): Operation<void> {
        for (let turns = 0; turns < 200; turns++) yield* sleep(0);
        for (let item = yield* this.next(); !item.done; item = yield* this.next()) yield* this.put(item.value);
      }
    }
    const written = "x".repeat(200_000);
    const end = new Collector<Uint8Array>();
    yield* pipeline(node("process.stdout.write('x'.repeat(200_000))"), 1, new Waits(), end);
    assert.equal(text(end.got), written);
  });
});

test("standard error that nobody takes does not hold up the process", async () => {
  await run(function* () {
    const loud = node("process.stderr.write('x'.repeat(1e6), () => console.log('done'))");
    assert.equal(text(yield* all(loud)), "done\n");
  });
});

test("a cancelled process gets SIGTERM, and is gone before the component is", async () => {
  await run(function* () {
    const out = new Collector<Uint8Array>();
    const polite = node(
      "process.on('SIGTERM', () => process.exit(7)); console.log(process.pid); setInterval(() => {}, 1e6)",
      {
        graceMs: Number.POSITIVE_INFINITY,
      },
    );
    const task = go(() => pipeline([polite, out], { failures: "isolate" }));
    while (out.got.length === 0) yield* sleep(0);
    const pid = Number(text(out.got));
    assert.ok(isAlive(pid));
    task.cancel();
    yield* caught(Error, task);
    assert.ok(!isAlive(pid));
  });
  await nothingLeft();
});

test("a process that ignores SIGTERM is killed after the grace", async () => {
  await run(function* () {
    const out = new Collector<Uint8Array>();
    const stubborn = node("process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1e6)", {
      graceMs: 5,
    });
    const task = go(() => pipeline(stubborn, out));
    while (out.got.length === 0) yield* sleep(0);
    const pid = Number(text(out.got));
    task.cancel();
    yield* caught(Error, task);
    assert.ok(!isAlive(pid));
  });
  await nothingLeft();
});

test("with a process group, what the command has started is ended with it", async () => {
  await run(function* () {
    const out = new Collector<string>();
    const family = unixProcess("sh", ["-c", "sleep 1000 & echo $!; wait"], { processGroup: true });
    const task = go(() => pipeline(family, lines(), out));
    while (out.got.length === 0) yield* sleep(0);
    const child = Number(out.got[0]);
    assert.ok(isAlive(child));
    task.cancel();
    yield* caught(Error, task);
    while (isAlive(child)) yield* sleep(0);
  });
});

test("a process that is cancelled at once is not left running", async () => {
  for (let steps = 0; steps < 6; steps++) {
    await run(function* () {
      const task = go(() => unixProcess("sleep", ["1000"]));
      for (let i = 0; i < steps; i++) yield* sleep(0);
      task.cancel();
      yield* caught(Error, task);
    });
    await nothingLeft();
  }
});

test("a process does not outlive this one, though that exits in the midst", async () => {
  const { stdout, code } = await program(`
    import { go, run, sleep } from "offshoot";
    import { Component, pipeline, unixProcess } from "offshoot/component";
    class Leaves extends Component {
      *main() {
        console.log(String(yield* this.receive()).trim());
        process.exit(5);
      }
    }
    await run(() => pipeline(unixProcess("sh", ["-c", "echo $$; exec sleep 1000"]), new Leaves()));
  `);
  assert.equal(code, 5);
  const pid = Number(stdout);
  assert.ok(pid > 0);
  while (isAlive(pid)) await new Promise(setImmediate);
});

test("messages that are none, and arguments that make no sense, are misuse", async () => {
  await run(function* () {
    yield* caught(MisuseError, through([1], unixProcess("cat")));
  });
  const wrong: (() => unknown)[] = [
    () => unixProcess(""),
    () => unixProcess("x", "y" as never),
    () => unixProcess("x", [1] as never),
    () => unixProcess("x", [], { graceMs: -1 }),
    () => unixProcess("x", [], { input: 1 as never }),
    () => unixProcess("x", [], null as never),
  ];
  for (const make of wrong) assert.match(thrown(MisuseError, make).message, /^unixProcess: /);
  await nothingLeft();
});
