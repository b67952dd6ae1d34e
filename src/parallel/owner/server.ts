// The task that owns an object, and performs the calls that come for it, one after the other.
//
// Invariants
//   a call that was taken is answered, unless the thread dies
//   after the task has ended, the queue is closed, and who waits has been told

import { Cancelled, describeValue, MisuseError, TaskCancelledError } from "../../base/errors.ts";
import { isOperation, named } from "../../core/body.ts";
import { cancelScope } from "../../core/cancel.ts";
import { misuse } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { go } from "../../core/run.ts";
import { bodyScope, type Tasklet } from "../../core/task.ts";
import type { Operation } from "../../core/types.ts";
import type { Description } from "../../core/waiter.ts";
import { group } from "../../flow/group.ts";
import { until } from "../../flow/until.ts";
import { whenKnown } from "../arrivals.ts";
import { forgetIn, isReadable, read } from "../cargo.ts";
import { decode } from "../codec.ts";
import { directory } from "../directory.ts";
import { type Line, SharedLeaf } from "../line.ts";
import type { Message } from "../message.ts";
import { here } from "../neighbours.ts";
import { ANSWERED, CANCELLED, DROPPED, FAILED } from "../pool/desk.ts";
import { Mailbox } from "../pool/mailbox.ts";
import { reply } from "../pool/reply.ts";
import { END } from "../ring-layout.ts";
import { SHARE } from "../shareable.ts";
import { learn } from "../shared/freight.ts";
import { steps } from "../steps.ts";
import { type CallMessage, type CancelMessage, closedError, type ParcelMessage } from "./client.ts";
import { FETCH, newOwnerQueue, type OwnerQueue } from "./queue.ts";

/** A call that was taken. */
interface Job {
  readonly mailbox: Mailbox;
  readonly place: number;
  readonly generation: number;
  /** What it took along: the arguments, and last the name of the method; null while that is to be fetched. */
  load: readonly unknown[] | null;
  /** What it failed for before it had begun. */
  readonly failure: { readonly error: unknown } | null;
  /** Called with what was fetched; with null if there is nobody any more to fetch it from. */
  fetched: ((load: readonly unknown[] | null) => void) | null;
  /** Set while it runs as a task. */
  task: Tasklet<unknown> | null;
  cancelled: { readonly reason: unknown } | null;
}

export class Server {
  declare readonly queue: OwnerQueue;
  declare private readonly object: Record<string, unknown>;
  /** The call that is performed. */
  declare private job: Job | null;

  constructor(create: () => unknown) {
    const object = create();
    if (typeof object !== "object" || object === null || isOperation(object) || isThenable(object)) {
      const what =
        typeof object === "object" && object !== null && !isOperation(object) ? "a promise" : describeValue(object);
      throw misuse(
        `owner: the function must return the object to be owned, got ${what}. Return it at once; what it needs time for, its methods can do.`,
      );
    }
    this.object = object as Record<string, unknown>;
    this.queue = newOwnerQueue((object.constructor as { name?: string } | undefined)?.name ?? "object");
    this.job = null;
    enlist(this);
  }

  *serve(): Operation<void> {
    const calls: Operation<Job> = new NextCall(this);
    try {
      for (;;) {
        const job = yield* calls;
        yield* this.perform(job);
        this.job = null;
      }
    } finally {
      this.end();
    }
  }

  /** Takes the next call: NOT_READY if there is none, or it holds an object that is yet to be introduced. */
  take(): unknown {
    const { ring, givers } = this.queue;
    for (;;) {
      const ticket = ring.peek();
      if (ticket < 0 || !isReadable(ring, ticket)) return NOT_READY;
      const at = ring.labelAt(ticket);
      const place = ring.words[at] as number;
      const mailbox = mailboxOf(ring.words[at + 1] as number);
      const generation = ring.words[at + 3] as number;
      if (mailbox === null) {
        if (ring.peek() === ticket) return NOT_READY; // asked for
        continue;
      }
      if (!ring.claimTake(ticket)) continue;
      if (!mailbox.take(place, here().who, 0)) {
        forgetIn(ring, ticket);
        ring.release(ticket);
        reply(mailbox, place, generation & ~FETCH, DROPPED, undefined, "");
        givers.wakeOne();
        continue;
      }
      if (steps.at !== null) steps.at("owner.taken");
      let load: readonly unknown[] | null = null;
      let failure: Job["failure"] = null;
      try {
        if ((generation & FETCH) === 0) load = read(ring, ticket) as unknown[];
      } catch (error) {
        failure = { error };
      } finally {
        ring.release(ticket);
      }
      givers.wakeOne();
      this.job = {
        mailbox,
        place,
        generation: generation & ~FETCH,
        load,
        failure,
        fetched: null,
        task: null,
        cancelled: null,
      };
      return this.job;
    }
  }

  get hasCalls(): boolean {
    return this.queue.ring.peek() >= 0;
  }

  /** Its caller sends what the call takes along. */
  accept(message: ParcelMessage): void {
    const { job } = this;
    if (job === null || !isFor(job, message)) return;
    const { bytes, objects, handed } = message.parcel;
    whenKnown(objects, () => {
      const known = new Map(objects.map((id) => [id, directory().arrive(id).face]));
      if (this.job === job)
        job.fetched?.(decode(bytes, { object: (id) => known.get(id), handed: (index) => handed[index] }) as unknown[]);
    });
  }

  /** Its caller gives the call up. */
  cancel(message: CancelMessage): void {
    const { job } = this;
    if (job === null || !isFor(job, message)) return;
    this.cancelJob(job, message.bytes === null ? undefined : decode(message.bytes, NOTHING));
  }

  /** A thread has died: nobody waits for its calls. */
  orphan(who: number): void {
    const { job } = this;
    if (job === null || job.mailbox.owner !== who) return;
    job.fetched?.(null);
    this.cancelJob(job, new Error("the thread that made the call has ended"));
  }

  private cancelJob(job: Job, reason: unknown): void {
    job.cancelled ??= { reason };
    if (job.task !== null) cancelScope(bodyScope(job.task), reason);
  }

  private *perform(job: Job): Operation<void> {
    if (job.failure === null && job.load === null) yield* this.fetch(job);
    if (job.cancelled !== null) {
      this.answer(job, CANCELLED, job.cancelled.reason);
      return;
    }
    let value: unknown;
    try {
      if (job.failure !== null) throw job.failure.error;
      value = this.method(methodOf(job)).apply(this.object, (job.load as unknown[]).slice(0, -1));
    } catch (error) {
      this.answer(job, FAILED, error);
      return;
    }
    if (isOperation(value) || isThenable(value)) yield* this.wait(job, value);
    else this.answer(job, ANSWERED, value);
  }

  private *fetch(job: Job): Operation<void> {
    const { mailbox, place, generation } = job;
    const parcel = new Promise<readonly unknown[] | null>((resolve) => {
      job.fetched = resolve;
    });
    if (here().commons.isAlive(mailbox.owner))
      here().tell(mailbox.owner, { about: "fetch", place, generation } as Message);
    else job.fetched?.(null);
    job.load = yield* until(parcel);
    job.fetched = null;
    if (job.load === null) job.cancelled ??= { reason: undefined };
  }

  /** Performs the body of a method that waits, as a task of its own. */
  private *wait(job: Job, value: unknown): Operation<void> {
    const body = named(methodOf(job), () => value) as () => Operation<unknown>;
    let how = ANSWERED;
    let result: unknown;
    try {
      result = yield* group(
        function* () {
          const task = go(body);
          job.task = task as Tasklet<unknown>;
          return yield* task;
        },
        { failures: "isolate" },
      );
    } catch (error) {
      if (error instanceof Cancelled) throw error; // the owner itself
      how = error instanceof TaskCancelledError && job.cancelled !== null ? CANCELLED : FAILED;
      result = how === CANCELLED ? job.cancelled?.reason : error;
    }
    job.task = null;
    this.answer(job, how, result);
  }

  private method(name: string): (...args: unknown[]) => unknown {
    const method = this.object[name];
    if (typeof method === "function" && name !== "constructor" && method !== Reflect.get(Object.prototype, name))
      return method as (...args: unknown[]) => unknown;
    throw new MisuseError(
      `Owned.${name}: "${this.queue.name}" has no method "${name}". Call one that the object has; its fields stay with it.`,
    );
  }

  private answer(job: Job, how: number, value: unknown): void {
    this.job = null;
    reply(job.mailbox, job.place, job.generation, how, value, `the answer of ${this.queue.name}.${methodOf(job)}`);
  }

  /** It takes no more calls, and tells those who wait. */
  private end(): void {
    this.queue.ring.close();
    delist(this);
    const { job } = this;
    if (job !== null) this.answer(job, FAILED, closedError(this.queue.name, methodOf(job)));
    this.refuseAll();
    this.queue.givers.wakeAll();
    here().scheduler.visitSoon();
  }

  /** Until the last has been refused that was put before the end. */
  private refuseAll(): void {
    const { queue } = this;
    const { ring } = queue;
    for (;;) {
      const ticket = ring.peek();
      if (ticket === END) return;
      if (ticket < 0) {
        setImmediate(() => this.refuseAll()); // somebody is just putting it
        return;
      }
      const at = ring.labelAt(ticket);
      const [place, id, , generation] = ring.words.slice(at, at + 4) as unknown as [number, number, number, number];
      if (!ring.claimTake(ticket)) continue;
      forgetIn(ring, ticket);
      ring.release(ticket);
      const mailbox = learn(id) ? directory().find(id) : null;
      if (!(mailbox instanceof Mailbox)) continue; // its thread has died
      const isWanted = mailbox.take(place, here().who, 0);
      const error = isWanted ? closedError(queue.name, "call") : undefined;
      reply(mailbox, place, generation & ~FETCH, isWanted ? FAILED : DROPPED, error, "");
    }
  }
}

/** The next call, for the owner alone. */
class NextCall extends SharedLeaf<Job> {
  declare private readonly server: Server;

  constructor(server: Server) {
    super();
    this.server = server;
  }

  protected get line(): Line {
    return this.server.queue.takers;
  }

  ready(): boolean {
    return this.server.hasCalls;
  }

  attempt(): unknown {
    return this.server.take();
  }

  describe(): Description {
    return { operation: "owner.next", object: this.server.queue.name, heldBy: [], outside: true };
  }
}

const servers = new Map<number, Server>();
let isListening = false;

function enlist(server: Server): void {
  servers.set(server.queue[SHARE], server);
  if (isListening) return;
  isListening = true;
  const neighbours = here();
  neighbours.on("owned parcel", (message: ParcelMessage) => servers.get(message.owner)?.accept(message));
  neighbours.on("cancel owned", (message: CancelMessage) => servers.get(message.owner)?.cancel(message));
  neighbours.atDeath((who) => {
    for (const server of servers.values()) server.orphan(who);
  });
}

function delist(server: Server): void {
  servers.delete(server.queue[SHARE]);
}

/** The name of the method that is called, as far as that is known. */
const methodOf = ({ load }: Job): string => (load === null ? "call" : (load.at(-1) as string));

const NOTHING = { object: (): undefined => undefined, handed: (): undefined => undefined };

const isFor = (job: Job, { mailbox, place, generation }: CallMessage): boolean =>
  job.mailbox[SHARE] === mailbox && job.place === place && job.generation === generation;

const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** Where the answers of a caller go; null if it is not known here yet, then it has been asked for. */
function mailboxOf(id: number): Mailbox | null {
  if (!directory().knows(id)) return null;
  const object = directory().find(id);
  return object instanceof Mailbox ? object : null;
}
