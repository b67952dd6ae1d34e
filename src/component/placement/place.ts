// inThread and inProcess: the same component, in another place.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { encode, type Loader } from "../../parallel/codec.ts";
import {
  isRemoteFunction,
  type Origin,
  originOf,
  type RemoteFunction,
  type RemoteMaker,
} from "../../parallel/origin.ts";
import { siteOf } from "../../parallel/pool/call.ts";
import { Pool } from "../../parallel/pool/pool.ts";
import { refuseShared } from "../../parallel/pool/unshared.ts";
import type { Component } from "../component.ts";
import type { Wired } from "../types.ts";
import { knowErrors } from "./errors.ts";
import { Placed } from "./placed.ts";
import { ProcessStage } from "./process.ts";
import type { Stage } from "./stage.ts";
import { ThreadStage } from "./thread.ts";

/** What can be placed: an export of a module, named with `remote`, that is a class of components, a function that returns a component, or a generator function. */
export type Placeable = RemoteMaker<never, Wired<object, object>> | RemoteFunction<never, void>;

/** What a placeable part is made with: the arguments of its constructor or factory, or those of its function after the component. */
export type PartArguments<P> =
  P extends RemoteMaker<infer A, unknown>
    ? A
    : P extends RemoteFunction<infer A, unknown>
      ? A extends readonly [unknown, ...infer R]
        ? R
        : []
      : never;

/** The component that stands for a part which is somewhere else. */
export type PlacedPart<P> =
  P extends RemoteMaker<never, infer C>
    ? Standing<C>
    : P extends RemoteFunction<infer A, unknown>
      ? A extends readonly [infer S, ...(readonly unknown[])]
        ? Standing<S>
        : Component
      : never;

/** A component with the boxes of another. */
type Standing<C> = C extends { readonly "~messages": { readonly in: infer In; readonly out: infer Out } }
  ? In extends object
    ? Out extends object
      ? Component<In, Out>
      : never
    : never
  : Component;

interface PlacementOptions {
  /** For messages and reports. Default: the name of the export. */
  readonly name?: string | undefined;
  /** How many messages may be under way between the two sides, for each box: a whole number of at least 1. Default: 64. */
  readonly queue?: number | undefined;
  /** Milliseconds that a part gets to clean up when it is cancelled, before its thread or process is ended. Default: 1 000. Infinity: it is waited for. */
  readonly grace?: number | undefined;
}

export interface ThreadOptions extends PlacementOptions {
  /** A pool of threads that is to have the part. Default: a thread of its own, which ends with it. */
  readonly pool?: Pool | undefined;
  /** Bytes of large messages that may be under way, for each box. Default: 1 MiB. */
  readonly bytes?: number | undefined;
  /** Does the part see the services and tracked values of the run, as it would here? Default false, since what is seen elsewhere has to lie in shared memory. */
  readonly services?: boolean | undefined;
}

export interface ProcessOptions extends PlacementOptions {}

type Arguments<P, O> =
  [] extends PartArguments<P> ? [args?: PartArguments<P>, options?: O] : [args: PartArguments<P>, options?: O];

/** Messages under way, unless more are asked for. */
const QUEUE = 64;
const MOST_QUEUE = 1 << 20;
const GRACE = 1_000;
const MIB = 1 << 20;

/**
 * A part in a thread: a component with the boxes of the part, which chassis take like any other. The part itself is made and performed by another thread, from its module; its source is
 * the same as for a part that is a task here.
 *
 * Messages are copied, shared objects (`sharedChannel`, `SharedMap`, ...) are shared, and what is marked with `move` is handed over. One that cannot travel is refused where it is sent.
 * A message counts in the size of the inbox or in the queue between the threads: so `send` is refused when both are full, and `put` waits for room. Notes that go to `control` come
 * after the messages that were sent before them; so does what `signal` gives, but for a shutdown, which waits for no room.
 *
 * What the part throws is thrown here, with its class, fields and cause, and a stack that shows where it was thrown and where it was placed. When the part ends, so does the
 * component, once all that it has sent is delivered.
 *
 * **Cancellation.** Cancels the part where it runs, and waits for its cleanup. What does not end within the grace has its thread ended.
 *
 * @throws {@link MisuseError} at the call for what can be no part, for arguments that cannot travel, and for options that make no sense. When it runs: {@link UnknownBoxError} for a link to a box that
 * the part does not have; {@link FactoryError} when it could not be made; {@link WorkerError} when the thread has ended
 * @example
 * const parts = remote<typeof import("./parts.ts")>(new URL("./parts.ts", import.meta.url));
 * await run(() => pipeline(reader, inThread(parts.Resizer, [640]), writer));
 */
export function inThread<P extends Placeable>(part: P, ...[args, options]: Arguments<P, ThreadOptions>): PlacedPart<P> {
  const given = checked("inThread", options);
  const { pool, bytes = MIB, services = false } = given as ThreadOptions;
  if (pool !== undefined && (!(pool instanceof Pool) || !pool.isOfThreads))
    throw misuse(
      `inThread: the pool must be a Pool of threads, got ${describeValue(pool)}. Leave it out for a thread of its own.`,
    );
  if (!Number.isInteger(bytes) || bytes < 0)
    throw misuse(`inThread: bytes must be a whole number of at least 0, got ${describeValue(bytes)}.`);
  if (typeof services !== "boolean")
    throw misuse(`inThread: services must be true or false, got ${describeValue(services)}.`);
  const site = siteOf();
  return place("inThread", part, args, given, SHARING, (origin, grace, label) => {
    return new ThreadStage(label, origin, site, { pool: pool ?? null, grace, bytes, services });
  }) as PlacedPart<P>;
}

/**
 * The same in a process of its own: for code that must not share this one, such as native modules that may crash.
 *
 * Processes share nothing: shared objects are refused, and `move` copies, and detaches. A message costs more than between threads. Messages that a process had got when it died are
 * lost. Otherwise all is as with `inThread`.
 *
 * **Cancellation.** Cancels the part where it runs, and waits for its cleanup. What does not end within the grace is killed.
 *
 * @throws as `inThread`; {@link WorkerError} when the process could not be started, or has ended: it tells the exit code, or the signal
 * @example
 * await run(() => pipeline(reader, inProcess(parts.Recogniser, ["model.bin"]), writer));
 */
export function inProcess<P extends Placeable>(
  part: P,
  ...[args, options]: Arguments<P, ProcessOptions>
): PlacedPart<P> {
  const given = checked("inProcess", options);
  const site = siteOf();
  return place("inProcess", part, args, given, ALONE, (origin, grace, label) => {
    return new ProcessStage(label, origin, site, grace);
  }) as PlacedPart<P>;
}

const SHARING: Loader = { refer: () => {}, hand: () => -1 };
const ALONE: Loader = { refer: refuseShared, hand: () => -1 };

function place(
  from: string,
  part: unknown,
  given: readonly unknown[] | undefined,
  options: PlacementOptions,
  loader: Loader,
  stage: (origin: Origin, grace: number, label: string) => Stage,
): Component<object, object> {
  if (!isRemoteFunction(part))
    throw misuse(
      `${from}: expected an export of a module, got ${describeValue(part)}. Write remote<typeof import("./parts.ts")>(new URL("./parts.ts", import.meta.url)).Name.`,
    );
  const origin = originOf(part, from);
  if (origin.module === null)
    throw misuse(`${from}: an inline function is no part. Export it from a module, and name it with remote().`);
  const args = given ?? [];
  if (!Array.isArray(args))
    throw misuse(
      `${from}: the arguments must be an array, got ${describeValue(args)}. Write ${from}(part, [argument], options).`,
    );
  const { name = origin.name, queue = QUEUE, grace = GRACE } = options;
  knowErrors();
  encode(args, loader, `${from}: "${name}"`, (index) => `argument ${index}`); // refused here rather than when it is started
  return new Placed(name, origin, args, queue, (label) => stage(origin, grace, label));
}

function checked(from: string, options: PlacementOptions | undefined): PlacementOptions {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null)
    throw misuse(`${from}: options must be an object, got ${describeValue(options)}.`);
  const { name, queue = QUEUE, grace = GRACE } = options;
  if (name !== undefined && typeof name !== "string")
    throw misuse(`${from}: the name must be a string, got ${describeValue(name)}.`);
  if (!Number.isInteger(queue) || queue < 1 || queue > MOST_QUEUE)
    throw misuse(`${from}: queue must be a whole number from 1 to ${MOST_QUEUE}, got ${describeValue(queue)}.`);
  if (typeof grace !== "number" || !(grace >= 0))
    throw misuse(`${from}: grace must be a number of milliseconds, at least 0, got ${describeValue(grace)}.`);
  return options;
}
