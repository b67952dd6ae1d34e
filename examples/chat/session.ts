// One guest: what is asked of them, what they say, what they are told. Knows neither connections nor rooms.

import { type Operation, select, sleep } from "offshoot";
import { Component } from "offshoot/component";
import { formatSaid, type Said } from "./said.ts";

const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;
/** Nobody says more than a thousand lines a second: who is flooded is not slow. */
const PACE = 1; // ms

/** Takes lines, and what is heard in the room; gives text to show, and what is to be said to all. Ends at `/quit`, and when either side has. */
export class Session extends Component<{ inbox: string; heard: Said }, { outbox: string; say: Said }> {
  /** The names of all guests. They share it without a lock: no other task runs between two `yield*`. */
  readonly #names: Set<string>;
  #name: string | null = null;

  /** `behind` is how much a guest may not have heard yet. */
  constructor(names: Set<string>, behind: number) {
    super({
      inboxes: { inbox: "lines of the guest", heard: { doc: "what is said in the room", size: behind } },
      outboxes: { outbox: "what the guest is shown", say: "what is said to all" },
    });
    this.#names = names;
  }

  override *main(): Operation<void> {
    try {
      yield* this.put("What is your name?\n");
      for (let stays = true; stays; ) {
        const { key, value } = yield* select({ heard: this.next("heard"), line: this.next() });
        if (value.done) return;
        if (key === "heard") stays = yield* this.#hear(value.value);
        else stays = yield* this.#take(cleaned(value.value));
      }
    } finally {
      this.#leave();
    }
  }

  /** Does the guest stay? */
  *#hear(said: Said): Operation<boolean> {
    const isOver = said.kind === "closing";
    if (isOver || (this.#name !== null && said.name !== this.#name)) yield* this.put(formatSaid(said));
    if (isOver) yield* this.put("Goodbye.\n");
    return !isOver;
  }

  *#take(line: string): Operation<boolean> {
    if (line === "/quit") {
      yield* this.put("Goodbye.\n");
      return false;
    }
    if (this.#name === null) yield* this.#join(line);
    else if (line === "/who") yield* this.put(`${this.#others(this.#name)}\n`);
    else if (line.startsWith("/")) yield* this.put("There are /who and /quit.\n");
    else if (line !== "") yield* this.put({ kind: "line", name: this.#name, text: line }, "say");
    yield* sleep(PACE);
    return true;
  }

  *#join(name: string): Operation<void> {
    if (!NAME.test(name)) {
      yield* this.put("A name has up to 20 letters and digits. What is your name?\n");
    } else if (this.#names.has(name)) {
      yield* this.put(`There is a ${name} already. What is your name?\n`);
    } else {
      this.#names.add(name);
      this.#name = name;
      yield* this.put({ kind: "joined", name }, "say");
      yield* this.put(`Welcome, ${name}. ${this.#others(name)}\n`);
    }
  }

  #others(name: string): string {
    const others = [...this.#names].filter((other) => other !== name);
    return others.length === 0 ? "Nobody else is here." : `Here: ${others.join(", ")}.`;
  }

  /** However it ends: also when the guest was shown out. */
  #leave(): void {
    if (this.#name === null) return;
    this.#names.delete(this.#name);
    this.send({ kind: "left", name: this.#name }, "say");
  }
}

/** Without what would do something to the terminals of others. */
function cleaned(line: string): string {
  return line.replace(/\p{Cc}/gu, "").trim();
}
