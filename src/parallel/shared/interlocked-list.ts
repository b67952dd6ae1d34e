// A list that all threads push to, and whoever wants takes all of: logs in shared memory (logs.ts), and the line of those who wait.

import { describeValue } from "../../base/errors.ts";
import { INSPECT } from "../../base/inspect.ts";
import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Selectable } from "../../core/types.ts";
import type { Description } from "../../core/waiter.ts";
import { slotOf } from "../commons.ts";
import { BODY, defineKind, directory, NEW, SharedObject } from "../directory.ts";
import { Line, SharedLeaf } from "../line.ts";
import { here } from "../neighbours.ts";
import { steps } from "../steps.ts";
import { WAIT_SET } from "../wait-set.ts";
import { depart, dropAll, handOver, learn, lengthOf, load, objectsIn, read } from "./freight.ts";
import { GrowingWords, growableMemory } from "./growable.ts";
import { LOG_WORDS, Logs, type Taken } from "./logs.ts";

const KIND = "interlocked list";
const WAITERS = BODY;
const LOGS = 32;
const SIZE = (LOGS + LOG_WORDS) * 4;
const STANDARD_BYTES = 2 ** 30;
const LEAST_BYTES = 2 ** 16;

if (WAITERS + WAIT_SET > LOGS) throw new Error("interlocked-list: the head is too small");

export interface InterlockedListOptions {
  /** For messages and reports. Default: "interlocked list". */
  readonly name?: string | undefined;
  /** What it may take of memory, at most 1 GiB; memory is taken as it is needed. Default: 1 GiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * A list to which any thread pushes without ever waiting, and from which all is taken at once.
 *
 * Values are copied, as through a `sharedChannel`; shared objects are shared. It grows as it is needed, up to `maxBytes`, and uses memory again that has become free. No value
 * is taken twice. What a thread had just taken when it died is lost with it, and nothing else.
 *
 * @example
 * const log = new InterlockedList<string>();
 * pool.go(jobs.crawl, seeds, log);
 * for (;;) save(yield* log.wait());
 */
export class InterlockedList<in out T> extends SharedObject {
  declare private readonly logs: Logs;
  declare private readonly line: Line;

  constructor(options: InterlockedListOptions = {}) {
    const known = (options as unknown) instanceof Known ? (options as unknown as Known) : null;
    const { name, maxBytes } = known === null ? checked(options) : { name: known.name, maxBytes: 0 };
    const memory = known === null ? growableMemory(SIZE, maxBytes) : known.memory;
    super(KIND, memory, name, known === null ? NEW : known.id);
    const { who } = here();
    this.logs = new Logs(memory, LOGS, new GrowingWords(memory), who, known === null ? maxBytes : null);
    this.line = new Line(new Int32Array(memory, 0, LOGS), WAITERS);
    this.mending(() => this.logs.begin());
  }

  /**
   * Puts a value at the end. Never waits. O(1), and the size of the value.
   *
   * @throws {@link MisuseError} if the value cannot travel, or the list is as large as it may be
   */
  push(value: T): void {
    const freight = load(value, "InterlockedList.push");
    const { words, length } = freight;
    if (!this.logs.prepare(length))
      throw misuse(
        `InterlockedList.push: "${this.name}" is full, with ${this.logs.mostBytes} bytes that nobody has taken. Flush it more often, or use a sharedChannel, whose senders wait.`,
      );
    depart(freight, this.words);
    this.logs.push(words, length);
    handOver(freight);
    this.line.wakeOne();
    if (steps.at !== null) steps.at("log.wake");
  }

  /**
   * Takes all that there is, in the order in which it was pushed; an empty array if there is nothing. Of several that flush at the same time the first gets all. Never
   * waits for a push. O(values).
   */
  flush(): T[] {
    return this.valuesOf(this.takeAll());
  }

  /** Completes with what `flush` gives, as soon as there is something. **Cancellation.** Nothing is taken. */
  wait(): Selectable<T[]> {
    return new Flush<T>(this);
  }

  /** @internal */
  [INSPECT](): string {
    return `[interlocked list "${this.name}", ${this.logs.isEmpty ? "empty" : "not empty"}]`;
  }

  /** Throws when an invariant does not hold. For a list that no thread uses at the moment. @internal */
  check(): void {
    this.logs.check();
  }

  /** Blocks of its memory, for tests. @internal */
  get blocks(): { readonly made: number; readonly owned: number } {
    return this.logs.count();
  }

  /** Those of this thread who wait. @internal */
  get waiters(): Line {
    return this.line;
  }

  /** @internal */
  get isEmpty(): boolean {
    return this.logs.isEmpty;
  }

  /** @internal */
  override discard(): void {
    eachInOrder(this.takeAll(), (words, at) => dropAll(objectsIn(words, at)));
  }

  protected mendFor(dead: number): void {
    const { logs } = this;
    for (const log of logs.inUse()) if (logs.userOf(log) === dead) logs.tidy(log);
    this.line.clear(slotOf(dead));
    this.line.wakeAll();
  }

  /** While no other thread does. */
  private takeAll(): Taken[] {
    const all: Taken[] = [];
    this.mending(() => {
      const { logs } = this;
      const end = logs.now();
      for (const log of logs.inUse()) {
        const taken = logs.take(log, end);
        if (taken === null) continue;
        all.push(taken);
        if (!here().commons.isAlive(logs.userOf(log))) logs.tidy(log); // nobody uses its blocks again
      }
    });
    return all;
  }

  private valuesOf(all: readonly Taken[]): T[] {
    const values: T[] = [];
    eachInOrder(all, (words, at) => {
      const ids = objectsIn(words, at);
      for (const id of ids) learn(id);
      values.push(read(words, at) as T);
      for (const id of ids) directory().drop(id);
    });
    return values;
  }
}

class Flush<T> extends SharedLeaf<T[]> {
  declare private readonly list: InterlockedList<T>;

  constructor(list: InterlockedList<T>) {
    super();
    this.list = list;
  }

  protected get line(): Line {
    return this.list.waiters;
  }

  ready(): boolean {
    return this.line.isTurn() && !this.list.isEmpty;
  }

  attempt(): unknown {
    if (this.list.isEmpty) return NOT_READY;
    const values = this.list.flush();
    return values.length === 0 ? NOT_READY : values;
  }

  describe(): Description {
    return { operation: "interlockedList.wait", object: this.list.name, heldBy: [], outside: true };
  }
}

/** In place of options: a list that another thread has made. */
class Known {
  declare readonly memory: SharedArrayBuffer;
  declare readonly name: string;
  declare readonly id: number;

  constructor(memory: SharedArrayBuffer, name: string, id: number) {
    this.memory = memory;
    this.name = name;
    this.id = id;
  }
}

defineKind(KIND, (memory, name, id) => new InterlockedList(new Known(memory, name, id) as InterlockedListOptions));

function checked(options: InterlockedListOptions): { name: string; maxBytes: number } {
  if (typeof options !== "object" || options === null)
    throw misuse(`InterlockedList: options must be an object, got ${describeValue(options)}.`);
  const { name = "interlocked list", maxBytes = STANDARD_BYTES } = options;
  if (typeof name !== "string") throw misuse(`InterlockedList: the name must be a string, got ${describeValue(name)}.`);
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_BYTES || maxBytes > STANDARD_BYTES)
    throw misuse(
      `InterlockedList: maxBytes must be a whole number from ${LEAST_BYTES} to ${STANDARD_BYTES}, got ${describeValue(maxBytes)}.`,
    );
  return { name, maxBytes };
}

/** Goes through all values in the order of their stamps. In one log they are in order already. */
function eachInOrder(all: readonly Taken[], visit: (words: Int32Array, at: number) => void): void {
  const places = all.map(() => 0);
  for (;;) {
    let first = -1;
    let earliest = 0;
    for (let i = 0; i < all.length; i++) {
      const { words, length } = all[i] as Taken;
      const place = places[i] as number;
      if (place >= length) continue;
      const stamp = words[place] as number;
      if (first >= 0 && ((stamp - earliest) | 0) > 0) continue;
      first = i;
      earliest = stamp;
    }
    if (first < 0) return;
    const { words } = all[first] as Taken;
    const at = (places[first] as number) + 1;
    places[first] = at + lengthOf(words[at] as number, words[at + 1] ?? 0);
    visit(words, at);
  }
}
