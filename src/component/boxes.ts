// The boxes of a component: found by name, made when they are first asked for, added and deleted while it lives.
//
// Invariant
//   no two have one name, be they inboxes or outboxes

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { READ, touch, WRITE } from "../core/tracker.ts";
import { Box, CONTROL, INBOX, OUTBOX } from "./box.ts";
import type { BoxOwner } from "./box-owner.ts";
import { type Declaration, declaredBox, kindOfStandard, STANDARD } from "./declaration.ts";
import { BoxInUseError, UnknownBoxError } from "./errors.ts";
import { observer } from "./observer.ts";
import type { BoxOptions } from "./types.ts";

/** A part of a component, for the tracker, that is not SELF or LIFE: which boxes it has by now. */
const BOXES = 2;

const NO_BOXES: Box[] = [];

export abstract class Boxes implements BoxOwner {
  /** Boxes beyond the standard ones, and what was said of those. */
  declare readonly declaration: Declaration;
  // The standard ones have a field each: an array for two would cost more than they do.
  declare private inboxBox: Box | null;
  declare private controlBox: Box | null;
  declare private outboxBox: Box | null;
  declare protected signalBox: Box | null;
  declare private others: Box[];
  /** How its boxes are made if they are no usual ones; null from it, or here, where they are. */
  declare makes: ((name: string, kind: number, limit: number) => Box | null) | null;
  /** Its boxes may have names that are known only elsewhere. */
  declare isOpen: boolean;

  constructor(declaration: Declaration) {
    this.declaration = declaration;
    this.inboxBox = null;
    this.controlBox = null;
    this.outboxBox = null;
    this.signalBox = null;
    this.others = NO_BOXES;
    this.makes = null;
    this.isOpen = false;
  }

  abstract get label(): string;
  abstract get hasEnded(): boolean;
  abstract get hasFinished(): boolean;
  abstract get relays(): boolean;
  abstract keeps: boolean;
  abstract stir(): void;
  abstract hears(message: unknown): boolean;

  /** Its boxes, as far as they have been made: the standard ones first. */
  get boxes(): readonly Box[] {
    const standard = [this.inboxBox, this.controlBox, this.outboxBox, this.signalBox];
    return [...standard.filter((box) => box !== null), ...this.others];
  }

  /** Has its inboxes made again, as far as they are told to be others than they are. */
  remakeInboxes(make: (box: Box) => Box): void {
    if (this.inboxBox !== null) this.inboxBox = make(this.inboxBox);
    this.others = this.others.map((box) => (box.kind === INBOX ? make(box) : box));
  }

  /** The box of a name; made now, if it is a standard one or was declared. `wanted` is its kind where only others know that. */
  box(name: string, from: string, wanted?: number): Box {
    switch (name) {
      case "inbox":
        this.inboxBox ??= this.made(name, INBOX);
        return this.inboxBox;
      case "outbox":
        this.outboxBox ??= this.made(name, OUTBOX);
        return this.outboxBox;
      case "control":
        this.controlBox ??= this.made(name, CONTROL);
        return this.controlBox;
      case "signal":
        this.signalBox ??= this.made(name, OUTBOX);
        return this.signalBox;
      default:
        return this.otherBox(name, from, wanted);
    }
  }

  private made(name: string, kind: number): Box {
    touch(this, BOXES, WRITE);
    const declared = this.declaration.boxes?.get(name);
    const limit = declared?.limit ?? Number.POSITIVE_INFINITY;
    return this.makes?.(name, kind, limit) ?? new Box(this, name, kind, limit, declared?.wakesAlways === true);
  }

  private otherBox(name: string, from: string, wanted: number | undefined): Box {
    touch(this, BOXES, READ);
    const { others } = this;
    for (let i = 0; i < others.length; i++) {
      const box = others[i] as Box;
      if (box.name === name) return box;
    }
    const kind = this.declaration.boxes?.get(name)?.kind ?? (this.isOpen ? wanted : undefined);
    if (kind === undefined)
      throw new UnknownBoxError(
        `${from}: "${this.label}" has no box ${JSON.stringify(name)}. It has ${this.boxNames().join(", ")}. Declare the box, or mend the name.`,
      );
    return this.addBox(this.made(name, kind));
  }

  inbox(name: string, from: string): Box {
    const box = this.box(name, from, INBOX);
    if (box.kind === OUTBOX)
      throw new UnknownBoxError(`${from}: "${box.label}" is an outbox. Messages are collected from an inbox.`);
    return box;
  }

  outbox(name: string, from: string): Box {
    const box = this.box(name, from, OUTBOX);
    if (box.kind !== OUTBOX)
      throw new UnknownBoxError(`${from}: "${box.label}" is an inbox. Messages are sent to an outbox.`);
    return box;
  }

  addBox(box: Box): Box {
    if (this.others === NO_BOXES) this.others = [box];
    else this.others.push(box);
    return box;
  }

  /** The names of all its boxes, made or not. */
  boxNames(): string[] {
    const declared = this.declaration.boxes?.keys() ?? [];
    return [...new Set([...STANDARD, ...declared, ...this.boxes.map((box) => box.name)])];
  }

  /** Adds a box while it lives. Its name is the one given, or that with a number where the name is taken. */
  addBoxNamed(wanted: string, kind: number, options: BoxOptions | undefined, from: string): string {
    touch(this, BOXES, WRITE);
    if (typeof wanted !== "string" || wanted === "")
      throw misuse(`${from}: the name must be a string that is not empty, got ${describeValue(wanted)}.`);
    let name = wanted;
    for (let i = 1; this.hasBox(name); i++) name = `${wanted}${i}`;
    const { limit, wakesAlways } = declaredBox(options, kind, `${from}: the box ${JSON.stringify(name)}`);
    this.addBox(new Box(this, name, kind, limit, wakesAlways));
    observer.tell?.({ kind: "box-added", component: this, box: name });
    return name;
  }

  hasBox(name: string): boolean {
    return (
      this.boxes.some((box) => box.name === name) ||
      this.declaration.boxes?.has(name) === true ||
      kindOfStandard(name) !== undefined
    );
  }

  deleteBox(name: string, isInbox: boolean, from: string): void {
    const box = isInbox ? this.inbox(name, from) : this.outbox(name, from);
    if (kindOfStandard(name) !== undefined || this.declaration.boxes?.has(name) === true)
      throw misuse(
        `${from}: "${box.label}" belongs to the component for life. Only boxes that were added can be deleted.`,
      );
    if (box.isLinked) {
      const other = box.onward !== null ? box.onward.to : box.sources.head?.from;
      throw new BoxInUseError(`${from}: "${box.label}" is linked with "${other?.label}". Unlink it first.`);
    }
    touch(this, BOXES, WRITE);
    box.told = true; // for operations on it that somebody keeps
    box.abandon();
    this.others.splice(this.others.indexOf(box), 1);
    observer.tell?.({ kind: "box-removed", component: this, box: name });
  }
}
