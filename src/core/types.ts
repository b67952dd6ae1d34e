// The types a user meets: what a task may yield*, what may be awaited and selected, what a body is.
//
// Types only. Where a signature looks odd, the plainer one infers wrongly or lets wrong code pass; the type tests hold that.

declare const write_yield_star: unique symbol; // its name shows in the compiler's message when the star is forgotten

/** What reaches the scheduler. Exported so that users' declaration files can name it. */
export interface Suspend {
  readonly [write_yield_star]: true;
}

/** What a task may `yield*`. `then` exists in types only: awaiting a composite is a compile error, not a silent no-op. */
export interface Operation<T> {
  // biome-ignore lint/suspicious/noExplicitAny: the one seam where a resumed value enters a generator
  [Symbol.iterator](): Iterator<Suspend, T, any>;
  then?(this: never): unknown;
}

/**
 * An operation with one commit point: it may be yielded in a task, awaited anywhere, given to `select`, and mapped.
 * Inert until used; each use is a fresh attempt, so `await r; await r` takes two values.
 */
export interface Selectable<T> extends Operation<T>, PromiseLike<T> {
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  /** The same operation with its value passed through `f`, which runs in the task that waits, after the commit. */
  map<U>(f: (value: T) => U): Selectable<U>;
}

/** A body: a generator function of ours, an async function, or a plain one (which may return an operation: it is performed). */
export type Body<T, A extends readonly unknown[] = []> = (...args: A) => Operation<T> | PromiseLike<T> | T;
/** What a body that returns `R` comes to. */
export type Outcome<R> = R extends Operation<infer T> ? T : R extends PromiseLike<infer T> ? T : R;
export interface NotABody<Y> {
  readonly "a body may only yield* operations (with the star)": Y;
}
/** Refuses generators that yield anything but our operations, and async generators. */
export type Checked<R> =
  R extends Iterator<infer Y, unknown, never>
    ? [Y] extends [Suspend]
      ? unknown
      : NotABody<Y>
    : R extends AsyncIterator<infer Y, unknown, never>
      ? NotABody<Y>
      : unknown;
/** What an operation completes with. */
export type Result<O> = O extends Operation<infer T> ? T : never;
/** The same for each of a tuple or record of operations. */
export type Results<O> = { -readonly [K in keyof O]: Result<O[K]> };

/** The sending end of a channel. `send` and `trySend` are properties so that variance is checked; a class may implement them as methods. */
export interface Sender<in T> {
  /**
   * Gives a value, waiting until a receiver takes it or there is room. Waiting senders are served first come, first served. O(1).
   *
   * **Cancellation.** Nothing is given: either the send has committed or the channel is unchanged.
   *
   * @throws {@link ClosedError} when the channel is closed (`by: "sender"`) or given up (`by: "receiver"`), also for senders that were waiting
   * @example
   * yield* jobs.send(job);
   */
  readonly send: (value: T) => Selectable<void>;
  /**
   * Gives a value if that needs no waiting; false means only "would wait". Part of the step it is called in, cancelled or not. O(1).
   *
   * @throws {@link ClosedError} when the channel is closed or given up
   */
  readonly trySend: (value: T) => boolean;
  /**
   * No more values will come. Wakes everybody, in order: receivers find the end once the buffer is drained (with an error, that error), waiting senders get
   * `ClosedError`. Does nothing after `cancel`. O(waiting).
   *
   * @throws {@link MisuseError} when it was closed before
   */
  close(error?: unknown): void;
}

/** The receiving end of a channel. Leaving a `for await` early cancels nothing: the channel stays as it is. */
export interface Receiver<out T> extends AsyncIterable<T> {
  /**
   * Takes the next value, waiting until there is one. Waiting receivers are served first come, first served. O(1).
   *
   * **Cancellation.** Nothing is taken: either the value is returned or the channel is unchanged.
   *
   * @throws {@link EndOfChannel} when the channel is closed and drained; the error it was closed with, if there was one
   * @example
   * const job = yield* jobs.receive();
   */
  receive(): Selectable<T>;
  /**
   * Takes the next value in the shape of an iterator: `done` when the channel is closed and drained. Otherwise as `receive`.
   *
   * @throws the error the channel was closed with, if there was one
   * @example
   * for (let job = yield* jobs.next(); !job.done; job = yield* jobs.next()) handle(job.value);
   */
  next(): Selectable<IteratorResult<T, void>>;
  /**
   * Takes a value if that needs no waiting; `closed` tells whether one can still come. Part of the step it is called in, cancelled or not. O(1).
   *
   * @throws the error the channel was closed with, once the buffer is drained
   */
  tryReceive(): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly closed: boolean };
  /**
   * The receiver gives up: buffered values are dropped (and counted), and senders get `ClosedError` with `by: "receiver"`, which ends their tasks quietly.
   * Other receivers find the end. Cancelling twice does nothing. O(waiting).
   */
  cancel(reason?: unknown): void;
}

/**
 * A running body. Yield or await it to join: that throws what the task threw, or `TaskCancelledError` if it was cancelled. Joiners are woken in order.
 *
 * **Cancellation.** Cancelling a joiner leaves the task alone. An async body that awaits another task is reached by its own cancellation only if it writes
 * `await me.run(task)`: by the time an `await` begins, nobody can tell whose it is.
 */
export interface Task<T> extends Selectable<T>, AsyncDisposable {
  /** Counts from 1 in each run. */
  readonly id: number;
  /** The name of the body's function; see `named`. */
  readonly name: string;
  readonly status: TaskStatus;
  /**
   * Cancels the task and all it owns, and aborts the signals below before it returns. Never waits; join the task to wait for its cleanup. The first reason
   * wins, and a task that has ended stays as it is. O(tasks and scopes below).
   */
  cancel(reason?: unknown): void;
  /**
   * Aborted when the task is cancelled. For the task itself, as in `currentTask().signal`, it is that of the place where it asks: also aborted when a group or
   * a `timeout` around that place is cancelled, and not by what a `shield` around it keeps away. Made on first use.
   */
  readonly signal: AbortSignal;
  /**
   * For async bodies: runs an operation as a child of this task. `const me = currentTask()` before the first await, then `await me.run(op)`.
   *
   * **Cancellation.** The operation is cancelled with the task, and the promise rejects with `Cancelled`; in a task that has been cancelled, only
   * `me.run(shield(op))` starts, for cleanup. What the operation throws goes to the promise alone, not to the owner.
   *
   * @throws {@link MisuseError} when it is given no operation, or the task has ended
   */
  run<R>(op: Operation<R>): Promise<R>;
  /** Cancels the task and waits for its end, for `await using`. A failure is left to the owner. */
  [Symbol.asyncDispose](): Promise<void>;
}
/** "ready" is in the run queue, or waits for a place in its group; "waiting" waits for an operation, or for its children. */
export type TaskStatus = "ready" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

/** Options of `run`. */
export interface RunOptions {
  /** The name of the main task. Default: the name of the body. */
  readonly name?: string | undefined;
  /** Cancels the main task when it is aborted; `run` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Seeds the choices of `select`. Default: a random one. */
  readonly seed?: number | undefined;
  /** Capture the AsyncLocalStorage context at each spawn, rather than at this call. Default false. */
  readonly asyncContext?: boolean | undefined;
  /** Record where tasks were spawned, and report operations that were made but never started. Default false; costs microseconds for each. */
  readonly debug?: boolean | undefined;
}
