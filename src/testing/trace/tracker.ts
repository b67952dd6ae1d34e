// What a run consists of, as a partial order: which steps have to do with each other, and which do not. Two runs that differ only in the order of steps that have
// nothing to do with each other are the same trace (Mazurkiewicz); the hash of a run is that of its trace.
//
// Invariant
//   what is accessed belongs to the step that was begun last, until the next is begun: also what a microtask does in between

import { Alarm } from "../../core/alarm.ts";
import type { Ready } from "../../core/host.ts";
import { machine } from "../../core/machine.ts";
import { BODY, label, Scope } from "../../core/task.ts";
import { ADD, EMPTIED, ENDED, LIFE, READ, SELF, SENDERS, STATE, WAIT, WHOLE, WRITE } from "../../core/tracker.ts";
import type { Tracker } from "../../core/tracking.ts";
import { type Runner, WAITING } from "../../core/waiter.ts";
import { Location, mix } from "./location.ts";
import { madeOutside } from "./outsiders.ts";
import { type Names, Strand } from "./strand.ts";

/** Looks at the order of the steps while they are taken. */
export interface Observer {
  begun(strand: Strand): void;
  accessed(strand: Strand, location: Location, part: number, mode: number): void;
  spawned(strand: Strand, by: Strand): void;
  /** A strand that waited can go on. */
  woken(strand: Strand, by: Strand): void;
  /** A strand that waits is going to go on after whoever has accessed this. */
  follows(strand: Strand, location: Location): void;
  /** A task has ended, after all that has accessed `children`. */
  ended(strand: Strand, end: Location, children: Location | null, siblings: Location | null, mode: number): void;
  shared(strand: Strand, object: object, location: Location, changes: boolean): void;
}

const OUTSIDE = 1;
const TIME = 2;
const END = 3;

/** An object, and the locations that its parts are. */
class Parts {
  declare readonly name: string;
  /** Who has used the ends of a channel last. */
  declare sender: Strand | null;
  declare receiver: Strand | null;
  /** How often they have been used. */
  declare sends: number;
  declare receives: number;
  declare private noted: number;
  /** The parts from LOWEST on, up to a limit. */
  declare private readonly few: (Location | undefined)[];
  declare private rest: Map<number, Location> | null;

  constructor(name: string) {
    this.name = name;
    this.sender = null;
    this.receiver = null;
    this.sends = 0;
    this.receives = 0;
    this.noted = 0;
    this.few = [];
    this.rest = null;
  }

  /** How often the ends have been used by now, if that has changed since it was noted last: in which order, is noted at the ends. */
  notePasses(whole: Location): void {
    const passes = this.sends + this.receives;
    if (passes === this.noted) return;
    this.noted = passes;
    whole.note(mix(this.sends, this.receives), ADD);
  }

  get(part: number): Location | undefined {
    return part >= LOWEST && part < HIGHEST ? this.few[part - LOWEST] : this.rest?.get(part);
  }

  set(part: number, location: Location): void {
    if (part >= LOWEST && part < HIGHEST) {
      while (this.few.length < part - LOWEST) this.few.push(undefined);
      this.few[part - LOWEST] = location;
    } else {
      this.rest ??= new Map();
      this.rest.set(part, location);
    }
  }
}

const LOWEST = -8;
const HIGHEST = 64;

export class StepTracker implements Tracker {
  readonly wantsPlaces = true;
  /** Null where strands and objects need no names. */
  declare private readonly names: Names | null;
  declare private readonly observers: readonly Observer[];
  declare private readonly strands: Map<Runner, Strand>;
  declare readonly outside: Strand;
  declare readonly time: Strand;
  declare private readonly objects: Map<object, Parts>;
  declare private readonly locations: Location[];
  /** The same by their names, where they have names. */
  declare private readonly named: Map<string, Location>;
  /** The object that was accessed last: mostly it is the next one too. */
  declare private latest: object | null;
  declare private latestParts: Parts | undefined;
  /** Of the step that is under way. */
  declare private strand: Strand;
  declare private event: number;
  /** Of the choices within steps. */
  declare private choices: number;
  /** How many there have been in this one. */
  declare private chosen: number;
  declare private isOver: boolean;
  /** Is any strand watched? */
  declare private watches: boolean;

  constructor(names: Names | null, observers: readonly Observer[]) {
    this.names = names;
    this.observers = observers;
    this.strands = new Map();
    this.objects = new Map();
    this.locations = [];
    this.named = new Map();
    this.latest = null;
    this.latestParts = undefined;
    this.outside = this.strandOf("outside", OUTSIDE, null);
    this.time = this.strandOf("time", TIME, null);
    this.strand = this.outside;
    this.event = OUTSIDE;
    this.choices = 0;
    this.chosen = 0;
    this.isOver = false;
    this.watches = false;
  }

  /** A step begins: whoever takes it goes on from where it was. */
  begin(runner: Runner | null): void {
    if (this.isOver) return;
    const strand = runner === null ? this.time : (this.strands.get(runner) as Strand);
    this.strand = strand;
    strand.steps++;
    this.event = mix(strand.hash, strand.steps);
    this.chosen = 0;
    strand.isReady = false;
    for (const observer of this.observers) observer.begun(strand);
    if (runner === null) return;
    // As long as nobody else has to do with it, all that has been read there is the same in all orders.
    if (strand.isWatched) this.lifeOf(strand).note(this.event, READ);
    for (const observer of this.observers) observer.accessed(strand, this.lifeOf(strand), LIFE, READ);
  }

  /** Of those who can go on now, some could not before the step that is under way. */
  canGoOn(ready: Ready, n: number): void {
    if (this.isOver || this.observers.length === 0) return;
    for (let i = 0; i < n; i++) {
      const strand = this.of(ready.at(i));
      if (strand.isReady || strand === this.time) continue;
      strand.isReady = true;
      if (strand === this.strand) continue;
      for (const observer of this.observers) observer.woken(strand, this.strand);
    }
  }

  /** One of several ways to go on was chosen within the step. */
  chose(choice: number): void {
    this.choices = (this.choices + mix(mix(this.event, ++this.chosen), choice)) | 0;
  }

  /** From now on nothing is taken note of. */
  end(): void {
    this.isOver = true;
  }

  /** The strand of a runner that is known. */
  of(runner: Runner | null): Strand {
    return runner === null ? this.time : (this.strands.get(runner) as Strand);
  }

  /** 53 bits: the same for two runs that are the same trace. */
  get hash(): number {
    let low = this.choices;
    let high = mix(this.choices, 1);
    for (const location of this.locations) {
      low = (low + location.hash) | 0;
      high = (high + location.hash2) | 0;
    }
    return (low >>> 0) + (high >>> 11) * 2 ** 32;
  }

  made(object: object): void {
    if (this.isOver) return;
    const { strand } = this;
    this.objects.set(object, new Parts(this.nameOf(strand, object)));
  }

  touched(object: object, part: number, mode: number): void {
    if (this.isOver) return;
    if (part === LIFE || part === WAIT) this.touchedTask(object as Runner, part, mode);
    else {
      const location = this.at(object, part === ENDED ? SELF : part);
      if (part === WHOLE) (this.latestParts as Parts).notePasses(location);
      if (part === EMPTIED) this.tell(location, part, mode);
      else this.access(location, part, mode);
    }
  }

  passes(channel: object, end: number, place: number): void {
    if (this.isOver) return;
    const whole = this.at(channel, WHOLE);
    const parts = this.latestParts as Parts;
    // The order at each end is taken note of there. So of the whole it is enough to know how many there were, once something else accesses it.
    if (end === SENDERS) {
      parts.sends++;
      parts.sender = this.strand;
    } else {
      parts.receives++;
      parts.receiver = this.strand;
    }
    this.tell(whole, WHOLE, ADD);
    this.access(this.partOf(parts, end), end, WRITE);
    this.access(this.partOf(parts, place), place, WRITE);
  }

  /** What only the task itself and those who wake it have to do with is the same in all orders: it is taken note of from when somebody cancels it, or looks. */
  private touchedTask(task: Runner, part: number, mode: number): void {
    const wakes = part === WAIT && mode === WRITE;
    if (wakes && !this.watches && this.observers.length === 0) return;
    const strand = this.strands.get(task);
    if (strand === undefined) return;
    const reads = part === LIFE && mode === READ; // as the task does itself
    if (!wakes && !reads) this.watch(strand, task);
    const location = part === LIFE ? this.lifeOf(strand) : this.waitOf(strand);
    if (strand.isWatched || reads) location.note(this.event, mode);
    for (const observer of this.observers) observer.accessed(this.strand, location, part, mode);
  }

  /** From now on it matters what a strand does. So far it has taken so many steps, and has been woken after the last or not. */
  private watch(strand: Strand, task: Runner): void {
    if (strand.isWatched) return;
    strand.isWatched = true;
    this.watches = true;
    this.lifeOf(strand).note(mix(strand.hash, strand.steps), READ);
    this.waitOf(strand).note(mix(strand.hash, task.state === WAITING ? -strand.steps : strand.steps), READ);
  }

  follows(runner: Runner, object: object): void {
    const strand = this.strands.get(runner);
    if (strand === undefined) return;
    for (const observer of this.observers) observer.follows(strand, this.at(object, SELF));
  }

  spawned(task: Runner): void {
    const parent = this.strand;
    const ordinal = parent.spawned++;
    const name = this.names === null ? "" : `${parent.name}.${ordinal}`;
    const strand = this.strandOf(name, mix(parent.hash, ordinal), task);
    this.strands.set(task, strand);
    for (const observer of this.observers) observer.spawned(strand, parent);
  }

  ended(task: Runner, children: object | null, siblings: object | null, mode: number): void {
    const strand = this.strands.get(task);
    if (this.isOver || strand === undefined) return;
    const end = this.at(task, SELF);
    const among = siblings === null ? null : this.at(siblings, SELF);
    // The end is an event of the task, although it may come in the step of its last child: in another order that would be another one.
    this.event = mix(strand.hash, -END);
    end.note(this.event, WRITE);
    among?.note(this.event, mode);
    if (this.observers.length === 0) return;
    const own = children === null ? null : this.at(children, SELF);
    for (const observer of this.observers) observer.ended(strand, end, own, among, mode);
  }

  fires(alarm: Alarm): void {
    if (this.isOver) return;
    // It could not have gone off before it was armed: that is no race.
    for (const observer of this.observers) observer.follows(this.time, this.at(alarm, SELF));
    this.begin(null);
    this.touched(alarm, SELF, WRITE);
  }

  lastAt(object: object, part: number): string | null {
    const found = this.objects.get(object);
    const task = (part === SENDERS ? found?.sender : found?.receiver)?.task ?? null;
    return task === null ? null : label(task);
  }

  gave(): void {}
  took(): void {}
  leaves(): void {}
  returns(): void {}

  shared(object: object, changes: boolean): void {
    if (this.isOver) return;
    const location = this.at(object, STATE);
    this.access(location, STATE, changes ? WRITE : READ);
    for (const observer of this.observers) observer.shared(this.strand, object, location, changes);
  }

  private access(location: Location, part: number, mode: number): void {
    if (this.strand === this.outside) return; // no step has begun: it is none of the run's
    location.note(this.event, mode);
    this.tell(location, part, mode);
  }

  private tell(location: Location, part: number, mode: number): void {
    const { observers } = this;
    for (let i = 0; i < observers.length; i++) (observers[i] as Observer).accessed(this.strand, location, part, mode);
  }

  private at(object: object, part: number): Location {
    let found = object === this.latest ? this.latestParts : this.objects.get(object);
    if (found === undefined) {
      found = new Parts(this.foreign(object, part));
      this.objects.set(object, found);
    }
    this.latest = object;
    this.latestParts = found;
    return this.partOf(found, part);
  }

  private partOf(parts: Parts, part: number): Location {
    let location = parts.get(part);
    if (location === undefined) {
      location = this.locationOf(this.names === null ? "" : `${parts.name}:${part}`);
      parts.set(part, location);
    }
    return location;
  }

  private waitOf(strand: Strand): Location {
    strand.wait ??= this.locationOf(this.names === null ? "" : `${strand.name}:wait`);
    return strand.wait;
  }

  private lifeOf(strand: Strand): Location {
    strand.life ??= this.locationOf(this.names === null ? "" : `${strand.name}:life`);
    return strand.life;
  }

  /** The location of a name, also if it has not been accessed yet in this run. */
  locationOf(name: string): Location {
    const known = this.names === null ? undefined : this.named.get(name);
    if (known !== undefined) return known;
    const location = new Location(name);
    this.locations.push(location);
    if (this.names !== null) this.named.set(name, location);
    return location;
  }

  private strandOf(name: string, hash: number, task: Runner | null): Strand {
    return new Strand(name, this.names === null ? 0 : this.names.numberOf(name), hash, task);
  }

  /** The name of an object that the step makes. The scope of a body is made by whoever needs it first. */
  private nameOf(strand: Strand, object: object): string {
    if (this.names === null) return "";
    if (object instanceof Scope && object.kind === BODY) return `${this.of(object.task as Runner).name} body`;
    return `${strand.name}/${strand.made++}`;
  }

  /** The name of an object that was not made in this run, as far as is known. */
  private foreign(object: object, part: number): string {
    // Code outside any task may be none of the run's.
    if (part === WHOLE && machine.runner !== null) {
      throw madeOutside(object, "explore");
    }
    const strand = this.strands.get(object as Runner);
    if (strand !== undefined) return `${strand.name} end`;
    return object instanceof Alarm ? this.nameOf(this.strand, object) : "foreign";
  }
}
