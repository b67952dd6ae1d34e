// What a shared object is told that would go to another process, or come from one.

import { describeValue } from "../../base/errors.ts";
import { Refusal } from "../codec/refusal.ts";

/** Throws the refusal of a shared object: the codec says where it lies. */
export function refuseShared(object: object): never {
  const { name } = object as { readonly name?: unknown };
  const named = typeof name === "string" ? ` "${name}"` : "";
  throw new Refusal(
    `is ${describeValue(object)}${named}, which lies in memory that processes do not share`,
    "Use a pool of threads, or send the data it holds.",
  );
}
