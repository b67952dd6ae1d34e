// events: what an EventTarget or an emitter emits, as a receiver.

import { describeValue } from "../base/errors.ts";
import { BufferedChannel } from "../channel/channel.ts";
import { type BufferPolicy, unbounded } from "../channel/policy.ts";
import { misuse } from "../core/leaf.ts";
import type { Receiver } from "../core/types.ts";

export interface ChannelOptions {
  /** For messages and reports. */
  readonly name?: string | undefined;
  /** How many values are kept that nobody has received. */
  readonly buffer?: number | BufferPolicy | undefined;
}

type Listener = (...args: unknown[]) => void;

/** What can be listened to as Node's EventEmitter can. */
export interface Emitter {
  on(name: string, listener: (...args: unknown[]) => void): unknown;
  off(name: string, listener: (...args: unknown[]) => void): unknown;
}

class EventChannel<T> extends BufferedChannel<T> implements Disposable {
  declare private unsubscribe: (() => void) | null;

  constructor(target: EventTarget | Emitter, event: string, buffer: number | BufferPolicy, name: string) {
    super(buffer, name);
    const listener: Listener = (...args) => this.emitted((args.length === 1 ? args[0] : args) as T);
    if (isEmitter(target)) {
      const onError = (error: unknown): void => this.failWith(error ?? new Error(`events: "${name}" emitted an error`));
      target.on(event, listener);
      if (event !== "error") target.on("error", onError);
      this.unsubscribe = () => {
        target.off(event, listener);
        if (event !== "error") target.off("error", onError);
      };
    } else {
      target.addEventListener(event, listener);
      this.unsubscribe = () => target.removeEventListener(event, listener);
    }
  }

  override get outside(): boolean {
    return !this.closed;
  }

  override cancel(reason?: unknown): void {
    this.silence();
    super.cancel(reason);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  private emitted(value: T): void {
    if (this.closed) return; // an emitter goes on with those who listened when it began
    if (this.trySend(value)) return;
    this.failWith(
      misuse(
        `events: "${this.name}" came while ${this.capacity} were waiting to be received, which is what its buffer takes. Receive faster, or give it unbounded(), sliding(n) or dropping(n).`,
      ),
    );
  }

  private failWith(error: unknown): void {
    this.silence();
    if (!this.closed) this.close(error);
  }

  private silence(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
  }
}

function isEmitter(target: EventTarget | Emitter): target is Emitter {
  const { on, off } = target as Partial<Emitter>;
  return typeof on === "function" && typeof off === "function";
}

/**
 * Listens to an event from now on, and hands out what was emitted: one argument as it is, several as an array. Events cannot be held back, so by default all
 * are kept until they are received; give a `buffer` of `sliding(n)` or `dropping(n)` where only some matter. A buffer of a fixed size that overflows fails the
 * receiver. The first "error" of an emitter fails the receiver too, after the events before it.
 *
 * Disposing, or `cancel()`, stops listening. Waiting does not keep the process alive: that is up to what emits.
 *
 * @throws {@link MisuseError} at the call if the target cannot be listened to
 * @example
 * using lines = events<string>(readline, "line");
 * for (;;) handle(yield* lines.receive());
 */
export function events<T>(
  target: EventTarget | Emitter,
  name: string,
  options: ChannelOptions = {},
): Receiver<T> & Disposable {
  const listens = isEmitter(target ?? {}) || typeof (target as EventTarget | null)?.addEventListener === "function";
  if (!listens)
    throw misuse(`events: expected an EventTarget or an emitter with on and off, got ${describeValue(target)}.`);
  if (typeof name !== "string") throw misuse(`events: the event must be a string, got ${describeValue(name)}.`);
  if (typeof options !== "object" || options === null)
    throw misuse(`events: options must be an object, got ${describeValue(options)}.`);
  const { name: label = name, buffer = unbounded() } = options;
  if (typeof label !== "string") throw misuse(`events: the name must be a string, got ${describeValue(label)}.`);
  return new EventChannel<T>(target, name, buffer, label);
}
