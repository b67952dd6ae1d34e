// One call, being performed: its function is loaded, called, and, if it has to wait, run as a task of its own. In a thread or in a process, whoever answers.
//
// Invariant
//   it is answered once, and has left nothing running by then

import { named } from "../../core/body.ts";
import { cancelScope } from "../../core/cancel.ts";
import { restoreStack, tellOrigin } from "../../core/origin.ts";
import { Program } from "../../core/program.ts";
import { installed } from "../../core/runtime.ts";
import { bodyScope, type Tasklet } from "../../core/task.ts";
import { SUCCEEDED, FAILED as TASK_FAILED } from "../../core/waiter.ts";
import { ANSWERED, CANCELLED, FAILED } from "../pool/desk.ts";
import type { CallRecipe } from "../pool/functions.ts";
import { listOf } from "../pool/load.ts";
import { type Loaded, load } from "./modules.ts";
import { waits } from "./waits.ts";

const NOTHING: readonly unknown[] = [];

export class Work {
  declare readonly origin: CallRecipe;
  declare private readonly answer: (how: number, value: unknown) => void;
  /** Set while it runs as a task. */
  declare private task: Tasklet<unknown> | null;
  /** It was cancelled before it had begun. */
  declare private cancelled: { readonly reason: unknown } | null;

  constructor(origin: CallRecipe, answer: (how: number, value: unknown) => void) {
    this.origin = origin;
    this.answer = answer;
    this.task = null;
    this.cancelled = null;
  }

  /** Begins with what came along: the captured values if there are any, and behind them the arguments. Answers what it waits for if its function is yet to be loaded. */
  begin(taken: unknown): Promise<void> | null {
    const { origin } = this;
    const args = listOf(taken);
    const captured = origin.captured.length === 0 ? NOTHING : args.splice(0, origin.captured.length);
    let loaded: Loaded | Promise<Loaded>;
    try {
      loaded = origin.isChunked === true ? import("./chunk.ts").then(({ chunked }) => chunked(origin)) : load(origin);
    } catch (error) {
      this.answer(FAILED, error);
      return null;
    }
    if (!(loaded instanceof Promise)) {
      this.perform(loaded, args, captured);
      return null;
    }
    return loaded.then(
      (ready) => this.perform(ready, args, captured),
      (error) => this.answer(FAILED, error),
    );
  }

  /** Cancels its task; a plain function that runs cannot be. */
  cancel(reason: unknown): void {
    if (this.task === null) this.cancelled ??= { reason };
    else cancelScope(bodyScope(this.task), reason);
  }

  /** What its tasks wait for, in words; "" while it has none. */
  describe(): string {
    return (this.task?.program as Program | undefined)?.describe() ?? "";
  }

  private perform(loaded: Loaded, args: readonly unknown[], captured: readonly unknown[]): void {
    if (this.cancelled !== null) {
      this.answer(CANCELLED, this.cancelled.reason);
      return;
    }
    if (loaded.kind !== "plain") {
      this.start(() => loaded.call(args, captured));
      return;
    }
    let value: unknown;
    try {
      value = loaded.call(args, captured);
    } catch (error) {
      this.answer(FAILED, error);
      return;
    }
    if (waits(value)) this.start(() => value);
    else this.answer(ANSWERED, value);
  }

  private start(body: () => unknown): void {
    const program = new Program(installed().scheduler, {});
    this.task = program.start(named(this.origin.name || "inline", body as never) as never, (task) => {
      if (task.state === TASK_FAILED) {
        tellOrigin(task.result, task, null);
        restoreStack(task.result);
      }
      this.answer(task.state === SUCCEEDED ? ANSWERED : task.state === TASK_FAILED ? FAILED : CANCELLED, task.result);
    });
  }
}
