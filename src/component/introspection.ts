// What there is and how it is wired: components, boxes and links as data, as a picture, and as a stream of changes.

import { describeValue } from "../base/errors.ts";
import { type Channel, channel } from "../channel/channel.ts";
import { type BufferPolicy, unbounded } from "../channel/policy.ts";
import { misuse } from "../core/leaf.ts";
import { machine } from "../core/machine.ts";
import { waitOf } from "../core/report.ts";
import { unseen } from "../core/tracker.ts";
import type { Receiver } from "../core/types.ts";
import { type Box, OUTBOX } from "./box.ts";
import { type AnyComponent, inside } from "./component.ts";
import type { Linkage } from "./linkage.ts";
import { type Change, observer } from "./observer.ts";
import type { Workings } from "./workings.ts";

export interface BoxReport {
  readonly name: string;
  readonly kind: "inbox" | "outbox";
  /** What it is for, where that was said. */
  readonly doc: string;
  /** Messages that lie in it. */
  readonly length: number;
  /** How many it takes; null for any number. */
  readonly size: number | null;
  /** Messages discarded here: linked nowhere, or not collected before its component ended. */
  readonly lost: number;
  /** How many wait for room in it, and for a message from it. */
  readonly waitingPuts: number;
  readonly waitingReceives: number;
  /** Does anything lead to it, or from it? An outbox of which neither is true discards what is sent. */
  readonly linked: boolean;
}

export interface ComponentReport {
  readonly id: number;
  /** As in `Reader#3`. */
  readonly label: string;
  readonly name: string;
  readonly status: AnyComponent["status"];
  /** The label of its parent, or null. */
  readonly parent: string | null;
  readonly boxes: readonly BoxReport[];
  /** What it waits for, as in "component.receive Reader#3.inbox", or null. */
  readonly waitsFor: string | null;
}

export interface LinkReport {
  /** As in `Reader#3.outbox`. */
  readonly from: string;
  readonly to: string;
  /** The label of the component that made it. */
  readonly maker: string;
}

export interface Topology {
  readonly components: readonly ComponentReport[];
  readonly links: readonly LinkReport[];
}

/**
 * What there is now, as data: the components of the current run that have been started and have not ended, or the one that is given; their children, and all
 * they are linked with, started or not. O(components and links).
 *
 * @throws {@link MisuseError} without a component, where no task is running
 */
export function topology(root?: AnyComponent): Topology {
  return unseen(() => {
    const found = reachable(root === undefined ? living() : [inside(root, "topology")]);
    const links = found.flatMap((component) => component.boxes.flatMap((box) => box.onward ?? [])) as Linkage[];
    return Object.freeze({ components: found.map(reportOf), links: links.map(linkReport) });
  });
}

function living(): Workings[] {
  const { runner } = machine;
  if (runner === null)
    throw misuse("topology: no task is running. Call it in a task of the run, or give it the component to begin with.");
  return [...observer.living(runner.program)] as Workings[];
}

/** These, their children, and what they are linked with; in the order in which they were made. */
function reachable(from: readonly Workings[]): Workings[] {
  const found = new Set(from);
  for (const component of found) {
    for (const child of component.children) found.add(child);
    for (const box of component.boxes) {
      if (box.onward !== null) found.add(box.onward.to.owner as Workings);
      for (let lead = box.sources.head; lead !== null; lead = lead.after) found.add(lead.from.owner as Workings);
    }
  }
  return [...found].sort((a, b) => a.id - b.id);
}

function reportOf(component: Workings): ComponentReport {
  const { id, label, name, task, parent } = component;
  const wait = task === null ? null : waitOf(task);
  return {
    id,
    label,
    name,
    status: task === null ? "made" : task.status,
    parent: parent === null ? null : parent.label,
    boxes: component.boxes.map((box) => boxReport(component, box)),
    waitsFor: wait === null ? null : `${wait.operation} ${wait.object}`,
  };
}

function boxReport(component: Workings, box: Box): BoxReport {
  return {
    name: box.name,
    kind: box.kind === OUTBOX ? "outbox" : "inbox",
    doc: component.declaration.boxes?.get(box.name)?.doc ?? "",
    length: box.messages.size,
    size: box.limit === Number.POSITIVE_INFINITY ? null : box.limit,
    lost: box.lost,
    waitingPuts: box.putters.size,
    waitingReceives: box.receivers.size,
    linked: box.isLinked,
  };
}

function linkReport(link: Linkage): LinkReport {
  return { from: link.from.label, to: link.to.label, maker: (link.maker as Workings).label };
}

/**
 * A topology as a flowchart in the language of Mermaid: components within their parents, an arrow for each link with the boxes it joins, dotted where messages are
 * only passed on. Show it with any viewer of Mermaid, or in Markdown.
 */
export function toMermaid({ components, links }: Topology): string {
  const known = new Set(components.map(({ label }) => label));
  const below = (parent: string | null): readonly ComponentReport[] =>
    components.filter(({ parent: above }) => (above !== null && known.has(above) ? above : null) === parent);
  const lines = ["flowchart LR"];
  const draw = (component: ComponentReport, indent: string): void => {
    const text = quoted(`${component.name}${waiting(component)}`);
    const children = below(component.label);
    if (children.length === 0) {
      lines.push(`${indent}${idOf(component.label)}[${text}]`);
      return;
    }
    // An arrow may not lead from a frame into itself: the boxes of the whole are drawn as nodes within it.
    lines.push(`${indent}subgraph ${idOf(component.label)}[${text}]`);
    for (const { name, linked } of component.boxes)
      if (linked) lines.push(`${indent}  ${idOfBox(component.label, name)}([${quoted(name)}])`);
    for (const child of children) draw(child, `${indent}  `);
    lines.push(`${indent}end`);
  };
  for (const component of below(null)) draw(component, "  ");
  const wholes = new Set(components.map(({ parent }) => parent));
  const ends = new Map(
    components.flatMap(({ label, boxes }) =>
      boxes.map(({ name, kind }): [string, End] => [`${label}.${name}`, { owner: label, box: name, kind }]),
    ),
  );
  const id = ({ owner, box }: End): string => (wholes.has(owner) ? idOfBox(owner, box) : idOf(owner));
  const text = ({ owner, box }: End): string => (wholes.has(owner) ? "" : box);
  for (const link of links) {
    const [from, to] = [ends.get(link.from), ends.get(link.to)];
    if (from === undefined || to === undefined) continue; // of a component that was left out
    const arrow = from.kind === to.kind ? "-.->" : "-->";
    const boxes = [text(from), text(to)].filter((name) => name !== "").join(" → ");
    lines.push(`  ${id(from)} ${arrow}${boxes === "" ? "" : `|${quoted(boxes)}|`} ${id(to)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** How much lies in its inboxes, where something does. */
function waiting({ boxes }: ComponentReport): string {
  const lying = boxes.filter(({ length }) => length > 0).map(({ name, length }) => `${name}: ${length}`);
  return lying.length === 0 ? "" : ` (${lying.join(", ")})`;
}

const idOf = (label: string): string => `c${label.slice(label.lastIndexOf("#") + 1)}`;
/** Names of boxes may have anything in them; ids may not. */
const idOfBox = (label: string, box: string): string =>
  `${idOf(label)}_${box.replace(/\W/g, (character) => `_${character.charCodeAt(0)}_`)}`;
/** A text as Mermaid takes it: it knows no backslashes, and reads `#` as the beginning of a character's code. */
const quoted = (text: string): string =>
  `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll(/\s+/g, " ")}"`;

interface End {
  readonly owner: string;
  readonly box: string;
  readonly kind: BoxReport["kind"];
}

/** One change. Names are labels: `Reader#3`, `Reader#3.outbox`. */
export type TopologyChange =
  | { readonly kind: "component-added" | "component-started" | "component-ended"; readonly component: string }
  | { readonly kind: "box-added" | "box-removed"; readonly component: string; readonly box: string }
  | { readonly kind: "link-added" | "link-removed"; readonly from: string; readonly to: string }
  | { readonly kind: "length"; readonly box: string; readonly length: number }
  | { readonly kind: "waits"; readonly component: string; readonly on: string };

export interface ChangesOptions {
  /** Tell of each message that comes to lie in an inbox or leaves it, and of each wait for a box, too. Default false. */
  readonly queues?: boolean | undefined;
  /** How changes are kept until they are received. Default: `unbounded()`. */
  readonly buffer?: number | BufferPolicy | undefined;
}

/** Told of each change until it is cancelled. */
class Changes {
  declare readonly receiver: Receiver<TopologyChange> & Disposable;

  constructor(options: ChangesOptions) {
    const { queues = false, buffer = unbounded() } = options;
    const kept: Channel<TopologyChange> = channel<TopologyChange>(buffer, { name: "changes" });
    const listener = (change: Change): void => {
      const { kind } = change;
      if (!queues && (kind === "length" || kind === "waits")) return;
      unseen(() => kept.trySend(shown(change)));
    };
    observer.add(listener, queues);
    const cancel = kept.cancel.bind(kept);
    const stop = (reason?: unknown): void => {
      observer.remove(listener);
      cancel(reason);
    };
    this.receiver = Object.assign(kept, { cancel: stop, [Symbol.dispose]: () => stop() });
  }
}

function shown(change: Change): TopologyChange {
  const { kind, component, box, link, length, on } = change;
  switch (kind) {
    case "link-added":
    case "link-removed":
      return { kind, from: (link as Linkage).from.label, to: (link as Linkage).to.label };
    case "box-added":
    case "box-removed":
      return { kind, component: (component as Workings).label, box: box as string };
    case "length":
      return { kind, box: box as string, length: length as number };
    case "waits":
      return { kind, component: (component as Workings).label, on: on as string };
    default:
      return { kind, component: (component as Workings).label };
  }
}

/**
 * The changes from now on, of all runs of this thread: components added, started and ended, boxes and links added and removed; with `queues`, also how many
 * messages lie in an inbox whenever that changes, and what components wait for. Costs nothing where nobody listens. Listens until it is cancelled or disposed of.
 *
 * @throws {@link MisuseError} for options that are no object
 * @example
 * using changed = topologyChanges();
 * for (let change = yield* changed.next(); !change.done; change = yield* changed.next()) console.log(change.value);
 */
export function topologyChanges(options: ChangesOptions = {}): Receiver<TopologyChange> & Disposable {
  if (typeof options !== "object" || options === null)
    throw misuse(`topologyChanges: options must be an object, got ${describeValue(options)}.`);
  return new Changes(options).receiver;
}
