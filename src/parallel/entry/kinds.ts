// Where each kind of shared object is defined. A worker loads what it meets, and nothing before: idle ones should take little memory.

import { loadKindsBy } from "../directory.ts";

const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  channel: () => import("../shared-channel.ts"),
  pool: () => import("../pool/pool.ts"),
};

export function loadKindsWhenMet(): void {
  loadKindsBy((kind) => LOADERS[kind]?.());
}
