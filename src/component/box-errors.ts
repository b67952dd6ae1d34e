// What is said where a box cannot do what is asked of it.

import { ClosedError, EndOfChannel } from "../base/errors.ts";
import type { Runner } from "../core/waiter.ts";
import { NoSpaceInBoxError } from "./errors.ts";

/** A box, as far as messages tell of it. */
interface Named {
  readonly label: string;
  readonly length: number;
  readonly capacity: number;
}

/** The box where messages arrive that are sent through another is full. */
export function isFull(sink: Named, sent: Named, from: string): NoSpaceInBoxError {
  const { length, capacity } = sink;
  const through = sink === sent ? "" : ` (through "${sent.label}")`;
  return new NoSpaceInBoxError(
    `${from}: "${sink.label}"${through} is full: ${length} of ${capacity}. Use put(), which waits for room; or pause() until there is some, or give the box a larger size.`,
    length,
    capacity,
  );
}

/** The component of the box has ended. */
export function hasEnded({ label }: Named, runner: Runner | null): ClosedError {
  const task = runner === null ? undefined : { id: runner.id, name: runner.name };
  const message = `Component.put: "${label}" takes no more messages, since its component has ended. Let the error end the sender, or unlink the box.`;
  return new ClosedError(message, "receiver", { task });
}

/** Nothing lies in the box, and nothing will come. */
export function isOver({ label }: Named): EndOfChannel {
  return EndOfChannel.of(
    `Component.receive: "${label}" is empty, and all that were linked to it have finished. Use next() where the end is expected.`,
  );
}
