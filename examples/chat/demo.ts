// Two guests that talk to each other, when nobody else is there to do so. They come by the network as anybody would.

import { connect } from "node:net";
import type { Operation } from "offshoot";
import { type Handle, handle, lines, pipeline } from "offshoot/component";
import { Wire } from "./wire.ts";

type AtHome = Handle<{ inbox: string }, { outbox: string }>;

/** Plays both, and tells each line that one of them writes or reads. `close` closes the chat while one is there. */
export function* talk(port: number, tell: (line: string) => void, close: () => void): Operation<void> {
  const ada = new Person("ada", port, tell);
  yield* ada.says("ada");
  yield* ada.reads("Welcome");
  const bob = new Person("bob", port, tell);
  yield* bob.says("bob");
  yield* bob.reads("Welcome");
  yield* ada.reads("bob has joined");
  yield* ada.says("Hello, Bob!");
  yield* bob.reads("Hello");
  yield* bob.says("I have to go.");
  yield* bob.says("/quit");
  yield* bob.reads("Goodbye");
  yield* ada.reads("bob has left");
  close();
  yield* ada.reads("Goodbye");
  for (const person of [ada, bob]) person.goes();
}

/** Somebody at a terminal. */
class Person {
  readonly #name: string;
  readonly #home: AtHome;
  readonly #tell: (line: string) => void;

  constructor(name: string, port: number, tell: (line: string) => void) {
    this.#name = name;
    this.#home = handle(pipeline(new Wire(connect(port, "127.0.0.1")), lines()));
    this.#tell = tell;
  }

  *says(line: string): Operation<void> {
    this.#tell(`${this.#name} > ${line}`);
    yield* this.#home.put(`${line}\n`);
  }

  /** Reads until there is a line with these words. */
  *reads(words: string): Operation<void> {
    for (let line = ""; !line.includes(words); this.#tell(`${this.#name} < ${line}`)) line = yield* this.#home.get();
  }

  goes(): void {
    this.#home.finish();
  }
}
