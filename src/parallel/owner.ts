// An object that is owned by one task, and reached by messages: what users have in hand for it.

import { describeValue } from "../base/errors.ts";
import { INSPECT } from "../base/inspect.ts";
import { checkpoint } from "../core/basic.ts";
import { Composite, named } from "../core/body.ts";
import { misuse } from "../core/leaf.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { runningTask } from "../core/run.ts";
import { DAEMON, owningScope } from "../core/task.ts";
import type { Operation, Outcome, Selectable, Suspend } from "../core/types.ts";
import { Latch } from "../sync/latch.ts";
import { OwnerClient } from "./owner/client.ts";
import { defineOwned, type OwnerQueue } from "./owner/queue.ts";
import { Server } from "./owner/server.ts";
import { SHARE, type Shareable } from "./shareable.ts";

/**
 * An object that another task owns: its methods, each of which answers an operation. It may be given to any thread, as an argument of a call or in a message, and is used
 * there in the same way.
 */
export type Owned<O> = {
  readonly [K in keyof O as O[K] extends (...args: never) => unknown ? K : never]: O[K] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => Selectable<Outcome<R>>
    : never;
};

/**
 * Makes an object that a task of its own owns, and answers what its methods are called by, from any thread.
 *
 * The task is a daemon of the current extent. It performs calls one after the other, in the order in which they came: from one task, in the order in which it made them. A
 * method may be a plain function, an async one, or a generator: the next call begins when it has ended. So what the object holds is touched by one call at a time, and needs no lock;
 * a method that calls its own owner, and waits for it, waits for ever.
 *
 * Arguments and answers are copied as through a `sharedChannel`, also within one thread; shared objects are shared, and what is marked with `move` is handed over. What a
 * method throws is thrown to its caller, and to nobody else. Fields of the object are not reached, nor is a method called `then`.
 *
 * **Cancellation.** A call that is cancelled, or loses a `select`, is taken back if it has not begun; otherwise its method is cancelled, and the extent of the caller waits for its cleanup.
 *
 * When the extent has ended, calls throw `ClosedError`, those included that wait. When the thread of the owner dies, they throw `WorkerError`.
 *
 * @throws {@link MisuseError} if `create` is no function, or returns no object; and what `create` throws
 * @example
 * const cache = yield* owner(() => new Cache());
 * yield* pool.run(jobs.fill, cache);
 * const value = yield* cache.get("key");
 */
export function owner<O extends object>(create: () => O): Operation<Owned<O>> {
  if (typeof create !== "function")
    throw misuse(`owner: expected a function that makes the object, got ${describeValue(create)}. Write () => object.`);
  return new Composite("owner", () => start(create)) as Operation<Owned<O>>;
}

function* start<O extends object>(create: () => O): Generator<Suspend, Owned<O>, unknown> {
  const task = runningTask("owner");
  yield* checkpoint;
  const made = new Latch();
  const outcome: { server: Server | null; error: unknown } = { server: null, error: undefined };
  const body = named("owner", function* (): Operation<void> {
    try {
      outcome.server = new Server(create);
    } catch (error) {
      outcome.error = error; // it is the caller's
    }
    made.open();
    if (outcome.server !== null) yield* outcome.server.serve();
  });
  spawn(task.program as Keeper, owningScope(task), body, null, DAEMON);
  yield* made.wait();
  if (outcome.server === null) throw outcome.error;
  return outcome.server.queue.face as Owned<O>;
}

/** What stands behind the methods. */
class Face implements Shareable {
  declare readonly [SHARE]: number;
  declare readonly client: OwnerClient;
  declare readonly methods: Map<string, (...args: unknown[]) => Selectable<unknown>>;

  constructor(queue: OwnerQueue) {
    this[SHARE] = queue[SHARE];
    this.client = new OwnerClient(queue);
    this.methods = new Map();
  }

  [INSPECT](): string {
    return `[owned "${this.client.name}"]`;
  }
}

const handler: ProxyHandler<Face> = {
  get(face, key): unknown {
    if (typeof key === "symbol") return Reflect.get(face, key);
    if (key === "then") return undefined; // an await of it is the thing itself
    let method = face.methods.get(key);
    if (method === undefined) {
      method = (...args) => face.client.call(key, args);
      face.methods.set(key, method);
    }
    return method;
  },
  set(face, key): never {
    throw misuse(
      `Owned.${String(key)}: fields of "${face.client.name}" are its owner's. Give it a method that sets it.`,
    );
  },
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
};

defineOwned((queue) => new Proxy(new Face(queue), handler));
