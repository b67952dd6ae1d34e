// What a worker does: it takes calls out of the queue of its pool, performs them, and answers.
//
// A plain function runs at once, in the midst of a look. A body that waits becomes a task of its own, and the worker goes on taking calls. While it has tasks it leaves calls
// to workers that have none.
//
// Invariant
//   a call that was taken is answered, unless the thread dies

import { getHeapStatistics } from "node:v8";
import { isOperation, named } from "../../core/body.ts";
import { cancelScope } from "../../core/cancel.ts";
import { restoreStack, tellOrigin } from "../../core/origin.ts";
import { Program } from "../../core/program.ts";
import { bodyScope, type Tasklet } from "../../core/task.ts";
import { SUCCEEDED, FAILED as TASK_FAILED } from "../../core/waiter.ts";
import { isReadable, read } from "../cargo.ts";
import { decode, type Unloader } from "../codec.ts";
import { directory } from "../directory.ts";
import { here, type Message, type Watched } from "../neighbours.ts";
import type { CallQueue } from "../pool/call-queue.ts";
import { type DirectCall, FETCH, type Parcel } from "../pool/client.ts";
import { ANSWERED, CANCELLED, DROPPED, FAILED } from "../pool/desk.ts";
import { functions, type PlainOrigin } from "../pool/functions.ts";
import { Mailbox } from "../pool/mailbox.ts";
import { reply } from "../pool/reply.ts";
import { RECEIVERS } from "../ring.ts";
import { SHARE } from "../shareable.ts";
import { steps } from "../steps.ts";
import { addWaiter, removeWaiter } from "../wait-set.ts";
import { chunked } from "./chunk.ts";
import { type Loaded, load } from "./modules.ts";

/** A call that this worker has taken. */
interface Job {
  readonly mailbox: Mailbox;
  readonly place: number;
  readonly generation: number;
  readonly origin: PlainOrigin;
  /** Set once it runs as a task. */
  task: Tasklet<unknown> | null;
  /** It was cancelled before it had begun. */
  cancelled: { readonly reason: unknown } | null;
}

interface Cancel extends Message {
  readonly mailbox: number;
  readonly place: number;
  readonly generation: number;
  readonly bytes: Uint8Array | null;
}

/** Milliseconds for calls in a row before the event loop gets its turn. */
const SLICE = 4;
/** Calls after which the memory is looked at. */
const LOOK = 64;

export class Bench implements Watched {
  declare private readonly queue: CallQueue;
  declare private readonly jobs: Map<string, Job>;
  declare private readonly parcels: Map<string, (parcel: Parcel) => void>;
  declare private readonly mostTasks: number;
  declare private readonly mostMemory: number;
  declare private running: number;
  declare private done: number;
  declare private isRetiring: boolean;
  declare private isLooking: boolean;
  declare private readonly retired: () => void;

  constructor(queue: CallQueue, tasks: number, memoryMb: number, retired: () => void) {
    this.queue = queue;
    this.jobs = new Map();
    this.parcels = new Map();
    this.mostTasks = tasks;
    this.mostMemory = memoryMb;
    this.running = 0;
    this.done = 0;
    this.isRetiring = false;
    this.isLooking = false;
    this.retired = retired;
    const neighbours = here();
    neighbours.on("cancel", (message: Cancel) => this.cancel(message));
    neighbours.on("call", (message: DirectCall) => this.takeDirectly(message));
    neighbours.on("parcel", ({ mailbox, place, generation, parcel }: DirectCall) =>
      this.parcels.get(keyOf(mailbox, place, generation))?.(parcel),
    );
    neighbours.on("retire", () => this.retire());
    neighbours.atDeath((who) => this.orphan(who));
    this.tell();
    neighbours.watch(this);
  }

  get isWanted(): boolean {
    return !this.isRetiring;
  }

  look(): boolean {
    const { ring } = this.queue;
    const { words } = ring;
    let done = false;
    let until = 0;
    while (!this.isRetiring) {
      if (!this.isLooking && this.running === 0 && !here().commons.isAsleep(here().slot)) this.beginLooking();
      const ticket = ring.peek();
      if (ticket < 0 || !isReadable(ring, ticket)) return done;
      const at = ring.labelAt(ticket);
      const place = words[at] as number;
      const mailbox = mailboxOf(words[at + 1] as number);
      const origin = functions().find(words[at + 2] as number);
      const generation = words[at + 3] as number;
      if (mailbox === null || origin === undefined) {
        if (ring.peek() === ticket) return done; // asked for
        continue;
      }
      if (this.running > 0 && this.isBetterElsewhere()) return done;
      if (!ring.claimTake(ticket)) continue;
      this.endLooking();
      const start = now();
      if (until === 0) until = start + SLICE;
      if (!mailbox.take(place, here().who, start)) {
        ring.release(ticket);
        reply(mailbox, place, generation & ~FETCH, DROPPED, undefined, "");
      } else {
        if (steps.at !== null) steps.at("taken");
        const job = { mailbox, place, generation: generation & ~FETCH, origin, task: null, cancelled: null };
        if ((generation & FETCH) !== 0) {
          ring.release(ticket);
          this.fetch(job);
        } else this.unpack(job, ring, ticket);
      }
      this.queue.givers.wakeOne();
      done = true;
      if (start > until) return done;
    }
    return done;
  }

  announce(): void {
    this.endLooking();
    addWaiter(this.queue.words, RECEIVERS, here().slot);
  }

  withdraw(): void {
    if (!removeWaiter(this.queue.words, RECEIVERS, here().slot)) this.queue.takers.wakeOne();
  }

  private beginLooking(): void {
    this.isLooking = true;
    this.queue.beginLooking(here().slot);
  }

  /** It has found a call, or goes to sleep. If there are more, another worker is to look. */
  private endLooking(): void {
    if (!this.isLooking) return;
    this.isLooking = false;
    this.queue.endLooking(here().slot);
    if (this.queue.ring.length > 0) this.queue.wake();
  }

  /** Takes no more calls; ends when it has none left. */
  retire(): void {
    if (this.isRetiring) return;
    this.isRetiring = true;
    this.endLooking();
    this.queue.setFree(here().slot, false);
    this.queue.takers.wakeAll();
    if (this.running === 0) this.retired();
  }

  /** While it has tasks of its own: is a worker without any there for the next call? It is told so. */
  private isBetterElsewhere(): boolean {
    const { slot } = here();
    for (const other of this.queue.free()) {
      if (other === slot) continue;
      here().rouse(other);
      return true;
    }
    return false;
  }

  /** Begins a call whose arguments lie in the queue. */
  private unpack(job: Job, ring: CallQueue["ring"], ticket: number): void {
    let load: unknown;
    try {
      load = read(ring, ticket);
    } catch (error) {
      this.answer(job, FAILED, error);
      return;
    } finally {
      ring.release(ticket);
    }
    this.begin(job, load);
  }

  private takeDirectly({ mailbox: id, place, fn, generation, parcel }: DirectCall): void {
    const mailbox = mailboxOf(id);
    const origin = functions().find(fn);
    if (mailbox === null || origin === undefined) return; // its caller has died
    const job = { mailbox, place, generation, origin, task: null, cancelled: null };
    this.begin(job, unpackParcel(parcel));
  }

  /** Asks the caller for what the call takes along. */
  private fetch(job: Job): void {
    const { mailbox, place, generation } = job;
    const key = keyOf(mailbox[SHARE], place, generation);
    this.enter(job);
    this.parcels.set(key, (parcel) => {
      this.parcels.delete(key);
      this.jobs.delete(key);
      this.running--;
      this.begin(job, unpackParcel(parcel));
    });
    here().tell(mailbox.owner, { about: "fetch", place, generation } as Message);
  }

  private begin(job: Job, taken: unknown): void {
    const { origin } = job;
    const [captured, args] = (origin.captured.length > 0 ? taken : [[], taken ?? []]) as [unknown[], unknown[]];
    let loaded: Loaded | Promise<Loaded>;
    try {
      loaded = origin.isChunked === true ? chunked(origin) : load(origin);
    } catch (error) {
      this.answer(job, FAILED, error);
      return;
    }
    if (loaded instanceof Promise) {
      this.enter(job);
      loaded.then(
        (ready) => {
          this.leave(job);
          if (job.cancelled !== null) this.answer(job, CANCELLED, job.cancelled.reason);
          else this.perform(job, ready, args, captured);
        },
        (error) => {
          this.leave(job);
          this.answer(job, FAILED, error);
        },
      );
    } else this.perform(job, loaded, args, captured);
  }

  private perform(job: Job, loaded: Loaded, args: unknown[], captured: unknown[]): void {
    if (loaded.kind !== "plain") {
      this.startTask(job, () => loaded.call(args, captured));
      return;
    }
    this.running++;
    this.tell();
    let value: unknown;
    let how = ANSWERED;
    try {
      value = loaded.call(args, captured);
    } catch (error) {
      value = error;
      how = FAILED;
    }
    this.running--;
    if (how === ANSWERED && typeof value === "object" && value !== null && (isOperation(value) || isThenable(value)))
      this.startTask(job, () => value);
    else this.answer(job, how, value);
  }

  private startTask(job: Job, body: () => unknown): void {
    const { scheduler } = here();
    this.enter(job);
    const program = new Program(scheduler, {});
    job.task = program.start(named(job.origin.name || "inline", body as never) as never, (task) => {
      this.leave(job);
      if (task.state === SUCCEEDED) this.answer(job, ANSWERED, task.result);
      else if (task.state === TASK_FAILED) {
        tellOrigin(task.result, task, null);
        restoreStack(task.result);
        this.answer(job, FAILED, task.result);
      } else this.answer(job, CANCELLED, task.result);
    });
  }

  private enter(job: Job): void {
    this.jobs.set(keyOf(job.mailbox[SHARE], job.place, job.generation), job);
    this.running++;
    this.tell();
  }

  private leave(job: Job): void {
    this.jobs.delete(keyOf(job.mailbox[SHARE], job.place, job.generation));
    this.running--;
  }

  private answer({ mailbox, place, generation, origin }: Job, how: number, value: unknown): void {
    this.done++;
    this.tell();
    reply(mailbox, place, generation, how, value, `the answer of ${origin.label}`);
    if (this.done % LOOK === 0) this.weigh();
    if (this.done >= this.mostTasks && !this.isRetiring) this.resign();
    if (this.isRetiring && this.running === 0) this.retired();
  }

  private cancel({ mailbox, place, generation, bytes }: Cancel): void {
    const job = this.jobs.get(keyOf(mailbox, place, generation));
    if (job === undefined) return;
    const reason = bytes === null ? undefined : decode(bytes, NOTHING);
    if (job.task === null) job.cancelled = { reason };
    else cancelScope(bodyScope(job.task), reason);
  }

  /** A caller has died: nobody waits for its calls. */
  private orphan(who: number): void {
    for (const job of this.jobs.values()) {
      if (job.mailbox.owner !== who) continue;
      if (job.task === null) job.cancelled = { reason: undefined };
      else cancelScope(bodyScope(job.task), new Error("the thread that made the call has ended"));
    }
  }

  private tell(): void {
    const { slot } = here();
    this.queue.setFree(slot, this.running === 0 && !this.isRetiring);
    this.queue.report(slot, this.running, this.done);
  }

  private weigh(): void {
    const { used_heap_size, external_memory } = getHeapStatistics();
    const kib = (used_heap_size + external_memory) / 1024;
    this.queue.reportMemory(here().slot, kib);
    if (kib / 1024 > this.mostMemory && !this.isRetiring) this.resign();
  }

  /** It has done its share: another one is to take its place. */
  private resign(): void {
    here().tell(this.queue.owner, { about: "retiring", pool: this.queue[SHARE] } as Message);
    this.retire();
  }
}

const keyOf = (mailbox: number, place: number, generation: number): string => `${mailbox} ${place} ${generation}`;

const NOTHING: Unloader = { object: () => undefined, handed: () => undefined };

function unpackParcel({ bytes, objects, handed }: Parcel): unknown {
  for (const id of objects) directory().knows(id);
  const known = new Map(objects.map((id) => [id, directory().arrive(id).face]));
  return decode(bytes, { object: (id) => known.get(id), handed: (index) => handed[index] });
}

/** Where the answers of a caller go; null if it is not known here yet, then it has been asked for. */
function mailboxOf(id: number): Mailbox | null {
  if (!directory().knows(id)) return null;
  const object = directory().find(id);
  return object instanceof Mailbox ? object : null;
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === "function";
}

/** Milliseconds, the same in all threads. */
const now = (): number => ORIGIN + performance.now();
const ORIGIN = performance.timeOrigin;
