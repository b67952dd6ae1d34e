// A worker that gets hold of functions and calls them, and tells what became of it.

import { parentPort } from "node:worker_threads";
import { load } from "../../../src/parallel/entry/modules.ts";
import type { Recipe } from "../../../src/parallel/origin.ts";

export interface Asked {
  readonly id: number;
  readonly recipe: Recipe;
  readonly args: readonly unknown[];
  readonly captured: readonly unknown[];
}

export interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: { readonly code: unknown; readonly message: string; readonly cause: string };
}

parentPort?.on("message", async ({ id, recipe, args, captured }: Asked) => {
  parentPort?.postMessage(await told(id, recipe, args, captured));
});

async function told(id: number, recipe: Recipe, args: readonly unknown[], captured: readonly unknown[]): Promise<Told> {
  try {
    const loaded = await load(recipe);
    return { id, value: [loaded.kind, await loaded.call(args, captured)] };
  } catch (error) {
    const { code, message, cause } = error as Error & { code?: unknown };
    return { id, failure: { code, message, cause: String(cause) } };
  }
}
