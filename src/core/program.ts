// A program: what one call of `run` starts, with its seed, its numbering, and its end. One more, the ambient program of a thread, is home to operations
// that are awaited outside any task.
//
// A program ends when its root task has ended. If it got stuck on the way, its verdict is thrown whatever the root made of it.

import { DeadlockError, LeakError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { asOperation, Composite } from "./body.ts";
import { cancelScope } from "./cancel.ts";
import { Debug } from "./debug.ts";
import { TaskEnd } from "./joiners.ts";
import { type Leaf, misuse } from "./leaf.ts";
import { type Keeper, spawn } from "./lifecycle.ts";
import { BUDGET, NOT_READY } from "./machine.ts";
import { tellOrigin } from "./origin.ts";
import {
  bodyReturned,
  formatReports,
  liveTasks,
  MOST_SHOWN,
  onlyJoins,
  reportOf,
  type TaskReport,
  waitOf,
} from "./report.ts";
import type { Resident } from "./resident.ts";
import type { Scheduler } from "./scheduler.ts";
import {
  type AnyBody,
  bodyScope,
  label,
  localsOf,
  owningScope,
  type Scope,
  SETTLES,
  SHIELDED,
  Tasklet,
} from "./task.ts";
import { CHANCE, touch, WRITE } from "./tracker.ts";
import type { Operation, RunOptions } from "./types.ts";
import { type ChoiceKind, FAILED, RETRY, type Runner, SUCCEEDED, WAITING, Waiter } from "./waiter.ts";

type Within = (run: () => void) => void;

interface Settling {
  /** The promise, where users have it in their hands. */
  readonly promise: Promise<unknown> | null;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class Program implements Keeper, Resident {
  declare readonly scheduler: Scheduler;
  declare readonly within: Within | null;
  declare readonly debug: Debug | null;
  declare root: Tasklet<unknown> | null;
  declare private readonly chance: Random;
  declare readonly contexts: WeakMap<Tasklet<unknown>, Within> | null;
  declare private readonly settling: WeakMap<Tasklet<unknown>, Settling>;
  declare private lastId: number;
  declare private settledAtOnce: number;
  /** Promises that are settled after the event loop has turned, in order; null when none is. */
  declare private late: (() => void)[] | null;
  /** What the run is thrown for, whatever the main task makes of it. */
  declare private verdict: Error | null;
  /** What the main task's end is told to. */
  declare private finished: (root: Tasklet<unknown>, verdict: Error | null) => void;

  constructor(scheduler: Scheduler, options: RunOptions) {
    const { host } = scheduler;
    this.scheduler = scheduler;
    this.within = host.capture();
    this.debug = options.debug === true ? new Debug((text) => host.warn(text)) : null;
    this.root = null;
    this.chance = new Random(options.seed ?? host.entropy());
    this.contexts = options.asyncContext === true ? new WeakMap() : null;
    this.settling = new WeakMap();
    this.lastId = 0;
    this.settledAtOnce = 0;
    this.late = null;
    this.verdict = null;
    this.finished = () => {};
  }

  start(body: AnyBody, finished: (root: Tasklet<unknown>, verdict: Error | null) => void): Tasklet<unknown> {
    this.finished = finished;
    this.root = spawn(this, null, body, null, 0);
    return this.root;
  }

  nextId(): number {
    return ++this.lastId;
  }

  choose(kind: ChoiceKind, n: number): number {
    const { policy } = this.scheduler;
    if (policy !== null) return policy.choose(kind, n, null);
    return kind === "select" ? this.chance.below(n) : 0;
  }

  random(): number {
    touch(this, CHANCE, WRITE);
    return this.chance.next() / 2 ** 32;
  }

  cancel(scope: Scope, reason: unknown): void {
    cancelScope(scope, reason);
  }

  spawned(task: Tasklet<unknown>, owner: Scope | null): void {
    if (this.contexts !== null) {
      const context = this.scheduler.host.capture();
      if (context !== null) this.contexts.set(task, context);
    }
    if (this.debug !== null) this.debug.spawned(task);
    this.scheduler.tracker?.spawned(task);
    const { probe } = this.scheduler;
    if (probe !== null) probe.spawned?.(task, owner === null ? null : owner.task);
  }

  /** The async context of one task, where each has its own. */
  contextOf(task: Tasklet<unknown>): Within {
    return this.contexts?.get(task) ?? ((run) => run());
  }

  ended(task: Tasklet<unknown>): void {
    const { probe } = this.scheduler;
    if (probe !== null) probe.ended?.(task);
    if (this.debug !== null) this.debug.ended(task);
    if ((task.flags & SETTLES) !== 0) this.settle(task);
    else if (task === this.root) this.finish(task);
  }

  private finish(root: Tasklet<unknown>): void {
    this.debug?.close();
    this.finished(root, this.verdict);
  }

  failed(task: Tasklet<unknown>, owner: Scope): void {
    tellOrigin(task.result, task, owner);
  }

  /** Carries out a leaf that is awaited: a task of one operation, owned by the task that made the leaf, whose outcome goes to a promise alone. */
  attempt(leaf: Leaf<unknown>): Promise<unknown> {
    const { scheduler } = this;
    scheduler.promised = true;
    return new Promise((resolve, reject) => {
      const maker = (leaf.maker ?? null) as Tasklet<unknown> | null;
      const owner = maker !== null && maker.state < SUCCEEDED ? owningScope(maker) : null;
      if (maker !== null && owner !== null && maker.cancelled !== null) throw maker.cancelled;
      // Where there is a policy it is a step like any other, which others may come before.
      const raw = scheduler.masks ? NOT_READY : leaf.poll();
      if (raw !== NOT_READY) {
        this.resolveSoon(resolve, leaf.finish(raw));
        return;
      }
      const task = new Tasklet<unknown>(this, this.nextId(), awaiting, null, SETTLES);
      task.generator = leaf as unknown as Iterator<unknown, unknown, unknown>;
      if (owner !== null) {
        owner.push(task);
        task.owner = owner;
        owner.others++;
      }
      this.settling.set(task, { promise: null, resolve, reject });
      this.spawned(task, owner);
      if (scheduler.masks) {
        task.wake = RETRY;
        scheduler.ready(task);
        return;
      }
      task.state = WAITING;
      task.since = Math.floor(this.scheduler.host.now());
      const waiter = new Waiter(task as Runner, null, 0);
      waiter.leaf = leaf;
      task.waiter = waiter;
      leaf.enlist(waiter);
    });
  }

  /** Awaiting what is always ready must not keep the event loop from turning, so now and then a promise is settled only after that. */
  private resolveSoon(resolve: (value: unknown) => void, value: unknown): void {
    if (this.late !== null) {
      this.late.push(() => resolve(value)); // behind those before it
    } else if (++this.settledAtOnce < BUDGET) {
      resolve(value);
    } else {
      const late = [() => resolve(value)];
      this.late = late;
      this.settledAtOnce = 0;
      this.scheduler.host.turn(() => {
        this.late = null;
        for (const settle of late) settle();
      });
    }
  }

  /** Runs an operation as a child of a task, whose outcome goes to a promise alone. */
  perform<T>(parent: Tasklet<unknown>, op: Operation<T>): Promise<T> {
    if (parent.state >= SUCCEEDED)
      throw misuse(`Task.run: ${label(parent)} has ended. Run operations before its body returns.`);
    const operation = asOperation(op, "Task.run");
    const flags = operation instanceof Composite && operation.operation === "shield" ? SETTLES | SHIELDED : SETTLES;
    let settle: Pick<Settling, "resolve" | "reject"> | undefined;
    const promise = new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const body = Object.defineProperty(() => operation, "name", { value: "run" });
    const task = spawn(this, owningScope(parent), body, null, flags);
    bodyScope(task).locals = localsOf(parent); // no task may run now, and the parent may be further in than what owns the child
    this.settling.set(task, { promise, ...(settle as Pick<Settling, "resolve" | "reject">) });
    return promise as Promise<T>;
  }

  over(task: Tasklet<unknown>): Promise<void> {
    return new TaskEnd(task).then();
  }

  private settle(task: Tasklet<unknown>): void {
    const settling = this.settling.get(task);
    this.settling.delete(task);
    if (task.state === SUCCEEDED) settling?.resolve(task.result);
    else if (task.state === FAILED) settling?.reject(task.result);
    else {
      settling?.promise?.catch(() => {}); // nobody needs to handle that the library has cancelled it
      settling?.reject(task.cancelled ?? task.result);
    }
  }

  /** Has the run been given a verdict? What happens now is cleanup. */
  get isJudged(): boolean {
    return this.verdict !== null;
  }

  /** The run can never go on: the first time, cleanup gets its chance; the second time nothing can help. */
  stuck(): void {
    const root = this.root as Tasklet<unknown>;
    const first = this.verdict === null;
    if (first) this.scheduler.policy?.judged(); // what is looked at for the verdict is no step of the program
    this.verdict ??= this.judge(root);
    if (first) {
      this.scheduler.host.warn(this.verdict.message);
      cancelScope(bodyScope(root), this.verdict);
    } else {
      this.scheduler.host.warn(`${label(root)}: cleanup is stuck too, so the run is given up.\n${this.describe()}`);
      this.finish(root);
    }
  }

  /** It waits for something outside, in a run that must not. */
  refuse(): void {
    if (this.verdict !== null) {
      this.stuck();
      return;
    }
    const root = this.root as Tasklet<unknown>;
    const { tasks } = this.blocked();
    const outside = tasks.filter((task) => waitOf(task)?.outside === true);
    this.verdict = misuse(
      `${label(outside[0] ?? root)} waits for something outside the simulation, which cannot be repeated. Have a task of the program answer it, or allow it with allowExternal.\n${this.format(tasks)}`,
    );
    cancelScope(bodyScope(root), this.verdict);
  }

  private judge(root: Tasklet<unknown>): DeadlockError {
    const leak = bodyReturned(root);
    const { tasks, all } = this.blocked();
    const report = this.format(tasks) + (this.scheduler.neighbours?.elsewhere() ?? "");
    const what = leak ? `leak: ${label(root)} has returned, but` : "deadlock:";
    const message = `${what} ${tasks.length} of ${all} tasks can never go on\n${report}`;
    const verdict = leak ? new LeakError(message, report) : new DeadlockError(message, report);
    const reports = tasks.slice(0, MOST_SHOWN).map((task) => this.reportOf(task));
    verdicts.set(verdict, { tasks: reports, value: leak ? root.result : undefined });
    return verdict;
  }

  /** Every task that waits for something, as text. */
  describe(): string {
    return this.format(this.blocked().tasks);
  }

  /** The tasks that wait. One that only waits for its children is left out, unless nothing else is there. */
  private blocked(): { tasks: Tasklet<unknown>[]; all: number } {
    const tasks = liveTasks(this.root as Tasklet<unknown>);
    const blocked = tasks.filter((task) => !onlyJoins(task));
    return { tasks: blocked.length === 0 ? tasks : blocked, all: tasks.length };
  }

  private format(tasks: readonly Tasklet<unknown>[]): string {
    const shown = tasks.slice(0, MOST_SHOWN).map((task) => this.reportOf(task));
    return formatReports(shown, tasks.length, Math.floor(this.scheduler.host.now()));
  }

  private reportOf(task: Tasklet<unknown>): TaskReport {
    return reportOf(task, this.debug?.siteOf(task) ?? null);
  }
}

/** What a verdict is about, as data. */
export interface VerdictData {
  readonly tasks: readonly TaskReport[];
  /** What the main body has returned, if it is a leak. */
  readonly value: unknown;
}

export const verdicts: WeakMap<DeadlockError, VerdictData> = new WeakMap();

/** Only lends its name to the tasks that settle an `await`. */
const awaiting: AnyBody = Object.defineProperty(() => {}, "name", { value: "await" });
