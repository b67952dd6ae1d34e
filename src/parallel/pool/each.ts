// pool.each: one call for every worker, as one operation.
//
// Invariant
//   it completes when all calls have been answered, or with the first failure: then the others are given up

import { Leaf } from "../../core/leaf.ts";
import { NOT_READY } from "../../core/machine.ts";
import { type Description, Failed, fail, type Joint, UNSETTLED, Waiter } from "../../core/waiter.ts";
import type { Origin } from "../origin.ts";
import { Call, type Employer, siteOf, withoutReceiver } from "./call.ts";

/** The calls of one use. */
class Round implements Joint {
  declare readonly outer: Waiter;
  declare private readonly calls: Call[];
  declare private readonly results: unknown[];
  declare private unanswered: number;
  declare private isOver: boolean;

  constructor(outer: Waiter, count: number) {
    this.outer = outer;
    this.calls = [];
    this.results = new Array(count).fill(undefined);
    this.unanswered = count;
    this.isOver = false;
  }

  begin(leaf: EachRun<unknown>, workers: readonly number[]): void {
    for (let i = 0; i < workers.length && !this.isOver; i++) {
      const waiter = new Waiter(this.outer.runner, this, i);
      waiter.leaf = leaf;
      const call = new Call(leaf.employer, leaf.origin, leaf.args, workers[i] as number, waiter, leaf.site);
      this.calls.push(call);
      leaf.employer.begin(call);
    }
  }

  settle(inner: Waiter, raw: unknown): unknown {
    if (this.isOver) return UNSETTLED;
    if (raw instanceof Failed) {
      this.giveUp();
      return raw;
    }
    this.results[inner.index] = raw;
    if (--this.unanswered > 0) return UNSETTLED;
    this.isOver = true;
    return this.results;
  }

  giveUp(): void {
    this.isOver = true;
    for (const call of this.calls) call.giveUp();
  }
}

/** The operation. Each use is a round of its own. */
export class EachRun<T> extends Leaf<T[]> {
  declare readonly employer: Employer;
  declare readonly origin: Origin;
  declare readonly args: readonly unknown[];
  declare readonly site: { readonly stack?: string } | null;
  declare private readonly workers: () => readonly number[];

  /** `workers` starts all that there may be, and answers their numbers; it may throw. */
  constructor(employer: Employer, origin: Origin, args: readonly unknown[], workers: () => readonly number[]) {
    super();
    this.employer = employer;
    this.origin = origin;
    this.args = args;
    this.workers = workers;
    this.site = this.maker === null ? siteOf() : null;
  }

  ready(): boolean {
    return false;
  }

  poll(): unknown {
    return NOT_READY;
  }

  enlist(waiter: Waiter): void {
    let workers: readonly number[];
    try {
      workers = this.workers();
    } catch (error) {
      fail(waiter, error);
      return;
    }
    const round = new Round(waiter, workers.length);
    waiter.payload = round;
    round.begin(this, workers);
  }

  delist(waiter: Waiter): void {
    (waiter.payload as Round).giveUp();
  }

  override finish(raw: unknown): T[] {
    if (raw instanceof Failed) throw withoutReceiver(raw.error);
    return raw as T[];
  }

  override fails(raw: unknown): boolean {
    return raw instanceof Failed;
  }

  describe(): Description {
    return { operation: "pool.each", object: this.origin.label, heldBy: [], outside: true };
  }
}
