// The parts: the bodies of ../corpus, at the boxes of components instead of channels.

import type { Operation } from "offshoot";
import { Component } from "offshoot/component";
import { countFiles } from "../corpus/count.ts";
import type { Portion, Totals } from "../corpus/totals.ts";
import { walk } from "../corpus/walk.ts";

/** Gives the path of every file below a folder; a portion, for a folder that it cannot read. */
export class Walk extends Component<{ inbox: never }, { outbox: string; skipped: Portion }> {
  readonly #folder: string;

  constructor(folder: string) {
    super({ outboxes: { skipped: "folders that cannot be read" } });
    this.#folder = folder;
  }

  override *main(): Operation<void> {
    const paths = { send: (path: string) => this.put(path) };
    const portions = { send: (portion: Portion) => this.put(portion, "skipped") };
    yield* walk(this.#folder, paths, portions);
  }
}

/** Counts the files whose paths come, some at once, and gives what it has counted in portions. What it takes and gives is plain data, so that it may run anywhere. */
export class Count extends Component<{ inbox: string }, { outbox: Portion }> {
  readonly #readers: number;

  constructor(readers: number) {
    super();
    this.#readers = readers;
  }

  override *main(): Operation<void> {
    const paths = { next: () => this.next() };
    const portions = { send: (portion: Portion) => this.put(portion) };
    yield* countFiles(paths, portions, this.#readers);
  }
}

/** Adds portions up, into totals that may be looked at meanwhile. */
export class Merge extends Component<{ inbox: Portion }, { outbox: never }> {
  readonly #totals: Totals;
  readonly #tellSkipped: (line: string) => void;

  constructor(totals: Totals, tellSkipped: (line: string) => void) {
    super();
    this.#totals = totals;
    this.#tellSkipped = tellSkipped;
  }

  override *main(): Operation<void> {
    for (let portion = yield* this.next(); !portion.done; portion = yield* this.next()) {
      this.#totals.merge(portion.value);
      for (const { path, why } of portion.value.skipped) this.#tellSkipped(`corpus-graph: skipped ${path}: ${why}`);
    }
  }
}
