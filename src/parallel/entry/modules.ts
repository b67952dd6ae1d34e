// stand-in
import type { PlainOrigin } from "../pool/functions.ts";
export interface Loaded {
  call(args: unknown[], captured: unknown[]): unknown;
  readonly kind: "plain" | "async" | "generator";
}
const cache = new Map<string, Loaded>();
export function load(origin: PlainOrigin): Loaded | Promise<Loaded> {
  const known = cache.get(origin.key);
  if (known !== undefined) return known;
  return import(origin.module as string).then((m) => {
    const f = m[origin.name];
    const kind =
      f.constructor.name === "GeneratorFunction"
        ? "generator"
        : f.constructor.name === "AsyncFunction"
          ? "async"
          : "plain";
    const loaded: Loaded = { call: (args) => f(...args), kind };
    cache.set(origin.key, loaded);
    return loaded;
  });
}
