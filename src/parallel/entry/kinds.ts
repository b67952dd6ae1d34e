// Where each kind of shared object is defined. A worker loads what it meets, and nothing before: idle ones should take little memory.

import { loadKindsBy } from "../directory.ts";

const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  barrier: () => import("../shared/barrier.ts"),
  channel: () => import("../shared-channel.ts"),
  counter: () => import("../shared/counter.ts"),
  "interlocked list": () => import("../shared/interlocked-list.ts"),
  latch: () => import("../shared/latch.ts"),
  list: () => import("../shared/list.ts"),
  owner: () => import("../owner.ts"),
  map: () => import("../shared/map.ts"),
  mutex: () => import("../shared/mutex.ts"),
  rwlock: () => import("../shared/rwlock.ts"),
  semaphore: () => import("../shared/semaphore.ts"),
  "wait group": () => import("../shared/waitgroup.ts"),
  pool: () => import("../pool/pool.ts"),
};

/** What is kept in these is read in one turn, whatever it is: with them, all kinds are loaded. */
const CONTAINERS: ReadonlySet<string> = new Set(["interlocked list", "list", "map"]);

export function loadKindsWhenMet(): void {
  loadKindsBy((kind) =>
    CONTAINERS.has(kind) ? Promise.all(Object.values(LOADERS).map((load) => load())) : LOADERS[kind]?.(),
  );
}
