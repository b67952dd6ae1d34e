// What crosses threads as bytes. Plain data only, for now.
import { Packr } from "msgpackr";
import { SHARE, type Shareable } from "./shareable.ts";
export interface Loader {
  refer(object: Shareable): void;
  hand(value: ArrayBuffer | ArrayBufferView | import("node:worker_threads").MessagePort): number;
}
export interface Unloader {
  object(id: number): unknown;
  handed(index: number): unknown;
}
const packr = new Packr({ structuredClone: true, useRecords: false, moreTypes: true } as never);
let current: Loader | null = null;
let un: Unloader | null = null;
export function encode(value: unknown, loader: Loader, _from: string): Uint8Array {
  current = loader;
  return packr.pack(walk(value));
}
function walk(v: unknown): unknown {
  if (typeof v !== "object" || v === null) {
    if (typeof v === "function") throw new TypeError("function");
    return v;
  }
  if (SHARE in v) {
    current!.refer(v as Shareable);
    return { $ref: (v as Shareable)[SHARE] };
  }
  if (Array.isArray(v)) return v.map(walk);
  if (Object.getPrototypeOf(v) === Object.prototype)
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x)]));
  return v;
}
function unwalk(v: unknown): unknown {
  if (typeof v !== "object" || v === null) return v;
  if ("$ref" in v) return un!.object((v as { $ref: number }).$ref);
  if (Array.isArray(v)) return v.map(unwalk);
  if (Object.getPrototypeOf(v) === Object.prototype)
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, unwalk(x)]));
  return v;
}
export function decode(bytes: Uint8Array, unloader: Unloader): unknown {
  un = unloader;
  return unwalk(packr.unpack(Buffer.from(bytes)));
}
export function encodeError(error: unknown, loader: Loader): Uint8Array {
  return encode(
    { name: (error as Error).name, message: (error as Error).message, stack: (error as Error).stack },
    loader,
    "",
  );
}
export function tellPlaces(error: unknown, _frames: readonly string[]): unknown {
  return error;
}
