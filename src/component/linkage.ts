// Links between boxes: making and undoing them, so that every box knows its sink.
//
//   1 check: does `from` lead on already; would it go round; do both belong to one run; is there room for what lies in `from`
//   2 link, and give all boxes above their new sink, where those who wait for room stand in line from now on
//   3 move what lies in `from` to the new sink, in order; then serve that line
//
// Nothing has happened if a check fails. The cost of a long chain is paid here, so that a message pays none.

import type { Ring } from "../base/ring.ts";
import { misuse } from "../core/leaf.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Waiter } from "../core/waiter.ts";
import { type Box, INBOX, type Lead, OUTBOX, type Parcel } from "./box.ts";
import { BoxAlreadyLinkedError, LinkCycleError, NoSpaceInBoxError } from "./errors.ts";

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

/**
 * Links two boxes. The caller has seen to it that they may be linked at all. `limit` is the one that `to` gets, or null. With `overflow` what lies in the first goes
 * on even if there is no room for it.
 */
export function join(from: Box, to: Box, maker: object, limit: number | null, overflow: boolean): Linkage {
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
  if (sink?.owner.hasEnded)
    throw misuse(
      `Component.link: "${sink.owner.label}" has ended, so that nobody would collect what comes to "${sink.label}".`,
    );
  const backlog = from.kind === OUTBOX ? 0 : from.messages.size;
  if (!overflow && sink !== null && backlog > 0) {
    const { size } = sink.messages;
    const most = sink === to && limit !== null ? limit : sink.limit;
    if (size + backlog > most)
      throw new NoSpaceInBoxError(
        `Component.link: "${from.label}" holds ${backlog} messages, and "${sink.label}" has room for ${Math.max(0, most - size)} of ${most}. Collect them first, or give the box a larger size.`,
        size,
        most,
      );
  }
  // 2 link
  const linkage = new Linkage(from, to, maker);
  from.onward = linkage;
  const wasFull = leadTo(from, sink);
  const before = to.limit;
  if (limit !== null) to.limit = limit;
  // 3 move
  if (backlog > 0) forward(from, sink as Box);
  settle(from, wasFull);
  if (limit !== null) {
    to.limit = before;
    to.setLimit(limit);
  }
  to.addSource(linkage);
  return linkage;
}

/** Undoes a link. What has arrived stays where it is, unless it is to go back: then it waits where the link began, before those who wait for room there. */
export function part(linkage: Linkage, back: Ring<unknown> | null): void {
  const { from, to } = linkage;
  linkage.undone = true;
  from.onward = null;
  to.removeSource(linkage);
  const wasFull = leadTo(from, from.kind === OUTBOX ? null : from);
  if (back !== null) while (back.size > 0) from.store(back.shift());
  settle(from, wasFull);
  from.sink?.endIfOver();
}

/** Gives a box and all above it their sink, and has those who wait for room wait there. Nobody is completed yet: see `settle`. Answers whether the old one was full. */
function leadTo(from: Box, sink: Box | null): boolean {
  const old = from.sink;
  const wasFull = old?.isFull === true;
  if (old !== null) touch(old, SELF, WRITE);
  if (sink !== null) touch(sink, SELF, WRITE);
  // Whoever is taken back, because another case of its select is completed, looks for its line at its sink. So those who will wait nowhere stand here first.
  const next = sink ?? from;
  lead(from, next);
  if (old === null || old === next || old.putters.head === null) return wasFull;
  for (let waiter: Waiter | null = old.putters.head; waiter !== null; ) {
    const { after }: Waiter = waiter;
    if ((waiter.payload as Parcel).box.sink !== old) {
      old.putters.remove(waiter);
      next.awaitRoom(waiter);
    }
    waiter = after;
  }
  return wasFull;
}

function lead(box: Box, sink: Box | null): void {
  touch(box, SELF, WRITE);
  box.sink = sink;
  box.led();
  for (let above = box.sources.head; above !== null; above = above.after) lead(above.from, sink);
}

/**
 * After a box has been led elsewhere: those who wait for room go on, if there is some, nobody any more, or no inbox at all. Those who pause are stirred, if what
 * they lead to was full and is not now.
 */
function settle(from: Box, wasFull: boolean): void {
  const sink = from.sink as Box;
  if (sink.kind === OUTBOX) {
    sink.discardPutters();
    lead(from, null);
  } else if (sink.owner.hasEnded) sink.endPutters();
  else sink.servePutters();
  if (wasFull && from.sink?.isFull !== true) from.stirUp();
}

/** The backlog of an inbox goes on to where that leads now. */
function forward(from: Box, sink: Box): void {
  while (from.messages.size > 0) sink.store(from.messages.shift());
}

/** The link by which messages came to a box from the nearest inbox above whose component keeps what its children have not collected. */
export function keptBy(box: Box): Linkage | null {
  for (let lead = box.sources.head; lead !== null; lead = lead.after) {
    const { from } = lead;
    if (from.kind === OUTBOX) continue;
    const linkage = from.owner.keeps ? (lead as Linkage) : keptBy(from);
    if (linkage !== null) return linkage;
  }
  return null;
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
