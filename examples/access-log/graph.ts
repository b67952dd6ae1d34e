// The graph: which parts there are, which box leads to which, and how much may lie in each.
//
// Boxes are bounded, so that a slow part holds up those before it, and memory does not grow with the logs. Nobody says when it is over: the reader ends when there
// are no more files, then nothing more can come to the lines, and so on to the summary.

import { type Component, graphline, sequence } from "offshoot/component";
import { Fields, Lines, Parser, type Piece, Rejected, Slowest, Summing, Tally } from "./parts.ts";
import type { Summary, Unread } from "./summary.ts";

/** How many are shown. */
export const SLOWEST = 5;
export const REJECTS = 3;

/** What reads the files whose paths come: a `Reader`. */
export type Reads = Component<{ inbox: string }, { outbox: Piece; unread: Unread }>;

/** Reads logs with `reader`, and gives one summary. Stopping the reader ends the rest in order: what has been read is summed up. */
export function accessLog(paths: readonly string[], reader: Reads): Component<object, { outbox: Summary }> {
  return graphline({
    name: "access log",
    parts: {
      files: sequence(paths, { name: "Files" }),
      reader,
      lines: new Lines(),
      parser: new Parser(),
      fields: new Fields(),
      statuses: new Tally({ name: "Statuses" }),
      paths: new Tally({ name: "Paths" }),
      slowest: Slowest(SLOWEST),
      rejected: Rejected(REJECTS),
      summing: Summing(),
    },
    links: {
      "files.outbox": "reader.inbox",
      "reader.outbox": "lines.inbox",
      "lines.outbox": "parser.inbox",
      "parser.outbox": "fields.inbox",
      "fields.status": "statuses.inbox",
      "fields.path": "paths.inbox",
      "fields.outbox": "slowest.inbox",
      "statuses.outbox": "summing.statuses",
      "paths.outbox": "summing.paths",
      "slowest.outbox": "summing.slowest",
      "parser.rejected": "rejected.inbox",
      "rejected.outbox": "summing.rejects",
      "reader.unread": "summing.unread",
      "summing.outbox": "outbox",
    },
    sizes: {
      "reader.inbox": 1,
      "lines.inbox": 2, // pieces of 64 KiB
      "parser.inbox": 256,
      "fields.inbox": 256,
      "statuses.inbox": 256,
      "paths.inbox": 256,
      "slowest.inbox": 256,
    },
  });
}
