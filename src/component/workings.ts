// What a component is inside: its boxes, its links, its task, its place in the tree. The face that users see is in component.ts.
//
// Its life: made (messages may arrive), started (its main runs, as a child of whoever started it), ended. At the end, in one step:
//
//   1 its inboxes are abandoned: what lies in them goes back to a component that keeps it for the next of its children, or is counted as lost, and whoever waits
//     for room in one is told that there is nobody any more
//   2 a signal goes out, unless main has sent one: producerFinished, or shutdown if the component was stopped
//   3 the links it made are undone, and boxes that have no source left are told so
//   4 its parent is stirred, and who else wants to know is told
//
// Its boxes are kept by the class it extends, in boxes.ts.

import { ClosedError, MisuseError } from "../base/errors.ts";
import type { List } from "../base/list.ts";
import type { Ring } from "../base/ring.ts";
import { NO_WAITERS } from "../channel/leaves.ts";
import { type Watcher, watch } from "../core/joiners.ts";
import { misuse } from "../core/leaf.ts";
import { spawn } from "../core/lifecycle.ts";
import type { Program } from "../core/program.ts";
import { runningTask } from "../core/run.ts";
import { owningScope, type Tasklet } from "../core/task.ts";
import { SELF, tellMade, touch, WRITE } from "../core/tracker.ts";
import type { Operation } from "../core/types.ts";
import { CANCELLED, complete, type Waiter } from "../core/waiter.ts";
import { type RestartOptions, restart } from "../flow/restart.ts";
import { type Box, INBOX, OUTBOX } from "./box.ts";
import { Boxes } from "./boxes.ts";
import type { Declaration } from "./declaration.ts";
import { ComponentStartedError, LinkAcrossRunsError } from "./errors.ts";
import type { Outlook, Stirrable } from "./leaves.ts";
import { join, keptBy, kindOfLink, type Linkage, part } from "./linkage.ts";
import { observer } from "./observer.ts";
import { isProducerFinished, isShutdown, producerFinished, shutdown } from "./signal.ts";

// Where it is in its life.
export const MADE = 0;
export const STARTED = 1;
export const ENDED = 2;

const NO_LINKS: ReadonlySet<Linkage> = new Set();
const NO_CHILDREN: ReadonlySet<Workings> = new Set();

/** The bodies of tasks, by the class of the component; one that has a name of its own gets its own. */
const bodies = new WeakMap<object, (inside: Workings) => unknown>();

/** What it performs. */
interface Performed {
  main(): unknown;
}

let made = 0;

export class Workings extends Boxes implements Stirrable, Watcher {
  declare readonly id: number;
  declare readonly name: string;
  /** The component, as users see it. */
  declare readonly face: Performed;
  declare state: number;
  declare task: Tasklet<unknown> | null;
  /** The links it made. */
  declare links: ReadonlySet<Linkage>;
  declare parent: Workings | null;
  declare children: ReadonlySet<Workings>;
  declare isStirred: boolean;
  declare pausers: List<Waiter>;
  /** Why it is to be cancelled: it was stopped, or shut down. Null as long as it is not. */
  declare private ordered: { readonly reason: unknown } | null;
  declare private hasSignalled: boolean;
  declare private finished: boolean;
  declare private readonly relaying: boolean;
  declare keeps: boolean;
  /** How its main is called again when it has failed; null for not at all. */
  declare restarts: RestartOptions | null;
  /** What a chassis does with messages for its control box; null where the usual is done. */
  declare heard: ((message: unknown) => boolean) | null;
  declare outlook: Outlook | null;
  /** Called at its end. */
  declare endings: (() => void)[] | null;

  constructor(face: Performed, name: string, declaration: Declaration, relays: boolean) {
    super(declaration);
    this.id = ++made;
    this.name = name;
    this.face = face;
    this.state = MADE;
    this.task = null;
    this.links = NO_LINKS;
    this.parent = null;
    this.children = NO_CHILDREN;
    this.isStirred = false;
    this.pausers = NO_WAITERS;
    this.ordered = null;
    this.hasSignalled = false;
    this.finished = false;
    this.relaying = relays;
    this.keeps = false;
    this.restarts = null;
    this.heard = null;
    this.outlook = null;
    this.endings = null;
    tellMade(this);
  }

  get label(): string {
    return `${this.name}#${this.id}`;
  }

  get hasEnded(): boolean {
    return this.state === ENDED;
  }

  get hasFinished(): boolean {
    return this.finished;
  }

  get relays(): boolean {
    return this.relaying;
  }

  // ---- links

  link(
    from: Box,
    to: Box,
    passthrough: "inward" | "outward" | undefined,
    limit: number | null,
    overflow = false,
  ): Linkage {
    const kind = kindOfLink(from, to);
    if (kind === "none")
      throw misuse(
        `Component.link: "${from.label}" is an inbox and "${to.label}" an outbox. Link an outbox to an inbox; or pass on, an inbox to an inbox, an outbox to an outbox.`,
      );
    if (passthrough !== undefined && passthrough !== kind)
      throw misuse(
        `Component.link: "${from.label}" to "${to.label}" is ${kind === "plain" ? "no pass-through" : `passed ${kind}`}, not ${passthrough}. Leave the option out, or link other boxes.`,
      );
    this.checkRun(from, to);
    touch(from.owner, SELF, WRITE);
    touch(to.owner, SELF, WRITE);
    if (to.owner.hasEnded)
      throw misuse(
        `Component.link: "${to.owner.label}" has ended, so that nobody would collect what comes to "${to.label}".`,
      );
    const linkage = join(from, to, this, limit, overflow);
    if (this.links === NO_LINKS) this.links = new Set();
    (this.links as Set<Linkage>).add(linkage);
    observer.tell?.({ kind: "link-added", link: linkage });
    return linkage;
  }

  /** Undoes a link that this component made. What is to go back waits again where the link began. */
  unlink(linkage: Linkage, back: Ring<unknown> | null = null): void {
    if (!this.links.has(linkage)) {
      const whose = linkage.undone ? "has been undone before" : `was made by "${(linkage.maker as Workings).label}"`;
      throw misuse(`Component.unlink: the link ${linkage} ${whose}. The component that made a link undoes it, once.`);
    }
    (this.links as Set<Linkage>).delete(linkage);
    part(linkage, back);
    observer.tell?.({ kind: "link-removed", link: linkage });
  }

  /** Undoes all links that this component made and that touch another. */
  unlinkAllOf(other: Workings): void {
    for (const linkage of this.links)
      if (linkage.from.owner === other || linkage.to.owner === other) this.unlink(linkage);
  }

  private checkRun(from: Box, to: Box): void {
    const one = (from.owner as Workings).task?.program;
    const other = (to.owner as Workings).task?.program;
    if (one !== undefined && other !== undefined && one !== other)
      throw new LinkAcrossRunsError(
        `Component.link: "${from.label}" and "${to.label}" belong to different runs. Use a handle, or a channel, between runs.`,
      );
  }

  // ---- life

  /** Starts its main as a child of the innermost extent of the current task. */
  start(from: string): Tasklet<unknown> {
    touch(this, SELF, WRITE);
    if (this.state !== MADE)
      throw new ComponentStartedError(
        `${from}: "${this.label}" ${this.state === ENDED ? "has ended" : "runs already"}. A component is started once: make another one.`,
      );
    const parent = runningTask(from);
    this.checkLinksFor(parent.program, from);
    const task = spawn(parent.program as Program, owningScope(parent), this.body(), [this], 0);
    this.task = task;
    this.state = STARTED;
    watch(task, this);
    observer.started(this, parent.program);
    if (this.ordered !== null) task.cancel(this.ordered.reason);
    return task;
  }

  private body(): (inside: Workings) => unknown {
    const { face, name } = this;
    const isClassName = name === face.constructor.name;
    let body = isClassName ? bodies.get(face.constructor) : undefined;
    if (body === undefined) {
      body = Object.defineProperty((inside: Workings) => inside.perform(), "name", { value: name });
      if (isClassName) bodies.set(face.constructor, body);
    }
    return body;
  }

  /** What its task does. */
  perform(): unknown {
    const { face, restarts } = this;
    if (restarts === null) return face.main();
    return restart(() => face.main() as Operation<void>, {
      ...restarts,
      when: (error, attempt) => isWorthRestarting(error, attempt, restarts),
    });
  }

  /** Cancels it, now or as soon as it is started. */
  stop(reason: unknown): void {
    touch(this, SELF, WRITE);
    if (this.state === ENDED) return;
    this.ordered ??= { reason };
    this.task?.cancel(reason);
  }

  /** All it is linked with belongs to the run it is about to belong to. */
  private checkLinksFor(program: object, from: string): void {
    for (const box of this.boxes) {
      for (const other of neighbours(box)) {
        const run = (other.owner as Workings).task?.program;
        if (run !== undefined && run !== program)
          throw new LinkAcrossRunsError(
            `${from}: "${box.label}" is linked with "${other.label}", which belongs to another run. Start both in one run, or use a channel between them.`,
          );
      }
    }
  }

  hears(message: unknown): boolean {
    if (this.heard !== null) return this.heard(message);
    if (this.declaration.handlesControl) return false;
    if (isShutdown(message)) {
      this.stop(message.reason);
      return true;
    }
    if (!isProducerFinished(message)) return false;
    this.finishInboxes();
    return true;
  }

  /** No more will come, as far as its control box knows. */
  finishInboxes(): void {
    for (const name of this.boxNames()) {
      const box = this.box(name, "Component");
      if (box.kind === INBOX) box.finish();
    }
  }

  /** It has sent a signal itself: that is its last word. */
  signalled(message: unknown): void {
    touch(this, SELF, WRITE);
    this.hasSignalled = true;
    if (isProducerFinished(message)) this.finish();
  }

  /** No more will come from it, though it has not ended. */
  finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.refreshOutboxes();
  }

  stir(): void {
    touch(this, SELF, WRITE);
    const { pausers } = this;
    if (pausers.head === null) this.isStirred = true;
    else for (let pauser = pausers.shift(); pauser !== null; pauser = pausers.shift()) complete(pauser, undefined);
  }

  /** Told by its task, in the step in which it ends. */
  ended(task: Tasklet<unknown>): void {
    touch(this, SELF, WRITE);
    this.state = ENDED;
    // 1 nobody here will collect what lies here
    for (const box of this.boxes) if (box.kind === INBOX) giveBack(box);
    for (const box of this.boxes) if (box.kind !== OUTBOX) box.abandon();
    // 2 the last word
    if (!this.hasSignalled) this.sayGoodbye(task);
    // 3 the links
    for (const linkage of this.links) this.unlink(linkage);
    this.refreshOutboxes();
    // 4 the parent, and others
    observer.ended(this, task.program);
    this.parent?.stir();
    for (const tell of this.endings ?? []) tell();
  }

  /** Calls a function of this package in the step in which it ends. */
  atEnd(tell: () => void): void {
    this.endings ??= [];
    this.endings.push(tell);
  }

  private sayGoodbye(task: Tasklet<unknown>): void {
    const box = this.signalBox;
    if (box === null || box.sink === null) return;
    if (this.relays && box.sources.head !== null && box.feeding === 0) return; // what it relays has said so; unless that was never started
    // One that ended because nobody took its messages any more is no reason to stop others.
    const wasStopped = task.state === CANCELLED && !(task.result instanceof ClosedError);
    if (!box.sink.accept(wasStopped ? shutdown(task.result) : producerFinished(this.label))) box.lost++;
  }

  private refreshOutboxes(): void {
    for (const box of this.boxes) if (box.kind === OUTBOX) box.refresh();
  }

  // ---- the tree

  addChild(child: Workings): void {
    if (child.parent !== null)
      throw misuse(
        `Component.addChildren: "${child.label}" is a child of "${child.parent.label}" already. Remove it there first.`,
      );
    for (let above: Workings | null = this; above !== null; above = above.parent)
      if (above === child)
        throw misuse(
          `Component.addChildren: "${child.label}" contains "${this.label}". A component is not its own child.`,
        );
    child.parent = this;
    if (this.children === NO_CHILDREN) this.children = new Set();
    (this.children as Set<Workings>).add(child);
    observer.tell?.({ kind: "component-added", component: child });
  }

  removeChild(child: Workings): void {
    if (!this.children.has(child))
      throw misuse(`Component.removeChild: "${child.label}" is no child of "${this.label}".`);
    this.unlinkAllOf(child);
    (this.children as Set<Workings>).delete(child);
    child.parent = null;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    for (const box of this.boxes) box.check();
    for (const child of this.children)
      if (child.parent !== this) throw new Error(`${child.label}: not its parent's child`);
  }
}

/** A main that ends because nobody takes its messages any more has not failed. */
function isWorthRestarting(error: unknown, attempt: number, { when }: RestartOptions): boolean {
  if (error instanceof ClosedError && error.by === "receiver") return false;
  return when === undefined ? !(error instanceof MisuseError) : when(error, attempt);
}

/** What lies in a box, and whoever waits for room in it, goes back to where it is kept, if it came from there. */
function giveBack(box: Box): void {
  const linkage = keptBy(box);
  if (linkage !== null) (linkage.maker as Workings).unlink(linkage, box.messages);
}

function* neighbours(box: Box): Iterable<Box> {
  if (box.onward !== null) yield box.onward.to;
  for (let lead = box.sources.head; lead !== null; lead = lead.after) yield lead.from;
}
