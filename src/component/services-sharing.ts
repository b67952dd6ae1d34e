// Services and values of a registry, as other threads get at them.
//
// Services: a shared map has a shared channel for each name, and a daemon of the run hands on what comes through it, waiting for room at the inbox. So who sends feels that the inbox
// is full: 16 messages later. When the component ends, its name leaves the map, and the channel is given up: who sends is told.
//
// Values: a store has the version and the value for each name; only the thread of the owner writes to it.

import { ClosedError } from "../base/errors.ts";
import type { Channel } from "../channel/channel.ts";
import { named } from "../core/body.ts";
import { watch } from "../core/joiners.ts";
import { type Keeper, spawn } from "../core/lifecycle.ts";
import { bodyScope, DAEMON, type Program, type Tasklet } from "../core/task.ts";
import type { Operation } from "../core/types.ts";
import type { Waiter } from "../core/waiter.ts";
import { SharedMap } from "../parallel/shared/map.ts";
import { sharedChannel } from "../parallel/shared-channel.ts";
import type { LocalService } from "./services-service.ts";
import type { Seen, Source, Tracked } from "./services-values.ts";
import { Store } from "./store.ts";
import type { Reads } from "./store-changes.ts";
import { ownKey } from "./store-memory.ts";
import { copied } from "./store-transaction.ts";

/** Messages that may be on the way to an inbox of another thread. */
const ON_THE_WAY = 16;

/** A value in the store. `id` tells one that was declared under the same name later. */
type SharedValue = readonly [id: number, version: number, value: unknown, ended: boolean];

/** What other threads are given of one registry. Plain data and shared objects. */
export interface Level {
  readonly services: SharedMap<Channel<unknown>>;
  readonly values: Store<Record<string, SharedValue>>;
}

let declared = 0;

export class Sharing {
  declare readonly level: Level;
  declare private readonly program: Program;
  /** Values that are yet to be written. */
  declare private readonly unwritten: Map<string, SharedValue>;

  constructor(program: Program) {
    this.level = {
      services: new SharedMap({ name: "services" }),
      values: new Store({ name: "values" }),
    };
    this.program = program;
    this.unwritten = new Map();
  }

  /** Lets other threads put to a service. */
  offer(service: LocalService): void {
    const { name, component } = service;
    if (component.hasEnded) return;
    const channel = sharedChannel<unknown>(ON_THE_WAY, { name });
    const body = named(`service ${name}`, () => handOn(channel, service));
    const task = spawn(this.program as Keeper, bodyScope(this.program.root as Tasklet<unknown>), body, null, DAEMON);
    watch(task, { ended: () => channel.cancel() });
    component.atEnd(() => channel.cancel());
    this.level.services.set(name, channel);
  }

  /** The name is free. Who has looked the service up before goes on. */
  withdraw(name: string): void {
    this.level.services.delete(name);
  }

  /** Lets other threads see a value. `from` is what lets them, for messages. */
  show(tracked: Tracked<unknown>, from: string): void {
    const id = ++declared;
    let copy: unknown;
    const write = ({ version, value, ended }: Seen<unknown>, by: string): void => {
      if (!ended) copy = copied(value, by);
      // The value of one that has ended stays until the name is used again: who follows it may not have seen it yet.
      this.unwritten.set(tracked.name, [id, version, copy, ended]);
      this.write();
    };
    write(tracked.seen(), from);
    tracked.told = (seen) => write(seen, "OwnedValue.set");
  }

  /** At once, unless another thread is just looking after somebody who has died: nobody else writes. */
  private write(): void {
    const { values } = this.level;
    const { lock } = values.inside;
    if (!lock.take()) {
      setImmediate(() => this.write());
      return;
    }
    try {
      values.inside.finish();
      for (const [name, value] of this.unwritten) {
        this.unwritten.delete(name);
        values.inside.commit(new Map(), new Map([[ownKey(name), { value }]]), "OwnedValue.set");
      }
    } finally {
      lock.leave();
    }
  }
}

/** Hands messages on to an inbox until its component has ended. */
function* handOn(channel: Channel<unknown>, service: LocalService): Operation<void> {
  for (let next = yield* channel.next(); !next.done; next = yield* channel.next()) {
    try {
      yield* service.put(next.value);
    } catch (error) {
      if (error instanceof ClosedError) return;
      throw error;
    }
  }
}

/** A value of another thread. */
export class RemoteValue implements Source<unknown> {
  declare readonly name: string;
  declare readonly outside: boolean;
  declare readonly owner: string | null;
  /** By what it is told that it has changed; read by the store while somebody waits. */
  declare reads: Reads;
  declare private readonly level: Level;
  declare private readonly id: number;
  declare private last: Seen<unknown>;

  private constructor(name: string, level: Level, [id, version, value, ended]: SharedValue) {
    this.name = name;
    this.outside = true;
    this.owner = null;
    this.reads = new Map();
    this.level = level;
    this.id = id;
    this.last = { version, value, ended };
  }

  /** The value of a name; null if there is none, or its owner has ended. */
  static find(name: string, level: Level): RemoteValue | null {
    const { value, isThere } = level.values.inside.look(ownKey(name), "services.value");
    if (!isThere || (value as SharedValue)[3]) return null;
    return new RemoteValue(name, level, value as SharedValue);
  }

  seen(): Seen<unknown> {
    if (this.last.ended) return this.last;
    const { read, value, isThere } = this.level.values.inside.look(ownKey(this.name), "TrackedValue.get");
    this.reads = new Map([[ownKey(this.name), read]]);
    const [id, version, latest, ended] = isThere ? (value as SharedValue) : [0, 0, undefined, true];
    this.last = id === this.id ? { version, value: latest, ended } : { ...this.last, ended: true };
    return this.last;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = { reads: this.reads }; // it has just been looked at
    this.level.values.inside.changes.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.level.values.inside.changes.remove(waiter);
  }
}
