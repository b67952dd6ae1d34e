// A cache that all threads share, in which each value is computed once: by the first who wants it. The others wait, wherever they are.
//
// Should the one who computes fail, or its thread die, the others would wait in vain. Here they do not, since all are calls of one group: the first that fails
// cancels the rest.

import type { Operation } from "offshoot";
import { SharedMap } from "offshoot/parallel";

/** May be given to any thread. */
export interface Cache {
  readonly claims: SharedMap<true>;
  readonly values: SharedMap<string>;
  /** How often each value was computed. */
  readonly computed: SharedMap<number>;
}

export function makeCache(): Cache {
  return {
    claims: new SharedMap({ name: "claims" }),
    values: new SharedMap({ name: "values" }),
    computed: new SharedMap({ name: "computed" }),
  };
}

export function* cached(cache: Cache, key: string, compute: (key: string) => string): Operation<string> {
  if (!cache.claims.setOnce(key, true)) return yield* cache.values.wait(key);
  const value = compute(key);
  cache.computed.update(key, (n = 0) => n + 1);
  cache.values.set(key, value);
  return value;
}
