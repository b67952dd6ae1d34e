// The chat: connections come to its inbox, and each becomes a guest of the room.
//
//   connection -> wire -> lines -> session -> say -> room -> heard -> session -> wire
//
// The room is a splitter: what one says, all hear. It waits for nobody: who has no room for what is said gets a shutdown, which goes from the session to the wire.
//
// It ends when no more connections come and the guests have gone. They are asked to; who has not gone after a while is shown out.

import type { Duplex } from "node:stream";
import { type Group, group, type Operation, sleep } from "offshoot";
import { Component, graphline, lines, type Sink, splitter } from "offshoot/component";
import type { Said } from "./said.ts";
import { Session } from "./session.ts";
import { Wire } from "./wire.ts";

export interface ChatOptions {
  /** How many things a guest may not have heard yet before they are shown out. Default 1 000. */
  readonly behind?: number | undefined;
  /** Milliseconds that guests get to go when the chat ends. Default 2 000. */
  readonly grace?: number | undefined;
}

/** Characters. A longer line is left out: nobody fills our memory with one that does not end. */
export const LONGEST = 1_000;

/** Who may be in the room, whatever they are made of. */
type Guest = Component<{ heard: Said }, { say: Said }>;

export class Chat extends Component<{ inbox: Duplex }, { outbox: never; say: Said; failed: unknown }> {
  readonly #names: Set<string> = new Set();
  readonly #room = splitter<Said>({ name: "room", slow: "fail", persists: true });
  readonly #guests: Map<Guest, Duplex> = new Map();
  readonly #behind: number;
  readonly #grace: number;

  constructor({ behind = 1_000, grace = 2_000 }: ChatOptions = {}) {
    super({ outboxes: { say: "what the house says to all", failed: "errors that a guest has met with" } });
    this.#behind = behind;
    this.#grace = grace;
    this.addChildren(this.#room);
    this.link([this, "say"], [this.#room, "inbox"]);
  }

  override *main(): Operation<void> {
    const host = (g: Group): Operation<void> => this.#host(g);
    try {
      yield* group(host);
    } finally {
      // After a cancellation: of guests that had not begun, and of connections that nobody had taken.
      for (const connection of [...this.#guests.values(), ...this.drain()]) connection.destroy();
    }
  }

  *#host(g: Group): Operation<void> {
    g.daemon(() => this.#room);
    for (let connection = yield* this.next(); !connection.done; connection = yield* this.next()) {
      const guest = guestAt(connection.value, this.#names, this.#behind);
      this.addChildren(guest);
      this.#guests.set(guest, connection.value);
      // Here, so that nobody comes in between who is not asked to go.
      const sink = this.#room.addSink(guest, "heard");
      this.link([guest, "say"], [this.#room, "inbox"]);
      g.go(() => this.#accompany(guest, sink));
    }
    yield* this.put({ kind: "closing" }, "say");
    g.daemon(() => this.#showOut());
  }

  /** What befalls a guest harms no other. */
  *#accompany(guest: Guest, sink: Sink): Operation<void> {
    try {
      yield* guest;
    } catch (error) {
      if (guest.status !== "failed") throw error;
      yield* this.put(error, "failed");
    } finally {
      this.#guests.delete(guest);
      this.#room.removeSink(sink);
      this.removeChild(guest);
    }
  }

  *#showOut(): Operation<void> {
    yield* sleep(this.#grace);
    for (const guest of this.#guests.keys()) guest.stop("the chat is over");
  }
}

function guestAt(connection: Duplex, names: Set<string>, behind: number): Guest {
  return graphline({
    name: "guest",
    parts: {
      wire: new Wire(connection),
      lines: lines({ maxLength: LONGEST, overlong: "skip" }),
      session: new Session(names, behind),
    },
    links: {
      "wire.outbox": "lines.inbox",
      "lines.outbox": "session.inbox",
      heard: "session.heard",
      "session.say": "say",
      "session.outbox": "wire.inbox",
      "session.signal": "wire.control",
    },
    inboxes: ["heard"],
    outboxes: ["say"],
  });
}
