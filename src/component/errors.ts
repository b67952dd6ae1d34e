// What can be wrong with components, boxes and links: an error for each, which names the component and the box.

import { define, hidden, OffshootError, type OffshootErrorOptions } from "../base/errors.ts";
import { machine } from "../core/machine.ts";

/** The task in which it happened, and the cause if there is one. */
function here(cause?: unknown): OffshootErrorOptions {
  const { runner } = machine;
  return { task: runner === null ? undefined : { id: runner.id, name: runner.name }, cause };
}

/** An inbox is full. Nothing was stored and nobody was woken. */
export class NoSpaceInBoxError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_NO_SPACE_IN_BOX";
  /** Messages in the box. */
  declare readonly length: number;
  /** How many it takes. */
  declare readonly limit: number;

  constructor(message: string, length: number, limit: number) {
    super("OFFSHOOT_ERR_NO_SPACE_IN_BOX", message, here());
    hidden(this, "length", length);
    hidden(this, "limit", limit);
  }
}
define(NoSpaceInBoxError, "NoSpaceInBoxError", "OFFSHOOT_ERR_NO_SPACE_IN_BOX");

/** A message was taken from an inbox in which there is none. */
export class BoxEmptyError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_BOX_EMPTY";

  constructor(message: string) {
    super("OFFSHOOT_ERR_BOX_EMPTY", message, here());
  }
}
define(BoxEmptyError, "BoxEmptyError", "OFFSHOOT_ERR_BOX_EMPTY");

/** A component has no box of this name. */
export class UnknownBoxError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_UNKNOWN_BOX";

  constructor(message: string) {
    super("OFFSHOOT_ERR_UNKNOWN_BOX", message, here());
  }
}
define(UnknownBoxError, "UnknownBoxError", "OFFSHOOT_ERR_UNKNOWN_BOX");

/** A link names a part that the graphline does not have. */
export class UnknownPartError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_UNKNOWN_PART";

  constructor(message: string) {
    super("OFFSHOOT_ERR_UNKNOWN_PART", message, here());
  }
}
define(UnknownPartError, "UnknownPartError", "OFFSHOOT_ERR_UNKNOWN_PART");

/** A box has one link that leads on from it, and was given a second. */
export class BoxAlreadyLinkedError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_BOX_ALREADY_LINKED";

  constructor(message: string) {
    super("OFFSHOOT_ERR_BOX_ALREADY_LINKED", message, here());
  }
}
define(BoxAlreadyLinkedError, "BoxAlreadyLinkedError", "OFFSHOOT_ERR_BOX_ALREADY_LINKED");

/** A box was to be deleted that a link still touches. */
export class BoxInUseError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_BOX_IN_USE";

  constructor(message: string) {
    super("OFFSHOOT_ERR_BOX_IN_USE", message, here());
  }
}
define(BoxInUseError, "BoxInUseError", "OFFSHOOT_ERR_BOX_IN_USE");

/** Pass-throughs lead in a circle: no message would ever arrive. */
export class LinkCycleError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_LINK_CYCLE";

  constructor(message: string) {
    super("OFFSHOOT_ERR_LINK_CYCLE", message, here());
  }
}
define(LinkCycleError, "LinkCycleError", "OFFSHOOT_ERR_LINK_CYCLE");

/** Two components were linked that belong to different runs. */
export class LinkAcrossRunsError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_LINK_ACROSS_RUNS";

  constructor(message: string) {
    super("OFFSHOOT_ERR_LINK_ACROSS_RUNS", message, here());
  }
}
define(LinkAcrossRunsError, "LinkAcrossRunsError", "OFFSHOOT_ERR_LINK_ACROSS_RUNS");

/** A component was started that runs already, or has ended. */
export class ComponentStartedError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_COMPONENT_STARTED";

  constructor(message: string) {
    super("OFFSHOOT_ERR_COMPONENT_STARTED", message, here());
  }
}
define(ComponentStartedError, "ComponentStartedError", "OFFSHOOT_ERR_COMPONENT_STARTED");

/** A factory that a chassis calls for its parts has thrown, or has made no part. `cause` is what it threw. */
export class FactoryError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_FACTORY";

  constructor(message: string, cause?: unknown) {
    super("OFFSHOOT_ERR_FACTORY", message, here(cause));
  }
}
define(FactoryError, "FactoryError", "OFFSHOOT_ERR_FACTORY");

/** What came in is damaged, or longer than is allowed. */
export class DataError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_DATA";

  constructor(message: string, cause?: unknown) {
    super("OFFSHOOT_ERR_DATA", message, here(cause));
  }
}
define(DataError, "DataError", "OFFSHOOT_ERR_DATA");

/** A file, a socket, a stream or a process that a component uses has failed. `cause` is the error of the system, if there was one. */
export class ResourceError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_RESOURCE";

  constructor(message: string, cause?: unknown) {
    super("OFFSHOOT_ERR_RESOURCE", message, here(cause));
  }
}
define(ResourceError, "ResourceError", "OFFSHOOT_ERR_RESOURCE");

/** Messages are not those that a test expects. */
export class ExpectationError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_EXPECTATION";
  declare readonly expected: unknown;
  declare readonly actual: unknown;

  constructor(message: string, expected: unknown, actual: unknown) {
    super("OFFSHOOT_ERR_EXPECTATION", message, here());
    hidden(this, "expected", expected);
    hidden(this, "actual", actual);
  }
}
define(ExpectationError, "ExpectationError", "OFFSHOOT_ERR_EXPECTATION");
/** A transaction was run as often as it may be, and each time others had changed what it had read. Nothing was written. */
export class TransactionConflictError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_TRANSACTION_CONFLICT";
  /** What others had changed. */
  declare readonly keys: readonly string[];
  /** How often it was run. */
  declare readonly attempts: number;

  constructor(message: string, keys: readonly string[], attempts: number) {
    super("OFFSHOOT_ERR_TRANSACTION_CONFLICT", message, here());
    hidden(this, "keys", keys);
    hidden(this, "attempts", attempts);
  }
}
define(TransactionConflictError, "TransactionConflictError", "OFFSHOOT_ERR_TRANSACTION_CONFLICT");

/** A service was registered under a name that another one has. */
export class ServiceExistsError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_SERVICE_EXISTS";

  constructor(message: string) {
    super("OFFSHOOT_ERR_SERVICE_EXISTS", message, here());
  }
}
define(ServiceExistsError, "ServiceExistsError", "OFFSHOOT_ERR_SERVICE_EXISTS");

/** No service of this name is registered here. */
export class UnknownServiceError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_UNKNOWN_SERVICE";

  constructor(message: string) {
    super("OFFSHOOT_ERR_UNKNOWN_SERVICE", message, here());
  }
}
define(UnknownServiceError, "UnknownServiceError", "OFFSHOOT_ERR_UNKNOWN_SERVICE");

/** A service was deregistered by a task that has not registered it. */
export class NotYourServiceError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_NOT_YOUR_SERVICE";

  constructor(message: string) {
    super("OFFSHOOT_ERR_NOT_YOUR_SERVICE", message, here());
  }
}
define(NotYourServiceError, "NotYourServiceError", "OFFSHOOT_ERR_NOT_YOUR_SERVICE");

/** A tracked value was declared under a name that another one has. */
export class ValueExistsError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_VALUE_EXISTS";

  constructor(message: string) {
    super("OFFSHOOT_ERR_VALUE_EXISTS", message, here());
  }
}
define(ValueExistsError, "ValueExistsError", "OFFSHOOT_ERR_VALUE_EXISTS");

/** No tracked value of this name has been declared here. */
export class UnknownValueError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_UNKNOWN_VALUE";

  constructor(message: string) {
    super("OFFSHOOT_ERR_UNKNOWN_VALUE", message, here());
  }
}
define(UnknownValueError, "UnknownValueError", "OFFSHOOT_ERR_UNKNOWN_VALUE");

/** A tracked value was set by a task that does not own it, or not any more. */
export class NotOwnerError extends OffshootError {
  declare readonly code: "OFFSHOOT_ERR_NOT_OWNER";

  constructor(message: string) {
    super("OFFSHOOT_ERR_NOT_OWNER", message, here());
  }
}
define(NotOwnerError, "NotOwnerError", "OFFSHOOT_ERR_NOT_OWNER");
