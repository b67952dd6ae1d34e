// services: what components of a run find each other by, and what they tell each other of their state.
//
// The registries are in services-registry.ts, what other threads see of them in services-sharing.ts. Here is what users have in hand.

import { describeValue } from "../base/errors.ts";
import { asOperation, Composite } from "../core/body.ts";
import { misuse } from "../core/leaf.ts";
import { runningTask } from "../core/run.ts";
import { select } from "../core/select.ts";
import { label, type Tasklet } from "../core/task.ts";
import type { Operation, Selectable } from "../core/types.ts";
import { TaskLocal } from "../flow/tasklocal.ts";
import { Component, inside } from "./component.ts";
import {
  LinkAcrossRunsError,
  NotYourServiceError,
  ServiceExistsError,
  UnknownServiceError,
  UnknownValueError,
  ValueExistsError,
} from "./errors.ts";
import { Appearance, Registry } from "./services-registry.ts";
import { RemoteService, type Service } from "./services-service.ts";
import type { Level } from "./services-sharing.ts";
import { isWithin, Owned, type OwnedValue, type TrackedValue, View } from "./services-values.ts";
import type { InboxName, InOf, Wired } from "./types.ts";

/** What another thread needs to see the services and values of a run: an argument of a call, or part of a message. Give it to `services.adopt` there. */
export interface ServicesHandle {
  readonly "~levels": readonly unknown[];
}

/** The services and values that are seen at one place of a run. */
export interface ServiceDirectory {
  /**
   * Registers an inbox of a component under a name: the box `inbox`, unless another is named. The component need not have been started. The name is free again when it has ended.
   *
   * @throws {@link ServiceExistsError} when the name is taken here; {@link UnknownBoxError} for a box the component does not have, or that is no inbox;
   * {@link LinkAcrossRunsError} for a component of another run; {@link MisuseError} for one that has ended
   * @example
   * services.register("log", new Logger());
   */
  register<C extends Wired<object, object>>(name: string, component: C, box?: InboxName<InOf<C>>): void;
  /**
   * Frees the name of a service. Who has looked it up before can go on.
   *
   * @throws {@link UnknownServiceError}; {@link NotYourServiceError} in a task that has not registered it, unless it is the component's, or was started by one of the two
   */
  deregister(name: string): void;
  /**
   * The service of a name. `M` is what its inbox takes, on the caller's word.
   *
   * @throws {@link UnknownServiceError}
   * @example
   * yield* services.lookup<string>("log").put("started");
   */
  lookup<M = unknown>(name: string): Service<M>;
  /**
   * Waits until there is a service of this name, and completes with it: at once if there is.
   *
   * **Cancellation.** Nothing has happened.
   */
  wait<M = unknown>(name: string): Selectable<Service<M>>;
  /** The names of all services that are seen here, in alphabetical order. */
  names(): readonly string[];
  /**
   * Declares a value that this task owns: it sets it, and everybody sees it. It ends with the task.
   *
   * @throws {@link ValueExistsError} when the name is taken here
   * @example
   * const load = services.track("load", 0);
   * load.set(0.7);
   */
  track<T>(name: string, initial: T): OwnedValue<T>;
  /**
   * A value by its name. `T` is what it holds, on the caller's word.
   *
   * @throws {@link UnknownValueError}
   */
  value<T = unknown>(name: string): TrackedValue<T>;
  /**
   * What another thread needs to see what is seen here, now and later. From then on each service has a channel of its own to other threads, and each value is copied there when it is
   * set, until the run ends.
   *
   * @example
   * pool.go(jobs.work, services.handle()); // there: services.adopt(handle)
   */
  handle(): ServicesHandle;
}

/** See `services`. */
export interface Services extends ServiceDirectory {
  /**
   * Performs an operation in which names are its own: what is registered or declared in it, and in what it starts, is seen there only. Names of outside are seen, unless one inside hides them.
   *
   * @throws what the operation throws; {@link MisuseError} if it is none
   */
  scope<R>(op: Operation<R>): Operation<R>;
  /**
   * Makes the services and values of another thread seen here: in this task's run, or in the innermost `scope` around. Messages to a service of another thread are copied. Adopting the same twice is
   * the same as once.
   *
   * @throws {@link MisuseError} for what is no handle
   * @example
   * export function* work(handle: ServicesHandle): Operation<void> {
   *   services.adopt(handle);
   *   yield* services.lookup<string>("log").put("from a worker");
   * }
   */
  adopt(handle: ServicesHandle): void;
  /**
   * A component that puts what comes to its inbox to the service of a name, for which it waits in the beginning: the end of a pipeline whose messages are for a service, in whichever thread. It
   * looks for the name where it is started.
   *
   * @example
   * pipeline(new Reader(), services.sink("log"))
   */
  sink<M = unknown>(name: string): Component<{ inbox: M }, { outbox: never }>;
  /** What is seen here, for an async body, where `services` itself is of no use after the first `await`. */
  here(): ServiceDirectory;
}

const SCOPE = new TaskLocal<Registry | null>("services", null);
const registries = new WeakMap<object, Registry>();

/** The innermost registry where the current task is. Values of a TaskLocal reach into runs that are started in a run: a registry does not. */
function registryOf(task: Tasklet<unknown>): Registry {
  const { program } = task;
  const scoped = SCOPE.get();
  if (scoped !== null && scoped.program === program) return scoped;
  let registry = registries.get(program);
  if (registry === undefined) {
    registry = new Registry(program, null);
    registries.set(program, registry);
  }
  return registry;
}

class Here implements ServiceDirectory {
  declare private readonly task: Tasklet<unknown>;
  declare private readonly registry: Registry;

  constructor(from: string) {
    this.task = runningTask(from);
    this.registry = registryOf(this.task);
  }

  register(name: string, component: unknown, box = "inbox"): void {
    const from = "services.register";
    checkName(name, from);
    const workings = inside(component, from);
    if (typeof box !== "string") throw misuse(`${from}: the box must be named by a string, got ${describeValue(box)}.`);
    if (workings.hasEnded)
      throw misuse(
        `${from}: "${workings.label}" has ended, so that nobody would collect what is sent to ${quoted(name)}.`,
      );
    if (workings.task !== null && workings.task.program !== this.task.program)
      throw new LinkAcrossRunsError(
        `${from}: "${workings.label}" belongs to another run, and services are those of one. Use a channel between runs.`,
      );
    if (this.registry.enter(name, workings, box, this.task, from)) return;
    const other = this.registry.findHere(name)?.service;
    throw new ServiceExistsError(
      `${from}: ${quoted(name)} is "${other?.box.label}" already. Take another name, deregister that one before, or use a services.scope().`,
    );
  }

  deregister(name: string): void {
    const from = "services.deregister";
    checkName(name, from);
    const found = this.registry.findHere(name);
    if (found === null) throw this.unknown(name, from);
    const { service, registry } = found;
    const { registrar, component, box } = service;
    const isOwn = isWithin(this.task, registrar) || (component.task !== null && isWithin(this.task, component.task));
    if (!isOwn)
      throw new NotYourServiceError(
        `${from}: ${quoted(name)}, which is "${box.label}", was registered by ${label(registrar)}, and not by ${label(this.task)}. Leave it to that, or let the component end.`,
      );
    registry.remove(name);
  }

  lookup<M>(name: string): Service<M> {
    checkName(name, "services.lookup");
    const service = this.registry.find(name);
    if (service === null) throw this.unknown(name, "services.lookup");
    return service as Service<unknown> as Service<M>;
  }

  wait<M>(name: string): Selectable<Service<M>> {
    checkName(name, "services.wait");
    const local: Selectable<Service> = new Appearance(this.registry, name);
    const levels = this.registry.levels();
    if (levels.length === 0) return local as Selectable<Service<unknown>> as Selectable<Service<M>>;
    const elsewhere = levels.map(({ services }) =>
      services.wait(name).map((channel): Service => new RemoteService(name, channel)),
    );
    return select([local, ...elsewhere], { priority: true }).map(
      (selected) => (selected as { readonly value: Service }).value as Service<M>,
    );
  }

  names(): readonly string[] {
    return this.registry.names();
  }

  track<T>(name: string, initial: T): OwnedValue<T> {
    checkName(name, "services.track");
    const tracked = this.registry.declareValue(name, initial, this.task);
    if (tracked !== null) return new Owned(tracked);
    throw new ValueExistsError(
      `services.track: ${quoted(name)} has been declared already. Take another name, or use a services.scope().`,
    );
  }

  value<T>(name: string): TrackedValue<T> {
    checkName(name, "services.value");
    const source = this.registry.findValue(name);
    if (source !== null) return new View(source) as View<unknown> as TrackedValue<T>;
    throw new UnknownValueError(
      `services.value: ${quoted(name)} has not been declared here. ${listed(this.registry.valueNames(), "Declared")} Declare it with track() before, in this run or in a scope around.`,
    );
  }

  handle(): ServicesHandle {
    return { "~levels": this.registry.share() };
  }

  adopt(handle: ServicesHandle): void {
    const levels = (handle as Partial<ServicesHandle> | null | undefined)?.["~levels"];
    if (!Array.isArray(levels))
      throw misuse(`services.adopt: expected what services.handle() has answered, got ${describeValue(handle)}.`);
    const { registry } = this;
    const more = (levels as Level[]).filter(
      (level) => !registry.adopted.some(({ services: known }) => known === level.services),
    );
    registry.adopted = [...registry.adopted, ...more];
  }

  private unknown(name: string, from: string): UnknownServiceError {
    return new UnknownServiceError(
      `${from}: no service ${quoted(name)} is registered here. ${listed(this.registry.names(), "There are")} Wait for it with services.wait(), or mend the name.`,
    );
  }
}

/** Puts what it is given to a service. */
class Sink extends Component<{ inbox: unknown }, { outbox: never }> {
  readonly #service: string;

  constructor(service: string) {
    super({ name: `sink of ${service}` });
    this.#service = service;
  }

  override *main(): Operation<void> {
    const service = yield* services.wait(this.#service);
    for (let next = yield* this.next(); !next.done; next = yield* this.next()) yield* service.put(next.value);
  }
}

/**
 * Where the components of a run find each other without being linked: services are inboxes by name, tracked values are what a task tells of its state. All tasks of a run see the same names; two
 * runs never do. Call it in a task.
 *
 * @example
 * const log = new Logger();
 * log.start();
 * services.register("log", log);
 * // anywhere in the run:
 * yield* services.lookup<string>("log").put("hello");
 * this.link([this, "signal"], services.lookup<Signal>("log").end);
 */
export const services: Services = Object.freeze({
  register: (name: string, component: unknown, box?: string) =>
    new Here("services.register").register(name, component, box),
  deregister: (name: string) => new Here("services.deregister").deregister(name),
  lookup: <M>(name: string) => new Here("services.lookup").lookup<M>(name),
  wait: <M>(name: string) => new Here("services.wait").wait<M>(name),
  names: () => new Here("services.names").names(),
  track: <T>(name: string, initial: T) => new Here("services.track").track(name, initial),
  value: <T>(name: string) => new Here("services.value").value<T>(name),
  handle: () => new Here("services.handle").handle(),
  adopt: (handle: ServicesHandle) => new Here("services.adopt").adopt(handle),
  here: () => new Here("services.here"),
  sink: (name: string) => {
    checkName(name, "services.sink");
    return new Sink(name) as never;
  },
  scope: <R>(op: Operation<R>): Operation<R> => {
    asOperation(op, "services.scope");
    return new Composite("services.scope", function* () {
      const task = runningTask("services.scope");
      return yield* SCOPE.with(new Registry(task.program, registryOf(task)), op);
    });
  },
});

function checkName(name: unknown, from: string): void {
  if (typeof name !== "string" || name === "")
    throw misuse(`${from}: the name must be a string that is not empty, got ${describeValue(name)}.`);
}

const quoted = (name: string): string => JSON.stringify(name);

/** Names that are shown in a message. */
const SHOWN = 8;

function listed(names: readonly string[], what: string): string {
  if (names.length === 0) return "There are none.";
  return `${what}: ${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ", ..." : ""}.`;
}
