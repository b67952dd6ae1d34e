// Every error the library throws: one class per cause, one code per class, one table.
//
// docs/errors.md explains each code to users; a test holds the two together. Messages read
//   subject.operation: what is wrong (who, from live state). What to do.
// A brand kept under Symbol.for lets `instanceof` survive two copies of the package in one process.

/** The codes, with what each means in a few words. */
export const errorCodes: Readonly<Record<string, string>> = {
  OFFSHOOT_ERR_CANCELLED: "the scope this operation runs in was cancelled",
  OFFSHOOT_ERR_TASK_CANCELLED: "the task or group that was waited for ended because it was cancelled",
  OFFSHOOT_ERR_TIMEOUT: "the time allowed was used up",
  OFFSHOOT_ERR_CLOSED: "a value was sent to a channel that was closed or given up",
  OFFSHOOT_ERR_END_OF_CHANNEL: "a value was asked of a channel that is closed and drained",
  OFFSHOOT_ERR_DEADLOCK: "the tasks that are left can never go on",
  OFFSHOOT_ERR_RACE: "two tasks accessed shared state, one of them to change it, and nothing says who comes first",
  OFFSHOOT_ERR_WORKER: "the thread or process that ran a call has ended before it had answered",
  OFFSHOOT_ERR_POISONED: "a thread died while it held a shared lock, and what the lock guards may be half done",
  OFFSHOOT_ERR_NO_SPACE_IN_BOX: "a message was sent to an inbox that is full",
  OFFSHOOT_ERR_BOX_EMPTY: "a message was taken from an inbox in which there is none",
  OFFSHOOT_ERR_UNKNOWN_BOX: "a component has no box of the name that was given",
  OFFSHOOT_ERR_UNKNOWN_PART: "a link names a part that the graphline does not have",
  OFFSHOOT_ERR_BOX_ALREADY_LINKED: "a box was linked on that is linked already",
  OFFSHOOT_ERR_BOX_IN_USE: "a box was deleted that is still linked",
  OFFSHOOT_ERR_LINK_CYCLE: "a link would make messages go round in a circle of pass-throughs",
  OFFSHOOT_ERR_LINK_ACROSS_RUNS: "components of different runs were linked",
  OFFSHOOT_ERR_COMPONENT_STARTED: "a component was started a second time",
  OFFSHOOT_ERR_FACTORY: "a factory of components has thrown, or has made none",
  OFFSHOOT_ERR_DATA: "what a component was given is damaged, or longer than is allowed",
  OFFSHOOT_ERR_RESOURCE: "a file, a socket, a stream or a process that a component uses has failed",
  OFFSHOOT_ERR_EXPECTATION: "messages are not those that a test expects",
  OFFSHOOT_ERR_SERVICE_EXISTS: "a service was registered under a name that is taken",
  OFFSHOOT_ERR_UNKNOWN_SERVICE: "no service of the name that was given is registered here",
  OFFSHOOT_ERR_NOT_YOUR_SERVICE: "a service was deregistered by a task that has not registered it",
  OFFSHOOT_ERR_VALUE_EXISTS: "a tracked value was declared under a name that is taken",
  OFFSHOOT_ERR_UNKNOWN_VALUE: "no tracked value of the name that was given has been declared here",
  OFFSHOOT_ERR_NOT_OWNER: "a tracked value was set by a task that does not own it",
  OFFSHOOT_ERR_TRANSACTION_CONFLICT: "a transaction was run as often as it may be, and others were always quicker",
  OFFSHOOT_ERR_MISUSE: "the library was called in a way that cannot be right",
};

export interface TaskIdentity {
  readonly id: number;
  readonly name: string;
}

/** Options of the constructors, for code that builds on the library. */
export interface OffshootErrorOptions {
  /** The task the error arose in. */
  readonly task?: TaskIdentity | undefined;
  readonly cause?: unknown;
}

const brand = (code: string): symbol => Symbol.for(`offshoot.error.${code}`);

/** Gives a class of errors its name, and its brand. */
export function define(errorClass: { readonly prototype: Error }, name: string, mark: string): void {
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
  Object.defineProperty(errorClass.prototype, brand(mark), { value: true });
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== errorClass) return Function.prototype[Symbol.hasInstance].call(this as never, value);
      try {
        return typeof value === "object" && value !== null && brand(mark) in value;
      } catch {
        return false; // a proxy that has been revoked
      }
    },
  });
}

/** Base of all errors of the library. `code` says the cause, `task` the task it arose in, where there is one. */
export class OffshootError extends Error {
  declare readonly code: string;
  declare readonly task: TaskIdentity | undefined;

  constructor(code: string, message: string, options?: OffshootErrorOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    hidden(this, "code", code);
    hidden(this, "task", options?.task);
  }
}
define(OffshootError, "OffshootError", "any");

/** Fields that describe an error are read by programs; listing them again below the stack would only be noise. */
export function hidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

/** Makes an error without a stack: 0.4 µs instead of 4. For what is control flow rather than a fault. */
function withoutStack<E>(make: () => E): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** What a reason or an error says, in one line without a full stop. Never throws, whatever users have thrown. */
export function oneLine(value: unknown): string {
  try {
    const text =
      value instanceof Error ? String(value.message) : typeof value === "string" ? value : describeValue(value);
    return (text.split("\n", 1)[0] as string).replace(/\.$/, "");
  } catch {
    return "a value that cannot be shown";
  }
}

/**
 * Thrown at every `yield*` of an operation while its scope is cancelled, so that cleanup runs. Let it pass: catching it does not stop the cancellation.
 * One object per cancellation; it has no stack. `reason` is what was given to `cancel`.
 */
export class Cancelled extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_CANCELLED";
  declare readonly reason: unknown;

  constructor(reason?: unknown, options?: OffshootErrorOptions) {
    super(
      "OFFSHOOT_ERR_CANCELLED",
      `Cancelled: ${reason === undefined ? "no reason given" : oneLine(reason)}.`,
      options,
    );
    hidden(this, "reason", reason);
  }

  /** @internal */
  static of(reason: unknown): Cancelled {
    return withoutStack(() => new Cancelled(reason));
  }
}
define(Cancelled, "Cancelled", "OFFSHOOT_ERR_CANCELLED");

/** Thrown where a task or group is waited for that ended because it was cancelled. An ordinary error there. */
export class TaskCancelledError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_TASK_CANCELLED";
  declare readonly reason: unknown;

  constructor(message: string, reason?: unknown, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_TASK_CANCELLED", message, options);
    hidden(this, "reason", reason);
  }
}
define(TaskCancelledError, "TaskCancelledError", "OFFSHOOT_ERR_TASK_CANCELLED");

/** Thrown by `timeout` when the time is used up. */
export class TimeoutError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_TIMEOUT";

  constructor(message: string, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_TIMEOUT", message, options);
  }
}
define(TimeoutError, "TimeoutError", "OFFSHOOT_ERR_TIMEOUT");

/** Thrown to a sender whose channel was closed (`by: "sender"`) or given up by its receiver (`by: "receiver"`). */
export class ClosedError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_CLOSED";
  declare readonly by: "sender" | "receiver";

  constructor(message: string, by: "sender" | "receiver", options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_CLOSED", message, options);
    hidden(this, "by", by);
  }
}
define(ClosedError, "ClosedError", "OFFSHOOT_ERR_CLOSED");

/** Thrown to a receiver when its channel is closed and drained. `next()` and `for await` end normally instead. It has no stack. */
export class EndOfChannel extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_END_OF_CHANNEL";

  constructor(message: string, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_END_OF_CHANNEL", message, options);
  }

  /** @internal */
  static of(message: string): EndOfChannel {
    return withoutStack(() => new EndOfChannel(message));
  }
}
define(EndOfChannel, "EndOfChannel", "OFFSHOOT_ERR_END_OF_CHANNEL");

/** The run can never go on: the main body waits for something that cannot come. `report` lists every task and what it waits for. */
export class DeadlockError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_DEADLOCK";
  declare readonly kind: "deadlock" | "leak";
  declare readonly report: string;

  constructor(message: string, report: string, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_DEADLOCK", message, options);
    hidden(this, "kind", "deadlock");
    hidden(this, "report", report);
    hidden(this, "stack", `${this.name}: ${message}`); // the report has the stacks that matter
  }
}
define(DeadlockError, "DeadlockError", "OFFSHOOT_ERR_DEADLOCK");

/** A deadlock whose main body has returned: children remain that can never go on. */
export class LeakError extends DeadlockError {
  declare readonly kind: "leak";

  constructor(message: string, report: string, options?: OffshootErrorOptions) {
    super(message, report, options);
    hidden(this, "kind", "leak");
  }
}
define(LeakError, "LeakError", "leak");

/** One of the two accesses of a race. */
export interface RacingAccess {
  /** As in `task #2 "buyer"`. */
  readonly task: string;
  readonly operation: "cell.get" | "cell.set";
  /** Where it was made, innermost frame first. */
  readonly stack: readonly string[];
  /** Where the task was started, if that is known. */
  readonly spawned: string | null;
}

/** An exploration has found two accesses to a `cell`, one of them a change, with nothing that orders them. */
export class RaceError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_RACE";
  /** Both, in the order of the run in which the race was found. */
  declare readonly accesses: readonly RacingAccess[];

  constructor(message: string, accesses: readonly RacingAccess[], options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_RACE", message, options);
    hidden(this, "accesses", accesses);
    hidden(this, "stack", `${this.name}: ${message}`); // the message has the stacks that matter
  }
}
define(RaceError, "RaceError", "OFFSHOOT_ERR_RACE");

/** The thread (or process) that ran a call has ended before it had answered: by `process.exit`, an uncaught error, for want of memory, or because it was replaced. */
export class WorkerError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_WORKER";
  /** With which code it ended; undefined if that is not known. */
  declare readonly exitCode: number | undefined;

  constructor(message: string, exitCode?: number, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_WORKER", message, options);
    hidden(this, "exitCode", exitCode);
  }
}
define(WorkerError, "WorkerError", "OFFSHOOT_ERR_WORKER");

/** A thread died while it held a shared lock. What the lock guards may be half done: make it sound, then call `repair()`. */
export class PoisonedError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_POISONED";

  constructor(message: string, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_POISONED", message, options);
  }
}
define(PoisonedError, "PoisonedError", "OFFSHOOT_ERR_POISONED");

/** The library was called in a way that cannot be right. Thrown at the wrong call; the message names object, task and remedy. */
export class MisuseError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_MISUSE";

  constructor(message: string, options?: OffshootErrorOptions) {
    super("OFFSHOOT_ERR_MISUSE", message, options);
  }
}
define(MisuseError, "MisuseError", "OFFSHOOT_ERR_MISUSE");

/** What a value is, for messages: `a string`, `null`, `a function "f"`, `a Promise`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return `a function "${value.name || "anonymous"}"`;
  if (typeof value !== "object") return `a ${typeof value} (${String(value)})`;
  if (Symbol.iterator in value && "operation" in value)
    return `an operation made of others (${String(value.operation)})`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name;
  if (Symbol.asyncIterator in value && "throw" in value) return "an async generator";
  if (Symbol.iterator in value && "throw" in value) return "a generator";
  return name === undefined || name === "Object" ? "an object" : /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}
