// What all chassis share: they own their parts, start them, end when all have ended, and know what to do when one fails.

import { Cancelled, describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { said } from "../../core/lifecycle.ts";
import type { Operation } from "../../core/types.ts";
import { group } from "../../flow/group.ts";
import type { RestartOptions } from "../../flow/restart.ts";
import { type AnyComponent, Component, inside } from "../component.ts";
import { isProducerFinished } from "../signal.ts";
import type { ComponentArguments } from "../types.ts";

export interface ChassisOptions {
  /** For messages and reports. Default: the name of the chassis, such as "pipeline". */
  readonly name?: string | undefined;
  /**
   * What the failure of a part does. "fail" (the default): the others are cancelled, and the chassis fails with its error. "isolate": the others go on, and
   * learn that it has finished; its error is thrown when all have ended, unless `onFailure` was there for it. "restart": its main is called again, on the
   * same component with the same boxes and what lies in them; a pipeline or graphline cannot be such a part, as its parts are started once.
   */
  readonly failures?: "fail" | "isolate" | "restart" | undefined;
  /** With "restart": how often, and how long to wait. Default: that of `restart`. */
  readonly restart?: RestartOptions | undefined;
  /** With "isolate": is given each error, and the component it came from; nothing is thrown at the end then. */
  readonly onFailure?: ((error: unknown, part: AnyComponent) => void) | undefined;
}

/** A component that is made of others. */
export abstract class Chassis<In extends object, Out extends object> extends Component<In, Out> {
  readonly #settings: ChassisOptions;
  readonly #kept: unknown[] = [];

  constructor(options: ChassisOptions, name: string, boxes: object = {}) {
    super(...([{ name: options.name ?? name, ...boxes }] as unknown as ComponentArguments<In, Out>));
    this.#settings = checked(options, name);
    inside(this, name).heard = (message) => this.#hear(message);
  }

  /**
   * What comes to its control box: that no more will come, to the parts whose own is linked nowhere; anything else to those that no part that lives would pass it on
   * to, since one that has ended passes nothing on.
   */
  #hear(message: unknown): boolean {
    for (const part of this.children) {
      const control = inside(part, "Chassis").box("control", "Chassis");
      if (isProducerFinished(message) ? control.sources.head === null : control.feeding === 0)
        control.sink?.accept(message);
    }
    return true;
  }

  /** @internal Its outboxes are fed by its parts. */
  override get relays(): boolean {
    return true;
  }

  /** Starts the parts it has by then, and ends when they have ended. */
  override *main(): Operation<void> {
    yield* this.runAll(this.children);
  }

  /** @internal Runs parts until all have ended, under the policy of the chassis. What it does beside them is cancelled then. */
  *runAll(parts: readonly AnyComponent[], beside: (() => Operation<void>) | null = null): Operation<void> {
    const { failures = "fail", onFailure } = this.#settings;
    const isolates = failures === "isolate";
    yield* group(
      function* (g): Operation<void> {
        if (beside !== null) g.daemon(beside);
        for (const part of parts) {
          const task = part.start();
          if (isolates && onFailure !== undefined) g.go(told, part, task, onFailure);
        }
      },
      { name: this.componentName, failures: isolates ? "isolate" : "cancel" },
    );
  }

  /**
   * @internal Runs one part until it has ended, under the policy of the chassis, and meanwhile something else: for parts that come and go. A failure that is isolated,
   * and nobody is there for, is kept: see `keeping`.
   */
  *runOne(part: AnyComponent, meanwhile: (() => Operation<void>) | null = null): Operation<void> {
    const { failures, onFailure } = this.#settings;
    try {
      yield* group(
        () => {
          part.start();
          return meanwhile?.();
        },
        { name: this.componentName },
      );
    } catch (error) {
      if (failures !== "isolate" || part.status !== "failed" || error instanceof Cancelled) throw error;
      if (onFailure === undefined) this.#kept.push(error);
      else onFailure(error, part);
    }
  }

  /** @internal Performs what `runOne` is part of. What has been kept is thrown in the end, with what else has failed. */
  *keeping(body: () => Operation<void>): Operation<void> {
    const kept = this.#kept;
    try {
      yield* body();
    } catch (error) {
      if (kept.length === 0) throw error;
      if (!(error instanceof Cancelled)) kept.push(error);
    }
    if (kept.length > 0)
      throw new AggregateError(kept, `${this.componentName}: ${kept.length} failures: ${said(kept)}`);
  }

  /** @internal Takes parts in and wires them. If that cannot be, they are let go again: they belong to nobody, and are linked with nothing, as before. */
  assemble(parts: readonly AnyComponent[], wire: () => void): void {
    try {
      this.adopt(...parts);
      wire();
    } catch (error) {
      for (const part of this.children) this.removeChild(part);
      throw error;
    }
  }

  /** @internal Takes parts in: they are its children, under its policy. */
  adopt(...parts: readonly AnyComponent[]): void {
    const { failures, restart } = this.#settings;
    const restarts = failures === "restart" ? (restart ?? {}) : null;
    for (const part of parts)
      if (restarts !== null && part instanceof Chassis && part.main === Chassis.prototype.main)
        throw misuse(
          `${this.componentName}: the part "${part.componentName}" cannot be started again, since its own parts are started once. Give that one failures: "restart".`,
        );
    this.addChildren(...parts);
    for (const part of parts) inside(part, "Chassis").restarts = restarts;
  }
}

/** Waits for a part whose failure harms nobody, and tells of it. */
function* told(
  part: AnyComponent,
  task: Operation<void>,
  onFailure: (error: unknown, part: AnyComponent) => void,
): Operation<void> {
  try {
    yield* task;
  } catch (error) {
    if (part.status === "failed") onFailure(error, part);
  }
}

function checked(options: ChassisOptions, name: string): ChassisOptions {
  const { failures = "fail", restart, onFailure } = options;
  if (failures !== "fail" && failures !== "isolate" && failures !== "restart")
    throw misuse(`${name}: failures must be "fail", "isolate" or "restart", got ${describeValue(failures)}.`);
  if (restart !== undefined && failures !== "restart")
    throw misuse(`${name}: restart is for failures: "restart". Add that, or leave the option out.`);
  if (onFailure !== undefined && failures !== "isolate")
    throw misuse(`${name}: onFailure is for failures: "isolate". Add that, or leave the option out.`);
  if (onFailure !== undefined && typeof onFailure !== "function")
    throw misuse(`${name}: onFailure must be a function, got ${describeValue(onFailure)}.`);
  return options;
}
