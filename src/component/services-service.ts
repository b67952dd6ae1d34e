// A service, as those have it who have looked it up: the inbox of a component of this thread, or the channel that leads to one of another.

import { INSPECT } from "../base/inspect.ts";
import type { Channel } from "../channel/channel.ts";
import { misuse } from "../core/leaf.ts";
import type { Tasklet } from "../core/task.ts";
import type { Selectable } from "../core/types.ts";
import type { Box } from "./box.ts";
import { NoSpaceInBoxError } from "./errors.ts";
import { Put } from "./leaves.ts";
import type { Wired } from "./types.ts";
import type { Workings } from "./workings.ts";

/** The inbox that a name stands for. */
export interface Service<in out M = unknown> {
  readonly name: string;
  /** Has its component ended? */
  readonly ended: boolean;
  /**
   * The end to link to: `this.link([this, "outbox"], service.end)`.
   *
   * @throws {@link MisuseError} for a service of another thread: use a `services.sink(name)` there
   */
  readonly end: readonly [Wired<{ service: M }, object>, "service"];
  /**
   * Sends a message, waiting until there is room, as `Component.put`; to another thread also while 16 messages are on the way. Messages of one task arrive in order. O(1).
   *
   * **Cancellation.** Nothing is sent.
   *
   * @throws {@link ClosedError} when the component has ended
   */
  put(message: M): Selectable<void>;
  /**
   * Sends a message at once.
   *
   * @throws {@link NoSpaceInBoxError} when its inbox is full, or to another thread, when 16 messages are on the way; {@link ClosedError} when the component has ended
   */
  send(message: M): void;
}

/** A service of a component of this thread. */
export class LocalService implements Service<unknown> {
  declare readonly name: string;
  declare readonly component: Workings;
  declare readonly box: Box;
  /** The task that has registered it. */
  declare readonly registrar: Tasklet<unknown>;

  constructor(name: string, component: Workings, box: Box, registrar: Tasklet<unknown>) {
    this.name = name;
    this.component = component;
    this.box = box;
    this.registrar = registrar;
  }

  get ended(): boolean {
    return this.component.hasEnded;
  }

  get end(): readonly [Wired<{ service: unknown }, object>, "service"] {
    return [this.component.face, this.box.name] as never;
  }

  put(message: unknown): Selectable<void> {
    return new Put(this.box, message);
  }

  send(message: unknown): void {
    this.box.send(message, "Service.send");
  }

  /** @internal */
  [INSPECT](): string {
    return `[service "${this.name}", ${this.box.label}]`;
  }
}

/** A service of a component of another thread. */
export class RemoteService implements Service<unknown> {
  declare readonly name: string;
  declare private readonly channel: Channel<unknown>;

  constructor(name: string, channel: Channel<unknown>) {
    this.name = name;
    this.channel = channel;
  }

  get ended(): boolean {
    return this.channel.closed;
  }

  get end(): never {
    throw misuse(
      `Service.end: "${this.name}" is an inbox of another thread, which no link leads to. Link to a services.sink(${JSON.stringify(this.name)}), or use put().`,
    );
  }

  put(message: unknown): Selectable<void> {
    return this.channel.send(message);
  }

  send(message: unknown): void {
    const { channel } = this;
    if (channel.trySend(message)) return;
    const { length, capacity } = channel;
    throw new NoSpaceInBoxError(
      `Service.send: ${length} of ${capacity} messages are on the way to "${this.name}" in another thread. Use put(), which waits for room.`,
      length,
      capacity,
    );
  }

  /** @internal */
  [INSPECT](): string {
    return `[service "${this.name}" of another thread]`;
  }
}
