// What happens before what in a run of the model: two runs that agree in that differ only in the order of what is independent, and are one trace.
//
//   An event is a transition, or the end of a task. The events of a task come one after the other, its end last.
//   An event also happens after
//     those that came earlier in the run and made an access that conflicts with one of its own,
//     the one that spawned its task, if it is the first of it,
//     the one that woke its task, if it is the one in which that goes on after having waited,
//     the ends of the children of its task, if it is an end.
//   What happens before an event is thus told by a number for each task: so many of its events do. That is the clock of the event.

import { type Access, conflicts, endOf, type Location, type Mode } from "./accesses.ts";
import type { History, Note } from "./history.ts";
import { many } from "./program.ts";

export type Clock = number[];

export interface Event {
  readonly task: number;
  readonly isEnd: boolean;
  /** Which of several ready cases its select took, else 0. */
  readonly pick: number;
  /** The event itself included. */
  readonly clock: Readonly<Clock>;
}

/** The same for two runs if and only if they are one trace. */
export function formOf(events: readonly Event[]): string {
  const texts: string[] = [];
  for (const { task, isEnd, pick, clock } of events)
    texts[task] = `${texts[task] ?? ""}${isEnd ? "end" : pick}:${clock.join()} `;
  return texts.join("\n");
}

/** The events of a run, in its order. */
export function eventsOf(history: History, tasks: number): Event[] {
  const writer = new Writer(tasks);
  for (const note of history.notes()) writer.read(note);
  writer.close();
  return writer.events;
}

interface Draft {
  readonly task: number;
  readonly isEnd: boolean;
  readonly owner: number;
  pick: number;
  readonly clock: Clock;
  readonly accesses: Access[];
  readonly spawned: number[];
  readonly woken: (readonly [task: number, object: Location | null])[];
}

class Writer {
  readonly events: Event[] = [];
  private open: Draft | null = null;
  /** What the next event of each task happens after. */
  private readonly reached: Clock[];
  /** What the end of each task happens after, apart from that. */
  private readonly childrenEnded: Clock[];
  /** What has accessed each location, by mode. */
  private readonly accessed = new Map<Location, Map<Mode, Clock>>();

  constructor(tasks: number) {
    const nothing = (): Clock => many(tasks, () => 0);
    this.reached = many(tasks, nothing);
    this.childrenEnded = many(tasks, nothing);
  }

  read(note: Note): void {
    switch (note[0]) {
      case "turn":
        this.begin(note[1], false);
        break;
      case "end":
        this.begin(note[1], true, note[2]);
        this.access([endOf(note[1]), "write"]);
        break;
      case "pick":
        this.current.pick = note[1];
        break;
      case "access":
        this.access(note[1]);
        break;
      case "spawn":
        this.current.spawned.push(note[1]);
        break;
      case "wake":
        this.current.woken.push([note[1], note[2]]);
        break;
    }
  }

  /** The event is complete: what comes after it is told so. */
  close(): void {
    if (this.open === null) return;
    const { task, isEnd, owner, pick, clock, accesses, spawned, woken } = this.open;
    clock[task] = (clock[task] as number) + 1;
    this.events.push({ task, isEnd, pick, clock });
    this.reached[task] = [...clock];
    for (const [location, mode] of accesses) {
      let modes = this.accessed.get(location);
      if (modes === undefined) this.accessed.set(location, (modes = new Map()));
      const before = modes.get(mode);
      if (before === undefined) modes.set(mode, [...clock]);
      else join(before, clock);
    }
    for (const child of spawned) join(this.reached[child] as Clock, clock);
    for (const [waiter, object] of woken) {
      join(this.reached[waiter] as Clock, clock);
      if (object === null) continue;
      for (const [mode, changed] of this.accessed.get(object) ?? [])
        if (mode !== "read") join(this.reached[waiter] as Clock, changed);
    }
    if (isEnd && owner >= 0) join(this.childrenEnded[owner] as Clock, clock);
    this.open = null;
  }

  private get current(): Draft {
    return this.open as Draft;
  }

  private begin(task: number, isEnd: boolean, owner = -1): void {
    this.close();
    const clock = [...(this.reached[task] as Clock)];
    if (isEnd) join(clock, this.childrenEnded[task] as Clock);
    this.open = { task, isEnd, owner, pick: 0, clock, accesses: [], spawned: [], woken: [] };
  }

  private access(access: Access): void {
    const { accesses, clock } = this.current;
    const [location, mode] = access;
    accesses.push(access);
    for (const [other, before] of this.accessed.get(location) ?? []) if (conflicts(mode, other)) join(clock, before);
  }
}

function join(clock: Clock, other: Readonly<Clock>): void {
  for (let i = 0; i < clock.length; i++) clock[i] = Math.max(clock[i] as number, other[i] as number);
}
