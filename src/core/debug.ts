// What `run(body, { debug: true })` adds: where tasks were spawned, and which operations were made but never started.
//
// A leaf made in such a run gets methods of its own that take it off the list as soon as it is used in any way. What is left when its task ends
// was most likely a forgotten star. This costs microseconds for each operation, so it is never on by itself.

import type { Composite } from "./body.ts";
import { Leaf } from "./leaf.ts";
import { machine } from "./machine.ts";
import { userFrames } from "./report.ts";
import { label, Tasklet } from "./task.ts";
import type { Runner } from "./waiter.ts";

const USES = [Symbol.iterator, "then", "map", "ready", "poll", "enlist", "next"] as const;

export class Debug {
  declare private readonly sites: WeakMap<object, string>;
  declare private readonly made: Map<Runner, Map<object, string>>;
  declare private readonly warn: (text: string) => void;

  constructor(warn: (text: string) => void) {
    this.sites = new WeakMap();
    this.made = new Map();
    this.warn = warn;
    active.add(this);
    machine.made = announce;
  }

  /** The run has ended: nobody pays for it any longer. */
  close(): void {
    active.delete(this);
    if (active.size === 0) machine.made = null;
  }

  /** The line that spawns the task, which is the line that runs now. */
  spawned(task: Tasklet<unknown>): void {
    const here = frame();
    if (here !== null) this.sites.set(task, here);
  }

  siteOf(task: Tasklet<unknown>): string | null {
    return this.sites.get(task) ?? null;
  }

  ended(task: Tasklet<unknown>): void {
    const left = this.made.get(task);
    this.made.delete(task);
    for (const [made, at] of left ?? []) {
      const operation = made instanceof Leaf ? made.describe().operation : (made as Composite<unknown>).operation;
      this.warn(
        `${operation}: an operation was made and never started, in ${label(task)} at ${at}. Write yield* before it.`,
      );
    }
  }

  track(leaf: Leaf<unknown> | Composite<unknown>): void {
    const maker = machine.runner;
    if (
      maker === null ||
      leaf instanceof Tasklet ||
      (maker.program as unknown as { debug: Debug | null }).debug !== this
    )
      return;
    let mine = this.made.get(maker);
    if (mine === undefined) {
      mine = new Map();
      this.made.set(maker, mine);
    }
    const list = mine;
    list.set(leaf, frame() ?? "an unknown line");
    for (const use of USES) {
      const method = (leaf as unknown as Record<PropertyKey, unknown>)[use];
      if (typeof method !== "function") continue;
      Object.defineProperty(leaf, use, {
        configurable: true,
        value: (...args: unknown[]) => {
          list.delete(leaf);
          return method.apply(leaf, args);
        },
      });
    }
  }
}

/** The runs that asked for it. */
const active = new Set<Debug>();

function announce(leaf: object): void {
  for (const debug of active) debug.track(leaf as Leaf<unknown> | Composite<unknown>);
}

function frame(): string | null {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder);
  return userFrames(holder.stack ?? "")[0] ?? null;
}
