// Calls of the system: what they fail with is told by an error that names the component, and files are never left open.

import { type FileHandle, open } from "node:fs/promises";
import { OffshootError, oneLine } from "../../base/errors.ts";
import { shield } from "../../core/extent.ts";
import type { Operation } from "../../core/types.ts";
import { until } from "../../flow/until.ts";
import { ResourceError } from "../errors.ts";

/** Who calls: the factory, and the component as in `FileReader#2`. */
export interface Caller {
  readonly from: string;
  readonly label: string;
}

/** What has failed, as errors say it. */
export function resourceError({ from, label }: Caller, what: string, error: unknown, remedy: string): ResourceError {
  return new ResourceError(`${from}: "${label}" ${what}: ${oneLine(error)}. ${remedy}`, error);
}

/** Waits for a call of the system. `what` is what could not be done if it fails, as in `could not read "x"`. */
export function* system<T>(
  caller: Caller,
  what: string,
  remedy: string,
  call: (signal: AbortSignal) => Promise<T>,
): Operation<T> {
  try {
    return yield* until(call);
  } catch (error) {
    if (error instanceof OffshootError) throw error; // cancelled, or called where nobody may wait for the world
    throw resourceError(caller, what, error, remedy);
  }
}

/** Opens a file, uses it, and closes it, whatever happens. */
export function* withFile(
  caller: Caller,
  path: string,
  flags: string,
  use: (file: FileHandle) => Operation<void>,
): Operation<void> {
  const file = yield* opened(caller, path, flags);
  try {
    yield* use(file);
  } catch (error) {
    yield* shield(until(() => file.close().catch(() => {}))); // what went wrong before counts
    throw error;
  }
  const what = `could not close ${JSON.stringify(path)}`;
  yield* shield(system(caller, what, "What was written may be lost.", () => file.close()));
}

/** A file that is opened although nobody waits for it any more is closed as soon as it is there. */
function* opened(caller: Caller, path: string, flags: string): Operation<FileHandle> {
  const opening = open(path, flags);
  try {
    return yield* until(opening);
  } catch (error) {
    opening.then((file) => file.close()).catch(() => {});
    if (error instanceof OffshootError) throw error;
    throw resourceError(caller, `could not open ${JSON.stringify(path)}`, error, "Check the path, and who may use it.");
  }
}
