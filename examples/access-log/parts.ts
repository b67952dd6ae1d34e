// The parts of the graph. None of them knows of another: each takes from its inboxes and puts into its outboxes, and what is linked with what is said in graph.ts.

import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { fromIterable, type Operation } from "offshoot";
import { box, Component, component } from "offshoot/component";
import { type Entry, parseEntry } from "./entry.ts";
import type { Counts, Line, Rejects, Summary, Unread } from "./summary.ts";

/** A piece of a file, cut anywhere. */
export interface Piece {
  readonly file: string;
  readonly text: string;
  /** Nothing follows of this file. */
  readonly last: boolean;
}

/** Reads the files whose paths come, one after the other; what ends with `.gz` is unpacked. One that cannot be read is told of, and the next is read. */
export class Reader extends Component<{ inbox: string }, { outbox: Piece; unread: Unread }> {
  constructor() {
    super({ outboxes: { unread: "files that could not be read" } });
  }

  override *main(): Operation<void> {
    for (let path = yield* this.next(); !path.done; path = yield* this.next()) yield* this.#read(path.value);
  }

  *#read(file: string): Operation<void> {
    const chunks = fromIterable<string>(open(file));
    try {
      for (let chunk = yield* chunks.next(); !chunk.done; chunk = yield* chunks.next())
        yield* this.put({ file, text: chunk.value, last: false });
    } catch (error) {
      if (!(error instanceof Error && "errno" in error)) throw error; // not of the file
      yield* this.put({ file, why: error.message }, "unread");
    } finally {
      chunks.cancel(); // closes the file
    }
    yield* this.put({ file, text: "", last: true });
  }
}

function open(file: string): Readable {
  const bytes = createReadStream(file);
  // An error of the file comes out of the last stream, too.
  const content = file.endsWith(".gz") ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  return content.setEncoding("utf8");
}

/** Cuts pieces into lines. A line does not go on in the next file. */
export class Lines extends Component<{ inbox: Piece }, { outbox: Line }> {
  override *main(): Operation<void> {
    let rest = "";
    let number = 0;
    for (let piece = yield* this.next(); !piece.done; piece = yield* this.next()) {
      const { file, text, last } = piece.value;
      const lines = (rest + text).split("\n");
      rest = lines.pop() as string;
      for (const line of lines)
        yield* this.put({ file, number: ++number, text: line.endsWith("\r") ? line.slice(0, -1) : line });
      if (!last) continue;
      if (rest !== "") yield* this.put({ file, number: ++number, text: rest });
      rest = "";
      number = 0;
    }
  }
}

/** Understands lines, and gives those that it does not by another box. */
export class Parser extends Component<{ inbox: Line }, { outbox: Entry; rejected: Line }> {
  constructor() {
    super({ outboxes: { rejected: "lines that cannot be understood" } });
  }

  override *main(): Operation<void> {
    for (let line = yield* this.next(); !line.done; line = yield* this.next()) {
      const entry = parseEntry(line.value.text);
      if (entry === null) yield* this.put(line.value, "rejected");
      else yield* this.put(entry);
    }
  }
}

/** Gives to each of those who count what they count. */
export class Fields extends Component<{ inbox: Entry }, { status: string; path: string; outbox: Entry }> {
  constructor() {
    super({ outboxes: { status: "the status of each request", path: "the path of each request" } });
  }

  override *main(): Operation<void> {
    for (let entry = yield* this.next(); !entry.done; entry = yield* this.next()) {
      yield* this.put(entry.value.status, "status");
      yield* this.put(entry.value.path, "path");
      yield* this.put(entry.value);
    }
  }
}

/** Counts how often each word comes, and says so in the end. */
export class Tally extends Component<{ inbox: string }, { outbox: Counts }> {
  override *main(): Operation<void> {
    const counts = new Map<string, number>();
    for (let word = yield* this.next(); !word.done; word = yield* this.next())
      counts.set(word.value, (counts.get(word.value) ?? 0) + 1);
    yield* this.put(counts);
  }
}

/** Keeps the slowest so many, and gives them in the end. */
export const Slowest = component(
  { name: "Slowest", inboxes: { inbox: box<Entry>() }, outboxes: { outbox: box<readonly Entry[]>() } },
  function* (self, most: number): Operation<void> {
    const kept: Entry[] = [];
    for (let entry = yield* self.next(); !entry.done; entry = yield* self.next()) {
      const { value } = entry;
      const fastest = kept.at(-1);
      if (kept.length === most && fastest !== undefined && value.ms <= fastest.ms) continue;
      const at = kept.findIndex(({ ms }) => ms < value.ms);
      kept.splice(at < 0 ? kept.length : at, 0, value);
      kept.length = Math.min(kept.length, most);
    }
    yield* self.put(kept);
  },
);

/** Counts lines, and gives the first so many with their number in the end. */
export const Rejected = component(
  { name: "Rejected", inboxes: { inbox: box<Line>() }, outboxes: { outbox: box<Rejects>() } },
  function* (self, most: number): Operation<void> {
    const first: Line[] = [];
    let total = 0;
    for (let line = yield* self.next(); !line.done; line = yield* self.next())
      if (++total <= most) first.push(line.value);
    yield* self.put({ total, first });
  },
);

/** Puts together what each of the others says in the end. */
export const Summing = component(
  {
    name: "Summing",
    inboxes: {
      statuses: box<Counts>(),
      paths: box<Counts>(),
      slowest: box<readonly Entry[]>(),
      rejects: box<Rejects>(),
      unread: box<Unread>(),
    },
    outboxes: { outbox: box<Summary>("one, when all is read") },
  },
  function* (self): Operation<void> {
    const unread: Unread[] = [];
    for (let file = yield* self.next("unread"); !file.done; file = yield* self.next("unread")) unread.push(file.value);
    yield* self.put({
      statuses: yield* self.receive("statuses"),
      paths: yield* self.receive("paths"),
      slowest: yield* self.receive("slowest"),
      rejects: yield* self.receive("rejects"),
      unread,
    });
  },
);
