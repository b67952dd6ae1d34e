// What a worker does with a request: it looks into the cache, or computes for some milliseconds.

import { createHash } from "node:crypto";
import type { Operation } from "offshoot";
import { type Cache, cached } from "./cache.ts";

const ROUNDS = 5_000;

export interface Request {
  readonly number: number;
  readonly key: string;
}

export interface Answer extends Request {
  readonly value: string;
}

export function* answer(request: Request, cache: Cache): Operation<Answer> {
  return { ...request, value: yield* cached(cache, request.key, digest) };
}

/** A hash of a hash of a hash. */
export function digest(key: string): string {
  let text = key;
  for (let i = 0; i < ROUNDS; i++) text = createHash("sha256").update(text).digest("hex");
  return text.slice(0, 12);
}
