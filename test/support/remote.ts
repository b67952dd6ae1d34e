// Functions for workers, called the way a worker calls them, in this thread.

import { type Loaded, load } from "../../src/parallel/entry/modules.ts";
import { type Origin, originOf, type RemoteFunction, recipeOf } from "../../src/parallel/origin.ts";

export type AnyRemote = RemoteFunction<never, unknown>;

/** As the calling side has it, and then as the other side does: its recipe has been copied. */
export async function loadedOf(f: AnyRemote): Promise<[Loaded, Origin]> {
  const origin = originOf(f, "test");
  return [await load(structuredClone(recipeOf(origin))), origin];
}

export async function call(f: AnyRemote, ...args: unknown[]): Promise<unknown> {
  const [loaded, origin] = await loadedOf(f);
  return loaded.call(args, origin.capturedValues);
}
