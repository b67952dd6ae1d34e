// The graph: walk -> count, dealt to so many -> merge. All boxes are bounded, so that memory does not grow with the folder.

import { type Component, graphline, inThread, par } from "offshoot/component";
import { remote } from "offshoot/parallel";
import type { Portion, Totals } from "../corpus/totals.ts";
import { Count, Merge, type Walk } from "./parts.ts";

/** Files that are being read at once, by all counters together. */
const READERS = 16;
const PATHS = 64;
const PORTIONS = 4;
/** A portion has the words of many files. */
const PORTION_BYTES = 16 * 1024 * 1024;

const parts = remote<typeof import("./parts.ts")>(new URL("./parts.ts", import.meta.url));

/** Adds everything that `walk` finds up into `totals`, with so many counters. Stopping the walk ends the rest in order: what it has found is counted. */
export function corpusGraph(
  walk: Walk,
  counters: number,
  totals: Totals,
  tellSkipped: (line: string) => void,
): Component<object, object> {
  const readers = Math.max(2, Math.ceil(READERS / counters));
  return graphline({
    name: "corpus",
    parts: {
      walk,
      count: par(
        Array.from({ length: counters }, () => counter(readers, counters === 1)),
        { name: "counters", inbox: "round-robin" },
      ),
      merge: new Merge(totals, tellSkipped),
    },
    links: {
      "walk.outbox": "count.inbox",
      "walk.skipped": "merge.inbox",
      "count.outbox": "merge.inbox",
    },
    sizes: { "count.inbox": PATHS, "merge.inbox": PORTIONS },
  });
}

/** Who counts: one here, or several, each in a thread of its own. Nothing else knows where that is done. */
function counter(readers: number, isAlone: boolean): Component<{ inbox: string }, { outbox: Portion }> {
  return isAlone ? new Count(readers) : inThread(parts.Count, [readers], { bytes: PORTION_BYTES });
}
