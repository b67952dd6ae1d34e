// blocking: calls that block their thread, on threads of their own.

import type { Selectable } from "../core/types.ts";
import type { RemoteFunction } from "./origin.ts";
import { Pool } from "./pool/pool.ts";

/** Threads for calls that block, at most. */
const MOST = 32;
/** Milliseconds after which such a thread ends that has nothing to do. */
const IDLE = 10_000;

let pool: Pool | null = null;

/**
 * Calls a function that blocks its thread, such as a library without an asynchronous face, on a thread of its own: neither the event loop nor the threads of a pool wait for it.
 *
 * Threads are started as they are needed, up to 32 for each thread that makes such calls, and end after ten seconds without a call. Above that, calls wait, first come, first
 * served. Otherwise as `Pool.run`.
 *
 * **Cancellation.** A blocked thread cannot be told: it is replaced after a grace of one second.
 *
 * @throws as `Pool.run`
 * @example
 * const rows = yield* blocking(database.query, "select * from files");
 */
export function blocking<A extends readonly unknown[], R>(f: RemoteFunction<A, R>, ...args: A): Selectable<R> {
  pool ??= new Pool({ threads: MOST, name: "blocking", idle: IDLE });
  return pool.run(f, ...args);
}
