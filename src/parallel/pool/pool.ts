// A pool of worker threads, as users have it in hand.

import { INSPECT } from "../../base/inspect.ts";
import { named } from "../../core/body.ts";
import { misuse } from "../../core/leaf.ts";
import { machine } from "../../core/machine.ts";
import { Program } from "../../core/program.ts";
import { go } from "../../core/run.ts";
import { installed } from "../../core/runtime.ts";
import { OBSERVED, type Tasklet } from "../../core/task.ts";
import type { Operation, Receiver, Selectable, Task } from "../../core/types.ts";
import { FAILED } from "../../core/waiter.ts";
import { until } from "../../flow/until.ts";
import { type Origin, originOf, type RemoteFunction } from "../origin.ts";
import { SHARE } from "../shareable.ts";
import type { Backend, PoolStats } from "./backend.ts";
import { type Employer, PoolPart, PoolRun } from "./call.ts";
import { type CallQueue, definePool } from "./call-queue.ts";
import { EachRun } from "./each.ts";
import { Mapping } from "./mapping.ts";
import { ProcessCrew } from "./process-crew.ts";
import { checked, checkedMap, type MapOptions, type PoolOptions } from "./settings.ts";
import { Threads } from "./threads.ts";

/**
 * Worker threads that call functions of modules for you, each with offshoot in it.
 *
 * The pool has one queue, from which the workers take: none is idle while a call waits. Plain functions run one at a time on a thread; bodies that wait (generators and
 * async functions) share one. Arguments and answers are copied, shared objects (`sharedChannel`, `SharedMap`, ...) are shared, and what is marked with `move` is handed over.
 *
 * Threads are started when calls need them and keep the process alive only while calls are under way. A worker that dies is replaced, and its calls fail with `WorkerError`.
 * A pool may be given to its own workers: their calls go to the same queue.
 *
 * @example
 * const jobs = remote<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url));
 * const pool = new Pool({ threads: 4 });
 * const hash = yield* pool.run(jobs.hash, file);
 */
export class Pool implements AsyncDisposable {
  declare private readonly backend: Backend;
  /** For messages and reports. */
  declare readonly name: string;
  /** Tasks that belong to no other task. */
  declare private readonly own: Set<Tasklet<unknown>>;
  declare private closing: Promise<void> | null;

  constructor(options: PoolOptions = {}) {
    const queue = (options as unknown) instanceof Attached ? (options as unknown as Attached).queue : null;
    const settings = checked(
      queue === null ? options : { name: queue.name, grace: queue.grace, timeout: queue.timeout },
    );
    this.name = settings.name;
    this.backend = settings.processes > 0 ? new ProcessCrew(settings) : new Threads(queue, settings);
    this.own = new Set();
    this.closing = null;
    if (this.backend instanceof Threads) this.backend.queue.pool = this;
  }

  /** @internal */
  get [SHARE](): number {
    if (this.backend instanceof Threads) return this.backend.queue[SHARE];
    throw misuse(`Pool: "${this.name}" is a pool of processes, which only the thread can use that has made it.`);
  }

  /** @internal */
  get employer(): Employer {
    return this.backend.employer;
  }

  /** @internal A pool of threads, rather than of processes. */
  get isOfThreads(): boolean {
    return this.backend instanceof Threads;
  }

  /** How many workers it may have. */
  get size(): number {
    return this.backend.size;
  }

  /**
   * Calls a function on a worker. Each use of the operation is a call of its own, which begins when it is yielded, awaited or selected.
   *
   * Calls begin in the order in which they were made. A plain function has its thread for itself; a body that waits runs as a task, and may use channels, `select`, `sleep`, groups.
   *
   * **Cancellation.** A call that no worker has taken is taken back. Otherwise its task is cancelled in the worker and cleans up there; the extent the call was made in ends only
   * after that. What does not answer within the grace, such as a plain function, has its thread replaced.
   *
   * @throws what the function throws, with its class, fields and cause, and a stack that shows the worker's frames and the place of the call; {@link WorkerError} if the thread
   * has ended; {@link TimeoutError} if the pool has a `timeout`; {@link MisuseError} for a value that cannot travel, or a function that is not there
   * @example
   * const [small, large] = yield* all([pool.run(images.resize, file, 100), pool.run(images.resize, file, 1_000)]);
   */
  run<A extends readonly unknown[], R>(f: RemoteFunction<A, R>, ...args: A): Selectable<R> {
    return new PoolRun<R>(this.backend.employer, this.originOf(f, "run"), args);
  }

  /**
   * Starts a call as a task: a child of the current task's extent, or of the pool outside any task.
   *
   * @throws {@link MisuseError} if `f` is no function for a pool
   */
  go<A extends readonly unknown[], R>(f: RemoteFunction<A, R>, ...args: A): Task<R> {
    const origin = this.originOf(f, "go");
    const op = new PoolRun<R>(this.backend.employer, origin, args);
    const body = named(origin.name || "inline", () => op as Operation<R>);
    return (machine.runner === null ? this.start(body) : go(body)) as Task<R>;
  }

  /**
   * Calls a function for each of many items, a few at a time, and gives the results through a channel. Items are asked for only as fast as results are taken.
   *
   * Results come in the order of the items, or as they are there with `ordered: false`. `chunk` items go to a worker in one call: more of them where calls are short. Default: 1.
   * Cancelling the receiver ends the rest. The first failure does too, and is thrown to the receiver.
   *
   * @example
   * const words = pool.map(jobs.count, files, { ordered: false });
   * for (let got = yield* words.next(); !got.done; got = yield* words.next()) add(got.value);
   */
  map<T, R>(f: RemoteFunction<[T], R>, items: Iterable<T> | AsyncIterable<T>, options: MapOptions = {}): Receiver<R> {
    const origin = this.originOf(f, "map");
    const mapping = new Mapping<R>(items, checkedMap(options), this.size, origin.label, (chunk) => {
      const chunked = { ...origin, key: `each of ${origin.key}`, isChunked: true };
      return new PoolPart<R[]>(this.backend.employer, chunked, [chunk]);
    });
    mapping.begin((body) => {
      const map = named("map", body);
      return (machine.runner === null ? this.start(map) : go(map)) as Task<void>;
    });
    return mapping.results;
  }

  /**
   * Calls a function once on each worker, all of them started: to set something up, or to clear it. Answers the results, one for each worker. A worker that is started later has
   * not called it. The first failure is thrown. When it fails, or is cancelled, the calls that are not over are cancelled.
   */
  each<A extends readonly unknown[], R>(f: RemoteFunction<A, R>, ...args: A): Selectable<R[]> {
    const origin = this.originOf(f, "each");
    return new EachRun<R>(this.backend.employer, origin, args, () => {
      if (this.closing !== null)
        throw misuse(`Pool.each: pool "${this.name}" is closed. Make the calls before close(), or another pool.`);
      const workers = this.backend.hireAll();
      if (workers === null)
        throw misuse(`Pool.each: pool "${this.name}" was started by another thread. Call it there.`);
      return workers;
    });
  }

  /** What has been going on. O(workers). */
  stats(): PoolStats {
    return this.backend.stats();
  }

  /** Takes no more calls, waits for those that are under way, and ends the threads. Closing again waits for the same. */
  close(): Selectable<void> {
    if (!this.backend.isOwn)
      throw misuse(`Pool.close: pool "${this.name}" was started by another thread. Close it there.`);
    return until(() => this.shut());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  [INSPECT](): string {
    return `[pool "${this.name}", ${this.backend.hired} of ${this.size} workers, ${this.backend.underWay} calls under way]`;
  }

  /** What is called; refused once the pool has been closed. */
  private originOf(f: unknown, verb: string): Origin {
    if (this.closing !== null)
      throw misuse(`Pool.${verb}: pool "${this.name}" is closed. Make the calls before close(), or another pool.`);
    return originOf(f, `Pool.${verb}`);
  }

  private shut(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Calls that were started before are made first: their tasks stand before this one in line.
    await new Promise<void>((resolve) => void this.start(named("close", () => resolve())));
    await this.backend.close();
  }

  /** Starts a task that no other task owns. A failure that nobody hears of goes to the process. */
  private start(body: () => unknown): Tasklet<unknown> {
    const program = new Program(installed().scheduler, {});
    const task = program.start(body as never, (ended) => {
      this.own.delete(ended);
      if (ended.state !== FAILED) return;
      setImmediate(() => {
        if ((ended.flags & OBSERVED) === 0) Promise.reject(ended.result);
      });
    });
    this.own.add(task);
    return task;
  }
}

/** In place of options: the pool was started by another thread. */
class Attached {
  declare readonly queue: CallQueue;

  constructor(queue: CallQueue) {
    this.queue = queue;
  }
}

definePool((queue) => new Pool(new Attached(queue) as unknown as PoolOptions));
