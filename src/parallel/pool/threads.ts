// A pool of threads: the queue in shared memory, this thread's side of it, and the workers if they are this thread's.

import { slotOf } from "../commons.ts";
import { here } from "../neighbours.ts";
import { SHARE } from "../shareable.ts";
import type { Backend, PoolStats } from "./backend.ts";
import { type CallQueue, newCallQueue } from "./call-queue.ts";
import { Client } from "./client.ts";
import { Crew } from "./crew.ts";
import type { Settings } from "./settings.ts";

export class Threads implements Backend {
  declare readonly queue: CallQueue;
  declare readonly employer: Client;
  /** Null in a thread that has not started the pool. */
  declare private readonly crew: Crew | null;

  /** Without a queue it is a new pool. */
  constructor(queue: CallQueue | null, settings: Settings) {
    this.queue = queue ?? newCallQueue(settings);
    this.crew = queue === null ? new Crew(this.queue, settings) : null;
    this.employer = new Client(this.queue, settings, this.crew);
    if (this.crew === null) return;
    crews.set(this.queue[SHARE], this.crew);
    listen();
  }

  get isOwn(): boolean {
    return this.crew !== null;
  }

  get size(): number {
    return this.queue.most;
  }

  get hired(): number {
    return this.queue.hired;
  }

  get underWay(): number {
    return this.employer.underWay;
  }

  hireAll(): number[] | null {
    return this.crew?.hireAll() ?? null;
  }

  stats(): PoolStats {
    const { queue, employer, crew } = this;
    const workers = [...(crew?.hands ?? [])].map(({ who }) =>
      Object.freeze({ id: slotOf(who), ...queue.reportOf(slotOf(who)) }),
    );
    return Object.freeze({
      queued: queue.ring.length + employer.size,
      running: workers.reduce((sum, { running }) => sum + running, 0),
      done: employer.done,
      failed: employer.failed,
      utilisation: crew?.utilisation() ?? 0,
      run: employer.runs.summary(),
      wait: employer.waits.summary(),
      workers: Object.freeze(workers),
    });
  }

  async close(): Promise<void> {
    const { employer, crew, queue } = this;
    await employer.close();
    if (crew === null) return;
    queue.close();
    await crew.close();
    crews.delete(queue[SHARE]);
  }
}

/** The pools of this thread, by the numbers of their queues. */
const crews = new Map<number, Crew>();

let isListening = false;

/** Workers and other threads tell the pools of this thread. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  const neighbours = here();
  neighbours.on("ready", ({ pool }: { pool: number }, from) => crews.get(pool)?.ready(from));
  neighbours.on("retiring", ({ pool }: { pool: number }, from) => crews.get(pool)?.retiring(from));
  neighbours.on("departing", ({ pool }: { pool: number }, from) => crews.get(pool)?.departing(from));
  neighbours.on("hire", ({ pool }: { pool: number }) => crews.get(pool)?.hire());
  neighbours.on("replace", ({ pool, worker, why }: { pool: number; worker: number; why: string }) =>
    crews.get(pool)?.replace(worker, why),
  );
}
