// The chat of examples/chat, by real connections: names, joining and leaving, guests that are slow or break off, and its end.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { graphline, handle } from "offshoot/component";
import { Chat, type ChatOptions, LONGEST } from "../../examples/chat/chat.ts";
import { Listener } from "../../examples/chat/listener.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = fileURLToPath(new URL("../../examples/chat/main.ts", import.meta.url));

/** Somebody with a connection, who reads line by line. */
class Person {
  readonly socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.#lines = createInterface({ input: this.socket })[Symbol.asyncIterator]();
  }

  /** The next line; undefined when the connection has been closed. */
  async reads(): Promise<string | undefined> {
    const { done, value } = await this.#lines.next();
    return done ? undefined : value;
  }

  says(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Comes in, and reads what greets them. */
  async comes(name: string): Promise<string | undefined> {
    this.says(name);
    assert.equal(await this.reads(), "What is your name?");
    return await this.reads();
  }
}

interface House {
  arrive(): Person;
  /** Comes without a network. */
  bring(stream: Duplex): void;
  /** Nobody comes in any more, and all are asked to go. Settles when they have. */
  close(): Promise<void>;
  readonly failures: AsyncIterator<unknown>;
}

/** A chat while a test runs. */
async function withChat(options: ChatOptions, body: (house: House) => Promise<void>): Promise<void> {
  const listener = new Listener(0);
  const streams: Duplex[] = [];
  let wake = (): void => {};
  let isClosed = false;
  async function* brought(): AsyncGenerator<Duplex> {
    while (!isClosed) {
      yield* streams.splice(0);
      if (!isClosed) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  await using whole = handle(
    graphline({
      parts: { listener, brought: brought(), chat: new Chat(options) },
      links: {
        "listener.outbox": "chat.inbox",
        "brought.outbox": "chat.inbox",
        "listener.port": "port",
        "chat.failed": "failed",
      },
      outboxes: ["port", "failed"],
    }),
  );
  const port = await whole.get("port");
  const people: Person[] = [];
  const failures = whole.messages("failed")[Symbol.asyncIterator]();
  try {
    await body({
      arrive: () => {
        const person = new Person(port);
        people.push(person);
        return person;
      },
      bring: (stream) => {
        streams.push(stream);
        wake();
      },
      close: () => {
        listener.stop();
        isClosed = true;
        wake();
        return whole.done;
      },
      failures,
    });
  } finally {
    for (const { socket } of people) socket.destroy();
  }
}

test("what one says all others hear, in order", () =>
  withChat({}, async (house) => {
    const [ada, bob, eve] = [house.arrive(), house.arrive(), house.arrive()];
    assert.equal(await ada.comes("ada"), "Welcome, ada. Nobody else is here.");
    assert.equal(await bob.comes("bob"), "Welcome, bob. Here: ada.");
    assert.equal(await eve.comes("Ève"), "Welcome, Ève. Here: ada, bob.");
    ada.says("one", "", "  two ");
    for (const person of [bob, eve]) {
      if (person === bob) assert.equal(await person.reads(), "* Ève has joined");
      assert.equal(await person.reads(), "ada: one");
      assert.equal(await person.reads(), "ada: two");
    }
    eve.says("three");
    assert.equal(await ada.reads(), "* bob has joined");
    assert.equal(await ada.reads(), "* Ève has joined");
    assert.equal(await ada.reads(), "Ève: three");
  }));

test("a name is taken once, is free when its guest has left, and is nothing but letters and digits", () =>
  withChat({}, async (house) => {
    const [ada, other] = [house.arrive(), house.arrive()];
    await ada.comes("ada");
    assert.equal(await other.comes("ada"), "There is a ada already. What is your name?");
    other.says("a b");
    assert.equal(await other.reads(), "A name has up to 20 letters and digits. What is your name?");
    ada.says("/quit");
    assert.equal(await ada.reads(), "Goodbye.");
    assert.equal(await ada.reads(), undefined); // and the connection is closed
    other.says("ada", "/who", "/dance");
    assert.equal(await other.reads(), "Welcome, ada. Nobody else is here.");
    assert.equal(await other.reads(), "Nobody else is here.");
    assert.equal(await other.reads(), "There are /who and /quit.");
  }));

test("a guest whose connection ends or breaks has left", () =>
  withChat({}, async (house) => {
    const [ada, bob, eve] = [house.arrive(), house.arrive(), house.arrive()];
    await ada.comes("ada");
    await bob.comes("bob");
    assert.equal(await ada.reads(), "* bob has joined");
    bob.socket.end("a last word");
    assert.equal(await ada.reads(), "bob: a last word");
    assert.equal(await ada.reads(), "* bob has left");
    await eve.comes("eve");
    assert.equal(await ada.reads(), "* eve has joined");
    eve.socket.resetAndDestroy();
    assert.equal(await ada.reads(), "* eve has left");
    ada.says("/who");
    assert.equal(await ada.reads(), "Nobody else is here.");
  }));

test("a guest who does not read harms nobody, and is shown out when too much has been said", () =>
  withChat({ behind: 20 }, async (house) => {
    const slow = new Unread("slow\n");
    const [ada, bob] = [house.arrive(), house.arrive()];
    await ada.comes("ada");
    house.bring(slow);
    assert.equal(await ada.reads(), "* slow has joined");
    await bob.comes("bob");
    assert.equal(await ada.reads(), "* bob has joined");
    // What is under way to a guest who does not read: 1 in its wire, 16 before that, 1 in the session, 20 that it has not heard.
    let said = 0;
    for (let heard: string | undefined; heard !== "* slow has left"; ) {
      ada.says(`${++said}`);
      heard = await bob.reads();
      if (heard !== "* slow has left") assert.equal(heard, `ada: ${said}`);
      else assert.equal(await bob.reads(), `ada: ${said}`);
      assert.ok(said < 100, "nobody is shown out");
    }
    assert.ok(said > 20);
    assert.equal(await ada.reads(), "* slow has left");
    assert.ok(slow.destroyed);
  }));

test("an end says goodbye to all, also to those who have no name yet, and closes their connections", () =>
  withChat({}, async (house) => {
    const [ada, nobody] = [house.arrive(), house.arrive()];
    await ada.comes("ada");
    assert.equal(await nobody.reads(), "What is your name?");
    const closed = house.close();
    for (const person of [ada, nobody]) {
      assert.equal(await person.reads(), "* the room is closing");
      assert.equal(await person.reads(), "Goodbye.");
      assert.equal(await person.reads(), undefined);
    }
    await closed;
  }));

test("an end does not wait for ever for a guest who does not read", () =>
  withChat({ grace: 1 }, async (house) => {
    const slow = new Unread("slow\n");
    const ada = house.arrive();
    await ada.comes("ada");
    house.bring(slow);
    assert.equal(await ada.reads(), "* slow has joined");
    await house.close();
    assert.ok(slow.destroyed);
  }));

test("an end without guests comes at once", () => withChat({ grace: 1e9 }, (house) => house.close()));

test("a guest that fails is told of, and harms nobody", () =>
  withChat({}, async (house) => {
    const ada = house.arrive();
    await ada.comes("ada");
    house.bring(new Broken(null));
    assert.equal(((await house.failures.next()).value as Error).message, "out of order");
    ada.says("/who");
    assert.equal(await ada.reads(), "Nobody else is here.");
    await house.close();
    assert.equal(await ada.reads(), "* the room is closing");
  }));

test("a line that is too long is left out, and so is what would do something to a terminal", () =>
  withChat({}, async (house) => {
    const [ada, bob] = [house.arrive(), house.arrive()];
    await ada.comes("ada");
    await bob.comes("bob");
    assert.equal(await ada.reads(), "* bob has joined");
    bob.says("x".repeat(LONGEST + 1), "x".repeat(LONGEST), "a\u001b[2Jb\r");
    assert.equal(await ada.reads(), `bob: ${"x".repeat(LONGEST)}`);
    assert.equal(await ada.reads(), "bob: a[2Jb");
  }));

test("the program shows itself, and says what is wrong with a port", async () => {
  const shown = runMain();
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /^bob < ada: Hello, Bob!\n/m);
  assert.match(shown.stdout, /ada < \* the room is closing\nada < Goodbye\.\n$/);
  const refused = runMain("here");
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /^chat: not a port: here; usage: /);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const taken = runMain(String((server.address() as { port: number }).port));
  server.close();
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, /^chat: listen EADDRINUSE/);
});

test("an interrupted process says goodbye to its guests, and ends with 0", async () => {
  const child = spawn(process.execPath, ["--conditions=offshoot/source", main, "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ada = new Person(Number(String(value).split(" ").at(-1)));
  assert.equal(await ada.comes("ada"), "Welcome, ada. Nobody else is here.");
  child.kill("SIGINT");
  assert.equal(await ada.reads(), "* the room is closing");
  assert.equal(await ada.reads(), "Goodbye.");
  assert.deepEqual(await ended, [0, null]);
});

/** A connection that brings these words, and whose other side takes nothing. */
class Unread extends Duplex {
  #words: string | null;

  constructor(words: string | null) {
    super({ writableHighWaterMark: 1 });
    this.#words = words;
  }

  override _read(): void {
    if (this.#words !== null) this.push(this.#words);
    this.#words = null;
  }

  override _write(_chunk: unknown, _encoding: unknown, _done: () => void): void {}
}

/** One that fails in a way that no connection does. */
class Broken extends Unread {
  override write(): never {
    throw new Error("out of order");
  }
}

function runMain(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["--conditions=offshoot/source", main, ...args], { cwd: root, encoding: "utf8" });
}
