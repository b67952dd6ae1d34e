// Where names are kept: a registry for each run, and one for each `services.scope` in it, which sees the names of those around.
//
// Invariants
//   a service in a registry belongs to a component that has not ended
//   a value in a registry has an owner that has not ended, and was not released
//   once a registry is shared, other threads see what it has: whatever comes later too

import { List } from "../base/list.ts";
import { Leaf } from "../core/leaf.ts";
import { NOT_READY } from "../core/machine.ts";
import type { Program, Tasklet } from "../core/task.ts";
import { READ, SELF, touch, WRITE } from "../core/tracker.ts";
import { complete, type Description, type Waiter } from "../core/waiter.ts";
import { LocalService, RemoteService, type Service } from "./services-service.ts";
import { type Level, RemoteValue, Sharing } from "./services-sharing.ts";
import { type Source, Tracked } from "./services-values.ts";
import type { Workings } from "./workings.ts";

export class Registry {
  declare readonly program: Program;
  declare readonly parent: Registry | null;
  declare private readonly services: Map<string, LocalService>;
  declare private readonly values: Map<string, Tracked<unknown>>;
  /** Those of the whole run who wait for a service: the registry of the run has them. */
  declare private readonly waiters: List<Waiter>;
  declare private sharing: Sharing | null;
  /** What was adopted from another thread. */
  declare adopted: readonly Level[];

  constructor(program: Program, parent: Registry | null) {
    this.program = program;
    this.parent = parent;
    this.services = new Map();
    this.values = new Map();
    this.waiters = parent === null ? new List() : parent.waiters;
    this.sharing = null;
    this.adopted = [];
  }

  /** Enters a service. False if the name is taken here. */
  enter(name: string, component: Workings, box: string, registrar: Tasklet<unknown>, from: string): boolean {
    touch(this.program, SELF, WRITE);
    if (this.services.has(name)) return false;
    const service = new LocalService(name, component, component.inbox(box, from), registrar);
    this.services.set(name, service);
    component.atEnd(() => {
      if (this.services.get(name) === service) this.remove(name);
    });
    this.sharing?.offer(service);
    for (let waiter = this.waiters.head, next: Waiter | null; waiter !== null; waiter = next) {
      next = waiter.after;
      const found = (waiter.payload as Appearance).find();
      if (found === null) continue;
      this.waiters.remove(waiter);
      complete(waiter, found);
    }
    return true;
  }

  /** Takes a name out that is here. */
  remove(name: string): void {
    touch(this.program, SELF, WRITE);
    this.services.delete(name);
    this.sharing?.withdraw(name);
  }

  /** A service of this thread, and the registry that has it. */
  findHere(name: string): { readonly service: LocalService; readonly registry: Registry } | null {
    touch(this.program, SELF, READ);
    for (let registry: Registry | null = this; registry !== null; registry = registry.parent) {
      const service = registry.services.get(name);
      if (service !== undefined) return { service, registry };
    }
    return null;
  }

  find(name: string): Service | null {
    touch(this.program, SELF, READ);
    for (let registry: Registry | null = this; registry !== null; registry = registry.parent) {
      const service = registry.services.get(name);
      if (service !== undefined) return service;
      for (const { services } of registry.adopted) {
        const channel = services.get(name);
        if (channel !== undefined) return new RemoteService(name, channel);
      }
    }
    return null;
  }

  /** The names of all services that are seen here. */
  names(): string[] {
    touch(this.program, SELF, READ);
    const names = new Set<string>();
    for (let registry: Registry | null = this; registry !== null; registry = registry.parent) {
      for (const name of registry.services.keys()) names.add(name);
      for (const { services } of registry.adopted) for (const [name] of services.entries()) names.add(name);
    }
    return [...names].sort();
  }

  /** Declares a value. Null if the name is taken here. */
  declareValue<T>(name: string, initial: T, owner: Tasklet<unknown>): Tracked<T> | null {
    touch(this.program, SELF, WRITE);
    if (this.values.has(name)) return null;
    const tracked: Tracked<T> = new Tracked(name, initial, owner, () => {
      touch(this.program, SELF, WRITE);
      this.values.delete(name);
    });
    this.values.set(name, tracked as unknown as Tracked<unknown>);
    try {
      this.sharing?.show(tracked as unknown as Tracked<unknown>, "services.track");
    } catch (error) {
      tracked.end();
      throw error;
    }
    return tracked;
  }

  findValue(name: string): Source<unknown> | null {
    touch(this.program, SELF, READ);
    for (let registry: Registry | null = this; registry !== null; registry = registry.parent) {
      const value = registry.values.get(name);
      if (value !== undefined) return value;
      for (const level of registry.adopted) {
        const remote = RemoteValue.find(name, level);
        if (remote !== null) return remote;
      }
    }
    return null;
  }

  valueNames(): string[] {
    touch(this.program, SELF, READ);
    const names: string[] = [];
    for (let registry: Registry | null = this; registry !== null; registry = registry.parent)
      names.push(...registry.values.keys());
    return [...new Set(names)].sort();
  }

  /** What another thread needs to see what is seen here: innermost first. */
  share(): Level[] {
    touch(this.program, SELF, WRITE);
    if (this.sharing === null) {
      const sharing = new Sharing(this.program);
      for (const value of this.values.values()) sharing.show(value, "services.handle"); // first, since one may be refused
      for (const service of this.services.values()) sharing.offer(service);
      this.sharing = sharing;
    }
    return [this.sharing.level, ...this.adopted, ...(this.parent === null ? [] : this.parent.share())];
  }

  /** All levels that were adopted here or around. */
  levels(): Level[] {
    return [...this.adopted, ...(this.parent === null ? [] : this.parent.levels())];
  }

  push(waiter: Waiter): void {
    touch(this.program, SELF, WRITE);
    this.waiters.push(waiter);
  }

  take(waiter: Waiter): void {
    touch(this.program, SELF, WRITE);
    this.waiters.remove(waiter);
  }
}

/** Completes when a service of this thread is registered under a name. */
export class Appearance extends Leaf<Service> {
  declare private readonly registry: Registry;
  declare private readonly name: string;

  constructor(registry: Registry, name: string) {
    super();
    this.registry = registry;
    this.name = name;
  }

  find(): Service | null {
    return this.registry.find(this.name);
  }

  ready(): boolean {
    return this.find() !== null;
  }

  poll(): unknown {
    return this.find() ?? NOT_READY;
  }

  enlist(waiter: Waiter): void {
    waiter.payload = this;
    this.registry.push(waiter);
  }

  delist(waiter: Waiter): void {
    this.registry.take(waiter);
  }

  describe(): Description {
    return { operation: "services.wait", object: JSON.stringify(this.name), heldBy: [] };
  }
}
