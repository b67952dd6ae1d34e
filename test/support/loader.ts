// Loads functions in a real worker, and keeps what it prints on standard error.

import { Worker } from "node:worker_threads";
import { originOf } from "../../src/parallel/origin.ts";
import type { Asked, Told } from "../parallel/modules/loader.ts";
import type { AnyRemote } from "./remote.ts";

export class Loader {
  declare private readonly worker: Worker;
  declare private readonly waiting: Map<number, (told: Told) => void>;

  constructor() {
    this.waiting = new Map();
    this.worker = new Worker(new URL("../parallel/modules/loader.ts", import.meta.url), { stderr: true });
    this.worker.stderr.resume(); // Node warns of some of the modules that are wrong
    this.worker.on("message", (told: Told) => {
      this.waiting.get(told.id)?.(told);
      this.waiting.delete(told.id);
    });
    this.worker.on("error", (error) => {
      for (const [id, tell] of this.waiting)
        tell({ id, failure: { code: "error", message: String(error), cause: "" } });
    });
  }

  ask(f: AnyRemote, ...args: unknown[]): Promise<Told> {
    const { capturedValues, ...recipe } = originOf(f, "test");
    const id = this.waiting.size + 1;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, recipe, args, captured: capturedValues } satisfies Asked);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
