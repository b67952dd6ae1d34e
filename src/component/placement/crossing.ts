// The side of a placement that links see: the boxes of the proxy, and what goes to and fro between them and the part, wherever that runs.
//
//   perform   1 the pumps begin   2 the part is performed   3 what it has sent is delivered, notes behind the messages that were sent before them   4 all stop
//
// When the part has failed, or the proxy is cancelled, step 3 moves what there is room for, and waits for nobody.
//
// A note that must not overtake messages is held while those lie here that were sent before it, and the other side is told to take them out of the way even if the part waits for
// the note first. A shutdown overtakes what has no room.

import { oneLine } from "../../base/errors.ts";
import { named } from "../../core/body.ts";
import { extent, shield } from "../../core/extent.ts";
import { type Keeper, spawn } from "../../core/lifecycle.ts";
import type { Program } from "../../core/program.ts";
import { runningTask } from "../../core/run.ts";
import { owningScope, type Scope, SHIELDED } from "../../core/task.ts";
import type { Operation } from "../../core/types.ts";
import { type Origin, type Recipe, recipeOf } from "../../parallel/origin.ts";
import { Latch } from "../../sync/latch.ts";
import { Box, CONTROL, INBOX, OUTBOX } from "../box.ts";
import { isShutdown, shutdown } from "../signal.ts";
import type { Workings } from "../workings.ts";
import { ControlBox, Exit, type ExitKeeper } from "./exit.ts";
import type { DownNote, Ended, Order, UpNote, WayOrder } from "./notes.ts";
import type { InPort } from "./port.ts";
import { isSized, Pump, type PumpKeeper } from "./pump.ts";
import { Reader } from "./reader.ts";
import type { Stage } from "./stage.ts";

/** Notes that may be under way. */
const NOTES = 16;

interface Out {
  readonly box: Box;
  readonly port: InPort;
  readonly way: unknown;
}

interface Held {
  readonly note: DownNote;
  readonly after: readonly (readonly [exit: Exit, count: number])[];
}

export class Crossing implements ExitKeeper, PumpKeeper {
  declare private readonly workings: Workings;
  declare private readonly stage: Stage;
  declare private readonly recipe: Recipe;
  declare private readonly args: readonly unknown[];
  declare private readonly queue: number;
  declare private readonly exits: Map<string, { readonly exit: Exit; readonly way: unknown }>;
  declare private readonly outs: Map<string, Out>;
  /** Sizes that were said where the part runs. */
  declare private readonly sizes: Map<string, number>;
  declare private control: Box | null;
  declare private readonly down: { readonly exit: Exit; readonly way: unknown };
  declare private readonly up: { readonly port: InPort; readonly way: unknown };
  declare private readonly held: Held[];
  /** While the part is being performed. */
  declare private course: Course | null;
  declare private wasPerformed: boolean;

  constructor(workings: Workings, stage: Stage, origin: Origin, args: readonly unknown[], queue: number) {
    this.workings = workings;
    this.stage = stage;
    this.recipe = recipeOf(origin);
    this.args = args;
    this.queue = queue;
    this.exits = new Map();
    this.outs = new Map();
    this.sizes = new Map();
    this.control = null;
    const { port, way } = stage.out(`${workings.label}`, NOTES);
    this.down = { exit: new Exit(workings, "notes", INBOX, Number.POSITIVE_INFINITY, port, null), way };
    this.up = stage.in(`${workings.label}`, NOTES);
    this.held = [];
    this.course = null;
    this.wasPerformed = false;
  }

  /** Makes a box of the proxy, and the way that belongs to it; null where a usual box will do. */
  make(name: string, kind: number, limit: number): Box | null {
    const { workings, stage } = this;
    if (kind === CONTROL) {
      this.control = new ControlBox(workings, name, kind, this);
      return this.control;
    }
    if (name === "signal") return null;
    const label = `${workings.label}.${name}`;
    if (kind === OUTBOX) {
      const box = new Box(workings, name, kind, limit, false);
      const out = { box, ...stage.in(label, this.queue) };
      this.outs.set(name, out);
      if (this.course !== null) {
        this.post({ about: "way", way: orderOfOut(name, out) });
        this.course.pump(name, new Pump(box, out.port, this));
      }
      return box;
    }
    const { port, way } = stage.out(label, this.queue);
    const exit = new Exit(workings, name, kind, this.sizes.get(name) ?? limit, port, this);
    this.exits.set(name, { exit, way });
    if (this.course !== null) this.post({ about: "way", way: orderOfIn(exit, way) });
    return exit;
  }

  /** A message has come for the control box. */
  hear(message: unknown): void {
    this.post({ about: "control", message }, !isShutdown(message));
  }

  *perform(): Operation<Ended> {
    const { workings, stage } = this;
    const { label } = workings;
    const outcome: { ended: Ended | null } = { ended: null };
    const self = this;
    yield* extent<void>(label, null, function* (): Operation<void> {
      const course = self.begin();
      try {
        outcome.ended = yield* extent<Ended>(label, null, () => stage.perform(self.order()));
        yield* course.finish();
      } finally {
        self.course = null;
        for (const note of course.stop()) self.heedAtOnce(note);
      }
    });
    return outcome.ended as Ended;
  }

  // ---- told by the boxes

  moved(): void {
    const { held } = this;
    while (held.length > 0 && (held[0] as Held).after.every(([exit, count]) => exit.gone >= count))
      this.send((held.shift() as Held).note);
  }

  over(box: Box, isOver: boolean): void {
    this.post({ about: "over", box: box.name, isOver }, true);
  }

  closed({ box }: Pump, isClosed: boolean): void {
    this.post({ about: "closed", box: box.name, isClosed });
  }

  sized({ box }: Pump, isNowSized: boolean): void {
    this.post({ about: "sized", box: box.name, isSized: isNowSized });
  }

  // ---- notes

  /** `waits` says that it must not overtake the messages that were sent before. */
  private post(note: DownNote, waits = false): void {
    const after: [Exit, number][] = [];
    if (waits)
      for (const { exit } of this.exits.values()) if (exit.messages.size > 0) after.push([exit, exit.accepted]);
    if (after.length > 0 || (waits && this.held.length > 0)) {
      this.held.push({ note, after });
      for (const [exit, count] of after) this.send({ about: "hurry", box: exit.name, count });
    } else this.send(note);
  }

  private send(note: DownNote): void {
    const { exit } = this.down;
    try {
      exit.accept(note);
    } catch (error) {
      // the reason of a shutdown may be anything: then it is told in words
      if (note.about !== "control" || !isShutdown(note.message)) throw error;
      exit.accept({ about: "control", message: shutdown(new Error(oneLine(note.message.reason))) });
    }
  }

  private *heed(note: UpNote): Operation<void> {
    const { course } = this;
    if (course !== null && note.about === "signal" && !isShutdown(note.message))
      for (const [box, count] of note.after) yield* course.reach(box, count);
    this.heedAtOnce(note);
  }

  private heedAtOnce(note: UpNote): void {
    if (note.about === "size") {
      this.sizes.set(note.box, note.limit);
      const exit = this.exits.get(note.box)?.exit;
      if (exit !== undefined && !exit.isSized) exit.adoptLimit(note.limit);
      return;
    }
    this.course?.move();
    const signal = this.workings.outbox("signal", "Component.send");
    signal.sink?.accept(note.message); // as every component says its last word: it takes no refusal
    this.workings.signalled(note.message);
  }

  // ---- the course of the part

  private begin(): Course {
    const task = runningTask("Component.start");
    const course = new Course(task.program as Program, owningScope(task), this.workings.label);
    this.course = course;
    if (this.wasPerformed) this.repeat();
    this.wasPerformed = true;
    for (const [name, { box, port }] of this.outs) course.pump(name, new Pump(box, port, this));
    course.read(new Reader<UpNote>(this.up.port, this.workings.label), (note) => this.heed(note));
    return course;
  }

  /** The part is performed again: it has to be told again what holds still. */
  private repeat(): void {
    const boxes = [...this.exits.values()].map(({ exit }): Box => exit);
    for (const box of this.control === null ? boxes : [...boxes, this.control]) if (box.isOver()) this.over(box, true);
  }

  private order(): Order {
    const { recipe, args, workings, down, up } = this;
    const ways: WayOrder[] = [];
    for (const { exit, way } of this.exits.values()) ways.push(orderOfIn(exit, way));
    for (const [name, out] of this.outs) ways.push(orderOfOut(name, out));
    return { recipe, args, label: workings.label, ways, down: down.way, up: up.way };
  }
}

function orderOfIn(exit: Exit, way: unknown): WayOrder {
  return { name: exit.name, kind: INBOX, way, before: exit.gone - exit.port.length, isSized: false };
}

function orderOfOut(name: string, { box, way }: Out): WayOrder {
  return { name, kind: OUTBOX, way, before: 0, isSized: isSized(box) };
}

/** What runs beside a part while it is being performed. */
class Course {
  declare private readonly program: Program;
  declare private readonly scope: Scope;
  declare private readonly label: string;
  declare private readonly pumps: Map<string, Pump>;
  declare private reader: Reader<UpNote> | null;
  declare private running: number;
  declare private readonly over: Latch;

  constructor(program: Program, scope: Scope, label: string) {
    this.program = program;
    this.scope = scope;
    this.label = label;
    this.pumps = new Map();
    this.reader = null;
    this.running = 0;
    this.over = new Latch({ name: label });
  }

  pump(name: string, pump: Pump): void {
    this.pumps.set(name, pump);
    this.start(() => pump.run());
  }

  read(reader: Reader<UpNote>, heed: (note: UpNote) => Operation<void>): void {
    this.reader = reader;
    this.start(() => reader.run(heed));
  }

  /** Waits until so many messages of a box have been delivered. */
  *reach(box: string, count: number): Operation<void> {
    const pump = this.pumps.get(box);
    if (pump !== undefined) yield* pump.reach(pump.before + count);
  }

  move(): void {
    for (const pump of this.pumps.values()) pump.move();
  }

  /** Waits until all that the part has sent is delivered. */
  *finish(): Operation<void> {
    this.reader?.finish();
    for (const pump of this.pumps.values()) pump.finish();
    yield* this.over.wait();
  }

  /** Answers the notes that are left. */
  stop(): UpNote[] {
    for (const pump of this.pumps.values()) pump.stop();
    return this.reader?.stop() ?? [];
  }

  /** Cancelling the proxy does not stop it: what the part sends while it cleans up is moved too. */
  private start(run: () => Operation<void>): void {
    this.running++;
    const over = (): void => {
      if (--this.running === 0) this.over.open();
    };
    const body = named(this.label, function* (): Operation<void> {
      yield* shield(run());
      over();
    });
    spawn(this.program as Keeper, this.scope, body as never, null, SHIELDED);
  }
}
