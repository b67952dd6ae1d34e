// A thread as the place where a part runs: one of its own, or those of a pool. Messages go through shared channels.

import type { Selectable } from "../../core/types.ts";
import { type Origin, originOf } from "../../parallel/origin.ts";
import { type Call, type Employer, PoolRun } from "../../parallel/pool/call.ts";
import { Pool } from "../../parallel/pool/pool.ts";
import { remote } from "../../parallel/remote.ts";
import { type SharedChannel, sharedChannel } from "../../parallel/shared-channel.ts";
import { services } from "../services.ts";
import type { Ended, Order } from "./notes.ts";
import { SharedIn, SharedOut } from "./shared-port.ts";
import type { Stage } from "./stage.ts";

const entry = remote<typeof import("./entry/thread.ts")>(new URL("./entry/thread.ts", import.meta.url));

export interface ThreadSettings {
  readonly pool: Pool | null;
  readonly grace: number;
  readonly bytes: number;
  readonly services: boolean;
}

export class ThreadStage implements Stage {
  declare private readonly label: string;
  declare private readonly origin: Origin;
  declare private readonly site: { readonly stack?: string };
  declare private readonly settings: ThreadSettings;
  /** The pool it has made for the part. */
  declare private own: Pool | null;

  constructor(label: string, part: Origin, site: { readonly stack?: string }, settings: ThreadSettings) {
    const perform = originOf(entry.perform, "inThread");
    this.label = label;
    this.origin = { ...perform, key: `${perform.key} of ${part.key}`, label: part.label };
    this.site = site;
    this.settings = settings;
    this.own = null;
  }

  out(label: string, capacity: number): { readonly port: SharedOut; readonly way: unknown } {
    const way = this.channel(label, capacity);
    return { port: new SharedOut(way), way };
  }

  in(label: string, capacity: number): { readonly port: SharedIn; readonly way: unknown } {
    const way = this.channel(label, capacity);
    return { port: new SharedIn(way), way };
  }

  perform(order: Order): Selectable<Ended> {
    const { label, settings } = this;
    const pool = settings.pool ?? new Pool({ threads: 1, name: label, grace: settings.grace });
    if (settings.pool === null) this.own = pool;
    const given = settings.services ? { ...order, services: services.handle() } : order;
    return new PoolRun<Ended>(new ThreadEmployer(pool.employer, label), this.origin, [given], 0, this.site);
  }

  close(): Promise<void> | null {
    const { own } = this;
    this.own = null;
    return own === null ? null : Promise.resolve(own.close());
  }

  private channel(name: string, capacity: number): SharedChannel<unknown> {
    const { bytes } = this.settings;
    return sharedChannel<unknown>(capacity, { name, bytes }) as unknown as SharedChannel<unknown>;
  }
}

/** A pool that speaks of a part rather than of a call. */
class ThreadEmployer implements Employer {
  declare private readonly pool: Employer;
  declare readonly words: Employer["words"];

  constructor(pool: Employer, label: string) {
    this.pool = pool;
    this.words = {
      verb: "inThread",
      operation: "component",
      thread: `the thread of "${label}"`,
      place: "in its thread",
    };
  }

  get name(): string {
    return this.pool.name;
  }

  get grace(): number {
    return this.pool.grace;
  }

  get timeout(): number {
    return this.pool.timeout;
  }

  begin(call: Call): void {
    this.pool.begin(call);
  }

  retract(call: Call): boolean {
    return this.pool.retract(call);
  }

  cancel(call: Call, reason: unknown): void {
    this.pool.cancel(call, reason);
  }

  replace(call: Call, why: string): void {
    this.pool.replace(call, why);
  }

  handOver(call: Call, worker: number): void {
    this.pool.handOver(call, worker);
  }

  startOf(call: Call): number | null {
    return this.pool.startOf(call);
  }

  over(call: Call, failed: boolean): void {
    this.pool.over(call, failed);
  }
}
