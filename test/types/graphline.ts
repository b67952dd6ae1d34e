// Which links of a graphline the compiler takes, and of boxes that were added.

import type { Operation } from "offshoot";
import { Component, graphline, pipeline } from "offshoot/component";

class Numbers extends Component<{ inbox: number }, { outbox: number; rest: string }> {
  constructor() {
    super({ outboxes: { rest: "" } });
  }

  override *main(): Operation<void> {}
}

function* words(_self: Component<{ inbox: string; more: string }, { outbox: string; less: string }>): Operation<void> {}

export function links(): void {
  const parts = { numbers: new Numbers(), words };
  graphline({ parts, links: { "numbers.rest": "words.inbox", inbox: "numbers.inbox", "words.outbox": "outbox" } });
  // @ts-expect-error: what it carries does not fit
  graphline({ parts, links: { "numbers.outbox": "words.inbox" } });
  // @ts-expect-error: no such outbox
  graphline({ parts, links: { "numbers.rset": "words.inbox" } });
  // @ts-expect-error: no such inbox
  graphline({ parts, links: { "numbers.rest": "words.inbx" } });
  // @ts-expect-error: no such part
  graphline({ parts, links: { "numbers.rest": "word.inbox" } });
  // @ts-expect-error: a box of the whole that was not listed
  graphline({ parts, links: { "numbers.rest": "rest" } });
  graphline({ parts, links: { "numbers.rest": "rest" }, outboxes: ["rest"] });
  // @ts-expect-error: the component of a function has the standard boxes only, whatever it says
  graphline({ parts, links: { "numbers.rest": "words.more" } });
  // @ts-expect-error: the same
  graphline({ parts, links: { "words.less": "outbox" } });
}

export function rows(): void {
  pipeline(words, words);
  // @ts-expect-error: what it carries does not fit
  pipeline(new Numbers(), words);
  // @ts-expect-error: the same, where parts are given as an array
  pipeline([new Numbers(), words], { name: "row" });
}

class Room extends Component<{ inbox: string }, { [guest: `guest ${string}`]: string }> {
  *enter(guest: Component<{ inbox: string }>, wrong: Component<{ inbox: number }>, name: string): Operation<void> {
    const box = this.addOutbox(`guest ${name}`);
    this.link([this, box], [guest, "inbox"]);
    this.send("welcome", box);
    // @ts-expect-error: a room gives words
    this.link([this, box], [wrong, "inbox"]);
    // @ts-expect-error: the same
    yield* this.put(1, box);
    // @ts-expect-error: no guest
    this.send("welcome", this.addOutbox("cat"));
  }

  override *main(): Operation<void> {}
}
export const room: Room = new Room({ name: "room" });

class Unlisted extends Component<{ inbox: string }, { rest: string; [more: `more${number}`]: string }> {
  override *main(): Operation<void> {}
}
// @ts-expect-error: boxes that have names are listed
export const unlisted: Unlisted = new Unlisted();
