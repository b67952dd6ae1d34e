// Links between boxes: making and undoing them, so that every box knows its sink.
//
//   1 check: does `from` lead on already; would it go round; do both belong to one run; is there room for what lies in `from`
//   2 link, and give all boxes above their new sink
//   3 move what lies in `from` to the new sink, in order; then those who wait for room there
//
// Nothing has happened if a check fails. The cost of a long chain is paid here, so that a message pays none.

import { List } from "../base/list.ts";
import { NOT_READY } from "../core/machine.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import { complete, fail, type Waiter } from "../core/waiter.ts";
import { type Box, INBOX, type Lead, OUTBOX, type Parcel } from "./box.ts";
import { BoxAlreadyLinkedError, LinkCycleError, NoSpaceInBoxError } from "./errors.ts";
import { line } from "./leaves.ts";

/** A link, as `Component.link` answers it: give it to `unlink`. */
export class Linkage implements Lead {
  declare readonly from: Box;
  declare readonly to: Box;
  declare readonly maker: object;
  /** Has it been undone? Nobody can undo it again. */
  declare undone: boolean;
  declare after: Lead | null;
  declare before: Lead | null;

  constructor(from: Box, to: Box, maker: object) {
    this.from = from;
    this.to = to;
    this.maker = maker;
    this.undone = false;
    this.after = null;
    this.before = null;
    tellMade(this);
  }

  /** As in `Reader#1.outbox -> Printer#2.inbox`. */
  toString(): string {
    return `${this.from.label} -> ${this.to.label}`;
  }
}

/** Links two boxes. The caller has seen to it that they may be linked at all. */
export function join(from: Box, to: Box, maker: object): Linkage {
  // 1 check
  if (from.onward !== null)
    throw new BoxAlreadyLinkedError(
      `Component.link: "${from.label}" is linked already, to "${from.onward.to.label}". A box leads on to one other; use a splitter to send to many.`,
    );
  for (let box: Box | null = to; box !== null; box = box.onward === null ? null : box.onward.to) {
    if (box === from)
      throw new LinkCycleError(
        `Component.link: "${from.label}" to "${to.label}" would make messages go round through ${circle(to)}. Leave out one of the links.`,
      );
  }
  const { sink } = to;
  const backlog = from.kind === OUTBOX ? 0 : from.messages.size;
  if (sink !== null && backlog > 0 && sink.messages.size + backlog > sink.limit)
    throw new NoSpaceInBoxError(
      `Component.link: "${from.label}" holds ${backlog} messages, and "${sink.label}" has room for ${Math.max(0, sink.limit - sink.messages.size)} of ${sink.limit}. Collect them first, or give the box a larger size.`,
      sink.messages.size,
      sink.limit,
    );
  // 2 link
  const linkage = new Linkage(from, to, maker);
  from.onward = linkage;
  const moved = leadTo(from, sink);
  to.addSource(linkage);
  // 3 move
  if (backlog > 0) forward(from, sink as Box);
  putAgain(moved);
  return linkage;
}

/** Undoes a link. What has arrived stays where it is. */
export function part(linkage: Linkage): void {
  const { from, to } = linkage;
  linkage.undone = true;
  from.onward = null;
  to.removeSource(linkage);
  putAgain(leadTo(from, from.kind === OUTBOX ? null : from));
}

/** Gives a box and all above it their sink. Answers those who wait for room at the old one, in order, taken out of its line. */
function leadTo(from: Box, sink: Box | null): List<Waiter> {
  const moved = new List<Waiter>();
  const old = from.sink;
  touch(from, SELF, WRITE);
  if (old !== null) touch(old, SELF, WRITE);
  if (sink !== null) touch(sink, SELF, WRITE);
  lead(from, sink);
  if (old === null || old.putters.head === null) return moved;
  for (let waiter: Waiter | null = old.putters.head; waiter !== null; ) {
    const { after }: Waiter = waiter;
    if ((waiter.payload as Parcel).box.sink !== old) {
      old.putters.remove(waiter);
      moved.push(waiter);
    }
    waiter = after;
  }
  return moved;
}

function lead(box: Box, sink: Box | null): void {
  box.sink = sink;
  for (let above = box.sources.head; above !== null; above = above.after) lead(above.from, sink);
}

/** The backlog of an inbox goes on to where that leads now. There is room. */
function forward(from: Box, sink: Box): void {
  while (from.messages.size > 0) sink.accept(from.messages.shift());
}

/** Those who waited for room at a box that is not theirs any more: they go on, or wait at another. */
function putAgain(moved: List<Waiter>): void {
  for (let waiter = moved.shift(); waiter !== null; waiter = moved.shift()) {
    const { box, message } = waiter.payload as Parcel;
    let raw: unknown;
    try {
      raw = box.offer(message);
    } catch (error) {
      fail(waiter, error);
      continue;
    }
    if (raw === NOT_READY) line(box.sink as Box).push(waiter);
    else complete(waiter, undefined);
  }
}

function circle(start: Box): string {
  const labels: string[] = [];
  for (let box: Box | null = start; box !== null; box = box.onward === null ? null : box.onward.to)
    labels.push(`"${box.label}"`);
  return labels.join(", ");
}

/** May a link lead from one to the other? Inward or outward only between a component and its children: the caller knows who those are. */
export function kindOfLink(from: Box, to: Box): "plain" | "inward" | "outward" | "none" {
  if (from.kind === OUTBOX) return to.kind === OUTBOX ? "outward" : "plain";
  return to.kind >= INBOX ? "inward" : "none";
}
