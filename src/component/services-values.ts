// Tracked values: one owner sets it, everybody sees it, and who follows it is told that it has changed.
//
// What is followed is a state and no stream: who comes late sees the latest value, and not each one before it. Each `set` has a number, by which it can be told how many were skipped;
// the last one is never missed, also when the owner ends right after it.

import { EndOfChannel } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { List } from "../base/list.ts";
import { iterate } from "../channel/leaves.ts";
import { watch } from "../core/joiners.ts";
import { Leaf } from "../core/leaf.ts";
import { machine, NOT_READY } from "../core/machine.ts";
import { label, type Tasklet } from "../core/task.ts";
import { READ, SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Selectable } from "../core/types.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { NotOwnerError } from "./errors.ts";

/** A tracked value, as all see it. */
export interface TrackedValue<out T> {
  readonly name: string;
  /** 1 for what it was declared with, and one more with each `set`. */
  readonly version: number;
  /** Has its owner ended, or released it? The last value can still be got. */
  readonly ended: boolean;
  /** The value it has now. O(1); in another thread than the owner's O(size), a copy. */
  get(): T;
  /**
   * Completes with the value as soon as its version is above `since`, by default the one it has now. All who wait are told. O(1).
   *
   * **Cancellation.** Nothing has happened.
   *
   * @throws {@link EndOfChannel} when its owner has ended, and there is no later version
   */
  changed(since?: number): Selectable<T>;
  /**
   * Follows the value: gives it if its version is above `since`, by default 0, so that the first is the one it has now; then each time it has changed. Several changes in between come as one, the
   * latest. Ends with the owner.
   *
   * @example
   * const mode = services.value<string>("mode").changes();
   * for (let next = yield* mode.next(); !next.done; next = yield* mode.next()) apply(next.value);
   */
  changes(since?: number): Changes<T>;
}

/** Follows a tracked value, in a task by `next`, or with `for await`. */
export interface Changes<out T> extends AsyncIterable<T> {
  /** The version that was given last. */
  readonly version: number;
  next(): Selectable<IteratorResult<T, void>>;
}

/** A tracked value, as its owner has it. */
export interface OwnedValue<T> extends TrackedValue<T> {
  /**
   * Sets the value: at once for all of this thread, in a moment for others. It is not copied within a thread: set another one rather than to change it. O(those who wait).
   *
   * @throws {@link NotOwnerError} from a task that is neither the owner nor started by it, and after its end; {@link MisuseError} for a value that cannot be copied, if other threads see it
   */
  set(value: T): void;
  /** Ends it: nothing can be set any more, and the name is free. The end of the owner does so too. Twice is the same as once. */
  release(): void;
}

/** What is seen of a value at one moment. */
export interface Seen<T> {
  readonly version: number;
  readonly value: T;
  readonly ended: boolean;
}

/** Where a value is seen: in this thread, or another. */
export interface Source<T> {
  readonly name: string;
  /** Does another thread set it? */
  readonly outside: boolean;
  readonly owner: string | null;
  seen(): Seen<T>;
  enlist(waiter: Waiter): void;
  delist(waiter: Waiter): void;
}

/** A value of either kind. */
export class View<T> implements TrackedValue<T> {
  declare protected readonly source: Source<T>;

  constructor(source: Source<T>) {
    this.source = source;
  }

  get name(): string {
    return this.source.name;
  }

  get version(): number {
    return this.source.seen().version;
  }

  get ended(): boolean {
    return this.source.seen().ended;
  }

  get(): T {
    return this.source.seen().value;
  }

  changed(since: number = this.version): Selectable<T> {
    return new Changed<T, T>(this.source, { version: since }, latestOf);
  }

  changes(since = 0): Changes<T> {
    return new Follower(this.source, since);
  }

  /** @internal */
  [INSPECT](): string {
    const { version, ended } = this.source.seen();
    return `[tracked value "${this.name}", version ${version}${ended ? ", ended" : ""}]`;
  }
}

class Follower<T> implements Changes<T> {
  declare version: number;
  declare private readonly source: Source<T>;

  constructor(source: Source<T>, since: number) {
    this.version = since;
    this.source = source;
  }

  next(): Changed<T, IteratorResult<T, void>> {
    return new Changed<T, IteratorResult<T, void>>(this.source, this, stepOf);
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterate<T>(() => this.next());
  }
}

/** Of what a follower gets in the end: the value, or that there is none. */
type Shape<T, R> = (seen: Seen<T> | null, name: string) => R;

function latestOf<T>(seen: Seen<T> | null, name: string): T {
  if (seen !== null) return seen.value;
  throw EndOfChannel.of(
    `TrackedValue.changed: the owner of "${name}" has ended, and it will not change any more. Use changes() where the end is expected.`,
  );
}

const stepOf = <T>(seen: Seen<T> | null): IteratorResult<T, void> =>
  seen === null ? { done: true, value: undefined } : { done: false, value: seen.value };

class Changed<T, R> extends Leaf<R> {
  declare private readonly source: Source<T>;
  declare private readonly cursor: { version: number };
  declare private readonly shape: Shape<T, R>;

  constructor(source: Source<T>, cursor: { version: number }, shape: Shape<T, R>) {
    super();
    this.source = source;
    this.cursor = cursor;
    this.shape = shape;
  }

  ready(): boolean {
    const { version, ended } = this.source.seen();
    return ended || version > this.cursor.version;
  }

  poll(): unknown {
    return this.ready() ? undefined : NOT_READY;
  }

  enlist(waiter: Waiter): void {
    this.source.enlist(waiter);
  }

  delist(waiter: Waiter): void {
    this.source.delist(waiter);
  }

  override finish(): R {
    const seen = this.source.seen();
    const { name } = this.source;
    if (seen.version <= this.cursor.version) return this.shape(null, name);
    this.cursor.version = seen.version;
    return this.shape(seen, name);
  }

  override fails(): boolean {
    return this.shape === (latestOf as unknown) && this.source.seen().version <= this.cursor.version;
  }

  describe(): Description {
    const { name, owner, outside } = this.source;
    return { operation: "services.changed", object: name, heldBy: owner === null ? [] : [owner], outside };
  }
}

/** Where the owner has it. */
export class Tracked<T> implements Source<T> {
  declare readonly name: string;
  declare readonly task: Tasklet<unknown>;
  declare readonly outside: boolean;
  declare private value: T;
  declare private version: number;
  declare ended: boolean;
  declare private readonly waiters: List<Waiter>;
  /** Told of each change, and of the end. */
  declare told: ((seen: Seen<T>) => void) | null;
  declare private readonly released: () => void;

  constructor(name: string, value: T, task: Tasklet<unknown>, released: () => void) {
    this.name = name;
    this.task = task;
    this.outside = false;
    this.value = value;
    this.version = 1;
    this.ended = false;
    this.waiters = new List();
    this.told = null;
    this.released = released;
    tellMade(this);
    watch(task, { ended: () => this.end() });
  }

  get owner(): string {
    return label(this.task);
  }

  seen(): Seen<T> {
    touch(this, SELF, READ);
    const { version, value, ended } = this;
    return { version, value, ended };
  }

  enlist(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.push(waiter);
  }

  delist(waiter: Waiter): void {
    touch(this, SELF, WRITE);
    this.waiters.remove(waiter);
  }

  set(value: T): void {
    touch(this, SELF, WRITE);
    if (this.ended)
      throw new NotOwnerError(
        `OwnedValue.set: "${this.name}" was released, or its owner ${this.owner} has ended. Set it before, or declare it in a task that lasts longer.`,
      );
    const runner = machine.runner as Tasklet<unknown> | null;
    if (runner !== null && !isWithin(runner, this.task))
      throw new NotOwnerError(
        `OwnedValue.set: "${this.name}" belongs to ${this.owner}, and ${label(runner)} was not started by it. Send the owner a message, and let it set the value.`,
      );
    const version = this.version + 1;
    if (this.told !== null) this.told({ version, value, ended: false }); // refuses what cannot be copied: nothing has changed then
    this.value = value;
    this.version = version;
    this.wake();
  }

  end(): void {
    if (this.ended) return;
    touch(this, SELF, WRITE);
    this.ended = true;
    this.wake();
    if (this.told !== null) this.told(this.seen());
    this.released();
  }

  private wake(): void {
    for (let waiter = this.waiters.shift(); waiter !== null; waiter = this.waiters.shift()) complete(waiter, undefined);
  }
}

/** What the owner has in hand. */
export class Owned<T> extends View<T> implements OwnedValue<T> {
  declare private readonly tracked: Tracked<T>;

  constructor(tracked: Tracked<T>) {
    super(tracked);
    this.tracked = tracked;
  }

  set(value: T): void {
    this.tracked.set(value);
  }

  release(): void {
    this.tracked.end();
  }
}

/** Is a task another one, or has been started by it or below it? */
export function isWithin(task: Tasklet<unknown>, other: Tasklet<unknown>): boolean {
  for (let at: Tasklet<unknown> | null = task; at !== null; at = at.owner === null ? null : at.owner.task)
    if (at === other) return true;
  return false;
}
