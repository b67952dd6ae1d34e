// What a worker does: it takes calls out of the queue of its pool, performs them, and answers.
//
// A plain function runs at once, in the midst of a look. A body that waits becomes a task of its own, and the worker goes on taking calls. While it has tasks it leaves calls
// to workers that have none.
//
// Invariant
//   a call that was taken is answered, unless the thread dies
//   while a call that was taken may be about to run alone, no other is taken

import { getHeapStatistics } from "node:v8";
import { whenKnown } from "../arrivals.ts";
import { isReadable, read } from "../cargo.ts";
import { decode, type Unloader } from "../codec.ts";
import { directory } from "../directory.ts";
import type { Message, Watched } from "../message.ts";
import { here } from "../neighbours.ts";
import { type CallQueue, FETCH } from "../pool/call-queue.ts";
import type { Cancel, DirectCall } from "../pool/client.ts";
import type { Contract } from "../pool/crew.ts";
import { DROPPED, FAILED } from "../pool/desk.ts";
import { type CallRecipe, functions } from "../pool/functions.ts";
import { Mailbox } from "../pool/mailbox.ts";
import { type Parcel, unpackParcel } from "../pool/parcel.ts";
import { reply } from "../pool/reply.ts";
import { RECEIVERS } from "../ring-layout.ts";
import { SHARE } from "../shareable.ts";
import { steps } from "../steps.ts";
import { addWaiter, removeWaiter } from "../wait-set.ts";
import { Work } from "./work.ts";

/** A call that this worker has taken. */
interface Job {
  readonly mailbox: Mailbox;
  readonly place: number;
  readonly generation: number;
  readonly work: Work;
  /** It waits for what it takes along. */
  isFetching: boolean;
  isOver: boolean;
}

/** What a call takes along; null if it could not be packed. */
type FetchedCall = Omit<DirectCall, "parcel"> & { readonly parcel: Parcel | null };

/** Milliseconds for calls in a row before the event loop gets its turn. */
const SLICE = 4;
/** Milliseconds: the longest delay that setTimeout takes. */
const LONGEST = 2 ** 31 - 1;
/** Calls in a row after which the memory is looked at; otherwise when there are none. */
const LOOK = 64;

export class Bench implements Watched {
  declare private readonly queue: CallQueue;
  /** Whose call was taken last, as long as that thread lives. */
  declare private mailbox: Mailbox | null;
  /** Those that wait for something. */
  declare private readonly jobs: Map<string, Job>;
  declare private readonly limits: Pick<Contract, "tasks" | "memoryMb" | "idle">;
  declare private running: number;
  /** Calls it has that wait for their function or their arguments: each may keep the thread when it has got them. */
  declare private coming: number;
  declare private done: number;
  /** Calls it had done when its memory was last looked at. */
  declare private weighedAt: number;
  declare private isRetiring: boolean;
  declare private hasLeft: boolean;
  declare private isLooking: boolean;
  /** It is noted as one to be woken. */
  declare private isAnnounced: boolean;
  declare private isFree: boolean;
  declare private readonly retired: () => void;

  constructor(queue: CallQueue, limits: Pick<Contract, "tasks" | "memoryMb" | "idle">, retired: () => void) {
    this.queue = queue;
    this.mailbox = null;
    this.jobs = new Map();
    this.limits = limits;
    this.running = 0;
    this.coming = 0;
    this.done = 0;
    this.weighedAt = -1;
    this.isRetiring = false;
    this.hasLeft = false;
    this.isLooking = false;
    this.isAnnounced = false;
    this.isFree = false;
    this.retired = retired;
    const neighbours = here();
    functions(); // hears from now on what is told of them
    neighbours.on("cancel", (message: Cancel) => this.cancel(message));
    neighbours.on("call", (message: DirectCall, from) => this.takeDirectly(message, from));
    neighbours.on("parcel", (message: FetchedCall) => this.unpack(message));
    neighbours.on("retire", () => this.retire());
    neighbours.atDeath((who) => this.orphan(who));
    neighbours.life.describe = () =>
      [...this.jobs.values()]
        .map(({ work }) => work.describe())
        .filter(Boolean)
        .join("\n");
    queue.join();
    this.tell();
    neighbours.watch(this);
    if (limits.idle <= LONGEST) this.watchIdleness(limits.idle, 0);
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
      if (this.coming > 0) {
        this.endLooking(); // also if it had been told of one meanwhile
        return done;
      }
      if (this.running === 0) this.beginLooking();
      const ticket = ring.peek();
      if (ticket < 0 || !isReadable(ring, ticket)) return done;
      const at = ring.labelAt(ticket);
      const place = words[at] as number;
      const mailbox = this.mailboxOf(words[at + 1] as number);
      const origin = functions().find(words[at + 2] as number);
      const generation = words[at + 3] as number;
      if (mailbox === null || origin === undefined) {
        if (ring.peek() === ticket) return done; // asked for
        continue;
      }
      if (this.running > 0 && this.isBetterElsewhere()) return done;
      // Before it is taken: who finds the queue empty must not take this worker for one that is free.
      this.setFree(false);
      if (this.running === 0 && this.queue.isReserved(here().slot)) {
        this.setFree(true);
        this.endLooking(); // for another worker
        return done;
      }
      if (!ring.claimTake(ticket)) {
        this.setFree(this.running === 0);
        continue;
      }
      this.endLooking();
      const start = now();
      if (until === 0) until = start + SLICE;
      if (!mailbox.take(place, here().who, start)) {
        ring.release(ticket);
        this.setFree(this.running === 0);
        reply(mailbox, place, generation & ~FETCH, DROPPED, undefined, "");
      } else {
        if (steps.at !== null) steps.at("taken");
        const job = this.take(mailbox, place, generation & ~FETCH, origin);
        if ((generation & FETCH) === 0) this.begin(job, ring, ticket);
        else {
          ring.release(ticket);
          this.await(job);
          here().tell(mailbox.owner, { about: "fetch", place, generation: job.generation } as Message);
        }
      }
      this.queue.givers.wakeOne();
      done = true;
      if (start > until) return done;
    }
    return done;
  }

  announce(): void {
    this.endLooking();
    if (this.done !== this.weighedAt) this.weigh();
    if (this.isRetiring) return;
    this.isAnnounced = true;
    addWaiter(this.queue.words, RECEIVERS, here().slot);
  }

  withdraw(): void {
    this.isAnnounced = false;
    if (!removeWaiter(this.queue.words, RECEIVERS, here().slot)) this.queue.takers.wakeOne();
  }

  /** It will look before it sleeps. Not while it counts as asleep: then it looks for the last time. */
  private beginLooking(): void {
    const { commons, slot } = here();
    if (this.isLooking || commons.isAsleep(slot)) return;
    this.isLooking = true;
    this.queue.beginLooking(slot);
  }

  /** It has found a call, or goes to sleep: it is not the one to be told of more. If there are, another worker is. */
  private endLooking(): void {
    if (!this.isLooking && !this.isAnnounced) return;
    const { queue } = this;
    if (this.isLooking) queue.endLooking(here().slot);
    if (this.isAnnounced) removeWaiter(queue.words, RECEIVERS, here().slot);
    this.isLooking = false;
    this.isAnnounced = false;
    if (queue.ring.length > 0) queue.wake();
  }

  /** Takes no more calls; ends when it has none left. */
  retire(): void {
    if (this.isRetiring) return;
    this.isRetiring = true;
    this.endLooking();
    this.setFree(false);
    this.queue.takers.wakeAll();
    this.leave();
  }

  /** Ends, if it has nothing to do, and no call is on its way to it. */
  private leave(): void {
    if (this.running > 0 || this.hasLeft) return;
    if (this.queue.isReserved(here().slot)) {
      setImmediate(() => this.leave());
      return;
    }
    this.hasLeft = true;
    this.retired();
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

  /** Where the answers of a caller go; null if it is not known here yet, then it has been asked for. */
  private mailboxOf(id: number): Mailbox | null {
    if (this.mailbox !== null && this.mailbox[SHARE] === id) return this.mailbox;
    if (!directory().knows(id)) return null;
    const object = directory().find(id);
    if (!(object instanceof Mailbox)) return null;
    if (here().commons.isAlive(object.owner)) this.mailbox = object;
    return object;
  }

  private take(mailbox: Mailbox, place: number, generation: number, origin: CallRecipe): Job {
    const work = new Work(origin, (how, value) => this.answer(job, how, value));
    const job: Job = { mailbox, place, generation, work, isFetching: false, isOver: false };
    this.running++;
    this.tell();
    return job;
  }

  /** Begins a call whose arguments lie in the queue. */
  private begin(job: Job, ring: CallQueue["ring"], ticket: number): void {
    let load: unknown;
    try {
      load = read(ring, ticket);
    } catch (error) {
      this.answer(job, FAILED, error);
      return;
    } finally {
      ring.release(ticket);
    }
    this.start(job, load);
  }

  /** What a call takes along has come. */
  private unpack({ mailbox, place, generation, parcel }: FetchedCall): void {
    const job = this.jobs.get(keyOf(mailbox, place, generation));
    if (job === undefined || !job.isFetching) return;
    if (parcel === null) this.answer(job, DROPPED, undefined);
    else this.receive(job, parcel);
  }

  /** Begins a call whose arguments came in a message. */
  private receive(job: Job, parcel: Parcel): void {
    whenKnown(parcel.objects, () => {
      if (job.isOver) return;
      let load: unknown;
      try {
        load = unpackParcel(parcel);
      } catch (error) {
        this.answer(job, FAILED, error);
        return;
      }
      job.isFetching = false;
      this.coming--;
      this.start(job, load);
    });
  }

  private takeDirectly(call: DirectCall, from: number): void {
    const { mailbox: id, place, fn, generation, parcel, isReserved } = call;
    const mailbox = this.mailboxOf(id);
    const origin = functions().find(fn);
    // It has been told of both, unless its caller has died.
    const job = mailbox === null || origin === undefined ? null : this.take(mailbox, place, generation, origin);
    if (isReserved) this.queue.unreserve(here().slot, from); // now that it is not free
    if (job === null) return;
    this.endLooking();
    this.await(job);
    this.receive(job, parcel);
  }

  /** What a call takes along is on its way. */
  private await(job: Job): void {
    this.jobs.set(keyOf(job.mailbox[SHARE], job.place, job.generation), job);
    job.isFetching = true;
    this.coming++;
  }

  private start(job: Job, load: unknown): void {
    const loading = job.work.begin(load);
    if (!job.isOver) this.jobs.set(keyOf(job.mailbox[SHARE], job.place, job.generation), job);
    if (loading === null) return;
    this.coming++;
    loading.then(() => {
      this.coming--;
      here().scheduler.visitSoon();
    });
  }

  private answer(job: Job, how: number, value: unknown): void {
    const { mailbox, place, generation, work } = job;
    job.isOver = true;
    if (job.isFetching) {
      this.coming--;
      here().scheduler.visitSoon();
    }
    if (this.jobs.size > 0) this.jobs.delete(keyOf(mailbox[SHARE], place, generation));
    this.running--;
    this.done++;
    this.tell();
    // Who gets the answer may call again at once: that this thread will look for it must be seen before.
    if (this.running === 0 && !this.isRetiring) this.beginLooking();
    reply(mailbox, place, generation, how, value, `the answer of ${work.origin.label}`);
    if (this.done % LOOK === 0) this.weigh();
    if (this.done >= this.limits.tasks && !this.isRetiring) this.resign();
    if (this.isRetiring) this.leave();
  }

  private cancel({ mailbox, place, generation, bytes }: Cancel): void {
    const job = this.jobs.get(keyOf(mailbox, place, generation));
    if (job === undefined) return;
    job.work.cancel(bytes === null ? undefined : decode(bytes, NOTHING));
  }

  /** A caller has died: nobody waits for its calls. */
  private orphan(who: number): void {
    this.queue.unreserve(here().slot, who);
    if (this.mailbox?.owner === who) this.mailbox = null;
    const reason = new Error("the thread that made the call has ended");
    for (const job of [...this.jobs.values()]) {
      if (job.mailbox.owner !== who) continue;
      if (job.isFetching) this.answer(job, DROPPED, undefined);
      else job.work.cancel(reason);
    }
  }

  private tell(): void {
    this.queue.report(here().slot, this.running, this.done);
    this.setFree(this.running === 0 && !this.isRetiring);
  }

  private setFree(isFree: boolean): void {
    if (isFree === this.isFree) return;
    this.isFree = isFree;
    this.queue.setFree(here().slot, isFree);
  }

  private weigh(): void {
    this.weighedAt = this.done;
    const { used_heap_size, external_memory } = getHeapStatistics();
    const kib = (used_heap_size + external_memory) / 1024;
    this.queue.reportMemory(here().slot, kib);
    if (kib / 1024 > this.limits.memoryMb && !this.isRetiring) this.resign();
  }

  private watchIdleness(ms: number, doneBefore: number): void {
    setTimeout(() => {
      if (this.running === 0 && this.done === doneBefore) this.resign();
      if (!this.isRetiring) this.watchIdleness(ms, this.done);
    }, ms).unref();
  }

  /** It has done its share, or has none: another one is to take its place. */
  private resign(): void {
    here().tell(this.queue.owner, { about: "retiring", pool: this.queue[SHARE] } as Message);
    this.retire();
  }
}

const keyOf = (mailbox: number, place: number, generation: number): string => `${mailbox} ${place} ${generation}`;

const NOTHING: Unloader = { object: () => undefined, handed: () => undefined };

/** Milliseconds, the same in all threads. */
const now = (): number => ORIGIN + performance.now();
const ORIGIN = performance.timeOrigin;
