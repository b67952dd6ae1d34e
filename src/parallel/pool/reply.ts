// How a worker answers a call: through the caller's mailbox, or by a message where the answer is too large for that, hands something over, or finds no room.

import type { MessagePort } from "node:worker_threads";
import { Cargo } from "../cargo.ts";

import { here } from "../neighbours.ts";
import { INLINE } from "../ring-layout.ts";
import { steps } from "../steps.ts";
import { type Answer, FAILED } from "./desk.ts";
import type { Mailbox } from "./mailbox.ts";

const cargo = new Cargo(true);
const label = { first: 0, second: 0, third: 0, fourth: 0 };

/** Answers a call. A value that cannot travel makes the answer a failure. `from` names the function, for that. */
export function reply(
  mailbox: Mailbox,
  place: number,
  generation: number,
  how: number,
  value: unknown,
  from: string,
): void {
  let outcome = how;
  try {
    if (how === FAILED) cargo.loadError(value);
    else cargo.load(value, from);
  } catch (error) {
    outcome = FAILED;
    cargo.loadError(error);
  }
  const { ring } = mailbox;
  if (cargo.handed.length === 0 && (cargo.length <= INLINE || cargo.length <= ring.pages.size)) {
    label.first = place;
    label.second = generation;
    label.third = outcome;
    if (cargo.put(ring, label) >= 0) {
      mailbox.receivers.wakeOne();
      if (steps.at !== null) steps.at("answered");
      return;
    }
  }
  const handed = [...cargo.handed];
  const answer: Answer = {
    about: "answer",
    place,
    generation,
    how: outcome,
    bytes: cargo.message,
    objects: cargo.references,
    handed,
  };
  try {
    here().tell(mailbox.owner, answer, transferable(handed));
  } catch (error) {
    reply(mailbox, place, generation, FAILED, error, from); // something that was to be handed over could not be
  }
}

/** What has to be in the transfer list so that these are handed over. */
export function transferable(handed: readonly unknown[]): (ArrayBuffer | MessagePort)[] {
  const memories = new Set(handed.map((value) => (ArrayBuffer.isView(value) ? value.buffer : value)));
  return [...memories].filter((memory) => !(memory instanceof SharedArrayBuffer)) as ArrayBuffer[];
}
